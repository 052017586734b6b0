"""Questions about the town with no passage to read: what a model must have learned by heart.

`facts_of` lists what can be asked about an entity in a snapshot of the town, so that the same
question can be put about the town at the cutoff and the town today. Lesson 15 measures the gap.
"""

from collections.abc import Iterator
from typing import NamedTuple

from workbook.town.entities import Event, Person, Place, Product, Town
from workbook.town.texts.questions.questions import (
    EVENT_ANSWERS,
    EVENT_QUESTIONS,
    PERSON_ANSWERS,
    PERSON_QUESTIONS,
    PLACE_ANSWERS,
    PLACE_QUESTIONS,
    PRODUCT_ANSWERS,
    PRODUCT_QUESTIONS,
)
from workbook.town.writer import Document, Writer, an, hour, money, upper

QUESTIONS = {
    "people": PERSON_QUESTIONS,
    "places": PLACE_QUESTIONS,
    "products": PRODUCT_QUESTIONS,
    "events": EVENT_QUESTIONS,
}
ANSWERS = {
    "people": PERSON_ANSWERS,
    "places": PLACE_ANSWERS,
    "products": PRODUCT_ANSWERS,
    "events": EVENT_ANSWERS,
}


class Askable(NamedTuple):
    """A fact somebody can be asked for: which table, about whom, what, and the answer."""

    table: str
    name: str  # as it stands in a sentence: goods and events take "the"
    trait: str
    value: str

    @property
    def answer(self) -> str:
        """The one right sentence."""
        pattern = ANSWERS[self.table][self.trait]
        return upper(pattern.format(who=self.name, value=self.value, a_value=an(self.value)))


def recall(writer: Writer) -> Document:
    """Three to six questions about entities of the split, each with its whole-sentence answer."""
    source = writer.source
    questions, answers = [], []
    for _ in range(source.integer(3, 6)):
        draw = source.weighted(
            (writer.person, writer.place, writer.product, writer.event), (60, 18, 13, 9)
        )
        fact = source.choice(list(facts_of(writer.town, draw())))
        questions.append(ask(writer, fact))
        answers.append(fact.answer)
        writer.fact(fact.name, fact.trait, fact.value)
    text = "\n".join(f"Question: {q}\nAnswer: {a}" for q, a in zip(questions, answers, strict=True))
    return writer.document("recall", text, questions=questions, answers=answers)


def ask(writer: Writer, fact: Askable) -> str:
    """One phrasing of the question for a fact."""
    return writer.say(QUESTIONS[fact.table][fact.trait], who=fact.name)


def facts_of(town: Town, entity: Person | Place | Product | Event) -> Iterator[Askable]:
    """Everything that can be asked about an entity, as it is in this snapshot."""
    if isinstance(entity, Person):
        yield Askable("people", entity.name, "job", entity.job)
        yield Askable("people", entity.name, "employer", town.places[entity.employer].name)
        yield Askable("people", entity.name, "street", entity.street)
        yield Askable("people", entity.name, "birth year", str(entity.birth_year))
        yield Askable("people", entity.name, "hobby", entity.hobby)
        if entity.pet:
            yield Askable("people", entity.name, "pet", entity.pet)
        if entity.spouse is not None:
            yield Askable("people", entity.name, "spouse", town.people[entity.spouse].name)
    elif isinstance(entity, Place):
        name = f"the {entity.name}"
        yield Askable("places", name, "street", entity.street)
        yield Askable("places", name, "founded", str(entity.founded))
        yield Askable("places", name, "opens", hour(entity.opens))
        yield Askable("places", name, "closes", hour(entity.closes))
        yield Askable("places", name, "closed on", entity.closed_on)
        yield Askable("places", name, "known for", entity.known_for)
        if entity.owner is not None:
            yield Askable("places", name, "owner", town.people[entity.owner].name)
    elif isinstance(entity, Product):
        name = f"the {entity.name}"
        yield Askable("products", name, "seller", town.places[entity.seller].name)
        yield Askable("products", name, "price", money(entity.price))
        yield Askable("products", name, "colour", entity.colour)
        yield Askable("products", name, "maker", town.people[entity.maker].name)
    else:
        name = f"the {entity.name}"
        yield Askable("events", name, "place", town.places[entity.place].name)
        yield Askable("events", name, "date", f"{entity.day} {entity.month}")
        yield Askable("events", name, "organiser", town.people[entity.organiser].name)
