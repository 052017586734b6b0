"""A premise, a hypothesis, and whether the hypothesis follows: yes or no.

A "no" always contradicts the premise: nothing is left open. Hypotheses are said in other words
than the premise, some are denials, and some borrow the facts of the other person, so that
counting shared words is not enough. Two to four hypotheses follow one premise, so that a true and
a false one often stand side by side. The lessons on instruction tuning and evaluation use it.
"""

from collections.abc import Callable
from dataclasses import dataclass

from workbook.town.names import visitor_family_name, visitor_first_name
from workbook.town.texts.entailment.entailment_phrases import DENIALS, HYPOTHESES, PREMISES
from workbook.town.vocabulary import COLOURS, HOBBIES, JOBS, PETS, PLACES, WEEKDAYS
from workbook.town.writer import Document, Writer, an, hour, upper

_JOBS = tuple(JOBS)
VISITOR_TRAITS = ("job", "home", "stay", "hobby", "pet", "colour")  # and the birth year


@dataclass(frozen=True)
class Subject:
    """Somebody or something a premise speaks of, with the facts that may be told."""

    name: str
    short: str  # first name, or the name again for a place
    facts: dict[str, str | Callable[[], str]]  # trait: its value, or how to draw it when told

    def value(self, trait: str) -> str:
        """The value of a trait; drawn the first time it is asked for."""
        value = self.facts[trait]
        if not isinstance(value, str):
            value = self.facts[trait] = value()
        return value


def entailment(writer: Writer) -> Document:
    """A premise of one to three sentences and two to four hypotheses, each as often true as false.

    Fields: premise; hypothesis, answer ("yes" or "no") and trait (what it is about) of the first
    hypothesis; pairs (hypothesis and answer of them all).
    """
    subjects = _subjects(writer)
    told = [(s, trait) for s, traits in subjects for trait in traits]
    sentences = []
    for subject, trait in told:
        alone = len(told) > len(subjects)  # more than one sentence, all about the same
        name = subject.short if alone and sentences else subject.name
        sentences.append(_state(writer, subject, name, trait))
    premise, (hypothesis, answer, trait) = " ".join(sentences), _claim(writer, told)
    pairs = [(hypothesis, answer)]
    for _ in range(writer.source.integer(1, 3)):
        pair = _claim(writer, told)[:2]
        if pair not in pairs:
            pairs.append(pair)
    lines = [f"Hypothesis: {said}\nAnswer: {follows}" for said, follows in pairs]
    return writer.document(
        "entailment",
        "\n".join((f"Premise: {premise}", *lines)),
        premise=premise,
        hypothesis=hypothesis,
        answer=answer,
        trait=trait,
        pairs=tuple(pairs),
    )


def _claim(writer: Writer, told: list[tuple[Subject, str]]) -> tuple[str, str, str]:
    """A hypothesis on one of the facts told, the answer, and the trait it is about."""
    subject, trait = writer.pick(told)
    value = subject.value(trait)
    follows, denied = writer.source.chance(0.5), writer.source.chance(0.25)
    if follows == denied:  # a false statement, or the denial of a false one
        value = _false_value(writer, subject, trait, told)
    phrases = DENIALS[trait] if denied else HYPOTHESES[trait]
    who = writer.pick((subject.name, subject.short))
    hypothesis = upper(writer.say(phrases, who=who, value=value, a_value=an(value)))
    return hypothesis, "yes" if follows else "no", trait


def _subjects(writer: Writer) -> list[tuple[Subject, list[str]]]:
    """One subject with one to three facts, or two of the same sort with one fact each."""
    draw = writer.source.weighted((_visitor, _townsperson, _place), (60, 20, 20))
    first = draw(writer)
    if writer.source.chance(0.4):
        trait = writer.pick(tuple(first.facts))
        second = draw(writer)
        if second.short != first.short and trait in second.facts:
            return [(first, [trait]), (second, [trait])]
        return [(first, [trait])]
    count = writer.source.integer(1, 3)
    return [(first, writer.source.sample(tuple(first.facts), count))]


def _visitor(writer: Writer) -> Subject:
    source = writer.source
    first = visitor_first_name(source)
    facts = {t: lambda t=t: writer.pick(OTHERS[t](writer)) for t in VISITOR_TRAITS}
    facts["birth_year"] = lambda: str(source.integer(1935, 2004))
    return Subject(f"{first} {visitor_family_name(source)}", first, facts)


def _townsperson(writer: Writer) -> Subject:
    who = writer.person()
    facts = {
        "job": who.job, "street": who.street, "hobby": who.hobby, "birth_year": str(who.birth_year),
        "employer": f"the {writer.town.places[who.employer].name}",
    }  # fmt: skip
    if who.pet:
        facts["pet"] = who.pet
    return Subject(who.name, who.first, facts)


def _place(writer: Writer) -> Subject:
    what = writer.place()
    facts = {
        "founded": str(what.founded), "opens": hour(what.opens), "closes": hour(what.closes),
        "closed_on": what.closed_on, "where": what.street, "known_for": what.known_for,
    }  # fmt: skip
    name = f"the {what.name}"
    return Subject(name, name, facts)


def _state(writer: Writer, subject: Subject, name: str, trait: str) -> str:
    """One sentence of the premise, under the full or the first name."""
    value = subject.value(trait)
    writer.fact(subject.name.removeprefix("the "), trait, value)
    return upper(writer.say(PREMISES[trait], who=name, value=value, a_value=an(value)))


def _streets(writer: Writer) -> tuple[str, ...]:
    return writer.town.streets


OTHERS: dict[str, Callable[[Writer], tuple[str, ...]]] = {
    "job": lambda writer: _JOBS,
    "stay": _streets,
    "street": _streets,
    "where": _streets,
    "hobby": lambda writer: HOBBIES,
    "pet": lambda writer: PETS,
    "colour": lambda writer: COLOURS,
    "closed_on": lambda writer: WEEKDAYS,
    "opens": lambda writer: tuple(hour(h) for h in range(6, 11)),
    "closes": lambda writer: tuple(hour(h) for h in range(13, 22)),
    "known_for": lambda writer: tuple(fame for _, row in PLACES.values() for fame in row),
    "employer": lambda writer: tuple(
        f"the {place.name}" for place in writer.town.among("places", writer.split)
    ),
    "home": lambda writer: (visitor_family_name(writer.source),),
}


def _false_value(
    writer: Writer, subject: Subject, trait: str, told: list[tuple[Subject, str]]
) -> str:
    """Another value of the same sort; if somebody else in the premise has one, often that."""
    value = subject.value(trait)
    borrowed = [s.value(t) for s, t in told if t == trait and s.value(t) != value]
    if borrowed and writer.source.chance(0.7):
        return borrowed[0]
    if trait in ("birth_year", "founded"):
        return str(int(value) + writer.pick((-9, -5, -3, -2, -1, 1, 2, 3, 5, 9)))
    others = [other for other in OTHERS[trait](writer) if other != value]
    return writer.pick(others) if others else _false_value(writer, subject, trait, told)
