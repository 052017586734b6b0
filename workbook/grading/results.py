"""Everything that is made from the gradebook once a run is through.

Exports, a page for each submission, the class overview with the similarity report, and marks by
hand read from a table. Left out: grading (`batch.py`).
"""

from __future__ import annotations

import csv
from pathlib import Path

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
    """Return the pairs of answers that are alike, among students and with the references."""
    answers: dict[str, dict[str, str]] = {}
    for final in finals:
        for each in final.grade.exercises:
            if each.source:
                answers.setdefault(each.id, {})[final.grade.student] = each.source
    secrets = secrets_of([lesson.entry.topic for lesson in opened.lessons.values()])
    references = {name: "\n".join(sources) for name, sources in secrets.items()}
    return similarity.pairs(answers, references)


def read_manual(book: Gradebook, file: Path) -> int:
    """Take marks by hand from a CSV file (student, lesson, exercise, points, comment).

    Returns how many. Raises ValueError, in one sentence with the line, for a row that does not fit.
    """
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"{file} cannot be read ({error}).") from None
    rows = list(csv.DictReader(text.splitlines()))
    for number, row in enumerate(rows, 2):
        if any(not row.get(name) for name in MANUAL):
            raise ValueError(f"{file}, line {number}: the columns are {', '.join(MANUAL)}.")
        try:
            points = float(row["points"])
            book.mark_by_hand(
                row["student"], row["lesson"], row["exercise"], points, row.get("comment") or ""
            )
        except ValueError as error:
            raise ValueError(f"{file}, line {number}: {error}") from None
    return len(rows)
