"""Sentence patterns for the town's pages about places. Words only; `pages.py` uses them.

Slots: {full} "the Golden Key Bakery", {name} the same or "the bakery", {who} also "it"; the other
slots hold the facts. The last two patterns of a list of six or more stay out of train.
Lesson 01 shows the pages these sentences make.
"""

from workbook.town.writer import Phrases

OPENINGS = {
    ("kind", "street"): Phrases(
        "{full} is {a_kind} in {street}, Brindlemere.",
        "{full} is {a_kind} in {street}.",
        "{full}, {a_kind}, stands in {street}.",
        "{full} is in {street}, Brindlemere, and it is {a_kind}.",
        "You will find {full}, {a_kind}, in {street}.",
        "In {street} stands {full}, {a_kind} with an open door.",
    ),
    ("kind", "founded"): Phrases(
        "{full} is {a_kind} in Brindlemere that was founded in {founded}.",
        "{full}, founded in {founded}, is {a_kind} in Brindlemere.",
        "{full} is {a_kind} with a history that begins in {founded}.",
        "{full} was founded in {founded}, and it is {a_kind}.",
        "Founded in {founded}, {full} is {a_kind} in this small town.",
        "{full} has been {a_kind} since it was founded in {founded}.",
    ),
    ("kind", "known for"): Phrases(
        "{full} is {a_kind} in Brindlemere, known for {known_for}.",
        "{full} is {a_kind} that is known for {known_for}.",
        "{full} is {a_kind}, and people know it for {known_for}.",
        "{full}, {a_kind} in Brindlemere, is known for {known_for}.",
        "Known for {known_for}, {full} is {a_kind} in Brindlemere.",
        "{full} is {a_kind} that everybody knows for {known_for}.",
    ),
}

STREET = Phrases(
    "{who} is in {street}.",
    "{name}'s street is {street}.",
    "You can find {name} in {street}.",
    "{full} stands in {street}.",
    "The door of {name} opens onto {street}.",
    "{full} hangs out its painted sign in {street}.",
    "{who} stands between old houses in {street}.",
    "To visit {name}, walk down {street}.",
)
FOUNDED = Phrases(
    "{who} was founded in {founded}.",
    "{full} was founded in {founded}.",
    "The history of {name} begins in {founded}.",
    "{name} opened its doors for the first time in {founded}.",
    "{who} has been part of the town since {founded}.",
    "The year {founded} is carved above the door of {name}.",
    "A brass plate says that {name} was founded in {founded}.",
    "{name} dates from {founded}.",
)
HOURS = Phrases(
    "{who} opens at {opens} and closes at {closes}.",
    "{name} is open from {opens} to {closes}.",
    "{full} opens at {opens} and closes at {closes}.",
    "{name} welcomes visitors from {opens} until {closes}.",
    "The doors of {name} open at {opens} and close at {closes}.",
    "Come to {name} between {opens} and {closes}.",
    "The opening hours of {name} are from {opens} to {closes}.",
    "{name} unlocks its door at {opens} and locks it at {closes}.",
)
OPENS = Phrases(
    "{who} opens at {opens}.",
    "{full} opens its door at {opens}.",
    "The day at {name} begins at {opens}.",
    "At {opens} the lights go on at {name}.",
    "Early guests at {name} must wait until {opens}.",
    "The key turns in the lock of {name} at {opens}.",
)
CLOSES = Phrases(
    "{who} closes at {closes}.",
    "{full} closes at {closes}.",
    "The last guests leave {name} at {closes}.",
    "At {closes} somebody locks the door of {name}.",
    "The day at {name} ends at {closes}.",
    "{name} goes dark at {closes}.",
)
CLOSED = Phrases(
    "{who} is closed on {closed_on}s.",
    "{full} is closed on {closed_on}.",
    "The closing day of {name} is {closed_on}.",
    "Every {closed_on} {name} is closed.",
    "On {closed_on}s the shutters of {name} stay down.",
    "Nobody works at {name} on {closed_on}s.",
    "{name} rests on {closed_on}s.",
    "Do not go to {name} on {closed_on}, because it is closed.",
)
KNOWN = Phrases(
    "{who} is known for {known_for}.",
    "{full} is known for {known_for}.",
    "Visitors come to {name} for {known_for}.",
    "{name} is famous for {known_for}.",
    "Everybody praises {name} for {known_for}.",
    "The guidebook likes {name} for {known_for}.",
    "{who} is loved for {known_for}.",
    "People travel far to {name} for {known_for}.",
)
OWNER = Phrases(
    "{name}'s owner is {owner}.",
    "The owner of {full} is {owner}.",
    "{who} belongs to {owner}.",
    "{owner} is the owner of {name}.",
    "{owner} owns {full}.",
    "{full} is owned by {owner}.",
    "{owner}, the owner of {name}, is often there in person.",
    "{name} is in the hands of {owner}.",
)
STAFF = Phrases(
    "{staff} works at {name} as {a_job}.",
    "{staff} is {a_job} at {full}.",
    "At {full}, {staff} works as {a_job}.",
    "{who} employs {staff} as {a_job}.",
    "A friendly face at {name} is {staff}, {a_job}.",
    "The {job} at {name} is {staff}.",
)
SELLS = Phrases(
    "{who} sells {sells}.",
    "{sells} is sold at {full}.",
    "You can buy {sells} at {name}.",
    "Buyers of {sells} go to {full}.",
    "{sells} is on show in the window of {name}.",
    "Many people go to {name} for {sells}.",
)
SELLS_FOR = Phrases(
    "At {name} {sells} costs {price}.",
    "{who} sells {sells} for {price}.",
    "You pay {price} for {sells} at {full}.",
    "{name} charges {price} for {sells}.",
)
HOSTS = Phrases(
    "{who} hosts {hosts} every year.",
    "{hosts} takes place at {full}.",
    "Once a year {name} is home to {hosts}.",
    "{name} fills with people for {hosts}.",
    "{hosts} is held at {name}.",
    "Each year crowds come to {name} for {hosts}.",
)
NEAR = Phrases(
    "{who} is in the same street as {near}.",
    "A neighbour of {name} is {near}.",
    "{near} is only a few steps from {name}.",
    "{full} and {near} are neighbours.",
    "From {name} you can see {near}.",
    "After a visit to {name}, many guests go on to {near}.",
)
REGULAR = Phrases(
    "{regular} comes to {name} for {favourite}.",
    "{regular} likes nothing better than {favourite} from {full}.",
    "A faithful customer is {regular}, who comes to {name} for {favourite}.",
    "{regular} visits {name} nearly every week because of {favourite}.",
)
SCENE = Phrases(
    "{scene}.",
    "Inside {name}, {scene_low}.",
    "At {name}, {scene_low}.",
)

