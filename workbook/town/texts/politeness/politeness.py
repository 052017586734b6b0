"""Rude and polite: the words, a rule that scores a text, and pairs of a rude and a polite version.

All rude words are invented and mild. A pair keeps its content (thing, place, time, name) and
changes its manner. The rule is a word count: it knows nothing of irony or tone of voice.
The lessons on reward models and preference learning use it as the truth to be learned.
"""

import re

from workbook.town.texts.politeness.politeness_phrases import (
    COMPLAINTS,
    POLITE_COMPLAINTS,
    POLITE_QUESTIONS,
    POLITE_REFUSALS,
    POLITE_REQUESTS,
    QUESTIONS,
    REFUSALS,
    REQUESTS,
    RUDE_ADJECTIVES,
    RUDE_COMPLAINTS,
    RUDE_CRIES,
    RUDE_NOUNS,
    RUDE_QUESTIONS,
    RUDE_REFUSALS,
    RUDE_REQUESTS,
    THINGS,
    TIMES,
    WISHES,
)
from workbook.town.texts.slots import Slots
from workbook.town.writer import Document, Writer, money, upper

RUDE_WORDS = frozenset(
    RUDE_NOUNS + tuple(f"{noun}s" for noun in RUDE_NOUNS) + RUDE_ADJECTIVES + RUDE_CRIES
)
COURTESIES = (
    "please", "thank you", "thanks", "kindly", "so kind", "grateful", "i am afraid", "i am sorry",
    "i am very sorry", "with respect", "could you", "would you", "may i", "if i may",
    "beg your pardon", "forgive me", "i wonder", "would be glad", "would be lovely", "dear",
)  # fmt: skip
_COURTESY = re.compile(r"\b(?:" + "|".join(COURTESIES) + r")\b")
_WORD = re.compile(r"[a-z]+")


def politeness(text: str) -> float:
    """How polite a text is, from 0 (only rude) over 0.5 (neither) to 1 (only courteous).

    With c courtesies and r rude words the score is c / (c + 2 r): a rude word weighs as much as
    two courtesies.
    """
    text = text.lower()
    courteous = len(_COURTESY.findall(text))
    rude = sum(word in RUDE_WORDS for word in _WORD.findall(text))
    return courteous / (courteous + 2 * rude) if courteous or rude else 0.5


def rude_slots(slots: Slots) -> Slots:
    """Add the slots of the rude words: {oaf}, {oafs}, {foul} and {cry}."""
    pick = slots.writer.pick
    slots.set(
        oaf=lambda: pick(RUDE_NOUNS),
        oafs=lambda: pick(RUDE_NOUNS) + "s",
        foul=lambda: pick(RUDE_ADJECTIVES),
        cry=lambda: upper(pick(RUDE_CRIES)),
    )
    return slots


# family: (its content, rude wrappers, polite wrappers); a wrapper keeps {content} as it is
_FAMILIES = {
    "request": (REQUESTS, RUDE_REQUESTS, POLITE_REQUESTS),
    "question": (QUESTIONS, RUDE_QUESTIONS, POLITE_QUESTIONS),
    "complaint": (COMPLAINTS, RUDE_COMPLAINTS, POLITE_COMPLAINTS),
    "refusal": (REFUSALS, RUDE_REFUSALS, POLITE_REFUSALS),
}
_NAMES = tuple(_FAMILIES)
_WEIGHTS = (4, 2, 3, 1)


def rewrite(writer: Writer) -> Document:
    """A rude text and its polite version; fields rude, polite, family, content, name."""
    family = writer.source.weighted(_NAMES, _WEIGHTS)
    contents, rude_ways, polite_ways = _FAMILIES[family]
    slots = Slots(
        writer,
        thing=lambda: writer.pick(THINGS),
        time=lambda: writer.pick(TIMES),
        wish=lambda: writer.pick(WISHES),
        place=lambda: writer.place().name,
        product=lambda: writer.product().name,
        event=lambda: writer.event().name,
        street=lambda: writer.pick(writer.town.streets),
        sum=lambda: money(writer.source.integer(2, 90) * 50),
        who=lambda: writer.visitor().first,
    )
    content = slots.say(contents)
    name = writer.visitor().first if writer.source.chance(0.5) else None
    ways = Slots(writer, content=content, Content=upper(content))
    ways.set(name=name or "", to_name=f", {name}" if name else "")
    ways.set(Dear=f"Dear {name}, " if name else "")
    rude = upper(rude_slots(ways).say(rude_ways))
    polite = upper(ways.say(polite_ways))
    text = f"Rude: {rude}\nPolite: {polite}"
    return writer.document(
        "politeness", text, rude=rude, polite=polite, family=family, content=content, name=name
    )
