"""Praise and complaint about goods and events, aspect by aspect: (praise, complaint).

Lists only; `reviews.py` puts them together. Clauses begin in lower case unless with "I", because
"But" may stand before them. No courtesies and no rude words: those are in `review_phrases.py`.
"""

from workbook.town.writer import Phrases

TASTE = (
    Phrases(
        "it tastes fresh and {very} good.",
        "it is sweet without being sticky.",
        "the smell fills the whole kitchen.",
        "{company} asked for a second piece.",
        "it was gone before supper.",
        "it keeps well for a week.",
        "you can tell that it is made with care.",
        "it is the best I have ever tasted.",
    ),
    Phrases(
        "it tastes stale and {very} bitter.",
        "it is so sweet that my teeth hurt.",
        "the smell drove me out of the kitchen.",
        "{company} fed it to the ducks.",
        "nobody touched it at supper.",
        "it was mouldy after a day.",
        "you can tell that it is made in a hurry.",
        "it is the worst I have ever tasted.",
    ),
)
MAKE = (
    Phrases(
        "it is strong and well made.",
        "it does not have a single scratch.",
        "it will last for many years.",
        "every detail is right.",
        "it works as well as on the first day.",
        "it feels {very} solid in the hand.",
        "it survived a fall down the stairs.",
        "you can see that a master made it.",
    ),
    Phrases(
        "it is weak and badly made.",
        "it was full of scratches.",
        "it broke on the second day.",
        "no two sides are the same length.",
        "it has never worked properly.",
        "it feels {very} flimsy in the hand.",
        "it came apart when I touched it.",
        "you can see that a beginner made it.",
    ),
)
LOOK = (
    Phrases(
        "it looks lovely by the window.",
        "the colours are deep and bright.",
        "everybody who visits me asks about it.",
        "it is {very} pretty.",
        "{company} will not stop admiring it.",
        "it suits the whole house.",
    ),
    Phrases(
        "it looks ugly by the window.",
        "the colours faded in a week.",
        "everybody who visits me laughs at it.",
        "it is {very} plain.",
        "{company} told me to hide it in the attic.",
        "it suits nothing in the house.",
    ),
)
FIT = (
    Phrases(
        "it fits as if it were made for me.",
        "it is light and comfortable.",
        "it looks smart on {weather} days.",
        "strangers in the street admire it.",
        "I wear it every {weekday}.",
        "it makes me look ten years younger.",
    ),
    Phrases(
        "it does not fit at all.",
        "it is heavy and it itches.",
        "it looks silly on {weather} days.",
        "strangers in the street giggle at it.",
        "I wore it one {weekday} and never again.",
        "it makes me look like a scarecrow.",
    ),
)
SHOPPING = (
    Phrases(
        "the shop assistant was friendly.",
        "they let me try it first.",
        "they answered all my questions.",
        "they gave {company} a free sample.",
        "buying it took only a minute.",
        "they promised to mend it for nothing if it breaks.",
    ),
    Phrases(
        "the shop assistant was grumpy.",
        "they would not let me try it first.",
        "they knew nothing about it.",
        "they ignored {company} completely.",
        "buying it took {minutes} minutes.",
        "they refused to take it back.",
    ),
)
PARCEL = (
    Phrases(
        "it was wrapped with care.",
        "the parcel came a day early.",
        "it came in a strong wooden box.",
        "a little card was tied to it.",
        "it was carried home for me.",
        "it came with clear instructions.",
    ),
    Phrases(
        "it was wrapped in dirty paper.",
        "the parcel came a week late.",
        "the box was wet and torn.",
        "a piece of it was missing.",
        "I had to carry it home in the rain.",
        "it came without any instructions.",
    ),
)
SHOW = (
    Phrases(
        "it was even better than last year.",
        "{company} clapped louder than anybody.",
        "we laughed, sang and stayed to the end.",
        "the programme was full of surprises.",
        "I have never had so much fun.",
        "the children's eyes were shining.",
        "it was {very} well planned.",
        "I went home humming.",
    ),
    Phrases(
        "it was worse than last year.",
        "{company} fell asleep on a bench.",
        "we left long before the end.",
        "the programme was muddled from the start.",
        "I have never been so bored.",
        "the children began to cry.",
        "it was {very} badly planned.",
        "I went home with a headache.",
    ),
)
HELPERS = (
    Phrases(
        "the helpers were cheerful and quick.",
        "somebody showed {company} to a good seat.",
        "the helpers handed out hot tea.",
        "a steward found my lost glove.",
        "they made newcomers feel welcome.",
        "the people at the gate were {very} friendly.",
    ),
    Phrases(
        "the helpers were grumpy and slow.",
        "nobody showed {company} where to sit.",
        "the helpers drank all the tea themselves.",
        "a steward stepped on my foot.",
        "they made newcomers feel unwelcome.",
        "the people at the gate were {very} unfriendly.",
    ),
)
CROWD = (
    Phrases(
        "there was room for everybody.",
        "we had a fine view from the front.",
        "the crowd was merry and peaceful.",
        "the lanterns made everything glow.",
        "we could hear every note and every word.",
        "there were enough seats for {company} and me.",
    ),
    Phrases(
        "there was no room to move.",
        "we saw nothing but hats and backs.",
        "the crowd pushed and shoved.",
        "it was too dark to find the way.",
        "we could not hear a single word.",
        "there was not one seat for {company}.",
    ),
)
