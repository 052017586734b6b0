"""What is said of people and things that do not exist, and of facts that do not (data only).

Used by `refusals.py`. The requests are those of the questions from memory in
`instruction_phrases.py` and more, so that the wording does not give away whether there is an
answer; the last but one is met only in validation, the last only in the test split.
"""

from workbook.town.texts.instruction_phrases import CLOSED_BOOK, NEXT_QUESTION
from workbook.town.writer import Phrases

UNKNOWN = {
    "people": "I do not know anybody called {who}.",
    "places": "I do not know a place called {who}.",
    "products": "I do not know a product called {who}.",
    "events": "I do not know an event called {who}.",
}

MISSING = {
    "spouse": "{who} is not married.",
    "pet": "{who} has no pet.",
    "owner": "Nobody owns {who}.",
}

REQUESTS = Phrases(
    *CLOSED_BOOK.all[:-2],
    "Answer if you can. {ask}",
    "{ask} Tell me if you do not know.",
    "Somebody asked me this today. {ask}",
    "{ask} I am not sure I have got the name right.",
    "I want to know something and cannot look it up. {ask}",
    *CLOSED_BOOK.all[-2:],
)

NEXT_REQUESTS = Phrases(
    *NEXT_QUESTION.all[:-2],
    "And what about this? {ask}",
    "One more, please. {ask}",
    *NEXT_QUESTION.all[-2:],
)
