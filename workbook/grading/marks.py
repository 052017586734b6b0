"""From findings to points: what an exercise earns, and its verdict in words.

Each check that passes earns its part of the points, but only once a check has passed that no answer
without a thought passes too (an argument handed back, zeros, None, a constant). A prediction earns
all or nothing. Points are numbers that this side has added up, never anything a student's process
said. Left out: late days and marks given by hand (`gradebook.py`).
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel

from workbook.core.exercises import sealed
from workbook.core.exercises.checks import Finding
from workbook.grading.claims import Claim
from workbook.grading.key import GradedExercise

FORBIDDEN = "it calls a function of the course that does what it should do itself."
REACHES = "forbidden: it reaches for {}, which is how the course grades."
SEALED = "it asks the course for a reference answer, which is not there while answers are graded."


class CheckMark(BaseModel):
    """One check. wrong: None, or one sentence."""

    says: str
    wrong: str | None = None
    hidden: bool = False


class ExerciseMark(BaseModel):
    """One exercise. verdict: right, partly right, wrong, not answered, or what went amiss."""

    id: str
    title: str
    points: float
    out_of: float
    verdict: str
    cause: str = ""
    checks: list[CheckMark] = []
    version: str = ""
    doubts: list[str] = []  # why a person should look at it
    source: str = ""  # the answer, for comparisons
    learner: Claim | None = None  # what the learner's machine noted, which earns nothing


class Grade(BaseModel):
    """One submission as it was graded; `points` before late days and marks by hand."""

    student: str
    lesson: str
    points: float
    out_of: float
    verdict: str
    exercises: list[ExerciseMark] = []
    changes: list[str] = []
    notes: list[str] = []
    days_late: int = 0
    attempt: int = 1
    handed_in: str = ""  # ISO date and time, where it is known
    status: Literal["graded", "not graded", "over the limit"] = "graded"
    digest: str = ""
    basis: str = ""
    seed: int = 0
    isolation: str = ""
    package: str = ""


def mark(question: GradedExercise, findings: list[Finding], cause: str, seed: int) -> ExerciseMark:
    """Return the mark of one exercise."""
    entry = question.entry
    visible = len(question.checks) - question.hidden
    checks = [
        CheckMark(says=finding.says, wrong=_reworded(finding.wrong), hidden=place >= visible)
        for place, finding in enumerate(findings)
    ]
    if cause:
        return nothing(entry, cause).model_copy(update={"checks": checks})
    passed = [check.wrong is None for check in checks]
    if all(check.wrong == "not answered" for check in checks):
        return nothing(entry, "not answered")
    earned = points(question, passed, seed)
    verdict = "right" if all(passed) else "partly right" if earned else "wrong"
    reason = "" if all(passed) else next((c.wrong for c in checks if c.wrong and not c.hidden), "")
    return ExerciseMark(
        id=entry.id, title=entry.title, points=earned, out_of=entry.points, verdict=verdict,
        cause=reason or "", checks=checks, version=entry.version,
    )  # fmt: skip


def points(question: GradedExercise, passed: list[bool], seed: int) -> float:
    """Return what an exercise earns. passed: for each check, in order. seed: of their inputs."""
    total = question.entry.points
    if all(passed):
        return total
    if question.entry.rule == "all" or not any(passed):
        return 0.0
    accidental = question.accidental(seed)
    if not any(ok and not luck for ok, luck in zip(passed, accidental, strict=True)):
        return 0.0
    return round(total * sum(passed) / len(passed), 2)


def _reworded(wrong: str | None) -> str | None:
    if not wrong or not wrong.startswith("it raised Sealed"):
        return wrong
    return FORBIDDEN if sealed.CLOSED.partition("{}")[0] in wrong else SEALED


def _short(cause: str) -> str:
    """The first words of a cause: "time limit" of "time limit: it ran longer than 10 s"."""
    return cause.partition(":")[0]


def nothing(entry: Any, cause: str) -> ExerciseMark:
    """The mark of an exercise without an answer; cause: as in "cell missing: ..."."""
    return ExerciseMark(
        id=entry.id, title=entry.title, points=0, out_of=entry.points, verdict=_short(cause),
        cause=cause, version=entry.version,
    )  # fmt: skip
