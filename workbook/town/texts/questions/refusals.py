"""Questions about people and things that do not exist, beside questions about some that do.

Nothing is there to read: a model must know whom it knows. A name that nobody has may look like a
visitor's or like the town's own; what does not exist is asked for in the same words as what does.
Leaves out harmful requests: this is honesty about knowledge only. The lesson on evaluation uses it.
"""

from collections.abc import Sequence
from typing import NamedTuple
from zlib import crc32

from workbook.town import names
from workbook.town.texts.chat import chat_document, exchange
from workbook.town.texts.questions.recall import Askable, ask, facts_of
from workbook.town.texts.questions.refusal_phrases import MISSING, NEXT_REQUESTS, REQUESTS, UNKNOWN
from workbook.town.vocabulary import EVENT_HEADS, EVENTS, GOODS, PLACES
from workbook.town.writer import Document, Writer

TABLES = {"people": 60, "places": 18, "products": 13, "events": 9}  # how often, as in `recall`
TRAITS = {
    "people": ("job", "employer", "street", "birth year", "hobby", "pet", "spouse"),
    "places": ("street", "founded", "opens", "closes", "closed on", "known for", "owner"),
    "products": ("seller", "price", "colour", "maker"),
    "events": ("place", "date", "organiser"),
}
SORTS = {"known": 38, "missing": 8, "unknown": 54}  # of the questions
# Of ten names that can be put together from the town's own parts, eight are met in training.
TENTHS = {"train": range(8), "validation": (8,), "test": (9,)}
NOUNS = tuple(noun for noun, _ in PLACES.values())
GOODS_WORDS = tuple(f"{word} {kind}" for kind, (_, words, _) in GOODS.items() for word in words)
EVENT_NOUNS = tuple(noun for noun, _ in EVENTS.values())


class RefusalQuestion(NamedTuple):
    """A question from memory and the right answer."""

    question: str
    answer: str
    name: str
    trait: str
    known: bool  # whether the person or thing exists
    missing: bool = False  # whether it does, but not the fact


def refusal(writer: Writer, known: bool | None = None) -> Document:
    """Write three to six questions about what exists and what does not, with their answers.

    known: ask one question only, about somebody or something that exists (True) or not (False).
    Fields: questions, answers, and of the last question: question, answer, name, trait, known,
    missing (it exists, but has no such fact).
    """
    asked = _asked(writer, known, 3, 6)
    text = "\n".join(f"Question: {pair.question}\nAnswer: {pair.answer}" for pair in asked)
    return writer.document("refusal", text, answer=asked[-1].answer, **_fields(asked))


def refusal_chat(writer: Writer, known: bool | None = None) -> Document:
    """Write the same as a chat of two to five turns; option and fields as in `refusal`."""
    asked = _asked(writer, known, 2, 5)
    requests = (REQUESTS, *[NEXT_REQUESTS] * (len(asked) - 1))
    turns = [
        (writer.say(request, ask=pair.question), pair.answer)
        for request, pair in zip(requests, asked, strict=True)
    ]
    return chat_document(writer, "refusal", exchange(*turns), **_fields(asked))


def _asked(writer: Writer, known: bool | None, least: int, most: int) -> list[RefusalQuestion]:
    if known is not None:
        return [_known(writer) if known else _unknown(writer)]
    make = {"known": _known, "missing": _missing, "unknown": _unknown}
    sorts, weights = tuple(SORTS), tuple(SORTS.values())
    return [
        make[writer.source.weighted(sorts, weights)](writer)
        for _ in range(writer.source.integer(least, most))
    ]


def _fields(asked: list[RefusalQuestion]) -> dict[str, object]:
    last = asked[-1]._asdict()
    del last["answer"]  # a chat sets it itself
    questions = [pair.question for pair in asked]
    return {"questions": questions, "answers": [pair.answer for pair in asked], **last}


# ---- what exists ----------------------------------------------------------------------------


