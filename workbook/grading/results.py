"""Everything that is made from the gradebook once a run is through.

Exports, a page for each submission, the class overview with the similarity report, and marks by
hand read from a table. Left out: grading (`batch.py`).
"""

from __future__ import annotations

import importlib
import inspect
from pathlib import Path

from workbook.core.system.text_files import read_csv
from workbook.grading import exports, reports, similarity
from workbook.grading.finals import Final
from workbook.grading.gradebook import Gradebook
from workbook.grading.key import Key
from workbook.grading.release import secrets_of

MANUAL = ("student", "lesson", "exercise", "points")


def write(book: Gradebook, opened: Key, out: Path) -> list[Final]:
    """Write exports and pages into a folder; returns the grades as they count."""
    finals = list(book.finals())
    exports.write(finals, opened.listed, out)
    exports.write_answers(book.answers(), out)
    reports.write_students(finals, out)
    isolation = "; ".join(sorted({final.grade.isolation for final in finals}))
    policy = book.policy.in_words()
    reports.write_class(finals, alike(finals, opened), f"{isolation}. {policy}", out)
    return finals


def alike(finals: list[Final], opened: Key) -> list[similarity.Pair]:
    """Return the pairs of answers that are alike, among students and with what is published.

    Published are the references, and the functions of the package that do what is asked.
    """
    answers: dict[str, dict[str, str]] = {}
    for final in finals:
        for each in final.grade.exercises:
            if each.source:
                answers.setdefault(each.id, {})[final.grade.student] = each.source
    secrets = secrets_of([lesson.entry.topic for lesson in opened.lessons.values()])
    for lesson in opened.lessons.values():
        for name, question in lesson.questions.items():
            secrets.setdefault(name, []).extend(map(_source_of, question.asked.forbids))
    references = {name: "\n".join(sources) for name, sources in secrets.items()}
    return similarity.pairs(answers, references)


def _source_of(function: str) -> str:
    """The code of a function of the package, by its full name."""
    module, _, name = function.rpartition(".")
    return inspect.getsource(getattr(importlib.import_module(module), name))


def read_manual(book: Gradebook, file: Path) -> int:
    """Take marks by hand from a CSV file (student, lesson, exercise, points, comment).

    Names may be copied from grades.csv. Returns how many; all are taken, or none. Raises
    ValueError, in one sentence with the line, for a row that does not fit.
    """
    columns, rows = read_csv(file)
    if missing := [name for name in MANUAL if name not in columns]:
        raise ValueError(
            f"{file}, line 1: the columns are {', '.join(MANUAL)}, comment; "
            f"{missing[0]!r} is not there."
        )
    marks = []
    for number, row in rows:
        student, lesson, exercise = (exports.plain_text(row[name]) for name in MANUAL[:3])
        try:
            points = _points(row["points"])
            marks.append(
                book.manual_mark(student, lesson, exercise, points, row.get("comment", ""))
            )
        except ValueError as error:
            raise ValueError(f"{file}, line {number}: {error}") from None
    book.write_marks(marks)
    return len(marks)


def _points(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ValueError(f"{text!r} is no number of points.") from None
