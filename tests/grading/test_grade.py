"""One submission from its bytes to its grade, with the student's code left unexecuted."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import nbformat
import pytest
from released import RIGHT, handed_in, lesson, tiny

from workbook.core.exercises.checks import Finding
from workbook.grading import key, manifest, session
from workbook.grading.grade import Settings, days_late, grade, ungraded
from workbook.grading.submissions import Submission

NAME = "03_sampling"


@pytest.fixture(scope="module")
def opened(key_folder):
    return key.read(key_folder)


@pytest.fixture
def executed(monkeypatch):
    """The ids of exercises that would have been executed; their checks all pass."""
    ids = []

    def execute(work, isolation, seed, cell_seconds):
        for each in work:
            ids.append(each.asked.id)
            each.findings = [Finding(check.says) for check in each.checks]
            if "raise SystemExit" in each.answer.source:
                each.findings, each.cause = [], "time limit: it ran longer than 10 s"

    monkeypatch.setattr(session, "execute", execute)
    return ids


@pytest.fixture
def graded(opened, key_folder, executed, tmp_path):
    """Grade a notebook, or bytes, as a student's; the file's name says the lesson."""

    def of(notebook, name=NAME):
        raw = notebook if isinstance(notebook, bytes) else nbformat.writes(notebook).encode()
        (tmp_path / "x.ipynb").write_bytes(raw)
        given = Submission("ada", name, tmp_path / "x.ipynb", notes=("seen",))
        return grade(given, opened, Settings(key_folder, tmp_path, 5, "none"))

    return of


def test_open_answers_are_not_executed_and_earn_nothing(root, graded, executed, opened):
    found = graded(lesson(root))
    assert executed == []
    assert {each.verdict for each in found.exercises} == {"not answered"}
    assert (found.points, found.out_of, found.verdict) == (0, 20, "graded: 0 of 9 right")
    assert (found.lesson, found.status, found.notes) == (NAME, "graded", ["seen"])
    assert (found.seed, found.basis) == (5, opened.lessons[NAME].basis)


def test_answers_are_executed_in_the_lessons_order_and_marked(root, graded, executed, opened):
    found = graded(handed_in(root), name="")  # the lesson is known by what is in it
    assert executed == [entry.id for entry in opened.lessons[NAME].entry.exercises]
    assert (found.lesson, found.points, found.verdict) == (NAME, 20, "graded: 9 of 9 right")
    by_id = {each.id: each for each in found.exercises}
    assert by_id["sampling.no_repeat"].source == RIGHT["s040"]


def test_what_went_amiss_is_in_the_verdict(root, graded):
    notebook = handed_in(root, RIGHT | {"s040": RIGHT["s040"] + "\nraise SystemExit"})
    notebook.cells = [cell for cell in notebook.cells if cell.id != "s082"]
    found = graded(notebook)
    assert found.points == 14 and found.verdict == (
        "graded: 7 of 9 right; sampling.no_repeat: time limit: it ran longer than 10 s; "
        "sampling.token_ranks: cell missing: no cell answers this exercise."
    )
    assert any("cell s082 was deleted" in change for change in found.changes)


@pytest.mark.parametrize(
    ("source", "name", "words"),
    [
        ("x = 1", NAME, "wrong lesson: nothing of 03_sampling is in it."),
        ("x = 1", "", "wrong lesson: no exercise of the course is in it."),
        ('answer("scaling_laws.units", 1)', NAME, "wrong lesson: it is scaling_laws."),
    ],
)
def test_another_lesson_is_named_and_not_graded(graded, executed, source, name, words):
    found = graded(tiny(source), name)
    assert (found.verdict, found.status, found.points) == (words, "not graded", 0)
    assert executed == [] and len(found.exercises) == (9 if name else 0)


def test_a_file_that_is_no_notebook_is_told_apart_by_its_bytes(graded, opened):
    found = graded(b"{")
    assert found.verdict.startswith("corrupt") and found.status == "not graded"
    assert (found.digest, found.basis) == (manifest.digest(b"{"), opened.lessons[NAME].basis)


def test_an_attempt_over_the_limit_is_told_apart_by_its_problem(opened, key_folder):
    given = Submission("ada", NAME, Path(), over_limit=True, problem="over the limit: 3.")
    found = ungraded(given, opened, Settings(key_folder, Path(), 5), given.problem)
    assert (found.status, found.verdict) == ("over the limit", "over the limit: 3.")
    assert found.digest == manifest.digest(b"over the limit: 3.")


DUE = datetime(2027, 1, 2, 12)


@pytest.mark.parametrize(
    ("seconds", "days"), [(1, 1), (86_400, 1), (86_401, 2), (10 * 86_400 - 1, 10)]
)
def test_a_day_that_has_begun_is_a_late_day(seconds, days):
    given = Submission("a", NAME, Path(), handed_in=DUE + timedelta(seconds=seconds), late=True)
    assert days_late(given, DUE.isoformat()) == days


def test_without_a_date_late_is_one_day_and_in_time_is_none():
    given = Submission("a", NAME, Path(), late=True)
    assert days_late(given, DUE.isoformat()) == 1
    assert days_late(Submission("a", NAME, Path(), handed_in=DUE, late=True), None) == 1
    assert days_late(Submission("a", NAME, Path(), handed_in=DUE), "2026-01-01") == 0


def test_the_limits_of_a_run_are_those_of_its_submissions(tmp_path):
    settings = Settings(tmp_path, tmp_path / "e", 1, "none", seconds=7.5, memory_mb=99)
    apart = settings.kept_apart()
    assert (apart.kind, apart.edition) == ("none", tmp_path / "e")
    assert (apart.limits.seconds, apart.limits.memory_mb) == (7.5, 99)
