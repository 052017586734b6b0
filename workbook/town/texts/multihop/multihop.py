"""Questions that need two or three facts, with the sentences that prove the answer.

A bridge question walks from a known name over one or two relations to an attribute ("where does
the wife of ... work"); a comparison sets two facts side by side. Everything is true of the town.
Leaves out questions with several right answers. `proofs.py` and `traces.py` build on its questions;
the lessons on reasoning and retrieval use them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from workbook.town.entities import Event, Person, Place, Product, Town
from workbook.town.texts.multihop.multihop_phrases import ATTRIBUTES, BRIDGES, COMPARISONS, PROOFS
from workbook.town.writer import Document, Fact, Writer, an, hour, money, upper

Thing = Person | Place | Product | Event


@dataclass(frozen=True)
class Bridge:
    """A relation that leads from one thing to exactly one other thing of the town."""

    start: str  # what it starts from: "people", "places", "products" or "events"
    end: str
    step: Callable[[Town, Thing], Thing | None]


def _row(table: str, column: str) -> Callable[[Town, Thing], Thing | None]:
    def step(town: Town, thing: Thing) -> Thing | None:
        number = getattr(thing, column)
        return None if number is None else getattr(town, table)[number]

    return step


STEPS = {
    "spouse": Bridge("people", "people", _row("people", "spouse")),
    "parent": Bridge("people", "people", _row("people", "parent")),
    "neighbour": Bridge("people", "people", _row("people", "neighbour")),
    "employer": Bridge("people", "places", _row("places", "employer")),
    "owner": Bridge("places", "people", _row("people", "owner")),
    "maker": Bridge("products", "people", _row("people", "maker")),
    "seller": Bridge("products", "places", _row("places", "seller")),
    "organiser": Bridge("events", "people", _row("people", "organiser")),
    "host": Bridge("events", "places", _row("places", "place")),
}

# Which attribute may be asked of what; a place or a price in the words of the sentence.
VALUES: dict[str, dict[str, Callable[[Town, Thing], str | None]]] = {
    "people": {
        "job": lambda town, p: p.job,
        "workplace": lambda town, p: f"the {town.places[p.employer].name}",
        "home": lambda town, p: p.street,
        "birth_year": lambda town, p: str(p.birth_year),
        "hobby": lambda town, p: p.hobby,
        "pet": lambda town, p: p.pet,
        "favourite": lambda town, p: f"the {town.products[p.favourite].name}",
    },
    "places": {
        "street": lambda town, p: p.street,
        "founded": lambda town, p: str(p.founded),
        "closed_on": lambda town, p: p.closed_on,
        "opens": lambda town, p: hour(p.opens),
        "known_for": lambda town, p: p.known_for,
    },
}

ROUTES = (
    *[(b,) for b in STEPS],
    ("spouse", "employer"), ("parent", "employer"), ("neighbour", "employer"),
    ("neighbour", "spouse"), ("maker", "spouse"), ("owner", "spouse"), ("organiser", "spouse"),
    ("organiser", "employer"), ("host", "owner"), ("seller", "owner"), ("employer", "owner"),
    ("parent", "spouse"),
)  # fmt: skip


def multihop(writer: Writer) -> Document:
    """One question that no single fact answers.

    Fields: question, answer, proof (list of Fact, in the order needed), hops (2 or 3), sentences.
    """
    question, proof, sentences, answer = (
        _comparison(writer) if writer.source.chance(0.3) else bridge(writer)
    )
    writer.facts.extend(proof)
    text = f"Question: {question}\nBecause: {' '.join(sentences)}\nAnswer: {answer}"
    return writer.document(
        "multihop",
        text,
        question=question,
        answer=answer,
        proof=proof,
        hops=len(proof),
        sentences=sentences,
    )


class Puzzle(NamedTuple):
    """A question that needs all of its facts, in this order, and the sentences that say them."""

    question: str
    facts: list[Fact]
    sentences: list[str]
    answer: str


def bridge(writer: Writer, said: bool = True) -> Puzzle:
    """Walk one or two relations from a known thing, then ask for an attribute of the last.

    said: whether to put the facts into sentences; without it the list of sentences stays empty.
    """
    route = writer.pick(ROUTES)
    paths = [path for thing in _start(writer, route) if (path := _walk(writer.town, thing, route))]
    path = writer.pick(paths)
    who, proof, sentences = called(path[0]), [], []
    for relation, near, far in zip(route, path, path[1:], strict=False):
        role = role_of(relation, far)
        who = writer.say(BRIDGES[relation], who=who, role=role)
        proof.append(Fact(called(near), relation, called(far)))
        if said:
            sentences.append(state(writer, proof[-1], role))
    end = path[-1]
    known = {called(thing) for thing in path}
    values = {
        name: value
        for name, ask in VALUES[STEPS[route[-1]].end].items()
        if (value := ask(writer.town, end)) and value not in known
    }
    asked = writer.pick(tuple(values))
    proof.append(Fact(called(end), asked, values[asked]))
    if said:
        sentences.append(state(writer, proof[-1]))
    question = writer.say(ATTRIBUTES[asked], who=who)
    return Puzzle(question, proof, sentences, upper(values[asked]))


def _start(writer: Writer, route: tuple[str, ...]) -> tuple[Thing, ...]:
    return writer.town.among(STEPS[route[0]].start, writer.split)


def _walk(town: Town, thing: Thing, route: tuple[str, ...]) -> list[Thing] | None:
    """Everything met on the way, or None where the way ends or comes back to where it was."""
    path = [thing]
    for relation in route:
        end = STEPS[relation].step(town, path[-1])
        if end is None or end in path:
            return None
        path.append(end)
    return path


def state(writer: Writer, fact: Fact, role: str = "") -> str:
    """Return one sentence that states a fact; role: what a wife, husband or parent is called."""
    slots = {"who": fact.subject, "value": fact.value, "a_value": an(fact.value), "role": role}
    return upper(writer.say(PROOFS[fact.relation], **slots))


def called(thing: Thing) -> str:
    """A thing as it stands in a sentence: all but people take an article."""
    return thing.name if isinstance(thing, Person) else f"the {thing.name}"


def role_of(relation: str, person: Thing) -> str:
    """What the far person is to the near one: wife, husband, mother or father."""
    if relation not in ("spouse", "parent"):
        return ""
    words = {"spouse": ("wife", "husband"), "parent": ("mother", "father")}[relation]
    return words[0] if person.gender == "she" else words[1]


# sort of comparison: table, column that is compared, which end of the scale is asked for
RANKS = {
    "older": ("people", "birth_year", min),
    "younger": ("people", "birth_year", max),
    "opens_first": ("places", "opens", min),
    "closes_last": ("places", "closes", max),
    "founded_first": ("places", "founded", min),
    "cheaper": ("products", "price", min),
    "dearer": ("products", "price", max),
    "held_first": ("events", "first_year", min),
}
SAMES = {
    "same_home": ("people", "home"),
    "same_hobby": ("people", "hobby"),
    "same_workplace": ("people", "workplace"),
    "same_closed_on": ("places", "closed_on"),
}
IN_WORDS = {"opens": hour, "closes": hour, "price": money}


def _comparison(writer: Writer) -> Puzzle:
    """Two things of one table, set side by side."""
    sort = writer.pick((*RANKS, *SAMES))
    return rank(writer, sort) if sort in RANKS else same(writer, sort)


def rank(writer: Writer, sort: str, said: bool = True) -> Puzzle:
    """Ask which of two things comes first on a scale; sort: a key of RANKS, said: see `bridge`."""
    table, column, end = RANKS[sort]
    rows = writer.town.among(table, writer.split)
    first = writer.pick(rows)
    level = getattr(first, column)
    pair = (first, writer.pick([row for row in rows if getattr(row, column) != level]))
    in_words = IN_WORDS.get(column, str)
    proof = [Fact(called(thing), column, in_words(getattr(thing, column))) for thing in pair]
    sentences = [state(writer, fact) for fact in proof] if said else []
    best = end(pair, key=lambda thing: getattr(thing, column))
    question = writer.say(COMPARISONS[sort], a=called(pair[0]), b=called(pair[1]))
    return Puzzle(upper(question), proof, sentences, upper(called(best)))


def same(writer: Writer, sort: str, said: bool = True) -> Puzzle:
    """Ask for yes or no, about evenly; sort: a key of SAMES, said: see `bridge`."""
    table, trait = SAMES[sort]
    value_of = VALUES[table][trait]
    rows = writer.town.among(table, writer.split)
    a = writer.pick(rows)
    value = value_of(writer.town, a)
    others = [row for row in rows if row is not a]
    alike = [row for row in others if value_of(writer.town, row) == value]
    yes = bool(alike) and writer.source.chance(0.5)
    b = writer.pick(alike if yes else [row for row in others if row not in alike])
    proof = [Fact(called(thing), trait, value_of(writer.town, thing)) for thing in (a, b)]
    sentences = [state(writer, fact) for fact in proof] if said else []
    question = writer.say(COMPARISONS[sort], a=called(a), b=called(b))
    return Puzzle(upper(question), proof, sentences, "Yes" if yes else "No")
