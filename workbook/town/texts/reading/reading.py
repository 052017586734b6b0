"""Numbered passages and questions about them: the answer cites the passage that it comes from.

The passages resemble each other: names with a letter off, the same fact of somebody else. Where no
passage has the answer, or two contradict each other, the answer says so. Leaves out questions that
join two passages (`multihop.py`). The lessons on retrieval and long contexts use it.
"""

from dataclasses import dataclass

from workbook.town import names
from workbook.town.texts.chat import chat_document, exchange
from workbook.town.texts.questions.questions import (
    PERSON_ANSWERS,
    PERSON_QUESTIONS,
    PLACE_ANSWERS,
    PLACE_QUESTIONS,
    WHO_QUESTIONS,
)
from workbook.town.texts.reading.passages import (
    PERSON_TRAITS,
    PLACE_TRAITS,
    PassageSubject,
    Told,
    alike,
    anew,
)
from workbook.town.texts.reading.reading_cast import (
    Passages,
    flat,
    made_up_subject,
    new_subject,
    write_passage,
)
from workbook.town.texts.reading.reading_phrases import DISAGREE, NEXT_REQUESTS, REQUESTS, UNSAID
from workbook.town.writer import Document, Writer, an, upper

COUNT_WEIGHTS = (16, 12, 14, 14, 12, 12, 10, 10)  # of one, two, ... eight passages
MOST_PASSAGES = len(COUNT_WEIGHTS)
ANSWERED = 0.8  # share of the questions that a passage answers
DISPUTED = 0.095  # share of the documents with two passages or more in which two disagree
# An untold trait that a reader might take from this other one is not asked for.
CONFUSED_WITH = {"hobby": "colour", "closed on": "closes"}

Seen = set[tuple[str, str]]  # name and trait of the facts that may not be asked for (again)


@dataclass(frozen=True)
class Asked:
    """A question with its answer; `gold` is the place of the passage that gives it, from 0."""

    question: str
    answer: str
    trait: str
    value: str | None = None
    gold: int | None = None
    disputed: bool = False


@dataclass(frozen=True)
class Sheet:
    """What the raw text and the chat share."""

    passages: list[str]
    asked: list[Asked]

    @property
    def numbered(self) -> str:
        """The passages with their numbers in front."""
        return "\n".join(f"[{i}] {passage}" for i, passage in enumerate(self.passages, 1))

    @property
    def fields(self) -> dict[str, object]:
        """What a scorer needs; all but the answer, which a chat sets itself."""
        last = self.asked[-1]
        return {
            "passages": self.passages,
            "questions": [asked.question for asked in self.asked],
            "answers": [asked.answer for asked in self.asked],
            "question": last.question,
            "gold": last.gold,
            "value": last.value,
            "trait": last.trait,
            "answerable": last.answer != UNSAID,
            "conflict": last.disputed,
        }


def reading(
    writer: Writer,
    passages: int | None = None,
    gold: int | None = None,
    answerable: bool | None = None,
    conflict: bool | None = None,
) -> Document:
    """Write one to eight numbered passages and up to four questions, answered with a citation.

    passages: how many; gold: place of the passage with the answer, from 0; answerable: whether
    there is one; conflict: whether two contradict each other on it. With any of them given, one
    question is asked. Fields: passages, questions, answers, and of the last question: question,
    answer, gold, value, trait, answerable, conflict. Raises ValueError for options that clash.
    """
    sheet = _sheet(writer, passages, gold, answerable, conflict)
    pairs = [f"Question: {asked.question}\nAnswer: {asked.answer}" for asked in sheet.asked]
    text = "\n".join((sheet.numbered, *pairs))
    return writer.document("reading", text, answer=sheet.asked[-1].answer, **sheet.fields)


def reading_chat(
    writer: Writer,
    passages: int | None = None,
    gold: int | None = None,
    answerable: bool | None = None,
    conflict: bool | None = None,
) -> Document:
    """Write the same as a chat, a turn for each question; options and fields as in `reading`."""
    sheet = _sheet(writer, passages, gold, answerable, conflict)
    first, *later = sheet.asked
    turns = [(writer.say(REQUESTS, passages=sheet.numbered, ask=first.question), first.answer)]
    turns += [(writer.say(NEXT_REQUESTS, ask=asked.question), asked.answer) for asked in later]
    return chat_document(writer, "reading", exchange(*turns), **sheet.fields)


