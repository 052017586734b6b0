"""From a learner's answered cell to the gradebook's row, graded without a sandbox, as one may ask.

The learner runs the cells in a kernel of their own; below each answer its output carries what the
log notes. The notebook is handed in and graded by the command line with `--isolation none`.
"""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from types import SimpleNamespace

import nbclient
import nbformat
import pytest
from nbformat.v4 import new_notebook

import workbook
from workbook.core.exercises import regrading
from workbook.core.exercises.exercise import check
from workbook.core.runs import records
from workbook.grading import cells, manifest, release
from workbook.grading.gradebook import Gradebook

pytestmark = pytest.mark.slow
NAME, TOPIC = "06_scaling_laws", "scaling_laws"
RIGHT, WRONG, PARTLY = (f"{TOPIC}.{name}" for name in ("best_split", "units", "break_even"))
NOTED = ("version", "package", "seed", "passed", "checks")
ANSWERS = {
    RIGHT: '@exercise("scaling_laws.best_split")\ndef best_split(flops, A, B, alpha, beta):\n'
    "    product, total = flops / 6, alpha + beta\n"
    "    ratio = (beta * B / (alpha * A)) ** (1 / total)\n"
    "    return product ** (beta / total) / ratio, product ** (alpha / total) * ratio",
    WRONG: 'units = answer("scaling_laws.units", (1.0, 1.0, 1.0))',
    PARTLY: '@exercise("scaling_laws.break_even")\n'
    "def break_even(large, large_tokens, small, small_tokens):\n"
    "    return 3 * (small * small_tokens - large * large_tokens) / (large - small)",
}


