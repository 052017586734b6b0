"""What a text needs while it is being written: choices, phrasings by split, facts, grammar.

A `Writer` holds the random source, the town and the split of one document. `Phrases` keeps a few
phrasings back: the second last is met only in validation, the last only in the test split.
A rendered text becomes a `Document`. The texts themselves are in `texts/`.
"""

from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any, NamedTuple

from workbook.town import names
from workbook.town.choices import ChoiceSource
from workbook.town.entities import Event, Person, Place, Product, Town
from workbook.town.vocabulary import COLOURS, HOBBIES, JOBS, PETS, PLACES, WEEKDAYS

SOUNDS_LIKE_TOWN = 0.35  # share of made-up names that could be the town's
HELD_OUT_FROM = 6  # lists with fewer phrasings than this are shared by all splits


class Fact(NamedTuple):
    """One statement about the world: subject, relation, value, all as plain words."""

    subject: str
    relation: str
    value: str


@dataclass(frozen=True)
class Document:
    """A finished text with its truth.

    `nats` is -ln p of the choices that made it; `fields` holds the parts a task needs
    (for example dialogue and summary, or question and answer).
    """

    text: str
    kind: str
    nats: float
    facts: tuple[Fact, ...]
    split: str
    fields: dict[str, Any] = field(default_factory=dict)


class Phrases:
    """Ways to say one thing, as `str.format` patterns, split into train, validation and test."""

    __slots__ = ("all", "by_split")

    def __init__(self, *patterns: str):
        self.all = patterns
        shared = patterns[:-2] if len(patterns) >= HELD_OUT_FROM else patterns
        self.by_split = {
            "train": shared,
            "validation": shared + patterns[-2:-1] if len(shared) < len(patterns) else shared,
            "test": shared + patterns[-1:] if len(shared) < len(patterns) else shared,
        }


class Visitor:
    """Somebody made for one document: nothing about them can be remembered, only read.

    A trait is drawn when it is first asked for, so that what a text does not use costs no nats.
    One name in three sounds like the town's own, but no townsperson has it.
    """

    def __init__(self, source: ChoiceSource, town: Town):
        self._source, self._town = source, town

    @cached_property
    def first(self) -> str:
        if self._source.chance(SOUNDS_LIKE_TOWN):
            gender = self.gender
            return names.fresh(lambda: names.first_name(self._source, gender), self._town.reserved)
        return names.visitor_first_name(self._source)

    @cached_property
    def last(self) -> str:
        if self._source.chance(SOUNDS_LIKE_TOWN):
            return names.family_name(self._source)
        return names.visitor_family_name(self._source)

    @property
    def name(self) -> str:
        return f"{self.first} {self.last}"

    @cached_property
    def gender(self) -> str:
        """ "she" or "he"."""
        return self._source.choice(("she", "he"))

    @cached_property
    def birth_year(self) -> int:
        return self._source.integer(1935, 2004)

    @cached_property
    def job(self) -> str:
        return self._source.choice(_JOBS)

    @cached_property
    def home(self) -> str:
        """The far town the visitor comes from."""
        return names.visitor_family_name(self._source)

    @cached_property
    def street(self) -> str:
        """The street in Brindlemere where the visitor stays."""
        return self._source.choice(self._town.streets)

    @cached_property
    def hobby(self) -> str:
        return self._source.choice(HOBBIES)

    @cached_property
    def pet(self) -> str:
        return self._source.choice(PETS)

    @cached_property
    def colour(self) -> str:
        """The visitor's favourite colour."""
        return self._source.choice(COLOURS)


class MadeUpPlace:
    """A place made for one document, in this town or in another; drawn bit by bit like a visitor.

    It has what a `Place` has, but no id, no owner and no goods.
    """

    def __init__(self, source: ChoiceSource, town: Town):
        self._source, self._town = source, town

    @cached_property
    def kind(self) -> str:
        return self._source.choice(_PLACE_KINDS)

    @cached_property
    def name(self) -> str:
        noun = PLACES[self.kind][0]
        if self._source.chance(SOUNDS_LIKE_TOWN):
            return names.fresh(lambda: names.place_name(self._source, noun), self._town.reserved)
        return f"{names.visitor_family_name(self._source)} {noun}"

    @cached_property
    def street(self) -> str:
        head, tail = (
            self._source.choice(names.STREET_HEADS),
            self._source.choice(names.STREET_TAILS),
        )
        return f"{head} {tail}"

    @cached_property
    def founded(self) -> int:
        return self._source.integer(1780, 2020)

    @cached_property
    def opens(self) -> int:
        return self._source.integer(6, 10)

    @cached_property
    def closes(self) -> int:
        return self._source.integer(15, 21)

    @cached_property
    def closed_on(self) -> str:
        return self._source.choice(WEEKDAYS)

    @cached_property
    def known_for(self) -> str:
        return self._source.choice(PLACES[self.kind][1])


