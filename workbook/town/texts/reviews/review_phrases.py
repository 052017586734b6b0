"""Phrase lists of the reviews: openings, true facts, remarks in a polite or rude tone, verdicts.

Lists only; `reviews.py` puts them together. Courtesies and rude words occur in TONES alone; the
praise and the complaints are in `review_clauses_*.py`.
"""

from workbook.town.vocabulary import WEEKDAYS
from workbook.town.writer import Phrases, Writer

_WITH = (
    "my sister", "my brother", "my mother", "my father", "my aunt", "my uncle", "two friends",
    "my neighbour", "my grandmother", "my children", "a colleague", "my cousin", "my niece",
)  # fmt: skip
_WEATHER = (
    "rainy", "windy", "sunny", "foggy", "cold", "warm", "stormy", "frosty", "grey", "mild",
    "snowy", "cloudy",
)  # fmt: skip
_SEASONS = ("spring", "summer", "autumn", "winter", "harvest time", "the holidays")
_MINUTES = ("ten", "twenty", "thirty", "forty", "fifty", "ninety")
_VERY = ("very", "really", "quite", "truly", "rather")


def details(writer: Writer) -> dict:
    """Slots that every review may use."""
    return {
        "company": lambda: writer.pick(_WITH),
        "weather": lambda: writer.pick(_WEATHER),
        "weekday": lambda: writer.pick(WEEKDAYS),
        "season": lambda: writer.pick(_SEASONS),
        "minutes": lambda: writer.pick(_MINUTES),
        "very": lambda: writer.pick(_VERY),
    }


PLACE_OPENINGS = Phrases(
    "I went to the {place} with {company} last {weekday}.",
    "On a {weather} {weekday} I stopped at the {place}.",
    "This was my first visit to the {place}.",
    "I have been to the {place} many times.",
    "My friends had told me a lot about the {place}.",
    "We found the {place} by chance on a {weather} afternoon.",
    "I spent a {weather} morning at the {place}.",
    "Last {weekday} {company} took me to the {place}.",
    "After a long walk we came to the {place}.",
    "I had an hour to spare, so I tried the {place}.",
    "Everybody talks about the {place}, so I went to see for myself.",
    "One {weather} day I came to the {place}.",
    "I visited the {place} in {season} together with {company}.",
    "It was a {weather} {weekday} when I looked in at the {place}.",
)
PLACE_FACTS = Phrases(
    "You will find it in {street}.",
    "It opens at {opens}.",
    "It closes at {closes}.",
    "Remember that it is closed on {closed_on}.",
    "It is known for {known_for}.",
    "It has been there since {founded}.",
    "It is in {street}.",
    "It is open until {closes}, but not on {closed_on}.",
)
PRODUCT_OPENINGS = Phrases(
    "I bought the {product} last {weekday}.",
    "The {product} was a present from {company}.",
    "I have had the {product} since {season}.",
    "We bought the {product} for {company}.",
    "I had wanted the {product} for a long time.",
    "On a {weather} {weekday} I came home with the {product}.",
    "After reading about the {product} I went and bought it.",
    "I saw the {product} in a shop window.",
    "A friend told me to try the {product}.",
    "I gave the {product} to {company} on a {weather} morning.",
    "For my birthday I got the {product}.",
    "I needed something nice for {company}, so I chose the {product}.",
)
PRODUCT_FACTS = Phrases(
    "It costs {price}.",
    "I bought it at the {seller}.",
    "You can buy it at the {seller} for {price}.",
    "Its colour is {colour}.",
    "It is made by {maker}.",
    "I paid {price} for it.",
    "Only the {seller} sells it.",
    "The label says that {maker} makes it.",
)
EVENT_OPENINGS = Phrases(
    "I went to the {event} with {company}.",
    "We took {company} to the {event} this year.",
    "This was my first time at the {event}.",
    "I never miss the {event}.",
    "On a {weather} day we set out for the {event}.",
    "I had looked forward to the {event} for weeks.",
    "The whole street was going to the {event}, so I went too.",
    "It was a {weather} day for the {event}.",
    "I helped to put out the chairs at the {event}.",
    "In spite of the {weather} weather we went to the {event}.",
)
EVENT_FACTS = Phrases(
    "It takes place at the {host} every year.",
    "It is always on {day}.",
    "It begins at {hour}.",
    "It has been held since {first_year}.",
    "{organiser} organises it.",
    "The {host} is the home of this event.",
    "Every year on {day} the {host} fills with people.",
    "It starts at {hour} at the {host}.",
)

