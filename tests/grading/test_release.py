"""A release: the same bytes twice, nothing in it that gives an answer away, and it works."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile

import nbformat
import pytest
from released import lesson

from workbook.grading import edition, manifest, markers, release

LESSON = "03_sampling.ipynb"


@pytest.fixture(scope="module")
def notebooks(root):
    return [root / "notebooks" / LESSON]


@pytest.fixture(scope="module")
def sealed(notebooks, tmp_path_factory):
    """A release without answers."""
    out = tmp_path_factory.mktemp("course") / "out"
    release.write(notebooks, out, due="2027-01-31", with_answers=False)
    return out


def content(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def changed(root, tmp_path, change):
    """The path of a copy of lesson 03 after `change(cells by id)`."""
    notebook = lesson(root)
    change({cell.id: cell for cell in notebook.cells})
    nbformat.write(notebook, tmp_path / LESSON)
    return [tmp_path / LESSON]


def test_a_release_is_byte_equal_twice(notebooks, tmp_path):
    release.write(notebooks, tmp_path / "one")
    release.write(notebooks, tmp_path / "two")
    assert content(tmp_path / "one") == content(tmp_path / "two")


def test_the_manifest_lists_exercises_points_due_date_and_every_file(sealed):
    listed = manifest.read(sealed / "key")
    assert listed == manifest.read(sealed / "student")
    entry = listed.lesson("03_sampling")
    exercises = manifest.exercises_of("sampling")
    assert [each.id for each in entry.exercises] == list(exercises)
    assert entry.out_of == sum(each.points for each in exercises.values())
    assert listed.due == "2027-01-31T00:00:00"
    rules = {each.id: each.rule for each in entry.exercises}
    assert (rules["sampling.predict_kept"], rules["sampling.no_repeat"]) == ("all", "each")
    files = content(sealed / "student")
    assert listed.files.keys() == files.keys() - {manifest.NAME}
    assert all(manifest.digest(files[name]) == value for name, value in listed.files.items())
    with zipfile.ZipFile(sealed / "student.zip") as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == files


@pytest.mark.parametrize(
    ("cell", "source", "words"),
    [
        ("s023", 'stay = answer("sampling.predict_kept", (2, 3, 1))', "predict_kept is filled in"),
        ("s042", None, "a cell holds the reference answer of sampling.no_repeat"),
    ],
)
def test_a_solution_in_a_cell_stops_the_release(root, tmp_path, cell, source, words):
    secret = "\n".join(release.secrets_of(["sampling"])["sampling.no_repeat"])

    def change(cells):
        cells[cell].source = source or secret.replace("    ", "  ")

    with pytest.raises(ValueError, match=words):
        release.write(changed(root, tmp_path, change), tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("place", ["output", "metadata", "markdown"])
def test_a_solution_elsewhere_in_the_notebook_stops_the_release(root, tmp_path, place):
    secret = "\n".join(release.secrets_of(["sampling"])["sampling.token_ranks"])

    def change(cells):
        if place == "output":
            cells["s082"].outputs = [nbformat.v4.new_output("stream", text=secret)]
        elif place == "metadata":
            cells["s082"].metadata["solution"] = secret
        else:
            cells["s041"].source = f"```python\n{secret}\n```"

    with pytest.raises(ValueError, match="holds the reference answer of sampling.token_ranks"):
        release.write(changed(root, tmp_path, change), tmp_path / "out")


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("### BEGIN SOLUTION\nx = 1", "never closed"),
        ("### BEGIN SOLUTION\n### BEGIN SOLUTION\n### END SOLUTION", "inside of"),
        ("### BEGIN HIDDEN TESTS\n### BEGIN SOLUTION\n### END SOLUTION", "inside of"),
        ("x = 1\n### END HIDDEN TESTS", "without its BEGIN"),
    ],
)
def test_marks_that_do_not_close_stop_the_release(root, tmp_path, source, words):
    with pytest.raises(ValueError, match=words):
        markers.strip(source)

    def change(cells):
        cells["s040"].source = '@exercise("sampling.no_repeat")\n' + source

    with pytest.raises(ValueError, match=words):
        release.write(changed(root, tmp_path, change), tmp_path / "out")


def test_a_folder_with_other_files_is_left_alone(notebooks, tmp_path):
    (tmp_path / "thesis.txt").touch()
    with pytest.raises(ValueError, match="holds other files"):
        release.write(notebooks, tmp_path)


ASK = """
import json, sys
from workbook.core.exercises import exercise as ex
from workbook.sampling import exercises
import workbook
right = {right}
say = {{}}
namespace = {{}}
exec("import torch\\n" + right.partition("\\n")[2], namespace)
say["where"] = workbook.__file__
say["right"] = ex.check("sampling.token_ranks", namespace["token_ranks"]).status
say["wrong"] = ex.check("sampling.token_ranks", lambda logits, ids: ids).status
say["guess"] = ex.check("sampling.predict_kept", (1, 1, 1)).status
say["open"] = ex.answer("sampling.predict_kept", None)
say["hints"] = list(exercises.EXERCISES["sampling.no_repeat"].hints)
try:
    exercises.no_repeat(*exercises._texts(3))
except ValueError as error:
    say["sealed"] = str(error)
print(json.dumps(say))
"""


def test_the_wheel_without_answers_checks_but_does_not_tell(sealed, tmp_path):
    from released import RIGHT

    (wheel,) = (sealed / "student").glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    code = ASK.format(right=repr(RIGHT["s082"]))
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    say = json.loads(done.stdout.splitlines()[-1])
    assert say["where"].startswith(str(tmp_path))
    assert (say["right"], say["wrong"], say["guess"]) == ("right", "wrong", "noted")
    assert say["open"] is None
    assert "needs your answer to sampling.no_repeat" in say["sealed"]
    assert say["hints"][-1] == edition.LAST_HINT


def test_cells_that_need_an_open_answer_may_fail_and_are_told_apart(sealed):
    notebook = nbformat.read(sealed / "student" / "notebooks" / LESSON, as_version=4)
    marked = {c.id for c in notebook.cells if "raises-exception" in c.metadata.get("tags", [])}
    assert marked == {"s013", "s027", "s042", "s067", "s084", "s089"}
    assert all(cell.outputs == [] for cell in notebook.cells if cell.id in marked)
