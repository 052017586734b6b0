"""One process that grades: a fault of the grader costs one submission, and is graded again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import replace
from types import SimpleNamespace

import nbformat
import pytest
from released import lesson

from workbook.grading import worker
from workbook.grading.grade import Settings
from workbook.grading.submissions import Submission

NAME = "03_sampling"


@pytest.fixture
def settings(key_folder, tmp_path, monkeypatch):
    """Settings with which the key is open; nothing is kept warm."""
    warmed = []
    monkeypatch.setattr(worker, "_held", {})
    monkeypatch.setattr(worker.warm, "zygote", warmed.append)
    made = Settings(key_folder, tmp_path / "edition", 7, "none")
    worker.open_key(made)
    assert warmed == [made.kept_apart()], "the parent of kernels is started before the first"
    return made


@pytest.fixture
def submission(root, tmp_path):
    nbformat.write(lesson(root), tmp_path / f"{NAME}.ipynb")
    return Submission("ada", NAME, tmp_path / f"{NAME}.ipynb", attempt=2)


def test_a_submission_is_graded_with_the_key_that_is_open(settings, submission):
    result, seconds = worker.work(submission)
    assert (result.student, result.attempt, result.seed) == ("ada", 2, 7)
    assert result.verdict == "graded: 0 of 9 right" and result.basis
    assert seconds == round(seconds, 2) >= 0


def test_a_fault_of_the_grader_is_noted_and_rests_on_nothing(settings, submission, monkeypatch):
    def fails(*_):
        raise RuntimeError("no kernel starts")

    monkeypatch.setattr(worker, "grade", fails)
    result, _ = worker.work(submission)
    assert result.verdict == "grader error: RuntimeError: no kernel starts"
    assert (result.basis, result.points, result.status) == ("", 0, "not graded")
    assert {each.verdict for each in result.exercises} == {"not graded"}
    again = worker.failed(replace(submission, attempt=3), worker._held["key"], settings, "x.")
    assert (again.verdict, again.attempt, again.basis) == ("grader error: x.", 3, "")


@pytest.mark.skipif(sys.platform != "linux", reason="this machine has no sandbox: no Linux")
def test_a_worker_ends_with_its_grader_and_leaves_interrupts_to_it(settings, monkeypatch):
    asked = []
    library = SimpleNamespace(prctl=lambda *words: asked.append(words))
    monkeypatch.setattr(worker.ctypes, "CDLL", lambda name: library)
    monkeypatch.setattr(worker.signal, "signal", lambda *words: asked.append(words))
    monkeypatch.setattr(worker, "open_key", asked.append)
    monkeypatch.setattr(worker, "limit_memory", lambda: asked.append("limit"))
    monkeypatch.setattr(worker.os, "_exit", lambda code: asked.append(f"exit {code}"))
    worker.begin(settings, os.getppid())
    assert asked == [
        (1, signal.SIGKILL, 0, 0, 0), "limit", (signal.SIGINT, signal.SIG_IGN), settings,
    ]  # fmt: skip
    asked.clear()
    worker.begin(settings, os.getppid() + 1)  # the grader is gone already
    assert asked[1] == "exit 1"


GREEDY = """
import torch
from workbook.grading import worker
worker.limit_memory()
torch.zeros(2**27)
try:
    torch.zeros(worker.MEMORY // 4 + 1)
except RuntimeError as error:
    print("refused")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="this machine has no sandbox: no Linux")
def test_a_check_cannot_take_the_machines_memory():
    """A result without a number can have a sum of gigabytes, which the grader computes."""
    done = subprocess.run([sys.executable, "-c", GREEDY], capture_output=True, text=True)
    assert done.stdout == "refused\n", done.stderr
