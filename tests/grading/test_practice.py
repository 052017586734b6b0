"""The made-up class: the same for the same seed, with answers that can be graded."""

from __future__ import annotations

import nbformat
import pytest
import torch
from nbformat.reader import NotJSONError
from released import lesson

from workbook.core.exercises import exercise
from workbook.grading import cells, manifest, practice


@pytest.fixture(scope="module", autouse=True)
def secrets():
    """The references are read once, as that takes most of the time."""
    known = practice.secrets_of(["sampling"])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(practice, "secrets_of", lambda topics: known)
        yield


@pytest.fixture(scope="module")
def written(key_folder, tmp_path_factory):
    return practice.write(key_folder, tmp_path_factory.mktemp("practice") / "class", 7, seed=3)


def answers(paths, entry):
    """The sources of an exercise's cell, of those students who changed it."""
    for path in paths:
        notebook = nbformat.read(path, as_version=4)
        (cell,) = [cell for cell in notebook.cells if cell.id == entry.cell]
        if entry.id in cells.exercise_ids(cell.source) and "NotImplemented" not in cell.source:
            yield cell.source


def test_the_same_seed_makes_the_same_class_and_another_seed_another(
    key_folder, written, tmp_path
):  # fmt: skip
    def raw(paths):
        return [path.read_bytes() for path in paths]

    same = practice.write(key_folder, tmp_path / "same", 7, seed=3)
    other = practice.write(key_folder, tmp_path / "other", 7, seed=4)
    assert raw(same) == raw(written) != raw(other)


def test_each_student_has_a_folder_and_the_last_notebook_is_broken(written):
    assert [path.parent.name for path in written] == list(practice.NAMES[:7])
    assert {path.name for path in written} == {"03_sampling.ipynb"}
    with pytest.raises(NotJSONError):
        nbformat.read(written[-1], as_version=4)


def test_names_go_on_with_a_number(key_folder, tmp_path, monkeypatch):
    monkeypatch.setattr(practice, "_answers", lambda *a: iter(()))
    paths = practice.write(key_folder, tmp_path / "class", 22)
    assert [path.parent.name for path in paths[-3:]] == [practice.NAMES[19], "Ada 1", "Bo 1"]


def test_there_are_right_wrong_and_open_answers_and_each_runs(root, key_folder, written):
    statuses = []
    (entries,) = (each.exercises for each in manifest.read(key_folder).lessons)
    for entry in [each for each in entries if each.wants == "function"]:
        for source in answers(written[:-1], entry):
            given = {}
            note = lambda name, given=given: lambda f: given.update({name: f})  # noqa: E731
            space = {"torch": torch, "exercise": note}
            exec(source, space)
            statuses.append(exercise.check(entry.id, given[entry.id], seed=1).status)
    assert {"right", "wrong"} == set(statuses)
    functions = sum(entry.wants == "function" for entry in entries)
    assert len(statuses) < 6 * functions, "some answers are open"


def test_a_prediction_is_filled_in_where_the_lesson_leaves_it_open(root, key_folder, written):
    stubs = {cell.id: cell.source for cell in lesson(root).cells}
    (entries,) = (each.exercises for each in manifest.read(key_folder).lessons)
    (entry,) = [each for each in entries if each.id == "sampling.predict_kept"]
    call = 'answer("sampling.predict_kept", {})'
    assert call.format(None) in stubs[entry.cell]
    filled = {
        stubs[entry.cell].replace(call.format(None), call.format(text))
        for text in ("None", "(0,)", "(2, 3, 1)")
    }
    found = set(answers(written[:-1], entry))
    assert found <= filled and len(found) > 1


def test_a_folder_that_is_not_empty_gets_no_class(key_folder, tmp_path):
    (tmp_path / "thesis.txt").touch()
    with pytest.raises(ValueError, match="holds other files: name a new or empty folder"):
        practice.write(key_folder, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]