def _known(writer: Writer) -> RefusalQuestion:
    """A true fact of the training split, in every split: a model knows no other."""
    thing = writer.pick(writer.town.among(_table(writer), "train"))
    fact = writer.pick(list(facts_of(writer.town, thing)))
    writer.fact(fact.name, fact.trait, fact.value)
    return RefusalQuestion(ask(writer, fact), fact.answer, fact.name, fact.trait, known=True)


def _missing(writer: Writer) -> RefusalQuestion:
    """The spouse, the pet or the owner that somebody or something has not got."""
    trait = writer.source.weighted(("spouse", "pet", "owner"), (40, 40, 20))
    table = "places" if trait == "owner" else "people"
    without = [t for t in writer.town.among(table, "train") if getattr(t, trait) is None]
    name = writer.pick(without).name
    name = f"the {name}" if trait == "owner" else name
    question = ask(writer, Askable(table, name, trait, ""))
    return RefusalQuestion(
        question, MISSING[trait].format(who=name), name, trait, known=True, missing=True
    )


def _table(writer: Writer) -> str:
    return writer.source.weighted(tuple(TABLES), tuple(TABLES.values()))


# ---- what does not --------------------------------------------------------------------------


def _unknown(writer: Writer) -> RefusalQuestion:
    """A question about a name that nobody and nothing has, today or at the cutoff."""
    table = _table(writer)
    if table == "people":
        name = _no_person(writer)
    else:
        make = {"places": _no_place, "products": _no_product, "events": _no_event}[table]
        name = f"the {names.fresh(lambda: make(writer), writer.town.reserved)}"
    trait = writer.pick(TRAITS[table])
    question = ask(writer, Askable(table, name, trait, ""))
    return RefusalQuestion(question, UNKNOWN[table].format(who=name), name, trait, known=False)


def _no_person(writer: Writer) -> str:
    """A new name, or the first or last name of a townsperson beside a wrong one.

    A first name means one person in town, so with another last name it means nobody.
    """
    people = writer.town.among("people", "train")
    way = writer.source.weighted(("new", "new first", "new last", "swapped"), (40, 20, 15, 25))
    if way == "new":
        return writer.visitor().name
    person = writer.pick(people)
    if way == "new first":
        return f"{writer.visitor().first} {person.last}"
    if way == "new last":
        return f"{person.first} {names.visitor_family_name(writer.source)}"
    others = sorted({other.last for other in people} - {person.last})
    return f"{person.first} {writer.pick(_kept(writer, person.first, others))}"


def _no_place(writer: Writer) -> str:
    """The words of a training place, or others, with the noun of any kind of place."""
    way = writer.source.weighted(("new", "town-like", "known"), (50, 25, 25))
    if way == "new":
        words = names.visitor_family_name(writer.source)
    elif way == "town-like":
        words = f"{writer.pick(names.PLACE_HEADS)} {writer.pick(names.PLACE_NOUNS)}"
    else:
        place = writer.pick(writer.town.among("places", "train"))
        words = place.name.removesuffix(f" {PLACES[place.kind][0]}")
    return f"{words} {writer.pick(_kept(writer, words, NOUNS))}"


def _no_product(writer: Writer) -> str:
    """The brand of a training product, or another, with any goods."""
    way = writer.source.weighted(("new", "town-like", "known"), (40, 25, 35))
    if way == "new":
        brand = names.visitor_family_name(writer.source)
    elif way == "town-like":
        brand = names.family_name(writer.source)
    else:
        brand = writer.pick(writer.town.among("products", "train")).name.split()[0]
    return f"{brand} {writer.pick(_kept(writer, brand, GOODS_WORDS))}"


def _no_event(writer: Writer) -> str:
    head = writer.pick(EVENT_HEADS)
    return f"{head} {writer.pick(_kept(writer, head, EVENT_NOUNS))}"


def _kept(writer: Writer, word: str, options: Sequence[str]) -> list[str]:
    """The options that may follow a word in this split; no option is left to two splits."""
    start, tenths = crc32(word.encode()), TENTHS[writer.split]
    return [option for i, option in enumerate(options, start) if i % 10 in tenths]
