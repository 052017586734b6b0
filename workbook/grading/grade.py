"""One submission from its bytes to its grade.

1. read it; 2. find the lesson; 3. take out the answers; 4. execute those that are not open; 5. mark
each exercise. Nothing that a submission holds makes this raise: what cannot be graded says why.
Left out: many submissions at once (`batch.py`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from workbook import __version__
from workbook.grading import cells, forbidden, key, manifest, marks, notebook_input
from workbook.grading.kernel import Isolation
from workbook.grading.marks import Grade
from workbook.grading.submissions import Submission, deadline_of
from workbook.grading.transplant import Transplant, transplant

if TYPE_CHECKING:
    from workbook.grading.session import Work

SOURCE = 20_000  # characters of an answer that are kept


@dataclass(frozen=True)
class Settings:
    """How a run grades; all of it can be sent to another process."""

    key: Path
    edition: Path
    seed: int
    isolation: str = "sandbox"
    hidden: Path | None = None
    cell_seconds: float = 10.0
    seconds: float = 60.0  # of one submission
    memory_mb: int = 2048
    attempts: int = 0  # that are graded of a student's copies; 0: only the one that counts

    def kept_apart(self) -> Isolation:
        """Return how submissions are kept apart."""
        isolation = Isolation(self.isolation, self.edition)
        limits = replace(isolation.limits, seconds=self.seconds, memory_mb=self.memory_mb)
        return replace(isolation, limits=limits)


def grade(submission: Submission, opened: key.Key, settings: Settings) -> Grade:
    """Grade one submission."""
    try:
        raw = submission.content()  # 1
        read = notebook_input.parse(raw)
    except ValueError as error:
        return ungraded(submission, opened, settings, str(error))
    name = submission.lesson if submission.lesson in opened.lessons else ""
    inside = notebook_input.lesson_in(read, opened.topics)  # 2
    lesson = opened.lessons.get(name or inside)
    if lesson is None or (inside and inside != lesson.entry.lesson):
        found = f"it is {inside}" if inside else "no exercise of the course is in it"
        return ungraded(submission, opened, settings, f"wrong lesson: {found}.")
    if not inside and not {cell.id for cell in read} & {e.cell for e in lesson.entry.exercises}:
        problem = f"wrong lesson: nothing of {lesson.entry.lesson} is in it."
        return ungraded(submission, opened, settings, problem)
    try:
        taken = transplant(lesson.cells, read, lesson.entry)  # 3
    except (RecursionError, MemoryError):
        return ungraded(submission, opened, settings, "corrupt: a cell is nested too deeply.")
    found_marks = _executed(lesson, taken, settings)  # 4, 5
    result = _empty(submission, lesson.entry, settings)
    result.exercises = [found_marks[entry.id] for entry in lesson.entry.exercises]
    result.points = round(sum(each.points for each in result.exercises), 2)
    result.changes, result.digest, result.basis = taken.changes, manifest.digest(raw), lesson.basis
    result.days_late = days_late(submission, opened.listed.due)
    result.verdict = _verdict(result)
    return result


def _executed(
    lesson: key.Lesson, taken: Transplant, settings: Settings
) -> dict[str, marks.ExerciseMark]:
    """Return the mark of each exercise by id; open answers are not executed."""
    from workbook.grading.session import Work, execute

    released = {cell.id: cell.source for cell in lesson.cells}
    found: dict[str, marks.ExerciseMark] = {}
    work: dict[str, Work] = {}
    for entry in lesson.entry.exercises:
        question = lesson.questions[entry.id]
        if entry.id in taken.missing:
            found[entry.id] = marks.nothing(entry, taken.missing[entry.id])
        elif cells.same_code(taken.answers[entry.id].source, released[entry.cell]):
            found[entry.id] = marks.nothing(entry, "not answered")
        else:
            work[entry.id] = Work(
                question.asked, entry.function, taken.answers[entry.id], question.checks
            )
    if work:
        isolation = settings.kept_apart()
        execute(list(work.values()), isolation, settings.seed, settings.cell_seconds)
    for name, each in work.items():
        question = lesson.questions[name]
        found[name] = _marked(question, each, settings.seed)
        found[name].source = "\n".join([*each.answer.helpers, each.answer.source])[:SOURCE]
    for name, answer in taken.answers.items():
        found[name].learner = answer.claim
    return found


def _marked(question: key.GradedExercise, work: Work, seed: int) -> marks.ExerciseMark:
    """Return the mark of an answer that was run; where functions are forbidden, its code counts."""
    found = marks.mark(question, work.findings, work.cause, seed)
    if not question.asked.forbids or not found.points:
        return found
    answer = work.answer
    own = (*answer.helpers, answer.source)
    seen = forbidden.look(answer.context, own, question.asked.forbids)
    if seen.reaches:
        return marks.nothing(question.entry, marks.REACHES.format(seen.reaches))
    found.doubts = seen.doubts
    return found


def ungraded(submission: Submission, opened: key.Key, settings: Settings, problem: str) -> Grade:
    """Return the grade of what cannot be graded: no points, and the problem."""
    lesson = opened.lessons.get(submission.lesson)
    entry = lesson.entry if lesson else None
    result = _empty(submission, entry, settings)
    if entry is not None:
        result.exercises = [marks.nothing(each, "not graded") for each in entry.exercises]
    result.verdict = problem
    result.status = "over the limit" if submission.over_limit else "not graded"
    result.days_late = days_late(submission, opened.listed.due)
    result.basis = lesson.basis if lesson else ""
    try:
        result.digest = manifest.digest(submission.content())
    except ValueError:
        result.digest = manifest.digest(problem.encode("utf-8"))
    return result


def _empty(submission: Submission, entry: manifest.LessonEntry | None, settings: Settings) -> Grade:
    return Grade(
        student=submission.student,
        lesson=entry.lesson if entry else submission.lesson,
        points=0,
        out_of=entry.out_of if entry else 0,
        verdict="",
        notes=list(submission.notes),
        attempt=submission.attempt,
        handed_in=submission.when(),
        seed=settings.seed,
        isolation=settings.kept_apart().in_words(),
        package=__version__,
    )


def _verdict(result: Grade) -> str:
    """The counts, and what went amiss where something did."""
    right = sum(each.verdict == "right" for each in result.exercises)
    plain = {"right", "partly right", "wrong", "not answered"}
    amiss = [f"{each.id}: {each.cause}" for each in result.exercises if each.verdict not in plain]
    said = f"graded: {right} of {len(result.exercises)} right"
    return "; ".join([said, *amiss])


def days_late(submission: Submission, due: str | None) -> int:
    """Return how many days late, begun ones included; 1 where only the mark "late" is known."""
    if not submission.late:
        return 0
    deadline = deadline_of(due)
    if deadline is None or submission.handed_in is None:
        return 1
    late = (submission.handed_in - deadline).total_seconds() / 86400
    return max(1, math.ceil(late))
