"""What the course's own package would answer: it may not be called, and says so."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import subprocess
import sys

import pytest

from workbook import LESSONS
from workbook.core.exercises.checks import run_checks
from workbook.grading import edition, leaks, manifest, marks, release

TOPICS = [lesson.topic for lesson in LESSONS if lesson.ready]
RUNS = ("bench", "experiment", "peers", "record", "explorers", "charts")  # nothing to be asked


def own_functions(topic):
    """Full name -> function, of a lesson's modules but its exercises."""
    found = {}
    for module in pkgutil.iter_modules(importlib.import_module(f"workbook.{topic}").__path__):
        if module.name == "exercises" or module.name.startswith(RUNS):
            continue
        name = f"workbook.{topic}.{module.name}"
        for each in vars(importlib.import_module(name)).values():
            if inspect.isfunction(each) and each.__module__ == name and each.__name__ != "main":
                found[f"{name}.{each.__name__}"] = each
    return found


def takes(function, count):
    try:
        inspect.signature(function).bind(*range(count))
    except TypeError:
        return False
    return True


@pytest.mark.filterwarnings("ignore")  # of functions that get what they are not made for
@pytest.mark.parametrize("topic", TOPICS)
def test_a_function_of_the_lesson_that_passes_is_forbidden(topic, tmp_path, monkeypatch):
    """One import would earn full marks."""
    monkeypatch.chdir(tmp_path)
    ready = own_functions(topic)
    for asked in manifest.exercises_of(topic).values():
        if asked.wants == "function":
            count = len(inspect.signature(asked.reference).parameters)
            passing = {
                name for name, each in ready.items() if takes(each, count)
                and all(run_checks((c,), each, 5, 1.0).status == "right" for c in asked.checks)
            }  # fmt: skip
            assert passing == set(asked.forbids), asked.id


@pytest.fixture(scope="module")
def sealed_package(tmp_path_factory):
    """The students' edition in which no lesson has its answers."""
    folder = tmp_path_factory.mktemp("edition")
    edition.write(folder)
    return folder


def test_nothing_in_the_students_edition_gives_an_answer_away(sealed_package):
    assert leaks.find(sealed_package, release.secrets_of(TOPICS)) == []


def test_no_lesson_gives_an_answer_away(root, tmp_path):
    for lesson in LESSONS:
        if lesson.ready:
            file = next((root / "notebooks").glob(f"*_{lesson.topic}.ipynb"))
            (tmp_path / file.name).write_bytes(file.read_bytes())
    assert leaks.find(tmp_path, release.secrets_of(TOPICS)) == []


ASK = """
from workbook.core.exercises.exercise import check, find
from workbook.evaluation.overlap import lcs_length
from workbook.evaluation.pass_at_k import pass_at_k
for name, function in (("subsequence", lcs_length), ("pass_at_k", pass_at_k)):
    found = check(f"evaluation.{name}", function)
    function.__signature__ = __import__("inspect").signature(find(f"evaluation.{name}").reference)
    print(check(f"evaluation.{name}", function).findings[0].wrong)
print(pass_at_k(5, 2, 1))
"""


def test_a_student_reads_at_once_that_a_function_may_not_be_called(sealed_package):
    done = subprocess.run(
        [sys.executable, "-c", ASK], cwd=sealed_package, capture_output=True, text=True
    )
    lines = done.stdout.splitlines()
    assert len(lines) == 3, done.stderr
    for line, name in zip(lines, ("subsequence", "pass_at_k"), strict=False):
        assert f"This function is what evaluation.{name} asks you to write" in line
    assert float(lines[2]) == pytest.approx(0.4)


def test_a_mark_says_which_of_the_two_was_asked_for():
    raised = "it raised Sealed in its line 2: This function is what a.b asks you to write, so x."
    assert marks._reworded(raised) == marks.FORBIDDEN
    assert marks._reworded("it raised Sealed: This needs your answer to a.b") == marks.SEALED
    assert marks._reworded("it raised ValueError: x") == "it raised ValueError: x"


def test_a_name_that_is_no_function_cannot_be_forbidden(tmp_path):
    (tmp_path / "workbook").mkdir()
    (tmp_path / "workbook" / "x.py").write_text("f = 1\n", encoding="utf-8")
    for name in ("workbook.x.f", "workbook.y.f"):
        with pytest.raises(ValueError, match=f"a.b forbids {name}, which is no function"):
            edition._close(tmp_path, name, ["a.b"])
