"""Passages and questions about them: everything needed to answer stands in the passage.

Most people and places in a passage are made for it (visitors), so that an answer must be read and
copied, never remembered. One passage speaks of one to four of them, and asks several questions;
an answer is a whole sentence. Lessons 04, 15 and 18 use them; `recall.py` asks without a passage.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from workbook.town import names
from workbook.town.entities import Person, Place
from workbook.town.texts.questions.questions import (
    NOT_SAID,
    PERSON_ANSWERS,
    PERSON_QUESTIONS,
    PLACE_ANSWERS,
    PLACE_QUESTIONS,
    WHO_QUESTIONS,
)
from workbook.town.texts.reading.passage_phrases import PLACE_SENTENCES, VISITOR_SENTENCES
from workbook.town.vocabulary import PLACES
from workbook.town.writer import Document, MadeUpPlace, Visitor, Writer, an, hour, upper

PERSON_TRAITS = ("job", "home", "street", "hobby", "pet", "colour", "birth year")
PLACE_TRAITS = ("street", "founded", "opens", "closes", "closed on", "known for")
_ENDINGS = tuple("a on iv em et olo une ard ick orn ine eck".split())
_LAST_SYLLABLE = re.compile("[aeiou]+[^aeiou]*$")
_VOWELS, _CONSONANTS = "aeiou", "bdfgklmnprstvz"


@dataclass(frozen=True)
class PassageSubject:
    """One person or place of a passage: its name and what the passage may say of it."""

    thing: Person | Place | Visitor | MadeUpPlace
    name: str
    short: str  # first name, or the name again for a place
    is_person: bool
    pronoun: Callable[[], str]
    traits: dict[str, Callable[[], str]]  # trait -> its value, drawn only when it is told


@dataclass(frozen=True)
class Told:
    """What the passage has said of a subject: trait -> value."""

    subject: PassageSubject
    said: dict[str, str]
    sentences: list[str]


def passage(writer: Writer) -> Document:
    """A passage about one to four people or places, then up to seven questions with answers."""
    count = writer.source.weighted((1, 2, 3, 4), (0.35, 0.3, 0.2, 0.15))
    told: list[Told] = []
    while len(told) < count:
        subject = draw_subject(writer)
        if subject.name not in (part.subject.name for part in told):
            told.append(_tell(writer, subject, count))
    text = " ".join(sentence for part in told for sentence in part.sentences)
    pairs = _ask(writer, told)
    asked = "".join(f"\nQuestion: {question}\nAnswer: {answer}" for question, answer in pairs)
    return writer.document(
        "passage",
        f"Passage: {text}{asked}",
        passage=text,
        questions=[question for question, _ in pairs],
        answers=[answer for _, answer in pairs],
    )


def draw_subject(writer: Writer) -> PassageSubject:
    """Draw a visitor, a townsperson, a made-up place or a place of the town."""
    draw = writer.source.weighted(
        (_visitor, _townsperson, _made_up_place, _town_place), (60, 12, 20, 8)
    )
    return draw(writer)


def _visitor(writer: Writer) -> PassageSubject:
    return about_visitor(writer.visitor())


def about_visitor(who: Visitor) -> PassageSubject:
    """Return what a passage may say of a visitor."""
    traits = {
        "job": lambda: who.job,
        "home": lambda: who.home,
        "street": lambda: who.street,
        "hobby": lambda: who.hobby,
        "pet": lambda: who.pet,
        "colour": lambda: who.colour,
        "birth year": lambda: str(who.birth_year),
    }
    return PassageSubject(who, who.name, who.first, True, lambda: upper(who.gender), traits)


def _townsperson(writer: Writer) -> PassageSubject:
    who = writer.person()
    traits = {
        "job": lambda: who.job,
        "street": lambda: who.street,
        "hobby": lambda: who.hobby,
        "birth year": lambda: str(who.birth_year),
    }
    if who.pet:
        traits["pet"] = lambda: who.pet
    return PassageSubject(who, who.name, who.first, True, lambda: upper(who.gender), traits)


def _made_up_place(writer: Writer) -> PassageSubject:
    return about_place(writer.made_up_place())


def _town_place(writer: Writer) -> PassageSubject:
    return about_place(writer.place())


def about_place(at: Place | MadeUpPlace) -> PassageSubject:
    """Return what a passage may say of a place."""
    traits = {
        "street": lambda: at.street,
        "founded": lambda: str(at.founded),
        "opens": lambda: hour(at.opens),
        "closes": lambda: hour(at.closes),
        "closed on": lambda: at.closed_on,
        "known for": lambda: at.known_for,
    }
    name = f"the {at.name}"
    return PassageSubject(at, name, name, False, lambda: "It", traits)


def _tell(writer: Writer, subject: PassageSubject, count: int) -> Told:
    """Two to five sentences about one subject, a trait each."""
    source = writer.source
    known = tuple(subject.traits)
    most = min(len(known), 5 if count == 1 else 3)
    told = Told(subject, {}, [])
    for trait in source.sample(known, source.integer(2, most)):
        state(writer, told, trait, subject.traits[trait]())
    return told


def state(writer: Writer, told: Told, trait: str, value: str) -> None:
    """Add the sentence that says one trait of a subject, and note the fact."""
    subject = told.subject
    table = VISITOR_SENTENCES if subject.is_person else PLACE_SENTENCES
    called = _called(writer, subject) if told.sentences else subject.name
    line = writer.say(table[trait], who=called, value=value, a_value=an(value))
    told.said[trait] = value
    told.sentences.append(upper(line))
    writer.fact(subject.name, trait, value)


def _called(writer: Writer, subject: PassageSubject) -> str:
    """Later sentences use the first name, the full name, or a pronoun."""
    if not subject.is_person:
        return subject.pronoun() if writer.source.chance(0.25) else subject.name
    way = writer.source.weighted(("first", "full", "pronoun"), (55, 20, 25))
    if way == "pronoun":
        return subject.pronoun()
    return subject.short if way == "first" else subject.name


def _ask(writer: Writer, told: list[Told]) -> list[tuple[str, str]]:
    """Up to seven questions about different facts, in random order, with their answers."""
    source = writer.source
    pairs = [(part, trait) for part in told for trait in part.said]
    count = source.integer(min(3, len(pairs)), min(7, len(pairs)))
    return [
        _unsaid(writer, part) if source.chance(0.04) else _one(writer, part, trait, told)
        for part, trait in source.sample(pairs, count)
    ]


def _asked_name(writer: Writer, subject: PassageSubject) -> str:
    """A person is asked about by full name or first name, a place by its name."""
    return subject.short if subject.is_person and writer.source.chance(0.5) else subject.name


def _unsaid(writer: Writer, part: Told) -> tuple[str, str]:
    """A question that the passage does not answer."""
    questions = PERSON_QUESTIONS if part.subject.is_person else PLACE_QUESTIONS
    traits = PERSON_TRAITS if part.subject.is_person else PLACE_TRAITS
    trait = writer.pick([trait for trait in traits if trait not in part.said])
    return writer.say(questions[trait], who=_asked_name(writer, part.subject)), NOT_SAID


def _one(writer: Writer, part: Told, trait: str, told: list[Told]) -> tuple[str, str]:
    """A question and its answer; sometimes the other way round, from the value to the name."""
    subject, value = part.subject, part.said[trait]
    slots = {"value": value, "a_value": an(value)}
    if subject.is_person and trait in WHO_QUESTIONS:
        unique = sum(other.said.get(trait) == value for other in told) == 1
        if unique and writer.source.chance(0.15):
            answer = PERSON_ANSWERS[trait].format(who=subject.name, **slots)
            return writer.say(WHO_QUESTIONS[trait], **slots), answer
    questions = PERSON_QUESTIONS if subject.is_person else PLACE_QUESTIONS
    answers = PERSON_ANSWERS if subject.is_person else PLACE_ANSWERS
    called = _asked_name(writer, subject)
    answer = upper(answers[trait].format(who=called, **slots))
    return writer.say(questions[trait], who=called), answer


# ---- subjects that resemble another one (used by `reading.py`) -------------------------------


def alike(writer: Writer, like: PassageSubject) -> PassageSubject:
    """Return a made-up subject whose name is easily taken for another one's."""
    return _alike_person(writer, like) if like.is_person else _alike_place(writer, like)


