"""What a chat of `turns.py` is about: a place, a product or an event with its traits.

Places are the town's own or made up for the chat; a trait is drawn when it is first needed. Left
out: what the user says of themselves, which is `turn_self_phrases.py`.
"""

from collections.abc import Callable

from workbook.town.texts.questions.questions import (
    EVENT_ANSWERS,
    EVENT_QUESTIONS,
    PLACE_ANSWERS,
    PLACE_QUESTIONS,
    PRODUCT_ANSWERS,
    PRODUCT_QUESTIONS,
)
from workbook.town.texts.questions.recall import facts_of
from workbook.town.vocabulary import COLOURS, WEEKDAYS
from workbook.town.writer import Writer, hour

Traits = dict[str, Callable[[], str]]

QUESTIONS = {"places": PLACE_QUESTIONS, "products": PRODUCT_QUESTIONS, "events": EVENT_QUESTIONS}
ANSWERS = {"places": PLACE_ANSWERS, "products": PRODUCT_ANSWERS, "events": EVENT_ANSWERS}
MADE_UP = ("street", "founded", "opens", "closes", "closed on", "known for")
ONE_WORD_TRAITS = {"closed on", "founded", "colour", "home", "pet", "name"}
DIGIT_TRAITS = {"founded", "date", "price"}
OTHERS = {  # what a wrong guess may be
    "opens": [hour(h) for h in range(6, 11)],
    "closes": [hour(h) for h in range(15, 22)],
    "closed on": WEEKDAYS,
    "colour": COLOURS,
}


def draw_thing(writer: Writer, kind: str | None) -> tuple[str, str, Traits]:
    """Draw the thing that a system line is about, to suit a rule of the kind.

    Returns its table, its name with "the", and its traits.
    """
    weights = [35, 30, 20, 15]
    if kind in ("no digits", "one word"):
        weights[3] = 0  # no trait of an event has one word, and a date has digits
    sort = writer.source.weighted(("place", "made-up", "product", "event"), weights)
    if sort == "made-up":
        place = writer.made_up_place()
        traits = {trait: lambda trait=trait: read(place, trait) for trait in MADE_UP}
        return "places", f"the {place.name}", traits
    thing = {"place": writer.place, "product": writer.product, "event": writer.event}[sort]()
    facts = facts_of(writer.town, thing)
    return f"{sort}s", f"the {thing.name}", {f.trait: lambda f=f: f.value for f in facts}


def read(thing: object, trait: str) -> str:
    """A trait of a visitor or a made-up place in words."""
    value = getattr(thing, {"name": "first"}.get(trait, trait.replace(" ", "_")))
    return hour(value) if trait in ("opens", "closes") else str(value)
