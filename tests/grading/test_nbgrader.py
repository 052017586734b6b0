"""Lessons as nbgrader takes them: their form, and the real nbgrader validating and grading them."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from workbook.core.exercises import exercise
from workbook.grading import cells, nbgrader

VERSION = "0.9.6"
LESSON = "06_scaling_laws"
OTHER = "11_peft_family"  # functions of tensors, a prediction, names that other cells define
KEYS = {"grade", "solution", "locked", "task", "grade_id", "schema_version", "cell_type"}


def short(root, folder, name=LESSON):
    """The path of a lesson of nothing but its first cell and its answer cells."""
    lesson = nbformat.read(root / "notebooks" / f"{name}.ipynb", as_version=4)
    code = [cell for cell in lesson.cells if cell.cell_type == "code"]
    asked = [cell for cell in code if cells.exercise_ids(cell.source)]
    wanted = {"answer", "exercise"}.union(*(cells.names_read(cell.source) for cell in asked))
    others = [cell.source for cell in code if cell not in asked]
    imports = new_code_cell("\n".join(cells.needed(wanted, others)), id="imports")
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}.ipynb"
    made = new_notebook(cells=[lesson.cells[0], imports, *asked], metadata=lesson.metadata)
    nbformat.write(made, path)
    return path


@pytest.fixture(scope="module")
def released(root, tmp_path_factory):
    """(folder, manifest) of the short lesson in nbgrader's form."""
    folder = tmp_path_factory.mktemp("nbgrader")
    listed = nbgrader.write([short(root, folder / "short")], folder / "course", "2027-01-31")
    return folder / "course", listed


def source(folder):
    return nbformat.read(folder / "source" / LESSON / f"{LESSON}.ipynb", as_version=4)


def test_each_exercise_has_a_solution_cell_and_a_locked_test_cell_with_its_points(released):
    folder, listed = released
    (lesson,) = listed.lessons
    marked = [cell for cell in source(folder).cells if "nbgrader" in cell.metadata]
    settings = [cell.metadata["nbgrader"] for cell in marked]
    assert (
        len({each["grade_id"] for each in settings}) == len(settings) == 2 * len(lesson.exercises)
    )
    for each in settings:
        assert each.keys() - {"points"} == KEYS and each["schema_version"] == 3
        assert re.fullmatch(r"[A-Za-z0-9_-]+", each["grade_id"])
        assert each["grade"] == each["locked"] == (not each["solution"]) == ("points" in each)
    worth = {each["grade_id"]: each["points"] for each in settings if each["grade"]}
    assert worth == {f"test-{e.id.replace('.', '-')}": e.points for e in lesson.exercises}


def test_what_students_see_of_an_answer_cell_is_what_the_lesson_has(root, released):
    lesson = nbformat.read(root / "notebooks" / f"{LESSON}.ipynb", as_version=4)
    before = {cell.id: cell.source for cell in lesson.cells}
    for cell in source(released[0]).cells:
        if cell.metadata.get("nbgrader", {}).get("solution"):
            kept, marked, rest = cell.source.partition("\n### BEGIN SOLUTION\n")
            assert kept == before[cell.id] and marked and rest.endswith("\n### END SOLUTION")


def test_a_whole_lesson_is_written_twice_with_the_same_bytes(root, tmp_path):
    name = "10_lora"
    for place in ("one", "two"):
        nbgrader.write([root / "notebooks" / f"{name}.ipynb"], tmp_path / place)
    files = [file for file in (tmp_path / "one").rglob("*") if file.is_file()]
    assert {file.name for file in files} >= {f"{name}.ipynb", "nbgrader_config.py", "START.txt"}
    for file in files:
        twin = tmp_path / "two" / file.relative_to(tmp_path / "one")
        assert file.read_bytes() == twin.read_bytes()
    nbformat.validate(nbformat.read(tmp_path / "one" / "source" / name / f"{name}.ipynb", 4))


def test_without_answers_students_get_their_own_wheel(root, tmp_path):
    nbgrader.write([short(root, tmp_path / "in")], tmp_path / "out", with_answers=False)
    assert len(list((tmp_path / "out" / "package").glob("workbook-*.whl"))) == 1
    assert "package/*.whl" in (tmp_path / "out" / "START.txt").read_text(encoding="utf-8")


def test_another_folder_is_left_alone(root, tmp_path):
    (tmp_path / "thesis.txt").touch()
    with pytest.raises(ValueError, match="holds other files"):
        nbgrader.write([short(root, tmp_path / "in")], tmp_path)


def test_an_answer_earns_a_part_for_each_check_that_passes(monkeypatch, tmp_path):
    monkeypatch.setenv("WORKBOOK_HOME", str(tmp_path))
    monkeypatch.setattr(exercise, "_given", {})
    asked = exercise.find("scaling_laws.break_even")
    value = exercise.find("scaling_laws.units")
    assert nbgrader.earned(asked.id) == nbgrader.earned(value.id) == 0
    exercise.exercise(asked.id)(asked.reference)
    exercise.answer(value.id, value.reference())
    assert (nbgrader.earned(asked.id), nbgrader.earned(value.id)) == (asked.points, value.points)
    exercise.answer(value.id, (0.0, 0.0, 0.0))
    assert nbgrader.earned(value.id) == 0

    def below_zero(large, large_tokens, small, small_tokens):
        return 3 * (small * small_tokens - large * large_tokens) / (large - small)

    exercise.exercise(asked.id)(below_zero)
    assert 0 < nbgrader.earned(asked.id) < asked.points
    exercise.exercise(asked.id)(lambda large, large_tokens, small, small_tokens: 0)
    assert nbgrader.earned(asked.id) == 0


