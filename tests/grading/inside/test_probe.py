"""The probe in a student's process: it notes answers, calls them, and sends plain values out."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest

from workbook.core.exercises import exercise
from workbook.core.exercises.plain_values import encode
from workbook.grading.inside import probe


class Cell:
    """Runs a student's code as the cell of a notebook, and asks the probe."""

    def __init__(self, shell, sent):
        self.shell, self.sent = shell, sent

    def run(self, source):
        exec(source, self.shell.user_ns)

    def call(self, exercise_id, function, *arguments):
        coded = json.dumps([encode(one) for one in arguments])
        probe.call(exercise_id, function, coded)
        return self.sent[-1]

    def value(self, exercise_id):
        probe.value(exercise_id)
        return self.sent[-1]


@pytest.fixture
def cell(monkeypatch):
    sent = []

    def publish(data):
        sent.append(data[probe.MIME])

    shell = SimpleNamespace(user_ns={}, display_pub=SimpleNamespace(publish=publish))
    monkeypatch.setattr("IPython.get_ipython", lambda: shell)
    monkeypatch.setattr(probe, "_answers", {})
    for name in ("exercise", "answer", "hint", "progress"):  # put back what `collect` replaces
        monkeypatch.setattr(exercise, name, getattr(exercise, name))
    probe.collect(shell.user_ns)
    return Cell(shell, sent)


def test_an_answer_is_sent_with_what_became_of_its_arguments(cell):
    cell.run('@exercise("a.b")\ndef f(items, x):\n    items.append(x)\n    return x + 1')
    assert cell.call("a.b", "f", [1], 2) == {
        "kind": "result", "result": 3, "arguments": [encode([1, 2]), 2],
    }  # fmt: skip
    assert cell.shell.user_ns["f"]([], 4) == 5, "the decorator hands the function on"


def test_the_function_of_that_name_is_called_where_no_answer_was_noted(cell):
    cell.run("def f(x):\n    return 2 * x\ng = 7")
    assert cell.call("a.b", "f", 4)["result"] == 8
    assert cell.call("a.b", "g", 4) == cell.call("a.b", "h", 4) == {"kind": "missing"}
    cell.run('@exercise("a.b")\ndef other(x):\n    return -x')
    assert cell.call("a.b", "f", 4)["result"] == -4


def test_an_error_is_sent_with_its_line_in_the_answer(cell):
    cell.run('@exercise("a.b")\ndef f(x):\n    y = x\n    raise KeyError("x" * 999)')
    said = cell.call("a.b", "f", 1)
    assert (said["kind"], said["type"], said["line"]) == ("error", "KeyError", 4)
    assert len(said["text"]) == 500
    cell.run('@exercise("a.b")\ndef f(x):\n    raise SystemExit(3)')
    assert cell.call("a.b", "f", 1)["type"] == "SystemExit"
    cell.run('@exercise("a.b")\ndef f(x):\n    raise KeyboardInterrupt')
    with pytest.raises(KeyboardInterrupt):  # the grader's own interrupt has to end the cell
        cell.call("a.b", "f", 1)


def test_a_value_is_sent_as_it_was_given_last(cell):
    assert cell.value("a.b") == {"kind": "missing"}
    cell.run('answer("a.b", 1)\nkept = answer("a.b", (2, None))')
    assert cell.value("a.b") == {"kind": "result", "result": encode((2, None))}
    assert cell.shell.user_ns["kept"] == (2, None)
    assert exercise.answer("a.c", 5) == 5 and cell.value("a.c")["result"] == 5
    cell.run("hint('a.b'); progress(); guess('x', 1)")  # they show nothing while answers are graded


def test_a_result_that_is_too_large_is_an_error(cell, monkeypatch):
    monkeypatch.setattr(probe, "MOST", 200)
    cell.run('@exercise("a.b")\ndef f(n):\n    return "x" * n')
    assert cell.call("a.b", "f", 100)["result"] == "x" * 100
    assert cell.call("a.b", "f", 300)["type"] == "TooLarge"


@pytest.mark.parametrize(
    "draw", ["random.random()", "numpy.random.rand()", "torch.rand(()).item()"]
)
def test_chance_is_the_same_at_every_call(cell, draw):
    cell.run(f'import {draw.partition(".")[0]}\n@exercise("a.b")\ndef f():\n    return {draw}')
    assert cell.call("a.b", "f") == cell.call("a.b", "f")
