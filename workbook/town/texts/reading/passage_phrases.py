"""How a passage states its facts about a person or a place: trait -> phrasings.

Tables only; `questions.py` has the questions to them, `passages.py` puts both together.
"""

from workbook.town.writer import Phrases

VISITOR_SENTENCES = {
    "job": Phrases(
        "{who} is {a_value}.",
        "{who} works as {a_value}.",
        "{who} earns a living as {a_value}.",
        "{who} has been {a_value} for years.",
        "{who} became {a_value} after school.",
        "{who} is {a_value} by trade.",
        "{who} found work as {a_value}.",
        "{who} makes a living as {a_value}.",
        "{who} trained as {a_value} and still works as one.",
    ),
    "home": Phrases(
        "{who} comes from {value}.",
        "{who} grew up in {value}.",
        "{who} travelled here from {value}.",
        "{who} calls {value} home.",
        "{who} arrived from {value} by train.",
        "{who} spent a happy childhood in {value}.",
        "{who} came all the way from {value}.",
        "{who} took the night train from {value}.",
    ),
    "street": Phrases(
        "{who} is staying in {value}.",
        "{who} has a room in {value}.",
        "{who} rents a small flat in {value}.",
        "{who} lives in {value} for now.",
        "{who} found a bed in {value}.",
        "{who} has a kitchen and a bedroom in {value}.",
        "{who} has found lodgings in {value}.",
        "{who} sleeps in a quiet house in {value}.",
    ),
    "hobby": Phrases(
        "{who} likes {value}.",
        "{who} enjoys {value} on Sundays.",
        "{who} spends every free hour on {value}.",
        "{who} is fond of {value}.",
        "{who} took up {value} last year.",
        "{who} loves {value} more than anything.",
        "{who} never tires of {value}.",
        "{who} is good at {value}.",
    ),
    "pet": Phrases(
        "{who} has {a_value}.",
        "{who} travels with {a_value}.",
        "{who} keeps {a_value}.",
        "{who} owns {a_value} with bright eyes.",
        "{who} brought {a_value} along.",
        "{who} goes nowhere without {a_value}.",
        "{who} looks after {a_value}.",
        "{who} feeds {a_value} every morning.",
    ),
    "colour": Phrases(
        "{who} likes the colour {value} best.",
        "{who} loves the colour {value}.",
        "{who} thinks {value} is the finest colour of all.",
        "{who} prefers {value} to all other colours.",
        "{who} paints every door {value}.",
        "{who} finds {value} the prettiest colour.",
    ),
    "birth year": Phrases(
        "{who} was born in {value}.",
        "{who}'s birthday cakes count from {value}.",
        "{who} was a baby in {value}.",
        "{who} was born in the spring of {value}.",
        "{who} was born back in {value}.",
        "{who} was born at the end of {value}.",
    ),
}

PLACE_SENTENCES = {
    "street": Phrases(
        "{who} stands in {value}.",
        "{who} is in {value}.",
        "{who} can be found in {value}.",
        "{who} has its door in {value}.",
        "{who} lies at the end of {value}.",
        "{who} takes up a corner of {value}.",
    ),
    "founded": Phrases(
        "{who} was founded in {value}.",
        "{who} has been there since {value}.",
        "{who} first opened in {value}.",
        "{who} dates from {value}.",
        "{who} welcomed its first guests in {value}.",
        "{who} was set up in {value}.",
    ),
    "opens": Phrases(
        "{who} opens at {value}.",
        "{who} lets people in from {value}.",
        "{who} opens its doors at {value}.",
        "{who} is open from {value}.",
        "{who} starts the day at {value}.",
        "{who} unlocks the door at {value}.",
    ),
    "closes": Phrases(
        "{who} closes at {value}.",
        "{who} shuts at {value}.",
        "{who} stays open until {value}.",
        "{who} locks up at {value}.",
        "{who} ends the day at {value}.",
        "{who} sends the last people home at {value}.",
    ),
    "closed on": Phrases(
        "{who} is closed on {value}.",
        "{who} stays shut every {value}.",
        "{who} rests on {value}.",
        "{who} does not open on {value}.",
        "{who} keeps its doors shut on {value}.",
        "{who} takes {value} off.",
    ),
    "known for": Phrases(
        "{who} is known for {value}.",
        "{who} is famous for {value}.",
        "{who} is loved for {value}.",
        "{who} is proud of {value}.",
        "{who} is praised for {value}.",
        "{who} made its name with {value}.",
    ),
}
