"""What belongs to one exercise: its title, points, checks, hints and reference.

Every lesson's `exercises.py` is made of these, and so are the learner's table and the grader's
manifest. Left out: asking and judging, which is `exercise.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from workbook.core.exercises.checks import Check


@dataclass(frozen=True)
class Exercise:
    """One question with all that belongs to it.

    reference: the right function; for a value, a function without parameters that returns it.
    forbids: functions of the package by their full names, "workbook.sampling.filters.top_p_filter",
    which do what is asked: where answers are graded, they refuse while an answer runs.
    """

    id: str  # "sampling.top_p": topic and name
    title: str
    points: int
    difficulty: int  # 1 (a minute's thought) to 5 (an evening)
    minutes: int
    checks: tuple[Check, ...]  # at least three
    hints: tuple[str, str, str]  # from a nudge to nearly the answer
    reference: Callable
    wants: str = "function"  # or "value"
    forbids: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        topic, _, name = self.id.partition(".")
        problems = {
            'the id is "topic.name"': bool(topic and name),
            "difficulty is 1 to 5": self.difficulty in range(1, 6),
            "points and minutes are at least 1": min(self.points, self.minutes) >= 1,
            "there are at least three checks": len(self.checks) >= 3,
            "there are three hints": len(self.hints) == 3 and all(self.hints),
            "it forbids functions of the package": all(
                name.startswith("workbook.") and name.count(".") >= 2 for name in self.forbids
            ),
            'it wants a "function" or a "value"': self.wants in ("function", "value"),
        }
        for rule, kept in problems.items():
            if not kept:
                raise ValueError(f"Exercise {self.id!r} breaks a rule: {rule}.")

    @property
    def label(self) -> str:
        return f"difficulty {self.difficulty} of 5, {self.minutes} minutes, {self.worth}"

    @property
    def worth(self) -> str:
        return f"{self.points} point{'s' if self.points > 1 else ''}"


def exercise_set(topic: str, *exercises: Exercise) -> dict[str, Exercise]:
    """Return a lesson's exercises by id, in order.

    Raises ValueError for an exercise of another topic, and for an id that comes twice.
    """
    found: dict[str, Exercise] = {}
    for each in exercises:
        if each.id.partition(".")[0] != topic:
            raise ValueError(f"Exercise {each.id!r} does not belong to the lesson {topic!r}.")
        if each.id in found:
            raise ValueError(f"Exercise {each.id!r} comes twice.")
        found[each.id] = each
    return found