@pytest.fixture(scope="module")
def graded(root, tmp_path_factory):
    """What the learner's log, the gradebook and the reports hold in the end."""
    folder = tmp_path_factory.mktemp("class")
    home = folder / "home"
    release.write([root / "notebooks" / f"{NAME}.ipynb"], folder / "course")
    answer(folder, home)
    words = [sys.executable, "-m", "workbook", "grade", "in", "--key", "course/key"]
    done = subprocess.run(
        [*words, "--out", "out", "--isolation", "none", "--seed", "99", "--attempts", "1"],
        cwd=folder, capture_output=True, text=True, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    book = Gradebook(folder / "out" / "gradebook.sqlite")
    return SimpleNamespace(
        out=folder / "out", said=done.stdout, grade=next(book.finals()).grade,
        log={event["exercise"]: event for event in records.read(home / "progress.jsonl")},
        rows={row["exercise"]: row for row in book.answers()},
    )  # fmt: skip


def answer(folder, home):
    """Fill in two answers, run them in a kernel with its own log, and hand the notebook in."""
    path = folder / "course" / "student" / "notebooks" / f"{NAME}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    others = [cell.source for cell in code if not cells.exercise_ids(cell.source)]
    given = {}
    for cell in code:
        for name in cells.exercise_ids(cell.source):
            if name in ANSWERS:
                cell.source = ANSWERS[name]
                given[name] = cell
    first = nbformat.v4.new_code_cell("\n".join(cells.needed({"answer", "exercise"}, others)))
    short = new_notebook(cells=[first, *given.values()])
    nbclient.NotebookClient(short, timeout=120).execute(
        env={**os.environ, "WORKBOOK_HOME": str(home)}
    )
    (folder / "in" / "ada").mkdir(parents=True)
    nbformat.write(notebook, folder / "in" / "ada" / f"{NAME}.ipynb")


def test_without_a_sandbox_answers_are_graded_and_every_report_says_so(graded):
    marks = {each.id: each.verdict for each in graded.grade.exercises}
    assert (marks[RIGHT], marks[WRONG], marks[PARTLY]) == ("right", "wrong", "partly right")
    assert {marks[name] for name in marks.keys() - ANSWERS.keys()} == {"not answered"}
    words = "none: answers ran with the rights of the person who graded"
    assert f"isolation: {words}" in graded.said and graded.grade.isolation == words
    assert "The last of at most 1 attempts counts." in graded.said
    pages = [graded.out / "class.html", *(graded.out / "students").rglob("*.html")]
    for file in [*pages, graded.out / "grades.json"]:
        assert words in file.read_text(encoding="utf-8"), file
    assert len(pages) == 2


def test_the_learners_log_is_in_the_gradebooks_row_and_in_the_exports(graded):
    for name in ANSWERS:
        event, row = graded.log[name], graded.rows[name]
        asked = manifest.exercises_of(TOPIC)[name]
        assert [row[f"learner_{each}"] for each in NOTED] == [event[each] for each in NOTED]
        assert row["learner_version"] == row["version"] == regrading.version_of(asked)
        assert row["learner_package"] == row["package"] == workbook.__version__
        assert row["seed"] == 99 != row["learner_seed"]
        assert row["checks"] == row["learner_checks"] == len(asked.checks)
        assert row["passed"] == row["learner_passed"]
    right, partly = graded.rows[RIGHT], graded.rows[PARTLY]
    assert right["passed"] == right["checks"] and 0 < partly["passed"] < partly["checks"]
    assert graded.rows[f"{TOPIC}.best_size"]["learner_seed"] is None
    text = (graded.out / "answers.csv").read_text(encoding="utf-8")
    table = {row["exercise"]: row for row in csv.DictReader(io.StringIO(text))}
    assert table[RIGHT]["learner_seed"] == str(graded.log[RIGHT]["seed"])
    (record,) = json.loads((graded.out / "grades.json").read_text(encoding="utf-8"))
    noted = {each["id"]: each["learner"] for each in record["exercises"]}
    assert noted[RIGHT]["passed"] == graded.log[RIGHT]["passed"]


def test_the_row_is_enough_to_check_the_answer_with_the_learners_inputs(graded):
    sources = {each.id: each.source for each in graded.grade.exercises}
    for name in (RIGHT, PARTLY):
        space = {"exercise": lambda name: lambda asked: asked}
        exec(sources[name], space)
        function = space[name.partition(".")[2]]
        again = check(name, function, seed=graded.rows[name]["learner_seed"])
        assert again.passed == graded.rows[name]["learner_passed"]


def test_a_second_run_grades_nothing_again(graded):
    folder = graded.out.parent
    words = [sys.executable, "-m", "workbook", "grade", "in", "--key", "course/key"]
    done = subprocess.run(
        [*words, "--out", "out", "--isolation", "none", "--attempts", "1", "--late-penalty", "0.5"],
        cwd=folder, capture_output=True, text=True, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "1 submissions, 0 of them graded now." in done.stdout
    assert "Each late day costs 50 %." in done.stdout


MORE = f"""
from workbook.core.exercises.checks import Check
CHECKS = {{"{RIGHT}": (Check("one more", lambda answer, seed: None),)}}
"""


def test_grading_again_by_other_rules_renews_our_numbers_and_keeps_the_learners(graded):
    folder = graded.out.parent
    (folder / "more.py").write_text(MORE, encoding="utf-8")
    words = [sys.executable, "-m", "workbook", "grade", "in", "--key", "course/key"]
    done = subprocess.run(
        [*words, "--out", "out", "--isolation", "none", "--attempts", "1", "--seed", "100",
         "--hidden", "more.py"],
        cwd=folder, capture_output=True, text=True, timeout=600,
    )  # fmt: skip
    assert "1 submissions, 1 of them graded now." in done.stdout, done.stderr
    book = Gradebook(folder / "out" / "gradebook.sqlite")
    rows = {row["exercise"]: row for row in book.answers()}
    assert (rows[RIGHT]["seed"], rows[RIGHT]["checks"]) == (100, graded.rows[RIGHT]["checks"] + 1)
    for name in ANSWERS:
        for each in ("version", "package", *(f"learner_{noted}" for noted in NOTED)):
            assert rows[name][each] == graded.rows[name][each], (name, each)
    assert set(book.times_graded().values()) == {2}
