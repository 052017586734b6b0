"""Sentence patterns for the town's pages about yearly events. Words only; `pages.py` uses them.

Slots: {full} "the Lantern Dance", {name} the same or "the dance", {who} also "it"; the other
slots hold the facts. The last two patterns of a list of six or more stay out of train.
Lesson 01 shows the pages these sentences make.
"""

from workbook.town.writer import Phrases

OPENINGS = {
    ("kind", "place"): Phrases(
        "{full} is {a_kind} that takes place at {place} every year.",
        "{full} is a yearly {kind} at {place} in Brindlemere.",
        "{full} is a yearly {kind}, and it is held at {place}.",
        "Every year {place} hosts {full}, a popular {kind}.",
        "{full}, a yearly {kind}, is held at {place}.",
        "{full} is {a_kind} at {place} that nobody likes to miss.",
    ),
    ("kind", "date"): Phrases(
        "{full} is {a_kind} that is held on {date} in Brindlemere.",
        "{full} is a yearly {kind} on {date}.",
        "On {date} people in Brindlemere meet for {full}, a yearly {kind}.",
        "{full} is a yearly {kind}, and its date is {date}.",
        "{full}, a yearly {kind}, is held on {date}.",
        "Brindlemere celebrates {full}, a yearly {kind}, on {date}.",
    ),
    ("kind", "organiser"): Phrases(
        "{full} is a yearly {kind} organised by {organiser}.",
        "{full} is {a_kind} in Brindlemere, and its organiser is {organiser}.",
        "{organiser} organises {full}, a yearly {kind} in Brindlemere.",
        "{full} is {a_kind} that {organiser} organises every year.",
        "{full}, a yearly {kind}, has {organiser} as its organiser.",
        "{full} is {a_kind} in the care of {organiser}.",
    ),
}

PLACE = Phrases(
    "{who} takes place at {place}.",
    "{full} is held at {place}.",
    "{full} takes place at {place}.",
    "{place} hosts {full}.",
    "The place for {name} is {place}.",
    "Visitors to {name} meet at {place}.",
    "{name} has its home at {place}.",
    "If you want to see {name}, come to {place}.",
)
ORGANISER = Phrases(
    "{who} is organised by {organiser}.",
    "The organiser of {full} is {organiser}.",
    "{organiser} organises {full}.",
    "{full} is organised by {organiser}.",
    "{organiser} plans {name} every year.",
    "{organiser} is in charge of {name}.",
    "{organiser} looks after every detail of {name}.",
    "Questions about {name} go to {organiser}.",
)
WEEKDAY = Phrases(
    "{who} takes place on a {weekday}.",
    "{full} is held on a {weekday}.",
    "The day of {name} is a {weekday}.",
    "The town meets for {name} on a {weekday}.",
    "{name} falls on a {weekday}.",
    "It is a {weekday} when {name} begins.",
    "{weekday} is the day for {name}.",
)
DATE = Phrases(
    "{who} takes place on {date}.",
    "{full} is held on {date}.",
    "The date of {full} is {date}.",
    "{full} is on {date}.",
    "On {date} it is time for {name}.",
    "Many calendars in town show {name} on {date}.",
    "Children count the days until {name} on {date}.",
    "Put a circle around {date}, the date of {name}.",
)
HOUR = Phrases(
    "{who} begins at {hour}.",
    "{full} begins at {hour}.",
    "{name} starts at {hour}.",
    "Visitors to {name} should arrive before {hour}.",
    "At {hour} a drum opens {name}.",
    "The first guests see {name} start at {hour}.",
    "The starting hour of {name} is {hour}.",
    "{name} gets going at {hour}.",
)
FEE = Phrases(
    "{who} costs {fee}.",
    "The fee for {full} is {fee}.",
    "A ticket for {full} costs {fee}.",
    "Entry to {name} costs {fee}.",
    "You pay {fee} at the entrance to {name}.",
    "A seat at {name} costs {fee}.",
    "{name} charges every guest {fee}.",
    "For {fee} you get a ticket to {name}.",
)
FREE = Phrases(
    "{who} costs nothing.",
    "Entry to {full} costs nothing.",
    "{full} is free, so you pay nothing.",
    "A ticket for {name} costs nothing.",
    "Visitors to {name} pay nothing at the entrance.",
    "Nobody needs a purse, for {name} costs nothing.",
)
FIRST_YEAR = Phrases(
    "{who} took place for the first time in {first_year}.",
    "The first year of {full} was {first_year}.",
    "{full} was first held in {first_year}.",
    "{name} began in {first_year}.",
    "{name} has been part of the year since {first_year}.",
    "Old posters show that {name} began in {first_year}.",
    "The story of {name} starts in {first_year}.",
    "Nobody had heard of {name} before {first_year}.",
)
PLACE_STREET = Phrases(
    "{place}, the home of {name}, is in {place_street}.",
    "Visitors to {name} walk to {place} in {place_street}.",
    "You will find {place}, where {name} is held, in {place_street}.",
    "{name} is held at {place} in {place_street}.",
)
PLACE_KNOWN = Phrases(
    "{place}, the host of {name}, is known for {known_for}.",
    "Visitors to {name} also like {place} for {known_for}.",
    "{place}, where {name} is held, is known for {known_for}.",
    "Apart from {name}, {place} is known for {known_for}.",
)
ORGANISER_JOB = Phrases(
    "{organiser}, who organises {name}, is {a_job}.",
    "{organiser} is {a_job} and organises {name}.",
    "{organiser}, the organiser of {name}, works as {a_job}.",
    "Besides planning {name}, {organiser} works as {a_job}.",
)
SCENE = Phrases(
    "{scene}.",
    "At {name}, {scene_low}.",
    "During {full}, {scene_low}.",
    "Each year at {name}, {scene_low}.",
)

SCENES = {
    "market": (
        "Baskets of onions and turnips stand in rows",
        "Farmers shout their bargains",
        "A juggler collects coins in a cap",
    ),
    "concert": (
        "Fiddles and flutes tune up behind a curtain",
        "The crowd claps until the candles flicker",
        "An old waltz is played as the last number",
    ),
    "reading": (
        "Listeners sit on cushions and sip cocoa",
        "A nervous poet drops all the pages",
        "The youngest guest asks the hardest question",
    ),
    "race": (
        "Oars splash and whistles blow",
        "The winner gets a cup and a cabbage",
        "Spectators wave scarves from the shore",
    ),
    "exhibition": (
        "Visitors argue politely about every piece",
        "Tiny lamps shine on rare objects",
        "A guide explains the oldest work",
    ),
    "play": (
        "A painted forest fills the stage",
        "The villain slips on a banana skin",
        "Actors bow while roses fly through the air",
    ),
    "dance": (
        "Couples spin until their cheeks glow",
        "The accordion wheezes through a polka",
        "Shy guests watch from the benches",
    ),
    "course": (
        "Beginners learn with patient teachers",
        "Everybody takes home something they made",
        "Mistakes are welcome and often funny",
    ),
    "parade": (
        "Trumpets and painted carts pass by",
        "Toddlers throw paper petals",
        "A giant dragon made of cloth leads the way",
    ),
    "tasting": (
        "Small plates wander from hand to hand",
        "Experts sniff, nod and scribble notes",
        "The crumbs are shared with sparrows",
    ),
}
