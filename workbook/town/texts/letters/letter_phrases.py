"""Words, greetings and farewells of the letters, and all their occasions.

Lists only; `letters.py` fills them, the occasions are in `letter_occasions_*.py`. {third} is a
visitor whom the letter mentions.
"""

from workbook.town.texts.letters import letter_occasions_plain, letter_occasions_warm
from workbook.town.writer import Phrases

FORMAL = frozenset(("complaint", "order", "application", "lost and found"))
FORMAL_ENDS = ("Yours", "Yours faithfully", "Yours sincerely", "With good wishes")
WARM_ENDS = (
    "Yours",
    "With much love",
    "Warm wishes",
    "Your friend",
    "As ever, yours",
    "All the best",
)

DETAILS = {
    "gift": (
        "wool scarf", "jar of plum jam", "tin of biscuits", "book of poems", "bunch of tulips",
        "pair of mittens", "basket of pears", "teapot", "music box", "box of chocolates",
        "picture frame", "bottle of elder syrup", "pot of basil", "cushion with a swan on it",
    ),
    "sin": (
        "broke your window with a ball", "forgot your birthday", "spilled ink on your map",
        "trod on your tulips", "lost the book you lent me", "laughed at your new hat",
        "missed our supper", "let your hens out", "told everybody your secret",
        "dropped your best cup", "fell asleep during your song", "ate the last slice of your cake",
    ),
    "noise": (
        "your trumpet", "your barking dog", "your squeaking gate", "your hammering",
        "your cockerel", "your parties", "your loud clock", "your rattling cart",
    ),
    "dish": (
        "onion soup", "plum cake", "fish pie", "barley stew", "ginger biscuits", "apple dumplings",
        "walnut bread", "pea soup", "lemon tart", "rhubarb crumble", "potato pancakes",
        "mushroom sauce", "cherry jam", "cheese scones",
    ),
    "thing": (
        "wardrobe", "rocking chair", "kitchen clock", "wheelbarrow", "garden gate", "kettle",
        "rowing boat", "bicycle", "lantern", "fiddle", "sewing machine", "door lock", "drawer",
        "suitcase", "weather vane", "oven door", "cradle", "bird cage",
    ),
    "fault": (
        "makes a strange noise", "has come loose", "will not move at all", "has lost a screw",
        "has a crack from top to bottom", "sticks in wet weather", "leans to one side",
        "has come apart", "has gone rusty",
    ),
    "illness": (
        "a bad cold", "a broken leg", "a sore throat", "a fever", "an aching tooth", "a cough",
        "a twisted ankle", "a headache", "the flu",
    ),
    "joy": (
        "passed your examination", "won the chess cup", "had a little girl", "bought a house",
        "finished your book", "opened your own shop", "caught that enormous trout",
        "learned to swim", "had a little boy", "climbed the mountain", "found a new job",
    ),
    "sight": (
        "a lake as smooth as glass", "a castle without a roof", "streets full of orange trees",
        "a bridge with shops on it", "mountains white with snow", "a river that runs uphill",
        "a tower that leans", "windmills on every hill", "a square full of pigeons",
        "a garden of stone lions", "a harbour with a hundred sails",
    ),
    "belonging": (
        "umbrella", "glove", "scarf", "notebook", "pipe", "purse", "fountain pen", "raincoat",
        "pocket knife", "reading glass", "handkerchief", "flute",
    ),
    "spot": (
        "under a chair", "on the window sill", "behind the stove", "between two cushions",
        "on the stairs", "in the hall", "on a hook by the door", "beside the piano",
    ),
    "animal": (
        "cat", "dog", "parrot", "tortoise", "rabbit", "goat", "canary", "pony", "goose", "hamster",
    ),
    "food": (
        "chopped carrots", "dry bread", "oats", "fresh hay", "lettuce", "apple peel",
        "sunflower seeds", "cold rice",
    ),
    "relative": (
        "mother", "father", "sister", "brother", "aunt", "uncle", "grandmother", "cousin",
        "nephew", "niece",
    ),
    "skill": (
        "bake bread", "add up long columns", "mend nets", "read maps", "play the fiddle",
        "keep a secret", "get up before the sun", "speak to shy people", "drive a cart",
        "sew a straight seam",
    ),
    "mood": (
        "lonely", "restless", "tired", "homesick", "gloomy", "nervous", "cross", "sleepy",
    ),
    "weather": (
        "rainy", "stormy", "sunny", "foggy", "windy", "mild", "frosty", "chilly", "bright",
    ),
    "news": (
        "The swallows are back under the roof.", "The plum tree is in flower.",
        "The well has run dry again.", "The baker has a new oven.",
        "A fox has been at the hens.", "My knees hurt when it rains.",
        "The lamp in the hall is mended at last.", "I have begun to learn the flute.",
        "The snails have eaten all my lettuce.", "There is a new bench by the pond.",
        "We have mice in the attic.", "I sleep badly when the moon is full.",
        "The river is high this week.", "My tomatoes are almost ripe.",
    ),
}  # fmt: skip

GREETINGS = Phrases(
    "I hope that you are well.",
    "How are you?",
    "It is a {weather} day, and I have time to write.",
    "I have not written for a long time.",
    "I am sitting by the window with a cup of tea.",
    "I often think of you.",
    "It was good to get your letter.",
    "Please forgive my bad handwriting.",
    "Greetings from {my_street}.",
    "Your last letter made me laugh.",
)
CHAT = Phrases(
    "{news}",
    "Otherwise there is not much news here.",
    "It has been {weather} all week in {my_street}.",
    "I went to the {place} yesterday, which is known for {known_for}.",
    "I have tried the {product}, which costs {price}.",
    "Did you know that the {place} is closed on {closed_on}?",
    "Everybody in {my_street} sends you greetings.",
    "My life as {my_job} keeps me busy.",
    "{third} from {home} came to see us and asked about you.",
    "Sometimes I feel {mood}, but it passes.",
    "They sell the {product} at the {seller} now.",
    "My {relative} sends you kind regards.",
)
FAREWELLS = Phrases(
    "Write soon.",
    "I look forward to your reply.",
    "Take good care of yourself.",
    "Give my love to your family.",
    "I must stop now, for the post leaves soon.",
    "I hope to see you before long.",
    "Please write back when you have time.",
    "With that I will put down my pen.",
)

OCCASIONS = {
    **letter_occasions_warm.OCCASIONS,
    **letter_occasions_plain.OCCASIONS,
}
