"""Words for the series: groups of like words, opposites and odd plurals (data only).

A word stands in one group alone, so that its group can be told from the word. The number of a
group (its place in `GROUPS`) decides which two groups never meet in training: see `series.py`.
"""

from functools import cache

_GROUPS = {
    "animals": "cat dog horse cow sheep goat pig rabbit fox wolf bear deer lion tiger elephant "
    "monkey camel donkey mouse rat squirrel hedgehog otter badger beaver giraffe zebra hare",
    "birds": "sparrow robin pigeon crow raven owl eagle hawk falcon heron swan goose duck hen "
    "gull parrot thrush blackbird magpie stork pelican penguin ostrich peacock finch",
    "fish": "salmon trout cod herring eel tuna carp pike perch haddock mackerel sardine plaice "
    "halibut turbot shark anchovy sturgeon minnow goldfish catfish whiting bream",
    "insects": "ant bee wasp beetle butterfly moth mosquito grasshopper ladybird dragonfly flea "
    "louse earwig hornet midge gnat locust termite aphid cockroach caterpillar bumblebee mayfly",
    "reptiles": "frog toad snake lizard newt turtle tortoise crocodile alligator viper adder "
    "cobra gecko chameleon iguana python salamander tadpole dinosaur terrapin rattlesnake",
    "sea creatures": "crab lobster shrimp oyster mussel jellyfish starfish octopus squid whale "
    "dolphin seal walrus seahorse prawn clam limpet coral urchin barnacle porpoise cockle",
    "colours": "red blue green yellow white black grey brown pink purple turquoise crimson "
    "scarlet beige navy maroon indigo magenta khaki teal golden mauve azure",
    "shapes": "circle square triangle rectangle oval cube sphere cone cylinder pyramid hexagon "
    "pentagon spiral arrow dot curve octagon ellipse prism polygon semicircle crescent",
    "numbers": "one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty hundred thousand",
    "calendar": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February March "
    "April May June July August September October November December Christmas Easter",
    "times": "morning noon evening night midnight dawn dusk afternoon sunset sunrise minute hour "
    "day week month year decade century fortnight moment weekend",
    "how often": "always never often sometimes seldom rarely usually daily weekly monthly yearly "
    "hourly nightly constantly occasionally frequently regularly twice hardly mostly annually",
    "tools": "hammer saw spanner screwdriver chisel drill pliers axe shovel spade rake hoe trowel "
    "wrench ladder crowbar mallet pickaxe sickle scythe clamp wheelbarrow pitchfork",
    "furniture": "table chair sofa bed wardrobe cupboard desk bench stool shelf dresser armchair "
    "bookcase cabinet couch cradle drawer sideboard footstool mattress hammock bunk cot",
    "kitchen things": "pan pot kettle spoon fork knife plate bowl cup saucer jug teapot ladle "
    "sieve grater whisk oven stove mug toaster tray corkscrew tongs colander",
    "containers": "box bag basket bucket barrel jar bottle sack crate suitcase pouch trunk carton "
    "tub vase flask hamper tank packet rucksack briefcase bin",
    "bathroom things": "soap broom mop sponge duster brush towel detergent shampoo toothbrush "
    "toothpaste comb razor bleach dustpan vacuum basin bathtub tissue hairbrush loofah",
    "school things": "pencil pen ruler rubber notebook crayon paper satchel blackboard easel "
    "stapler scissors glue ink compass calculator sharpener envelope folder paintbrush textbook",
    "writings": "novel poem story newspaper magazine diary essay article leaflet brochure "
    "biography fable legend ballad cookbook encyclopedia thriller sonnet memoir riddle dictionary "
    "atlas",
    "foods": "bread cheese butter soup pie cake biscuit sausage bacon egg rice pasta porridge "
    "honey jam pudding pancake sandwich stew omelette noodles salad toast dumpling",
    "fruits": "apple pear plum cherry peach apricot grape orange lemon banana melon strawberry "
    "raspberry blackberry gooseberry fig mango pineapple quince blueberry cranberry tangerine",
    "vegetables": "carrot potato onion cabbage turnip parsnip leek spinach lettuce cucumber "
    "radish beetroot pea bean celery cauliflower broccoli pumpkin marrow tomato garlic kale",
    "herbs and spices": "parsley thyme rosemary sage basil mint pepper salt ginger cinnamon "
    "nutmeg clove dill oregano coriander chives saffron paprika cumin turmeric vanilla aniseed",
    "drinks": "water milk tea coffee juice lemonade cider beer wine cocoa ale brandy whisky rum "
    "gin sherry cordial mead champagne vodka smoothie milkshake buttermilk",
    "tastes": "sweet sour bitter salty spicy bland tasty juicy crisp stale ripe creamy crunchy "
    "sugary savoury peppery fruity tangy rancid delicious chewy minty",
    "textures": "soft hard rough smooth fluffy prickly slippery silky bumpy furry woolly sharp "
    "blunt velvety scratchy grainy spongy stiff knobbly greasy damp slimy",
    "sizes": "big small large tiny huge tall short long wide narrow thick thin giant little "
    "enormous vast deep shallow broad slim bulky gigantic immense",
    "characters": "kind brave honest lazy clever shy polite proud rude patient gentle cruel "
    "generous selfish stubborn friendly greedy modest loyal jealous curious careless cheerful",
    "feelings": "joy anger fear sadness pride shame grief envy love hope boredom surprise worry "
    "delight guilt jealousy loneliness disgust excitement relief despair happiness sorrow",
    "trades": "baker butcher carpenter plumber tailor weaver potter blacksmith cobbler miller "
    "gardener farmer teacher nurse doctor dentist barber clerk painter printer mason shepherd",
    "family": "mother father sister brother aunt uncle cousin niece nephew grandmother grandfather "
    "son daughter husband wife twin stepmother stepfather grandson granddaughter godmother",
    "royalty": "king queen prince princess duke duchess knight baron earl emperor lord lady "
    "squire sultan tsar monarch empress pharaoh viscount baroness countess",
    "clothes": "coat hat shirt trousers skirt dress jacket scarf glove sock shoe boot cap belt "
    "waistcoat jumper cardigan apron blouse sandal slipper mitten vest",
    "fabrics": "cotton wool silk linen velvet leather denim satin lace felt tweed nylon flannel "
    "canvas corduroy fleece muslin chiffon cashmere polyester suede gingham",
    "metals": "iron copper tin gold silver lead steel brass bronze zinc nickel aluminium platinum "
    "mercury chrome titanium tungsten cobalt pewter uranium lithium",
    "stones": "marble granite slate chalk flint sandstone limestone ruby diamond sapphire emerald "
    "opal pearl amber jade quartz topaz garnet amethyst basalt crystal",
    "body": "head arm leg hand foot knee elbow shoulder neck ear eye nose mouth chin finger thumb "
    "toe ankle wrist hip stomach heel forehead cheek lip",
    "illnesses": "cough flu fever headache measles mumps toothache earache rash asthma backache "
    "chickenpox pneumonia bronchitis bruise sprain blister cramp sunburn nausea hiccups",
    "weather": "rain snow hail fog mist wind storm thunder lightning frost sunshine breeze drizzle "
    "sleet cloud gale blizzard shower drought rainbow hurricane heatwave",
    "space": "sun moon star planet comet meteor galaxy asteroid eclipse orbit Mars Venus Jupiter "
    "Saturn Neptune Uranus Pluto nebula constellation satellite rocket",
    "landscape": "hill mountain valley river lake forest field meadow beach island cliff stream "
    "pond marsh moor cave bay desert glacier waterfall volcano canyon",
    "streets": "street lane road avenue alley bridge pavement roundabout crossroads motorway "
    "footpath subway tunnel junction kerb boulevard terrace causeway flyover bypass driveway",
    "buildings": "house church school library museum castle barn mill hospital theatre shop "
    "factory tower cottage palace hotel inn lighthouse station chapel bank temple stable",
    "rooms": "kitchen bedroom bathroom attic cellar pantry parlour lounge nursery conservatory "
    "basement corridor porch larder hallway scullery playroom lobby veranda cloakroom classroom",
    "vehicles": "car bus train tram bicycle lorry van ferry boat ship cart wagon tractor motorbike "
    "taxi ambulance yacht canoe raft coach aeroplane helicopter sledge scooter",
    "instruments": "violin piano flute drum trumpet guitar harp cello clarinet oboe organ trombone "
    "tuba banjo fiddle accordion bassoon saxophone mandolin viola recorder tambourine",
    "games": "football tennis chess cricket hockey rugby golf badminton netball basketball rowing "
    "cycling archery skittles draughts dominoes marbles hopscotch croquet snooker volleyball",
    "flowers": "rose tulip daisy lily violet daffodil poppy orchid lavender snowdrop crocus "
    "primrose buttercup dandelion bluebell foxglove sunflower marigold carnation pansy peony",
    "trees": "oak ash elm birch willow pine fir beech maple poplar cedar chestnut hazel yew larch "
    "sycamore hawthorn rowan alder spruce holly cypress walnut",
    "countries": "France Spain Italy Germany Norway Sweden Poland Greece India China Japan Egypt "
    "Kenya Brazil Canada Mexico Peru Chile Cuba Ireland Portugal Finland Denmark",
    "languages": "French German Spanish Italian Dutch Russian Greek Latin Polish Welsh Swedish "
    "Danish Turkish Arabic Hindi Chinese Japanese Korean Portuguese Norwegian Finnish",
    "movements": "walk run jump swim climb crawl hop skip dance hurry stroll gallop sprint wander "
    "leap dive creep jog trot limp stagger stride tiptoe",
    "sounds": "shout whisper sing hum laugh scream mutter mumble yell groan sigh giggle roar "
    "squeak growl chatter moan cheer snore whine squeal grunt",
    "thoughts": "think know remember believe guess wonder understand imagine forget doubt decide "
    "learn suppose dream consider expect realise notice reckon predict ponder",
    "cookery": "boil fry bake roast grill chop slice stir mix peel knead simmer mash grate pour "
    "steam melt poach sprinkle drain garnish blend",
    "prepositions": "under over beside behind between above below near across through inside "
    "outside against around beyond along among towards beneath within upon",
}
GROUPS = {name: tuple(words.split()) for name, words in _GROUPS.items()}

