"""`workbook new-lesson`: what it writes passes lint and tests at once, in a temporary copy."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from workbook import LESSONS, Lesson
from workbook.publishing import new_lesson

SPECIMEN = Lesson(98, "specimen", "Specimen")
COPIED = ("README.md", "pyproject.toml", "workbook", "notebooks")
SUITE = ("conftest.py", "lab.py", "exercise_rules.py", "allowed_skips.txt", "offline",
         "room.py", "test_notebooks.py", "test_architecture.py")  # fmt: skip


@pytest.fixture
def copy(root, tmp_path):
    """A checkout whose table has one more planned lesson."""
    ignore = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")
    for name in COPIED:
        copied = shutil.copytree if (root / name).is_dir() else shutil.copy
        copied(
            root / name,
            tmp_path / name,
            **({"ignore": ignore} if copied is not shutil.copy else {}),
        )
    (tmp_path / "tests").mkdir()
    for name in SUITE:
        source = root / "tests" / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, tmp_path / "tests" / name)
    file = tmp_path / "workbook" / "__init__.py"
    text = file.read_text(encoding="utf-8")
    row = f'    Lesson({SPECIMEN.number}, "{SPECIMEN.topic}", "{SPECIMEN.title}"),\n)\n'
    before, end, after = text.partition("\n)\n\n\ndef setup(")
    file.write_text(f"{before}\n{row}\n\ndef setup({after}", encoding="utf-8")
    return tmp_path


def python(folder, *arguments):
    """Run Python on the copy's own package."""
    path = os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", "")])
    return subprocess.run(
        [sys.executable, *arguments], cwd=folder, capture_output=True, text=True,
        env=os.environ | {"PYTHONPATH": path, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
    )  # fmt: skip


def tool(name):
    return str(Path(sys.executable).parent / name)


@pytest.mark.slow
def test_a_new_lesson_passes_lint_and_its_tests_at_once(copy):
    done = python(copy, "-m", "workbook", "new-lesson", "98", "specimen")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "98_specimen" in (copy / "README.md").read_text(encoding="utf-8")
    assert "workbook.specimen.exercises" in (copy / "pyproject.toml").read_text(encoding="utf-8")
    for name in ("idea", "exercises", "explorers", "charts"):
        assert (copy / "tests" / "specimen" / f"test_{name}.py").is_file()
    for command in (["ruff", "check"], ["ruff", "format", "--check"]):
        paths = ["workbook/specimen", "workbook/__init__.py", "tests/specimen"]
        linted = subprocess.run(
            [tool(command[0]), *command[1:], *paths], cwd=copy, capture_output=True, text=True
        )
        assert linted.returncode == 0, linted.stdout
    words = "98_specimen or (specimen and (opens or readable))"
    tests = python(
        copy, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", f"{words} or /specimen/",
        "-m", "not slow", "tests/specimen", "tests/test_notebooks.py", "tests/test_architecture.py",
    )  # fmt: skip
    assert tests.returncode == 0, tests.stdout[-3000:]
    contracts = subprocess.run(
        [tool("lint-imports"), "--no-cache"], cwd=copy, capture_output=True, text=True,
        env=os.environ | {"PYTHONPATH": str(copy)},
    )  # fmt: skip
    assert "Lesson 98_specimen keeps these to itself KEPT" in contracts.stdout, contracts.stdout
    again = python(copy, "-m", "workbook", "new-lesson", "98", "specimen")
    assert again.returncode == 2 and "no lesson 98 'specimen' is planned" in again.stderr


def test_only_a_planned_lesson_is_written(tmp_path):
    ready = next(lesson for lesson in LESSONS if lesson.ready)
    for number, topic in ((ready.number, ready.topic), (99, "nothing"), (ready.number, "nothing")):
        with pytest.raises(ValueError, match="is planned in LESSONS of workbook/__init__.py"):
            new_lesson.write(tmp_path, number, topic)
    assert not list(tmp_path.iterdir())


def test_files_that_are_there_are_left_alone(tmp_path, monkeypatch):
    monkeypatch.setattr(new_lesson, "LESSONS", (*LESSONS, SPECIMEN))
    mine = tmp_path / "workbook" / "specimen" / "charts.py"
    mine.parent.mkdir(parents=True)
    mine.write_text("my own", encoding="utf-8")
    with pytest.raises(ValueError, match="is there already; nothing was written"):
        new_lesson.write(tmp_path, 98, "specimen")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [mine]
    assert mine.read_text(encoding="utf-8") == "my own"
