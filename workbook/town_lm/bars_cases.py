"""The cases that the town's models are measured on, and how an answer is judged.

A case is a chat whose last message is the right answer. It comes from the test split, and for
skills it is about a town that no model has met. Left out: what is asked, which is in
`bars_reading.py` and `bars_skills.py`.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import takewhile

from workbook.tasks import Case, task_named
from workbook.tasks.short_answers import final_answer
from workbook.town import build_town
from workbook.town.choices import ChoiceSource
from workbook.town.entities import Town
from workbook.town.texts.chat import Messages
from workbook.town.texts.instructions import skill_chat
from workbook.town.towns import held_out
from workbook.town.writer import Document, Writer
from workbook.town_lm.quality import SEED, Answer, Score, share

Write = Callable[[Writer], Document]


def elsewhere(name: str, count: int, write: Write) -> list[Document]:
    """Return `count` cases about the held-out towns in turn, the same for every model."""
    return [write(Writer(_source(name, i), town_of(i), "test")) for i in range(count)]


def town_of(number: int) -> Town:
    """Return the town that a case of `elsewhere` is about."""
    return held_out("test", number)


def at_home(name: str, count: int, write: Write, phrasings: str = "test") -> list[Document]:
    """Return `count` cases about Brindlemere, in the phrasings of a split."""
    return [write(Writer(_source(name, i), build_town(), "test", phrasings)) for i in range(count)]


def _source(name: str, number: int) -> ChoiceSource:
    return ChoiceSource(f"bars/{name}/{SEED}/{number}")


def skill(family: str, **options: object) -> Write:
    """Return the writer of one family of skills, with its options given."""
    return lambda writer: skill_chat(family)(writer, **options)


def first_turn(document: Document) -> Document:
    """Return the case cut after the first answer."""
    messages = document.fields["messages"]
    turn = [*opening(messages), messages[len(opening(messages))]]
    fields = document.fields | {"messages": turn, "answer": turn[-1]["content"]}
    return replace(document, fields=fields)


def opening(messages: Messages) -> Messages:
    """Return the messages before the assistant first speaks, in a new list."""
    return list(takewhile(lambda message: message["role"] != "assistant", messages))


def said(
    answer: Answer, cases: Sequence[Document], tokens: int, **how: float
) -> list[tuple[str, Document]]:
    """Return what the model says, in at most `tokens` tokens, beside each case."""
    chats = [case.fields["messages"][:-1] for case in cases]
    return list(zip(answer(chats, max_new_tokens=tokens, **how), cases, strict=True))


def exact(text: str, case: Document) -> bool:
    """Return whether a text is the right answer, word for word."""
    return text == case.fields["answer"]


def task_right(task: str, text: str, reference: str) -> bool:
    """Return whether a text is the right answer to a task that the lessons share, by its score."""
    return task_named(task).score(text, Case(task, "", reference)) == 1


def final_right(text: str, case: Document) -> bool:
    """Return whether a text comes to the right answer, whatever stands before it."""
    return final_answer(text) == final_answer(case.fields["answer"])


def exact_share(name: str, answer: Answer, cases: Sequence[Document], tokens: int) -> Score:
    """Return the share of cases that are answered word for word."""
    return share(name, [exact(*pair) for pair in said(answer, cases, tokens)])