def _check(count: int | None, gold: int | None, answerable: bool | None, conflict: bool | None):
    most = MOST_PASSAGES if count is None else count
    if not 1 <= most <= MOST_PASSAGES:
        raise ValueError(f"set passages to 1 ... {MOST_PASSAGES}, not {count}")
    if gold is not None and not 0 <= gold < most:
        raise ValueError(f"set gold to 0 ... {most - 1}, a place among the passages, not {gold}")
    if answerable is False and (conflict or gold is not None):
        raise ValueError("leave out gold and conflict when no passage is to have the answer")
    if conflict and count == 1:
        raise ValueError("set passages to 2 or more: one alone cannot be in conflict")


def _sheet(
    writer: Writer,
    count: int | None,
    gold: int | None,
    answerable: bool | None,
    conflict: bool | None,
) -> Sheet:
    _check(count, gold, answerable, conflict)
    source = writer.source
    drawn = count is gold is answerable is conflict is None
    if count is None:
        least = max(2 if conflict else 1, 1 if gold is None else gold + 1)
        count = source.weighted(range(least, MOST_PASSAGES + 1), COUNT_WEIGHTS[least - 1 :])
    if drawn:
        conflict = count > 1 and source.chance(DISPUTED)
    pair = _pair(writer, count, gold) if conflict else ()
    told: Passages = []
    for place in range(count):
        told.append(write_passage(writer, told, place, count, pair))
    titled = source.chance(0.3)
    texts = [_text(parts, titled) for parts in told]
    number = source.weighted((1, 2, 3, 4), (4, 3, 2, 1)) if drawn else 1
    if gold is not None:
        answerable = True
    return Sheet(texts, _ask(writer, told, number, gold, answerable, pair))


def _pair(writer: Writer, count: int, gold: int | None) -> tuple[int, int]:
    """The places of two passages that disagree, the first of them the gold one."""
    gold = writer.source.below(count) if gold is None else gold
    return gold, writer.pick([place for place in range(count) if place != gold])


def _text(parts: list[Told], titled: bool) -> str:
    text = " ".join(sentence for part in parts for sentence in part.sentences)
    return f"{upper(parts[0].subject.name)}\n{text}" if titled else text


def _ask(
    writer: Writer,
    told: Passages,
    number: int,
    gold: int | None,
    answerable: bool | None,
    pair: tuple[int, ...],
) -> list[Asked]:
    """The questions, no two about the same fact; one of them is about the fact in dispute."""
    seen: Seen = set()
    dispute = _disputed(writer, told, pair, seen) if pair else None
    number = min(number, len(_facts(told, seen)) + bool(dispute))
    turn = writer.source.below(number) if dispute else None
    asked = []
    for i in range(number):
        if i == turn:
            asked.append(dispute)
        elif writer.source.chance(ANSWERED) if answerable is None else answerable:
            asked.append(_answered(writer, told, gold, seen))
        else:
            asked.append(_unanswered(writer, told, seen))
    return asked


def _facts(told: Passages, seen: Seen) -> list[tuple[int, Told, str]]:
    """Place, subject and trait of everything told that may still be asked for."""
    return [
        (place, part, trait)
        for place, parts in enumerate(told)
        for part in parts
        for trait in part.said
        if (part.subject.name, trait) not in seen
    ]


def _answered(writer: Writer, told: Passages, gold: int | None, seen: Seen) -> Asked:
    """A question that one passage answers, each passage equally often."""
    facts = _facts(told, seen)
    if gold is None:
        gold = writer.pick(sorted({place for place, _, _ in facts}))
    part, trait = writer.pick([fact[1:] for fact in facts if fact[0] == gold])
    subject, value = part.subject, part.said[trait]
    seen.add((subject.name, trait))
    slots = {"value": value, "a_value": an(value)}
    if _only(told, subject, trait, value) and writer.source.chance(0.15):
        called, question = subject.name, writer.say(WHO_QUESTIONS[trait], **slots)
    else:
        called = _called(writer, told, subject)
        question = _question(writer, subject, trait, called)
    answer = upper(_answers(subject)[trait].format(who=called, **slots))
    return Asked(question, f"{answer} [{gold + 1}]", trait, value, gold)


