"""What a dialogue is made from: a scenario, and small helpers for drawing its slots.

A scenario is data plus one function that draws the slots. The scenarios are in the `scenarios_*`
modules, and `dialogues.py` acts them out. Left out here: greetings, hesitations and thanks, which
every dialogue gets from the same lists.
Slot names that the dialogue looks at: `place`, `place2` hold place names; `c`, `d` hold first
names of people who are talked about. All other slots are free.
"""

from collections.abc import Callable
from typing import NamedTuple

from workbook.town.entities import Place
from workbook.town.writer import MadeUpPlace, Phrases, Writer, they, upper


class Scenario(NamedTuple):
    """One kind of conversation and its summary.

    `script` steps are ("A", phrases) or ("B", phrases); "A?" and "B?" are said half of the time.
    `draw(writer, cast)` returns more slots and notes the facts. The cast slots are {a}, {b} (first
    names), {a_they} {a_them} {a_their} {A_They} {A_Their}, and the same for b.
    """

    name: str
    draw: Callable[[Writer, dict], dict]
    script: tuple[tuple[str, Phrases], ...]
    summary: Phrases


NAME_SLOTS = ("a", "b", "c", "d", "place", "place2")

_CORRECTIONS = Phrases(
    "{wrong}, no, sorry, {right}",
    "{wrong}, no, wait, {right}",
    "{wrong}, sorry, I mean {right}",
    "{wrong}, oh no, {right}",
)

_FINE = Phrases(
    "Yes, {offer} is fine with me.",
    "{Offer} sounds very good to me.",
    "Oh yes, {offer} would be lovely.",
    "I am happy with {offer}.",
    "{Offer} it is, then.",
    "That is a good idea, {offer} is perfect.",
)
_RATHER = Phrases(
    "I am afraid {offer} is no good. What about {other}?",
    "Sorry, not {offer}. I would rather say {other}.",
    "Well, {other} would be better than {offer}.",
    "I am not sure about {offer}. Could it be {other}?",
    "Must it be {offer}? I would prefer {other}.",
    "Please, not {offer}. Let us say {other}.",
)

AGREED = Phrases(  # answers both kinds of reply that `agree` gives
    "Good, then that is settled.",
    "Fine, that is our plan.",
    "Lovely, let us do it that way.",
    "Very well, we agree.",
    "Perfect, I will write it down.",
    "All right, I will remember that.",
)


def agree(writer: Writer, offer: str, other: str) -> tuple[str, str]:
    """The reply to an offer, and what holds afterwards: the offer itself or the other thing."""
    if writer.source.chance(0.5):
        return writer.say(_FINE, offer=offer, Offer=upper(offer)), offer
    return writer.say(_RATHER, offer=offer, Offer=upper(offer), other=other), other


def person_slots(key: str, name: str, gender: str) -> dict[str, str]:
    """Name and pronouns under one key: {a}, {a_they}, {a_them}, {a_their}, {A_They}, {A_Their}."""
    slots = {key: name}
    for word, form in they(gender).items():
        slots[f"{key if word.islower() else upper(key)}_{word}"] = form
    return slots


def third(writer: Writer, key: str = "c") -> dict[str, str]:
    """Somebody who is talked about: a visitor's first name and pronouns under `key`."""
    visitor = writer.visitor()
    return person_slots(key, visitor.first, visitor.gender)


def meeting_place(writer: Writer) -> Place | MadeUpPlace:
    """A place where something happens: often one that was made up, so that its name is read."""
    return writer.made_up_place() if writer.source.chance(0.4) else writer.place()


def two(writer: Writer, options) -> tuple:
    """Two different options, in random order: what is offered and what is chosen instead."""
    first, second = writer.source.sample(options, 2)
    return first, second


def said(writer: Writer, right: str, wrong: str) -> str:
    """How `right` is said: one time in five the speaker says `wrong` first and corrects it."""
    if wrong == right or not writer.source.chance(0.2):
        return right
    return writer.say(_CORRECTIONS, wrong=wrong, right=right)
