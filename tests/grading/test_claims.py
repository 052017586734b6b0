"""What a learner's machine noted about an answer, read out of a notebook that nobody trusts."""

from __future__ import annotations

import csv
import io
import json

import nbformat
import pytest
from nbformat.v4 import new_output

from workbook.grading import cells, claims, exports, manifest, notebook_input, schema
from workbook.grading.gradebook import Gradebook
from workbook.grading.manifest import LessonEntry
from workbook.grading.marks import CheckMark, ExerciseMark, Grade
from workbook.grading.transplant import transplant

LESSON, ANSWER = "06_scaling_laws", "scaling_laws.limit_of_three"
RIGHT = """@exercise("scaling_laws.limit_of_three")
def limit_of_three(first, second, third):
    return (first * third - second * second) / (first - 2 * second + third)"""
NOTED = {
    "exercise": "sampling.token_ranks", "version": "0123456789abcdef", "package": "0.1",
    "seed": 2**31 - 1, "passed": 2, "checks": 3,
}  # fmt: skip


def shown(noted):
    return new_output("display_data", data={"text/plain": "x"}, metadata={"workbook": noted})


def test_the_last_note_about_the_exercise_is_taken():
    outputs = [shown(NOTED | {"passed": 1}), new_output("stream", text="x"), shown(NOTED)]
    outputs.append(shown(NOTED | {"exercise": "sampling.no_repeat"}))
    read = claims.read(json.loads(json.dumps(outputs)))
    assert claims.of("sampling.token_ranks", read) == claims.Claim(**NOTED)
    assert claims.of("sampling.predict_kept", read) is None


@pytest.mark.parametrize(
    "noted",
    [None, [], "x", {}, NOTED | {"seed": -1}, NOTED | {"seed": 2**63}, NOTED | {"seed": "1"},
     NOTED | {"passed": True}, NOTED | {"version": "x" * 65}, NOTED | {"package": None},
     NOTED | {"checks": 1e9}],
)  # fmt: skip
def test_a_forged_note_is_no_note(noted):
    assert claims.read([{"metadata": {"workbook": noted}}]) == ()


@pytest.mark.parametrize("outputs", [None, 7, {}, [None], [7], [{}], [{"metadata": 7}]])
def test_outputs_that_no_kernel_wrote_hold_no_note(outputs):
    assert claims.read(outputs) == ()


def test_a_note_goes_from_the_notebook_to_the_answer_and_another_version_is_told(root):
    raw = (root / "notebooks" / f"{LESSON}.ipynb").read_bytes()
    released = notebook_input.parse(raw)
    asked = next(cell for cell in released if ANSWER in cells.exercise_ids(cell.source))
    entries = manifest.entries("scaling_laws", {ANSWER: asked.id})
    here = LessonEntry(lesson=LESSON, topic="scaling_laws", exercises=entries)
    for version, told in {entries[0].version: 0, "another": 1}.items():
        notebook = nbformat.reads(raw.decode(), as_version=4)
        cell = next(cell for cell in notebook.cells if cell.id == asked.id)
        noted = NOTED | {"exercise": ANSWER, "version": version}
        cell.source, cell.outputs = RIGHT, [shown(noted)]
        read = notebook_input.parse(nbformat.writes(notebook).encode())
        taken = transplant(released, read, here)
        assert taken.answers[ANSWER].claim.version == version
        said = f"{ANSWER}: it was answered with another version of the exercise"
        assert sum(change.startswith(said) for change in taken.changes) == told


def graded(learner):
    mark = ExerciseMark(
        id="sampling.token_ranks", title="Ranks", points=2, out_of=3, verdict="partly right",
        checks=[CheckMark(says="a"), CheckMark(says="b", wrong="the mean is too small.")],
        version="fedcba9876543210", learner=learner,
    )  # fmt: skip
    return Grade(
        student="ada", lesson="03_sampling", points=2, out_of=3, verdict="graded",
        exercises=[mark], seed=99, package="0.2",
    )  # fmt: skip


def test_the_gradebook_has_a_row_for_each_answer_with_what_regrading_needs(database, tmp_path):
    book = Gradebook(database)
    for _ in range(2):  # graded again: the row is replaced
        book.add(graded(claims.Claim(**NOTED)), 1, 0.5)
    (row,) = book.answers()
    assert row == {
        "student": "ada", "lesson": "03_sampling", "attempt": 1,
        "exercise": "sampling.token_ranks", "points": 2.0, "verdict": "partly right",
        "version": "fedcba9876543210", "package": "0.2", "seed": 99, "passed": 1, "checks": 2,
        "learner_version": "0123456789abcdef", "learner_package": "0.1",
        "learner_seed": 2**31 - 1, "learner_passed": 2, "learner_checks": 3,
    }  # fmt: skip
    assert next(book.finals()).grade.exercises[0].learner == claims.Claim(**NOTED)
    file = exports.write_answers(book.answers(), tmp_path)
    (line,) = csv.DictReader(io.StringIO(file.read_text(encoding="utf-8")))
    assert tuple(line) == schema.ANSWERS and line["learner_seed"] == str(2**31 - 1)
    book.add(graded(learner=None), 1, 0.5)
    assert book.answers()[0]["learner_seed"] is None