def test_a_solution_is_written_without_changing_the_cell_that_asks(root):
    """Guards against a shared syntax tree in which the reference stood as the learner's answer."""
    from types import SimpleNamespace

    from workbook.grading import cells

    source = 'units = answer("scaling_laws.units", None)'
    solved = nbgrader._solved(source, SimpleNamespace(id="scaling_laws.units"))
    assert 'find("scaling_laws.units").reference()' in solved.replace("'", '"')
    assert not cells.answered_value(source, "scaling_laws.units")


@pytest.fixture(scope="session")
def environment():
    """The bin folder of an environment of nbgrader's own, which is kept for the next time."""
    folder = Path(tempfile.gettempdir()) / f"workbook-nbgrader-{VERSION}-py{sys.version_info[1]}"
    if not (folder / "made").exists():
        clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True, env=clean)
        words = [folder / "bin" / "python", "-m", "pip", "install", "-q", "--retries", "1"]
        done = subprocess.run(
            [*words, f"nbgrader=={VERSION}"], capture_output=True, text=True, env=clean
        )
        if done.returncode and "No matching distribution" in done.stderr:
            pytest.skip("no package index answers")
        assert not done.returncode, done.stderr
        (folder / "made").touch()
    return folder / "bin"


class Course:
    """A folder of nbgrader's, whose kernel is a Python that has this course."""

    def __init__(self, folder, programs, home):
        kernel = home / "jupyter" / "kernels" / "python3"
        kernel.mkdir(parents=True)
        argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        text = json.dumps({"argv": argv, "display_name": "Python 3", "language": "python"})
        (kernel / "kernel.json").write_text(text, encoding="utf-8")
        self.folder, self.program = folder, programs / "nbgrader"
        self.environment = {
            **os.environ, "JUPYTER_PATH": str(home / "jupyter"), "HOME": str(home),
            "WORKBOOK_HOME": str(home), "WORKBOOK_OFFLINE": "1",
            "PATH": os.pathsep.join([str(programs), os.environ["PATH"]]),
        }  # fmt: skip

    def run(self, *words):
        done = subprocess.run(
            [self.program, *map(str, words)], cwd=self.folder, env=self.environment,
            capture_output=True, text=True, timeout=300,
        )  # fmt: skip
        assert not done.returncode, done.stdout + done.stderr
        return done.stdout + done.stderr


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="nbgrader is tried on Linux and macOS")
@pytest.mark.parametrize("name", [LESSON, OTHER])
def test_nbgrader_validates_and_grades_what_is_released(root, environment, tmp_path, name):
    folder = tmp_path / "course"
    listed = nbgrader.write([short(root, tmp_path / "short", name)], folder, "2027-01-31")
    course = Course(folder, environment, tmp_path)
    assert "Success" in course.run("validate", f"source/{name}/{name}.ipynb")
    course.run("generate_assignment", name)
    given_out = folder / "release" / name / f"{name}.ipynb"
    assert "BEGIN SOLUTION" not in given_out.read_text(encoding="utf-8")
    assert ".reference" not in given_out.read_text(encoding="utf-8")
    (lesson,) = listed.lessons
    right = {entry.id for entry in lesson.exercises}
    value = {entry.id for entry in lesson.exercises if entry.wants == "value"}
    for student, answered in {"ada": right, "bo": right - value}.items():
        hand_in(given_out, folder / "submitted" / student / name, lesson, answered)
    course.run("autograde", name)
    course.run("export", "--to", tmp_path / "grades.csv")
    text = (tmp_path / "grades.csv").read_text(encoding="utf-8")
    scores = {row["student_id"]: row for row in csv.DictReader(io.StringIO(text))}
    points = {entry.id: entry.points for entry in lesson.exercises}
    assert {float(row["max_score"]) for row in scores.values()} == {lesson.out_of}
    assert {student: float(row["score"]) for student, row in scores.items()} == {
        "ada": lesson.out_of, "bo": sum(points[each] for each in right - value),
    }  # fmt: skip


def hand_in(given_out, folder, lesson, answered):
    """A copy of what students get, with right answers to some exercises."""
    notebook = nbformat.read(given_out, as_version=4)
    by_id = {cell.id: cell for cell in notebook.cells}
    for entry in lesson.exercises:
        if entry.id in answered:
            cell = by_id[entry.cell]
            cell.source += f"\n{nbgrader.LOOKUP}\n{nbgrader._solved(cell.source, entry)}"
    folder.mkdir(parents=True)
    nbformat.write(notebook, folder / given_out.name)