def anew(writer: Writer, subject: PassageSubject) -> PassageSubject:
    """Return a subject of the same name whose facts are invented anew."""
    if not subject.is_person:
        place = writer.made_up_place()
        place.kind, place.name = subject.thing.kind, subject.thing.name
        return about_place(place)
    who = writer.visitor()
    who.first, who.last = subject.name.split()
    return replace(about_visitor(who), pronoun=subject.pronoun)


def _alike_person(writer: Writer, like: PassageSubject) -> PassageSubject:
    """The same first name, the same last name, or one of the two a letter or a syllable off."""
    way = writer.source.weighted(("first", "last", "near first", "near last"), (35, 25, 20, 20))
    who = writer.visitor()
    first, last = like.name.split()
    if way == "near first":
        who.first = names.fresh(lambda: _near(writer, first), writer.town.reserved)
    elif way != "last":
        who.first = first
    if way != "first":
        who.last = _near(writer, last) if way == "near last" else last
    subject = about_visitor(who)
    return subject if way == "last" else replace(subject, pronoun=like.pronoun)


def _alike_place(writer: Writer, like: PassageSubject) -> PassageSubject:
    """The same kind of place with one word changed, or another kind with the same words."""
    kind = like.thing.kind
    place = writer.made_up_place()

    def name() -> str:
        words = like.thing.name.removesuffix(f" {PLACES[kind][0]}").split()
        if writer.source.chance(0.5):
            place.kind = writer.pick([other for other in PLACES if other != kind])
        else:
            place.kind = kind
            words = _one_changed(writer, words)
        return f"{' '.join(words)} {PLACES[place.kind][0]}"

    place.name = names.fresh(name, {*writer.town.reserved, like.thing.name})
    return about_place(place)


def _one_changed(writer: Writer, words: list[str]) -> list[str]:
    """Golden Goose becomes Golden Gate or Silver Goose, Quovar becomes Quevar."""
    if len(words) == 1:
        return [_near(writer, words[0])]
    at = writer.source.below(2)
    options = (names.PLACE_HEADS, names.PLACE_NOUNS)[at]
    words[at] = writer.pick([word for word in options if word != words[at]])
    return words


def _near(writer: Writer, name: str) -> str:
    """A name with one letter changed, or with another ending."""
    end = _LAST_SYLLABLE.search(name)
    if end and writer.source.chance(0.5):
        return name[: end.start()] + writer.pick([e for e in _ENDINGS if e != end.group()])
    kinds = [letter in _VOWELS for letter in name.lower()]
    at = writer.pick([i for i in range(1, len(name)) if kinds[i] != kinds[i - 1]])
    letters = _VOWELS if kinds[at] else _CONSONANTS
    return name[:at] + writer.pick(letters.replace(name[at], "")) + name[at + 1 :]