class Writer:
    """Writes one document: draws entities and phrasings of its split and notes facts used.

    phrasings: the split whose phrasings are used, by default the same as the entities'.
    """

    def __init__(self, source: ChoiceSource, town: Town, split: str, phrasings: str | None = None):
        self.source, self.town, self.split = source, town, split
        self.phrasings = phrasings or split
        self.facts: list[Fact] = []

    def say(self, phrases: Phrases, **slots: object) -> str:
        """One phrasing of this split, filled in."""
        return self.source.choice(phrases.by_split[self.phrasings]).format(**slots)

    def pick(self, options):
        """One of several options, the same for all splits."""
        return self.source.choice(options)

    def fact(self, subject: str, relation: str, value: object) -> None:
        """Note a fact that the text states."""
        self.facts.append(Fact(subject, relation, str(value)))

    def person(self) -> Person:
        return self.source.choice(self.town.among("people", self.split))

    def place(self) -> Place:
        return self.source.choice(self.town.among("places", self.split))

    def made_up_place(self) -> MadeUpPlace:
        """A new place with invented facts."""
        return MadeUpPlace(self.source, self.town)

    def product(self) -> Product:
        return self.source.choice(self.town.among("products", self.split))

    def event(self) -> Event:
        return self.source.choice(self.town.among("events", self.split))

    def visitor(self) -> Visitor:
        """A new person with invented facts; thousands of names, several tokens each."""
        return Visitor(self.source, self.town)

    def document(self, kind: str, text: str, **fields: object) -> Document:
        """Close the document: its text, what it cost, and the facts it states."""
        return Document(text, kind, self.source.nats, tuple(self.facts), self.split, fields)


_JOBS = tuple(JOBS)
_PLACE_KINDS = tuple(PLACES)


_VOWEL_SOUNDS = ("hour", "honest", "honour", "heir")
_CONSONANT_SOUNDS = ("uni", "use", "usual", "eu", "one", "once", "ukulele")


@cache
def an(words: str) -> str:
    """Put the right article in front: an("oak table") is "an oak table"."""
    start = words.lower()
    vowel = start[0] in "aeiou" and not start.startswith(_CONSONANT_SOUNDS)
    return ("an " if vowel or start.startswith(_VOWEL_SOUNDS) else "a ") + words


def upper(sentence: str) -> str:
    """The sentence with a capital first letter, the rest untouched."""
    return sentence[:1].upper() + sentence[1:]


def they(gender: str) -> dict[str, str]:
    """Slots for pronouns: {they} she/he, {them} her/him, {their} her/his, {They}, {Their}."""
    they, them, their = ("she", "her", "her") if gender == "she" else ("he", "him", "his")
    return {
        "they": they, "them": them, "their": their, "They": upper(they), "Their": upper(their),
    }  # fmt: skip


def listing(items: list[str]) -> str:
    """Join words: a; a and b; a, b and c."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


def money(pennies: int) -> str:
    """A price in words: 250 is "2.50 crowns", 0 is "nothing"."""
    return f"{pennies // 100}.{pennies % 100:02d} crowns" if pennies else "nothing"


def clock(minutes: int) -> str:
    """Minutes after midnight on the 24-hour clock: 555 is "9:15"."""
    return f"{minutes // 60 % 24}:{minutes % 60:02d}"


def hour(value: int) -> str:
    """A whole hour in words: 9 is "9 in the morning", 12 "noon", 18 "6 in the evening"."""
    value %= 24
    if value == 12:
        return "noon"
    part = "morning" if value < 12 else "afternoon" if value < 18 else "evening"
    return f"{(value - 1) % 12 + 1} in the {part}"