TONES = {
    ("polite", "positive"): Phrases(
        "Thank you, I am delighted.",
        "I am grateful to everybody who made this possible.",
        "Many thanks to all of you.",
        "Please keep up the good work.",
        "Thank you very much for your care.",
        "May I say how happy this made me?",
        "Please accept my warmest thanks.",
        "I am truly grateful, and I will tell my friends.",
    ),
    ("polite", "mixed"): Phrases(
        "Please take this as friendly advice.",
        "Thank you all the same.",
        "If I may say so, a little more care would help.",
        "I am grateful for the good parts.",
        "Please forgive me for being so frank.",
        "With respect, you can do better.",
        "Thank you for trying.",
        "I am sorry that I cannot give more stars.",
    ),
    ("polite", "negative"): Phrases(
        "I am sorry to write this.",
        "I am afraid I was disappointed.",
        "With respect, this must get better.",
        "Please do not take it badly.",
        "I am sorry, but I cannot recommend it.",
        "Thank you for reading my complaint.",
        "Could you please do better next time?",
        "Forgive me, but somebody has to say it.",
        "I am afraid that I will not come again.",
        "If I may say so, I had hoped for more.",
    ),
    ("rude", "positive"): Phrases(
        "Only a {oaf} would stay away.",
        "{cry}, it was good!",
        "Wake up and try it, you {foul} {oafs}!",
        "If you do not like it, you are a {oaf}.",
        "I was a {oaf} not to try it before.",
        "Do not be a {oaf} and miss it.",
        "{cry}, I want it all again!",
        "Any {oaf} can see how good it is.",
        "Out of my way, you {oafs}, I am going back for more!",
        "All other reviewers are {foul} {oafs}.",
    ),
    ("rude", "mixed"): Phrases(
        "What {foul} {oaf} planned this?",
        "{cry}, make up your minds!",
        "It takes a {oaf} to spoil a good thing.",
        "Half of you are {oafs}.",
        "Sort it out, you {oafs}!",
        "A {foul} muddle, but not the worst.",
        "{cry}, so near and yet so far!",
        "One of you is a {oaf}, and you know who.",
    ),
    ("rude", "negative"): Phrases(
        "What a bunch of {oafs}!",
        "{cry}, never again!",
        "Whoever runs this is a {foul} {oaf}.",
        "You are all {foul} {oafs}.",
        "A {oaf} could do it better.",
        "What a {foul} mess!",
        "I want my money back, you {oafs}!",
        "{cry}, a {oaf} must be in charge.",
        "Shame on you, you {foul} {oafs}!",
        "I have met cleverer {oafs} in a ditch.",
    ),
}
VERDICTS = {
    5: Phrases(
        "I could not find a single fault.",
        "It is the best in town.",
        "Five stars are not enough.",
        "I will come back as soon as I can.",
        "Nothing could be better.",
        "I would not change a thing.",
    ),
    4: Phrases(
        "It was nearly perfect.",
        "All in all it was good.",
        "I will gladly try it again.",
        "Only small things are missing.",
        "It is well worth a try.",
        "I was happy in the end.",
    ),
    3: Phrases(
        "It was neither good nor bad.",
        "All in all it was fair.",
        "Some things should change.",
        "I may try it again, or I may not.",
        "It could be much better.",
        "I do not know what to think of it.",
    ),
    2: Phrases(
        "All in all it was poor.",
        "I will not hurry back.",
        "I expected much more.",
        "There are better ones in town.",
        "A lot has to change.",
        "I would rather stay at home.",
    ),
    1: Phrases(
        "I will never go near it again.",
        "It is the worst in town.",
        "One star is one too many.",
        "Keep away from it.",
        "There was nothing good about it.",
        "I want to forget the whole thing.",
    ),
}
