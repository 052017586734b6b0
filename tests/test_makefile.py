"""The Makefile's promises: every target listed, nothing done twice, a clear word on old Pythons."""

from __future__ import annotations

import os
import re
import shutil
import subprocess

import pytest
from mutants import MUTANTS

TARGETS = (
    "env", "lab", "test", "test-fast", "course", "notebooks", "review", "site", "lint", "mutants",
    "bench", "models", "clean",
)  # fmt: skip


@pytest.fixture
def copy(root, tmp_path):
    """A folder with the Makefile and what decides about the environment."""
    for name in ("Makefile", "requirements.txt", "pyproject.toml"):
        shutil.copy(root / name, tmp_path)
    return tmp_path


def make(folder, *arguments):
    """Run make as a shell would: `make test` itself must not make this one its child."""
    environment = {
        k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS", "PYTEST_ARGS"))
    }
    return subprocess.run(
        ["make", "--no-print-directory", *arguments],
        cwd=folder, env=environment, capture_output=True, text=True,
    )  # fmt: skip


def stamp(folder):
    """The stamp that make looks for, taken from what it would do."""
    return re.search(r"touch (\S+)", make(folder, "-n", "env").stdout)[1]


@pytest.mark.parametrize("arguments", [(), ("help",)])
def test_help_lists_every_target_in_one_line_and_comes_first(copy, arguments):
    lines = make(copy, *arguments).stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["help", *TARGETS]
    assert all(len(line.split()) > 2 and len(line) < 80 for line in lines)


def test_every_target_is_phony_and_no_path_is_absolute(root):
    text = (root / "Makefile").read_text(encoding="utf-8")
    phony = re.search(r"^\.PHONY: (.*)$", text, re.MULTILINE)[1].split()
    defined = re.findall(r"^([a-z-]+):", text, re.MULTILINE)
    assert sorted(phony) == sorted(defined)
    assert not re.search(r"(?<![\w.>$)}*])/(home|root|usr|opt|Users|work|tmp)\b", text)


def test_the_second_call_makes_nothing(copy):
    (copy / ".venv").mkdir()
    (copy / stamp(copy)).touch()
    assert make(copy, "-n", "env").stdout.strip() in ("", "make: Nothing to be done for 'env'.")
    (ran,) = make(copy, "-n", "test").stdout.splitlines()
    workers = "-n 2 --dist loadgroup --no-loadscope-reorder --max-worker-restart=0"
    assert ran.split() == [".venv/bin/python", *f"-m pytest {workers}".split()]


def test_the_fast_tests_leave_out_browsers_and_what_is_slow(copy):
    (copy / ".venv").mkdir()
    (copy / stamp(copy)).touch()
    (ran,) = make(copy, "-n", "test-fast", "PYTEST_ARGS=tests/core").stdout.splitlines()
    assert '-m "not browser and not slow" tests/core' in ran


@pytest.mark.parametrize("name", ["requirements.txt", "pyproject.toml"])
def test_a_changed_pin_makes_the_environment_again(copy, name):
    (copy / ".venv").mkdir()
    before = stamp(copy)
    (copy / before).touch()
    with (copy / name).open("a", encoding="utf-8") as file:
        file.write("# changed\n")
    assert stamp(copy) != before
    assert "pip install" in make(copy, "-n", "test").stdout


def test_an_old_python_is_refused_in_words_and_nothing_is_made(copy):
    old = copy / "old-python"
    old.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    old.chmod(0o755)
    done = make(copy, "env", "PYTHON=./old-python")
    assert done.returncode != 0
    assert "needs Python 3.11 or newer" in done.stderr and "PYTHON=python3.12" in done.stderr
    assert not (copy / ".venv").exists()


def test_clean_keeps_the_environment(copy):
    for folder in (".venv/bin", "build/review", "workbook/__pycache__", "tests", "notebooks"):
        (copy / folder).mkdir(parents=True)
    (copy / "notebooks" / "03_sampling.ipynb").touch()
    assert make(copy, "clean").returncode == 0
    left = {path.relative_to(copy).as_posix() for path in copy.rglob("*")}
    assert ".venv/bin" in left and "notebooks/03_sampling.ipynb" in left
    assert "build" not in left and "workbook/__pycache__" not in left


def test_every_mutant_changes_a_line_and_has_a_test(root):
    """`make mutants` takes minutes; that its entries are up to date is seen at once."""
    for mutant in MUTANTS:
        assert (root / mutant.file).read_text(encoding="utf-8").count(mutant.old) == 1, mutant
        file, _, test = mutant.test.partition("::")
        assert f"def {test}(" in (root / file).read_text(encoding="utf-8"), mutant
    assert MUTANTS
