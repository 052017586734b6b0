"""Who and what the passages of `reading.py` speak of, chosen so that they can be mistaken.

Names differ by a letter, a first or a last name; another person has the same trait with another
value. Left out: the questions, which are asked in `reading.py`.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace

from workbook.town import names
from workbook.town.entities import Person, Place
from workbook.town.texts.reading.passages import (
    PassageSubject,
    Told,
    about_place,
    about_visitor,
    alike,
    anew,
    draw_subject,
    state,
)
from workbook.town.writer import Writer

# Two values of these cannot both be true; somebody may well have two hobbies.
EXCLUSIVE = {
    "job", "home", "street", "colour", "birth year", "founded", "opens", "closes", "closed on",
}  # fmt: skip

Passages = list[list[Told]]  # for each passage, what it says of its subjects


def write_passage(
    writer: Writer, told: Passages, place: int, count: int, pair: tuple[int, ...]
) -> list[Told]:
    """One or two subjects with the sentences about them."""
    parts: list[Told] = []
    for size in _sizes(writer, count):
        if parts or place not in pair:
            subject, trait = _another(writer, told, parts)
        elif place == min(pair):
            subject = new_subject(told, parts, lambda: made_up_subject(writer))
            trait = writer.pick(_exclusive(subject.traits))
        else:
            subject, trait = _contradiction(writer, told[min(pair)][0])
        parts.append(_tell(writer, subject, size, trait, flat((*told, parts))))
    return parts


def _sizes(writer: Writer, count: int) -> list[int]:
    """How many sentences each subject gets: two to four in all, six to ten in a long passage."""
    source = writer.source
    if count == 1 and source.chance(0.25):
        return [source.integer(3, 5), source.integer(3, 5)]
    if source.chance(0.3):
        return [source.integer(1, 2), source.integer(1, 2)]
    return [source.integer(3 if count < 5 else 2, 4 if count < 7 else 3)]


def _another(
    writer: Writer, told: Passages, parts: list[Told]
) -> tuple[PassageSubject, str | None]:
    """A new subject, often like an earlier one and told the same trait, or an earlier one again."""
    source = writer.source
    earlier = flat((*told, parts))
    if not earlier or source.chance(0.4):
        return new_subject(told, parts, lambda: draw_subject(writer)), None
    like = writer.pick(earlier)
    here = {part.subject.short for part in parts}
    if like.subject.short not in here and len(_untold(like.subject, earlier)) > 1:
        if source.chance(0.1):
            return like.subject, None
    subject = new_subject(told, parts, lambda: alike(writer, like.subject))
    traits = [trait for trait in like.said if trait in subject.traits]
    return subject, writer.pick(traits) if traits and source.chance(0.6) else None


def new_subject(
    told: Passages, parts: list[Told], make: Callable[[], PassageSubject]
) -> PassageSubject:
    """A subject whose name is new, and whose first name is new in its passage."""
    taken = {part.subject.name for part in flat((*told, parts))}
    here = {part.subject.short for part in parts}
    while (subject := make()).name in taken or subject.short in here:
        pass
    return subject


def made_up_subject(writer: Writer) -> PassageSubject:
    if writer.source.chance(0.75):
        return about_visitor(writer.visitor())
    return about_place(writer.made_up_place())


def _exclusive(traits: Iterable[str]) -> list[str]:
    return [trait for trait in traits if trait in EXCLUSIVE]


def _contradiction(writer: Writer, part: Told) -> tuple[PassageSubject, str]:
    """The same subject once more, and the trait of which another value is going to be told."""
    trait = writer.pick(_exclusive(part.said))

    def other_value() -> str:
        return names.fresh(lambda: anew(writer, part.subject).traits[trait](), (part.said[trait],))

    return replace(part.subject, traits={**part.subject.traits, trait: other_value}), trait


def _tell(
    writer: Writer, subject: PassageSubject, size: int, needed: str | None, earlier: list[Told]
) -> Told:
    """The sentences about one subject; `needed` is a trait that must be among them."""
    source, part = writer.source, Told(subject, {}, [])
    traits = [trait for trait in _untold(subject, earlier) if trait != needed]
    traits = source.sample(traits, min(size - bool(needed), len(traits)))
    if needed:
        traits.insert(source.below(len(traits) + 1), needed)
    invented = not isinstance(subject.thing, Person | Place)
    for trait in traits:
        values = [other.said[trait] for other in earlier if trait in other.said]
        may_share = invented and values and trait not in (needed, "known for")
        if may_share and source.chance(0.15):  # the same street, the same job
            value = writer.pick(values)
        else:
            value = subject.traits[trait]()
        state(writer, part, trait, value)
    return part


def _untold(subject: PassageSubject, told: list[Told]) -> list[str]:
    """Traits of a subject that no passage has told."""
    said = {trait for part in told if part.subject.name == subject.name for trait in part.said}
    return [trait for trait in subject.traits if trait not in said]


def flat(passages: Iterable[list[Told]]) -> list[Told]:
    return [part for parts in passages for part in parts]
