"""A short message, and a request for some of its facts as lines of "field: value".

Each message plays out one errand (`extraction_phrases.py`): an order, a lost thing, a visit ...
The names are a visitor's, made for the message, so they must be copied. Leaves out messages that
lack a wanted field. The lessons on prompting and structured output use it.
"""

from collections.abc import Callable

from workbook.town.names import visitor_family_name, visitor_first_name
from workbook.town.texts.extraction.extraction_phrases import (
    COLOURED,
    ENDINGS,
    ERRANDS,
    GREETINGS,
    TASTES,
    Errand,
)
from workbook.town.texts.slots import Slots
from workbook.town.vocabulary import COLOURS, DAYS_IN_MONTH, MONTHS, WEEKDAYS
from workbook.town.writer import Document, Writer, an, clock, money, they, upper

LEADS = ("Wanted: ", "Fields: ", "Find: ")


def extraction(writer: Writer) -> Document:
    """A message of three to five sentences and two to four fields to find in it.

    Fields: passage, wanted (list of field names), answer (lines "field: value", in that order).
    """
    errand = writer.pick(ERRANDS)
    values = _true(writer, errand)
    values.update({name: DRAW[name](writer) for name in errand.fields if name not in values})
    values["name"] = _full_name(writer)
    sentences = _message(writer, errand, values)
    wanted = writer.source.sample(tuple(values), writer.source.integer(2, min(4, len(values))))
    for name in values:
        if name != "name":
            writer.fact(values["name"], name, values[name])
    passage = " ".join(sentences)
    answer = "\n".join(f"{name}: {values[name]}" for name in wanted)
    lead = writer.pick(LEADS)
    return writer.document(
        "extraction",
        f"Message: {passage}\n{lead}{', '.join(wanted)}\n{answer}",
        passage=passage,
        wanted=wanted,
        answer=answer,
    )


def _message(writer: Writer, errand: Errand, values: dict[str, str]) -> list[str]:
    """Greeting, the sentences of the errand, and an ending; greeting and ending may be missing."""
    slots = Slots(writer, **values)
    slots.later(lambda: slots.set(**they(writer.pick(("she", "he")))), *they("she"))
    if "thing" in values:
        slots.set(a_thing=an(values["thing"]))
    sentences = [upper(slots.say(part)) for part in errand.parts]
    if writer.source.chance(0.5):
        sentences.insert(0, writer.say(GREETINGS))
    if writer.source.chance(0.5):
        sentences.append(writer.say(ENDINGS))
    return sentences


def _full_name(writer: Writer) -> str:
    source = writer.source
    return f"{visitor_first_name(source)} {visitor_family_name(source)}"


def _true(writer: Writer, errand: Errand) -> dict[str, str]:
    """What a message says of the town's own goods and events is as the town has it."""
    if "product" in errand.fields:
        product = writer.product()
        writer.fact(product.name, "price", money(product.price))
        return {"product": product.name, "price": money(product.price)}
    if "event" in errand.fields:
        event = writer.pick([e for e in writer.town.among("events", writer.split) if e.fee])
        values = {"day": event.weekday, "time": clock(60 * event.hour), "price": money(event.fee)}
        for relation, value in values.items():
            writer.fact(event.name, relation, value)
        return {"event": event.name, **values}
    return {}


def _date(writer: Writer) -> str:
    month = writer.source.below(12)
    return f"{writer.source.integer(1, DAYS_IN_MONTH[month])} {MONTHS[month]}"


DRAW: dict[str, Callable[[Writer], str]] = {
    "thing": lambda writer: f"{writer.pick(COLOURS)} {writer.pick(COLOURED)}",
    "place": lambda writer: writer.place().name,
    "street": lambda writer: writer.pick(writer.town.streets),
    "house": lambda writer: str(writer.source.integer(1, 48)),
    "day": lambda writer: writer.pick(WEEKDAYS),
    "date": _date,
    "time": lambda writer: clock(writer.source.integer(28, 84) * 15),
    "price": lambda writer: money(writer.source.integer(4, 240) * 25),
    "people": lambda writer: str(writer.source.integer(2, 12)),
    "nights": lambda writer: str(writer.source.integer(2, 9)),
    "home": lambda writer: visitor_family_name(writer.source),
    "food": lambda writer: writer.pick(TASTES),
    "friend": _full_name,
}