def _only(told: Passages, subject: PassageSubject, trait: str, value: str) -> bool:
    """Whether one can ask who it is: nobody else is said to have this value."""
    people = [part for part in flat(told) if part.subject.is_person]
    return (
        subject.is_person
        and trait in WHO_QUESTIONS
        and sum(part.said.get(trait) == value for part in people) == 1
    )


def _disputed(writer: Writer, told: Passages, pair: tuple[int, ...], seen: Seen) -> Asked:
    """The question that two passages answer differently."""
    places = sorted(pair)
    first, second = (told[place][0] for place in places)
    subject = first.subject
    trait = next(trait for trait in first.said if trait in second.said)
    seen.add((subject.name, trait))
    with_article = "{a_value}" in _answers(subject)[trait]
    values = [
        an(part.said[trait]) if with_article else part.said[trait] for part in (first, second)
    ]
    question = _question(writer, subject, trait, _called(writer, told, subject))
    answer = DISAGREE.format(
        first=places[0] + 1, value=values[0], second=places[1] + 1, other=values[1]
    )
    return Asked(question, answer, trait, gold=pair[0], disputed=True)


def _unanswered(writer: Writer, told: Passages, seen: Seen) -> Asked:
    """A question that no passage answers; half of them seem to be answered at first sight."""
    source, parts = writer.source, flat(told)
    way = source.weighted(("alike", "untold", "nobody", "no such value"), (25, 25, 40, 10))
    untold = _never_told(parts, seen) if way == "untold" else ()
    people = [part.subject for part in parts if part.subject.is_person]
    if untold:
        subject, trait = writer.pick(untold)
        called = _called(writer, told, subject)
    elif way == "no such value" and people:
        trait = writer.pick(tuple(WHO_QUESTIONS))
        stated = {part.said.get(trait) for part in parts}
        value = names.fresh(lambda: anew(writer, people[0]).traits[trait](), stated)
        question = writer.say(WHO_QUESTIONS[trait], value=value, a_value=an(value))
        return Asked(question, UNSAID, trait)
    elif way == "alike":
        part = writer.pick(parts)
        subject = new_subject(told, [], lambda: alike(writer, part.subject))
        trait, called = writer.pick(tuple(part.said)), subject.name
    else:
        subject = new_subject(told, [], lambda: made_up_subject(writer))
        trait, called = writer.pick(_traits(subject)), subject.name
    seen.add((subject.name, trait))
    return Asked(_question(writer, subject, trait, called), UNSAID, trait)


def _never_told(parts: list[Told], seen: Seen) -> list[tuple[PassageSubject, str]]:
    """Subjects that are there, and a trait that nobody tells of them."""
    said: dict[str, set[str]] = {}
    for part in parts:
        said.setdefault(part.subject.name, set()).update(part.said)
    subjects = {part.subject.name: part.subject for part in parts}
    return [
        (subject, trait)
        for name, subject in subjects.items()
        for trait in _traits(subject)
        if trait not in said[name]
        and CONFUSED_WITH.get(trait) not in said[name]
        and (name, trait) not in seen
    ]


def _question(writer: Writer, subject: PassageSubject, trait: str, called: str) -> str:
    questions = PERSON_QUESTIONS if subject.is_person else PLACE_QUESTIONS
    return writer.say(questions[trait], who=called)


def _answers(subject: PassageSubject) -> dict[str, str]:
    return PERSON_ANSWERS if subject.is_person else PLACE_ANSWERS


def _traits(subject: PassageSubject) -> tuple[str, ...]:
    return PERSON_TRAITS if subject.is_person else PLACE_TRAITS


def _called(writer: Writer, told: Passages, subject: PassageSubject) -> str:
    """The name as it is asked for: the first name alone only where one person has it."""
    namesakes = {p.subject.name for p in flat(told) if p.subject.short == subject.short}
    short = subject.is_person and len(namesakes) == 1 and writer.source.chance(0.25)
    return subject.short if short else subject.name
