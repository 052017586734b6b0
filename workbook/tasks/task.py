"""A case and a task: one question with its right answer, and how such answers are scored.

A task says in words what it asks and what its score is, for tables. Left out: the town's own tasks
(`suite.py`) and the rules of their scores (`scores.py`). Lessons 08 and 09 add tasks of this form.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from workbook.town.writer import Fact, Writer

Messages = list[dict[str, str]]  # of a chat: role and content


@dataclass(frozen=True)
class Case:
    """One question with its right answer."""

    id: str  # task and number: "open_book/17"
    prompt: str
    reference: str
    facts: tuple[Fact, ...] = ()  # of the document that the reference states

    @property
    def task(self) -> str:
        """The name of the task."""
        return self.id.partition("/")[0]


@dataclass(frozen=True)
class Task:
    """A kind of question; `measure` and `asks` are words for tables."""

    name: str
    asks: str
    measure: str  # what the score is
    max_new_tokens: int  # that an answer may have
    one_answer: bool  # whether a single answer is right, so that calibration means something
    score: Callable[[str, Case], float]  # (answer, case) -> 0 to 1
    baseline: Callable[[str], str]  # prompt -> what a rule that does not think would say
    write: Callable[[Writer], Messages] | None = None  # a chat whose first two messages are a case
    labels: tuple[str, ...] = ()  # right answers that take turns, so that a constant gets no luck

    @classmethod
    def by_name(cls, tasks: Mapping[str, Task], name: str) -> Task:
        """Return a task. Raises ValueError, in one sentence with the names, where there is none."""
        if name not in tasks:
            raise ValueError(f"there is no task {name!r}; there are: {', '.join(tasks)}.")
        return tasks[name]