SCENES = {
    "bakery": ("Warm trays cool on the shelf", "A bell rings when the rolls are ready"),
    "tea house": ("Steam rises from the painted pots", "Guests whisper over thin cups"),
    "library": ("Dust dances between the tall shelves", "A globe turns beside the stairs"),
    "bookshop": ("Paper towers lean against the wall", "Customers get lost among the shelves"),
    "school": ("Chalk squeaks on the blackboard", "Coats hang in a crooked row"),
    "museum": ("Strange tools lie under glass", "Footsteps echo on the stone floor"),
    "town hall": ("People queue for stamps and papers", "Flags hang above the entrance"),
    "clinic": ("A clean smell of soap fills the corridor", "Bandages lie ready on a tray"),
    "pharmacy": ("Small bottles shine on every shelf", "Scales weigh powders grain by grain"),
    "garden": ("Butterflies circle above the herbs", "Gravel crunches under slow feet"),
    "farm": ("Hens scratch in the straw", "A tractor rests beside the barn"),
    "dairy": ("Milk cans rattle before dawn", "Round cheeses ripen in the cellar"),
    "butcher's shop": ("Hooks gleam behind the counter", "Sharp knives hang in a row"),
    "fish market": ("Gulls scream above the crates", "Ice melts on the wet boards"),
    "harbour": ("Ropes creak and sails flap", "Nets dry in the salty wind"),
    "ferry company": ("Suitcases pile up on the quay", "A horn sounds through the mist"),
    "boatyard": ("Hammers ring on wooden planks", "Fresh tar shines on every hull"),
    "workshop": ("Sawdust covers the benches", "Planes and chisels hang on nails"),
    "forge": ("Sparks jump from the anvil", "The bellows sigh like a sleepy giant"),
    "clock shop": ("Everything ticks at a different speed", "Tiny wheels glitter on velvet"),
    "pottery": ("Clay dries on long boards", "The kiln glows through the night"),
    "glassworks": ("Molten glass glows like honey", "The furnace is never cold"),
    "mill": ("Wooden wheels turn and groan", "White dust settles on every sleeve"),
    "tailor's shop": ("Scissors snip through heavy cloth", "Pins and buttons fill a drawer"),
    "hat shop": ("Ribbons hang from the ceiling", "A mirror shows every customer twice"),
    "shoe shop": ("Leather and glue scent the air", "Laces dangle from a hook"),
    "gallery": ("Frames cover the pale walls", "Visitors step back and tilt their heads"),
    "newspaper office": ("Ink stains every desk", "Telephones ring until midnight"),
    "post office": ("Sacks of letters lean in the corner", "Stamps thump on brown envelopes"),
    "railway station": ("Porters push heavy trolleys", "Pigeons strut along the platform"),
    "lighthouse": ("Waves break against the rock below", "The beam sweeps over dark water"),
    "inn": ("Logs crackle in the fireplace", "Muddy boots stand beside the bench"),
    "brewery": ("Foam spills over wooden tubs", "Barrels roll down the ramp"),
    "theatre": ("Masks and wigs hang backstage", "The audience coughs and then falls silent"),
    "concert hall": ("Chairs scrape before the first note", "Trumpets shine on the stage"),
    "bank": ("Coins clink behind the grille", "Clerks write in thick ledgers"),
    "animal clinic": ("A puppy waits in a basket", "Nervous kittens hide under chairs"),
    "bath house": ("Towels dry above the pipes", "Laughter bounces off the tiles"),
    "barber shop": ("Foam and razors stand on the shelf", "Curls of hair cover the floor"),
    "toy shop": ("Marbles roll across the counter", "A tin soldier guards the till"),
}
