"""Extra attempts from the folder to the gradebook; grading again runs only what has changed."""

from __future__ import annotations

import csv
import io
import json
import os
from datetime import datetime
from pathlib import Path

import nbformat
import pytest

from workbook.grading import batch, exports, release
from workbook.grading.finals import Policy
from workbook.grading.grade import Settings
from workbook.grading.gradebook import Gradebook

pytestmark = pytest.mark.slow
NAME = "06_scaling_laws"


@pytest.fixture
def course(root, tmp_path):
    """A folder with three attempts of ada's: one corrupt, one in time, one two days late."""
    path = root / "notebooks" / f"{NAME}.ipynb"
    release.write([path], tmp_path / "course", due="2027-01-02T12:00:00")
    notebook = nbformat.read(path, as_version=4)
    hand_in(tmp_path, 1, b"{")
    hand_in(tmp_path, 2, nbformat.writes(notebook).encode())
    notebook.cells[0].source += " (better)"
    hand_in(tmp_path, 4, nbformat.writes(notebook).encode())
    return tmp_path


def hand_in(folder, day, raw):
    path = folder / "in" / "ada" / f"{NAME}-{day}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(raw)
    when = datetime(2027, 1, day).timestamp()
    os.utime(path, (when, when))


def graded(folder, attempts, counting="last", late_penalty=0.0):
    """(how many were graded now, the grade that counts)."""
    book = Gradebook(folder / "gradebook.sqlite", Policy(attempts, counting, late_penalty))
    settings = Settings(folder / "course" / "key", Path(), 5, "none", attempts=attempts)
    outcome = batch.run(folder / "in", settings, book)
    (final,) = book.finals()
    book.close()
    return outcome.graded, final


def due(folder, date):
    file = folder / "course" / "key" / "manifest.json"
    listed = json.loads(file.read_text(encoding="utf-8"))
    file.write_text(json.dumps(listed | {"due": date}), encoding="utf-8")


def test_attempts_are_graded_up_to_the_limit_and_again_only_what_has_changed(course):
    done, final = graded(course, 2)
    assert (done, final.grade.attempt) == (3, 2)  # the third only gets its line
    rows = list(csv.DictReader(io.StringIO(exports.attempts_csv([final]))))
    assert [(row["attempt"], row["days_late"], row["counts"]) for row in rows] == [
        ("1", "0", "no"), ("2", "0", "yes"), ("3", "2", "no"),
    ]  # fmt: skip
    assert rows[0]["verdict"].startswith("corrupt")
    assert rows[1]["verdict"].startswith("graded: 0 of ")
    assert rows[2]["verdict"].startswith("over the limit: attempt 3, and 2 are allowed")
    assert graded(course, 2)[0] == graded(course, 2, "best", 0.1)[0] == 0
    done, final = graded(course, 3)  # one more is allowed: it alone is graded
    assert (done, final.grade.attempt) == (1, 2), "one in time counts before one that is late"
    due(course, "2027-01-04T12:00:00")  # the term is longer: nothing runs again, and none is late
    done, final = graded(course, 3)
    assert (done, final.grade.attempt, final.grade.days_late) == (0, 3, 0)
    due(course, "2027-01-01T06:00:00")
    done, final = graded(course, 3)
    assert [each.days_late for each in final.attempts] == [0, 1, 3]
    done, final = graded(course, 0)  # only the newest in time; none is, but for the corrupt one
    assert (done, len(final.attempts)) == (0, 1)