COUNTABLE = (
    "animals", "birds", "insects", "tools", "furniture", "fruits", "trades",
    "clothes", "vehicles", "instruments", "buildings", "flowers", "trees",
)  # fmt: skip

OPPOSITES = tuple(
    tuple(pair.split("/"))
    for pair in (
        "hot/cold big/small tall/short wide/narrow thick/thin deep/shallow fast/slow "
        "early/late old/young rich/poor full/empty open/shut light/dark wet/dry clean/dirty "
        "hard/soft rough/smooth strong/weak loud/quiet happy/sad brave/timid kind/cruel "
        "polite/rude asleep/awake alive/dead first/last up/down left/right in/out on/off "
        "over/under above/below before/after inside/outside near/far here/there always/never "
        "everything/nothing everybody/nobody day/night summer/winter north/south east/west "
        "black/white begin/end buy/sell give/take push/pull win/lose come/go laugh/cry "
        "remember/forget arrive/leave rise/fall love/hate question/answer friend/enemy "
        "top/bottom front/back floor/ceiling entrance/exit true/false sweet/bitter "
        "cheap/dear safe/dangerous simple/difficult sharp/blunt tight/loose straight/crooked "
        "more/less many/few with/without war/peace success/failure"
    ).split()
)
ODD_PLURALS = {
    "mouse": "mice", "goose": "geese", "louse": "lice", "sheep": "sheep", "deer": "deer",
    "wolf": "wolves", "shelf": "shelves", "scarf": "scarves", "potato": "potatoes",
    "tomato": "tomatoes", "trousers": "trousers", "pliers": "pliers", "child": "children",
    "man": "men", "woman": "women", "foot": "feet", "tooth": "teeth", "ox": "oxen",
    "knife": "knives", "wife": "wives", "life": "lives", "leaf": "leaves", "loaf": "loaves",
    "half": "halves", "thief": "thieves", "calf": "calves", "hero": "heroes", "echo": "echoes",
}  # fmt: skip


@cache
def all_words() -> tuple[str, ...]:
    """Every word of every group."""
    return tuple(word for words in GROUPS.values() for word in words)


@cache
def real_words() -> frozenset[str]:
    """Words that an invented word must not be."""
    return frozenset(all_words()) | {word for pair in OPPOSITES for word in pair}


@cache
def countable() -> tuple[str, ...]:
    """Nouns that have a plural, and those whose plural is odd."""
    words = (word for name in COUNTABLE for word in GROUPS[name])
    return tuple(dict.fromkeys((*words, *ODD_PLURALS)))


def plural(noun: str) -> str:
    """The plural of a noun: plum, plums; cherry, cherries; mouse, mice."""
    if noun in ODD_PLURALS:
        return ODD_PLURALS[noun]
    if noun.endswith("y") and noun[-2] not in "aeiou":
        return noun[:-1] + "ies"
    return noun + ("es" if noun.endswith(("s", "x", "ch", "sh")) else "s")
