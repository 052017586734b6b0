"""Is it true? Sentences about the town checked against its facts, beside what overlap says of them.

"It is cold" and "it is not cold" share nearly every word. So here one fact is told in four ways:
as the reference tells it, in other words, denied, and with a false value; each is scored by overlap
and by the facts. The reader understands the phrasings of the town's entailment texts and nothing
else: a sentence it cannot read is "unread", not false. Lesson 09 uses it; lesson 03 checks what a
model says from memory (`workbook.sampling.faithfulness`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

from workbook.evaluation.answers import exact_match
from workbook.evaluation.bleu_metric import sentence_bleu
from workbook.evaluation.rouge_metric import rouge_pair
from workbook.town import build_town
from workbook.town.choices import ChoiceSource
from workbook.town.entities import Person, Place, Town
from workbook.town.writer import Writer, an, hour, upper

KINDS = ("other words", "denied", "false value")
VERDICTS = ("true", "false", "unread")


class Claim(NamedTuple):
    """What a sentence says: name, trait, value, and whether it denies it."""

    name: str
    trait: str
    value: str
    denied: bool


class Telling(NamedTuple):
    """One fact in several sentences."""

    reference: str
    candidates: dict[str, str]  # one of KINDS -> sentence


def known_facts(town: Town, thing: Person | Place) -> dict[str, str]:
    """trait -> value, as the town's sentences say it."""
    if isinstance(thing, Person):
        facts = {
            "job": thing.job,
            "street": thing.street,
            "hobby": thing.hobby,
            "birth_year": str(thing.birth_year),
            "employer": f"the {town.places[thing.employer].name}",
        }
        return facts | ({"pet": thing.pet} if thing.pet else {})
    return {
        "founded": str(thing.founded),
        "opens": hour(thing.opens),
        "closes": hour(thing.closes),
        "closed_on": thing.closed_on,
        "where": thing.street,
        "known_for": thing.known_for,
    }


def tellings(count: int, seed: int = 0, town: Town | None = None) -> list[Telling]:
    """`count` facts of the town, each as a reference and its three candidates."""
    from workbook.town.texts.entailment.entailment_phrases import HYPOTHESES

    town = town or build_town()
    found = []
    for index in range(count):
        writer = Writer(ChoiceSource(f"tellings/{seed}/{index}"), town, "test")
        thing = writer.pick((*town.people, *town.places))
        trait, value = writer.pick(tuple(known_facts(town, thing).items()))
        first, denial = _nearest_denial(trait)
        other_words = writer.pick([p for p in HYPOTHESES[trait].all if p != first])
        said = [
            _fill(pattern, thing, filler)
            for pattern, filler in (
                (first, value),
                (other_words, value),
                (denial, value),
                (first, _another(writer, town, trait, value)),
            )
        ]
        found.append(Telling(said[0], dict(zip(KINDS, said[1:], strict=True))))
    return found


def verdict(sentence: str, town: Town | None = None) -> str:
    """ "true" or "false" by the town's facts, or "unread" when nothing of that form is known."""
    facts = _all_facts(town or build_town())
    for claim in readings(sentence):
        value = facts.get((claim.name, claim.trait))
        if value is not None:
            agrees = value.lower() == claim.value.lower()  # a value may begin the sentence
            return "true" if agrees != claim.denied else "false"
    return "unread"


def readings(sentence: str) -> Iterator[Claim]:
    """Every claim that the sentence could be; most patterns fit by accident, about nobody."""
    for trait, denied, pattern in _patterns():
        found = pattern.fullmatch(sentence)
        if found:
            yield Claim(_bare(found["who"]), trait, found["value"], denied)


def compare(told: Sequence[Telling], town: Town | None = None) -> list[dict[str, float | str]]:
    """One row for each candidate: its kind, what overlap gives it, and whether it is true."""
    rows = []
    for one in told:
        for kind, candidate in one.candidates.items():
            scores = rouge_pair(candidate, one.reference)
            rows.append(
                {
                    "kind": kind,
                    "exact match": exact_match(candidate, one.reference),
                    "ROUGE-1": scores["rouge1"].f1,
                    "ROUGE-L": scores["rougeL"].f1,
                    "BLEU": sentence_bleu(candidate, one.reference) / 100,
                    "true": float(verdict(candidate, town) == "true"),
                }
            )
    return rows


def _fill(pattern: str, thing: Person | Place, value: str) -> str:
    who = thing.name if isinstance(thing, Person) else f"the {thing.name}"
    return upper(pattern.format(who=who, value=value, a_value=an(value)))


def _another(writer: Writer, town: Town, trait: str, value: str) -> str:
    """A value of that trait that somebody else has."""
    facts = _all_facts(town)
    return writer.pick(sorted({v for (_, t), v in facts.items() if t == trait and v != value}))


@cache
def _all_facts(town: Town) -> dict[tuple[str, str], str]:
    return {
        (thing.name, trait): value
        for thing in (*town.people, *town.places)
        for trait, value in known_facts(town, thing).items()
    }


@cache
def _patterns() -> list[tuple[str, bool, re.Pattern]]:
    """(trait, denied, pattern) for every phrasing that can be read."""
    from workbook.town.texts.entailment.entailment_phrases import DENIALS, HYPOTHESES, PREMISES

    traits = set(known_facts(build_town(), build_town().people[0])) | {"pet"}
    traits |= set(known_facts(build_town(), build_town().places[0]))
    tables = ((PREMISES, False), (HYPOTHESES, False), (DENIALS, True))
    return [
        (trait, denied, _pattern(phrase))
        for table, denied in tables
        for trait in sorted(traits)
        for phrase in table[trait].all
    ]


def _pattern(phrase: str) -> re.Pattern:
    """A name is two or more words with capitals, which tells it from a value beside it."""
    text = re.escape(phrase).replace(r"\{who\}", r"(?P<who>(?:[Tt]he )?[A-Z]\w+(?: [A-Z]\w+)+)")
    text = text.replace(r"\{value\}", "(?P<value>.+?)")
    return re.compile(text.replace(r"\{a_value\}", "(?:an?|An?) (?P<value>.+?)"))


def _bare(name: str) -> str:
    """A name without its article."""
    return re.sub(r"^[Tt]he ", "", name)


@cache
def _nearest_denial(trait: str) -> tuple[str, str]:
    """The phrasing of a trait and the denial of it that share most words."""
    from workbook.town.texts.entailment.entailment_phrases import DENIALS, HYPOTHESES, PREMISES

    told = (*PREMISES[trait].all, *HYPOTHESES[trait].all)
    pairs = [(first, denial) for first in told for denial in DENIALS[trait].all]
    return max(pairs, key=lambda pair: rouge_pair(*pair)["rouge1"].f1)
