"""Sentence patterns for the town's pages about people. Words only; `pages.py` puts them together.

Slots: {full} the whole name, {name} whole or first name, {who} name or pronoun, {they} {their}
the pronouns; the other slots hold the facts. The last two patterns of a list stay out of train.
Lesson 01 shows the pages these sentences make.
"""

from workbook.town.writer import Phrases

OPENINGS = {
    ("job", "employer"): Phrases(
        "{full} is {a_job} at {employer} in Brindlemere.",
        "{full} works as {a_job} at {employer}.",
        "{full} is {a_job} at {employer}.",
        "{full} has a job as {a_job} at {employer}.",
        "{full} of Brindlemere is {a_job} at {employer}.",
        "The {job} {full} works at {employer}.",
        "{full} earns a living as {a_job} at {employer}.",
        "{full} serves the town as {a_job} at {employer}.",
    ),
    ("job", "birth year"): Phrases(
        "{full} is {a_job} in Brindlemere and was born in {birth_year}.",
        "{full}, born in {birth_year}, is {a_job} in Brindlemere.",
        "{full} was born in {birth_year} and works as {a_job}.",
        "{full} (born {birth_year}) is {a_job} in Brindlemere.",
        "Born in {birth_year}, {full} is {a_job} in this small town.",
        "The {job} {full} was born in {birth_year}.",
    ),
    ("job", "street"): Phrases(
        "{full} is {a_job} and lives in {street}.",
        "{full} is {a_job} from {street} in Brindlemere.",
        "{full} lives in {street} and works as {a_job}.",
        "The {job} {full} lives in {street} in Brindlemere.",
        "{full} of {street} is {a_job}.",
        "{full} is {a_job} with a home in {street}.",
    ),
}

