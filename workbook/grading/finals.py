"""Which grade counts: of several attempts the best or the last, after marks by hand and late days.

1. A mark by hand replaces the computed one of its exercise, in every attempt; 2. late days cost
their part of what is left; 3. of the attempts within the limit, "best" takes the one with the most
points, the earlier one of two that are equal; "last" the last that could be graded, one in time
before a late one. A mark by hand whose computed mark differs in the attempt that counts is flagged
as a conflict. Left out: where grades are kept (`gradebook.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from workbook.grading.marks import Grade

COUNTING = ("best", "last")


@dataclass(frozen=True)
class Policy:
    """What an instructor decides about attempts and late days.

    attempts: how many are graded; 0: only the copy that counts, whatever its number. counting:
    "best" or "last". late_penalty: part of the points that each late day costs.
    Raises ValueError, in one sentence, for anything else.
    """

    attempts: int = 0
    counting: str = "last"
    late_penalty: float = 0.0

    def __post_init__(self) -> None:
        if self.counting not in COUNTING:
            raise ValueError(f'of several attempts the "best" or the "last" counts, not '
                             f"{self.counting!r}.")  # fmt: skip
        if self.attempts < 0 or not 0 <= self.late_penalty <= 1:
            raise ValueError("attempts are 0 or more, and the late penalty is from 0 to 1.")
        if self.counting == "best" and not self.attempts:
            raise ValueError('"best" needs the number of attempts that are graded.')

    def in_words(self) -> str:
        """Say it in one sentence, for reports."""
        late = f" Each late day costs {100 * self.late_penalty:g} %." if self.late_penalty else ""
        if not self.attempts:
            return f"Of several copies the newest in time counts.{late}"
        return f"The {self.counting} of at most {self.attempts} attempts counts.{late}"


@dataclass(frozen=True)
class Attempt:
    """One attempt in a list of all. points: as they would count."""

    number: int
    handed_in: str
    days_late: int
    status: str
    points: float
    verdict: str
    counts: bool = False


@dataclass(frozen=True)
class Final:
    """A grade as it counts: marks by hand, then late days. conflicts: exercises to look at."""

    grade: Grade
    points: float
    manual: Mapping[str, tuple[float, str]]
    conflicts: tuple[str, ...]
    seconds: float = 0.0
    attempts: tuple[Attempt, ...] = ()  # all of them, first to last


def final(grade: Grade, rows: Sequence[Any], late_penalty: float, seconds: float = 0.0) -> Final:
    """Return one attempt as it counts.

    rows: marks by hand (exercise, points, comment, computed). late_penalty: part of a late day.
    """
    manual = {row.exercise: (row.points, row.comment) for row in rows}
    computed = {each.id: each.points for each in grade.exercises}
    conflicts = tuple(
        row.exercise for row in rows
        if row.computed is not None and row.computed != computed.get(row.exercise)
    )  # fmt: skip
    points = sum(manual[name][0] if name in manual else value for name, value in computed.items())
    kept = max(0.0, 1 - late_penalty * grade.days_late)
    return Final(grade, round(points * kept, 2), manual, conflicts, seconds)


def counting(attempts: Sequence[Final], policy: Policy) -> Final:
    """Return the attempt that counts, with a list of all. attempts: of one student, one lesson."""
    allowed = [each for each in attempts if each.grade.status != "over the limit"]
    if policy.counting == "best":
        chosen = max(allowed, key=lambda each: (each.points, -each.grade.attempt))
    else:
        chosen = max(allowed, key=_last)
    listed = tuple(
        Attempt(
            each.grade.attempt, each.grade.handed_in, each.grade.days_late, each.grade.status,
            0.0 if each.grade.status == "over the limit" else each.points, each.grade.verdict,
            each is chosen,
        )
        for each in attempts
    )  # fmt: skip
    return replace(chosen, attempts=listed)


def _last(each: Final) -> tuple[bool, bool, int]:
    grade = each.grade
    return grade.status == "graded", not grade.days_late, grade.attempt
