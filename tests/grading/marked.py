"""Grades as the grader makes them, for the tests of what is done with grades."""

from __future__ import annotations

from workbook.grading.marks import CheckMark, ExerciseMark, Grade

LESSON = "03_sampling"


def grade(student="ada", points=(2.0, 3.0), attempt=1, digest="d", **more):
    """A grade of two exercises, worth 2 and 4."""
    exercises = [
        ExerciseMark(
            id=f"sampling.e{n}", title=f"e{n}", points=each, out_of=2.0 * n,
            verdict="right" if each == 2 * n else "wrong", source="def f(): ...",
            checks=[CheckMark(says="it holds", wrong=None if each else "the mean is too small.")],
        )
        for n, each in enumerate(points, 1)
    ]  # fmt: skip
    known = {"verdict": "graded: 1 of 2 right", "digest": digest, "basis": "b", "seed": 2**40}
    known["handed_in"] = f"2027-01-0{attempt}T12:00:00"
    return Grade(
        student=student, lesson=LESSON, points=sum(points), out_of=6, exercises=exercises,
        attempt=attempt, **known | more,
    )  # fmt: skip


def over(student="ada", attempt=3):
    verdict = "over the limit: attempt 3, and 2 are allowed; not graded."
    return grade(student, (0.0, 0.0), attempt, status="over the limit", verdict=verdict)