TRADE = Phrases(
    "{who} {duty}.",
    "Every working day {who} {duty}.",
    "As {a_job}, {who} {duty}.",
    "From early in the morning {who} {duty}.",
    "At work {who} {duty} and hums a tune.",
    "All week long {who} {duty}.",
)
EMPLOYER = Phrases(
    "{who} works at {employer}.",
    "{name} has worked at {employer} for years.",
    "{name}'s employer is {employer}.",
    "You can find {name} at {employer} on most days.",
    "{who} has a post at {employer}.",
    "The people at {employer} are glad to have {name}.",
    "{who} goes to work at {employer}.",
    "Every working day {name} walks to {employer}.",
)
COLLEAGUE = Phrases(
    "{who} works side by side with {colleague}.",
    "{name}'s colleague {colleague} works there too.",
    "At work {who} shares the kettle with {colleague}.",
    "{colleague} works in the same place as {name}.",
    "{who} learned many tricks of the trade from {colleague}.",
    "On busy days {who} is helped by {colleague}.",
)
OWNS = Phrases(
    "{who} is also the owner of {owns}.",
    "{who} owns {owns} and is proud of it.",
    "The owner of {owns} is {name}.",
    "{owns} belongs to {name}.",
    "{name} bought {owns} with years of savings.",
    "{name} is both worker and owner at {owns}.",
)
HOME = Phrases(
    "{who} lives at {house} {street}.",
    "{name}'s address is {house} {street}.",
    "{name} has a home at {house} {street}.",
    "The house of {full} is {house} {street}.",
    "Letters for {name} go to {house} {street}.",
    "The lamp in the window of {house} {street} is {name}'s.",
    "{who} has the keys to {house} {street}.",
    "Friends who visit {name} knock at {house} {street}.",
)
STREET = Phrases(
    "{who} lives in {street}.",
    "{name}'s street is {street}.",
    "{name} has a home in {street}.",
    "Everybody in {street} knows {name}.",
    "{who} has lived in {street} for many years.",
    "{name} sweeps the doorstep in {street} each morning.",
    "{who} is at home in {street}.",
    "You will find {name}'s front door in {street}.",
)
BORN = Phrases(
    "{who} was born in {birth_year}.",
    "{name}'s birth year is {birth_year}.",
    "{full} was born in {birth_year}.",
    "The year of {name}'s birth is {birth_year}.",
    "{who} was born back in {birth_year}.",
    "In {birth_year} {full} was born.",
    "{name} was a baby in {birth_year}.",
    "{name}'s birthdays are counted from {birth_year}.",
)
HOBBY = Phrases(
    "{name}'s hobby is {hobby}.",
    "{who} loves {hobby}.",
    "{who} likes {hobby}.",
    "In the evenings {who} enjoys {hobby}.",
    "{name} spends free days on {hobby}.",
    "The favourite hobby of {full} is {hobby}.",
    "{who} is fond of {hobby}.",
    "After work {who} finds joy in {hobby}.",
)
HABIT = Phrases(
    "{who} {habit}.",
    "On a free Sunday {who} {habit}.",
    "When the weather is kind, {who} {habit}.",
    "Now and then {who} {habit}.",
)
PET = Phrases(
    "{who} has {a_pet}.",
    "{name}'s pet is {a_pet}.",
    "{who} keeps {a_pet} as a pet.",
    "At home {name} looks after {a_pet}.",
    "{who} shares the house with {a_pet}.",
    "The pet in {name}'s house is {a_pet}.",
    "{name} is the owner of {a_pet}.",
    "{name} comes home to {a_pet} every evening.",
)
PET_HABIT = Phrases(
    "{name}'s {pet} {pet_habit}.",
    "The neighbours know that {name}'s {pet} {pet_habit}.",
    "People smile because {name}'s {pet} {pet_habit}.",
    "Every day {name}'s {pet} {pet_habit}.",
)
SPOUSE = Phrases(
    "{who} is married to {spouse}.",
    "{name}'s {partner} is {spouse}.",
    "{full} is married to {spouse}.",
    "{spouse} is {name}'s {partner}.",
    "{who} lives with {their} {partner}, {spouse}.",
    "{who} has {a_partner}, {spouse}.",
    "{name} and {spouse} are married.",
    "{name} shares a home with {their} {partner}, {spouse}.",
)
PARENT = Phrases(
    "{name}'s {mother} is {parent}.",
    "{who} is a child of {parent}.",
    "{parent} is {name}'s {mother}.",
    "The {mother} of {full} is {parent}.",
    "{who} visits {their} {mother}, {parent}, on Sundays.",
    "{name} has the same smile as {their} {mother}, {parent}.",
)
CHILD = Phrases(
    "{name}'s {daughter} is {child}.",
    "{child} is {name}'s {daughter}.",
    "{who} has {a_daughter} called {child}.",
    "{who} often cooks supper for {their} {daughter}, {child}.",
    "{name} is proud of {their} {daughter}, {child}.",
    "The {daughter} of {full} is {child}.",
)
FRIEND = Phrases(
    "{who} is a friend of {friend}.",
    "{name} and {friend} are friends.",
    "{who} likes to talk with {their} friend {friend}.",
    "One of {name}'s friends is {friend}.",
    "{friend} is a good friend of {name}.",
    "On market days {who} meets {their} friend {friend}.",
    "{who} trusts {their} old friend {friend}.",
    "{name} often takes long walks with {their} friend {friend}.",
)
NEIGHBOUR = Phrases(
    "{name}'s neighbour is {neighbour}.",
    "{who} is a neighbour of {neighbour}.",
    "{neighbour} lives close to {name}.",
    "{who} often lends a ladder to {their} neighbour {neighbour}.",
    "{name} and {neighbour} are neighbours.",
    "{who} chats over the fence with {their} neighbour {neighbour}.",
)
FAVOURITE = Phrases(
    "{name}'s favourite product is {favourite}.",
    "{who} likes {favourite} more than anything else in the shops.",
    "{favourite} is {name}'s favourite product.",
    "Of all the goods in town, {who} likes {favourite} best.",
    "{who} praises {favourite} to everybody.",
    "The favourite product of {full} is {favourite}.",
    "{who} thinks that nothing beats {favourite}.",
    "Ask {name} for a good product and you will hear about {favourite}.",
)
MAKES = Phrases(
    "{who} makes {makes}.",
    "{makes} is made by {name}.",
    "{name} is the maker of {makes}.",
    "{full} made {makes} with patience and care.",
    "People know {name} as the maker of {makes}.",
    "{makes} comes from the hands of {name}.",
)
ORGANISES = Phrases(
    "{who} organises {organises} every year.",
    "The organiser of {organises} is {name}.",
    "{name} is in charge of {organises}.",
    "Each year {who} plans {organises}.",
    "Nobody but {name} could run {organises}.",
    "{name} hangs up the posters for {organises}.",
)

HABITS = {
    "chess": ("keeps a chessboard by the window", "never leaves a game half finished"),
    "rowing": ("rows across the bay before breakfast", "oils the oars with care"),
    "singing": ("hums old tunes on the stairs", "sings so loudly that windows tremble"),
    "knitting": ("carries wool and needles everywhere", "knits socks for cold feet"),
    "painting": ("wears a smock full of bright stains", "paints clouds above the roofs"),
    "birdwatching": ("waits in the reeds with a telescope", "counts swallows in a notebook"),
    "swimming": ("swims to the buoy and back", "jumps into the water even in frost"),
    "fishing": ("sits on the pier with a rod and a bucket", "digs for worms behind the shed"),
    "gardening": ("grows beans, peas and sweet carrots", "pulls weeds between the cabbages"),
    "juggling": ("throws five oranges into the air", "drops an egg and laughs about it"),
    "archery": ("shoots arrows at a straw target", "mends feathers on bent arrows"),
    "stargazing": ("climbs on the roof to see the planets", "stays awake for falling stars"),
    "cycling": ("rides over the hills on a rusty bicycle", "patches flat tyres in the yard"),
    "cooking": ("stirs thick soups in a heavy pot", "tries a new recipe with leeks and dill"),
    "dancing": ("dances in the kitchen with a broom", "polishes a pair of dancing shoes"),
    "reading": ("reads under the blankets until midnight", "borrows thick novels"),
    "hiking": ("walks along the cliffs with a knapsack", "follows muddy paths to the spring"),
    "sailing": ("ties clever knots in every rope", "sails around the island in a stiff breeze"),
    "skating": ("draws circles on the frozen pond", "sharpens a pair of old skates"),
    "storytelling": ("tells tales of giants and shipwrecks", "makes small children shiver"),
    "pottery": ("shapes wet clay into crooked cups", "bakes jars in a small kiln"),
    "drumming": ("taps a beat on every table", "plays a drum made from a barrel"),
    "embroidery": ("stitches roses on white pillows", "sorts bright threads in a tin"),
    "running": ("runs along the shore at dawn", "wears out two pairs of shoes a year"),
    "photography": ("takes pictures of puddles and shadows", "hangs wet prints on a string"),
    "carving": ("cuts spoons from pear wood", "leaves shavings all over the floor"),
    "kite flying": ("runs over the dunes with a kite", "waits for a strong wind from the west"),
    "baking": ("bakes buns for the whole street", "fills the house with the smell of nutmeg"),
    "climbing": ("scrambles up the rocks above the bay", "dries a long rope on the balcony"),
    "map drawing": ("draws every lane and well on paper", "measures distances in paces"),
}
PET_HABITS = {
    "cat": ("sleeps on a warm stove", "chases moths around the lamp"),
    "dog": ("barks at the postman", "buries bones in the flower bed"),
    "parrot": ("repeats every word it hears", "whistles like a kettle"),
    "tortoise": ("crawls under the sofa", "eats lettuce very slowly"),
    "rabbit": ("nibbles at the curtains", "digs holes in the lawn"),
    "goat": ("chews hats and newspapers", "climbs on the garden wall"),
    "hedgehog": ("rolls up like a ball", "hunts beetles at night"),
    "canary": ("sings from sunrise to noon", "splashes in a saucer of water"),
    "pony": ("trots through the village", "waits for a carrot at the fence"),
    "ferret": ("hides spoons behind the cupboard", "sleeps in an old boot"),
    "goose": ("guards the gate like a soldier", "hisses at strangers"),
    "newt": ("rests on a mossy stone", "blinks at visitors from its tank"),
    "lamb": ("follows the children to school", "jumps over baskets and buckets"),
    "duck": ("paddles in the washing tub", "quacks at every cloud"),
    "hamster": ("runs in its wheel all night", "hides seeds in its cheeks"),
    "snail": ("leaves a silver trail on the wall", "creeps up the window glass"),
}
