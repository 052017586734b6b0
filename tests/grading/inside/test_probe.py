"""The probe in a student's process: it notes answers, calls them, and sends plain values out."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest
import torch

from workbook.core.exercises import exercise, sealed
from workbook.core.exercises.plain_values import decode, encode
from workbook.grading.inside import probe


class Cell:
    """Runs a student's code as the cell of a notebook, and asks the probe."""

    def __init__(self, shell, sent):
        self.shell, self.sent = shell, sent

    def run(self, source):
        exec(source, self.shell.user_ns)

    def call(self, exercise_id, function, *arguments, gave=(), gradient=None):
        coded = [one if isinstance(one, dict) else encode(one) for one in arguments]
        question = {"arguments": coded, "gave": list(gave), "gradient": gradient}
        probe.call(exercise_id, function, json.dumps([question]))
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


def test_questions_that_come_together_are_answered_in_turn(cell):
    cell.run('@exercise("a.b")\ndef f(x):\n    return 1 / x')
    questions = [{"arguments": [x], "gave": [], "gradient": None} for x in (2, 0, 4)]
    probe.call("a.b", "f", json.dumps(questions))
    assert [said.get("result", said.get("type")) for said in cell.sent] == [
        0.5, "ZeroDivisionError", 0.25,
    ]  # fmt: skip


OUTSIDE = {"t": "function", "v": 0}


def test_a_function_among_the_arguments_is_called_outside(cell):
    """What a call gives is known at the next try; then the answer goes on from there."""
    cell.run('@exercise("a.b")\ndef f(g):\n    return g(g(1), by=2)')
    first = cell.call("a.b", "f", OUTSIDE)
    assert first == {"kind": "called", "which": 0, "arguments": encode([1]), "named": encode({})}
    second = cell.call("a.b", "f", OUTSIDE, gave=[{"result": 7}])
    assert (second["arguments"], second["named"]) == (encode([7]), encode({"by": 2}))
    gave = [{"result": 7}, {"result": 9}]
    assert cell.call("a.b", "f", OUTSIDE, gave=gave)["result"] == 9
    missing = [{"error": ["KeyError", "x"]}]
    assert cell.call("a.b", "f", OUTSIDE, gave=missing)["type"] == "KeyError"
    own = [{"error": ["SystemExit", "x"]}]  # no error that could end the kernel
    assert cell.call("a.b", "f", OUTSIDE, gave=own)["type"] == "Exception"


def test_an_answer_that_catches_everything_still_waits_for_what_it_called(cell):
    cell.run(
        '@exercise("a.b")\ndef f(g):\n    try:\n        return g(1)\n'
        "    except BaseException:\n        return 3"
    )
    assert cell.call("a.b", "f", OUTSIDE)["kind"] == "called"
    assert cell.call("a.b", "f", OUTSIDE, gave=[{"result": 7}])["result"] == 7


def test_a_gradient_at_the_result_is_led_back_to_the_arguments(cell):
    cell.run('@exercise("a.b")\ndef f(x, y):\n    return 3 * x * x.detach()')
    x, y = (torch.tensor([2.0, 5.0], requires_grad=True) for _ in range(2))
    said = cell.call("a.b", "f", x, y, gradient=encode(torch.tensor([1.0, 10.0])))
    at_x, at_y = decode(said["result"])
    assert at_x.tolist() == [6.0, 150.0] and at_y is None


def test_what_an_exercise_forbids_refuses_while_its_answer_runs(cell):
    cell.run(
        "from workbook.core.exercises import sealed\n"
        "def given(x):\n    sealed.closed('a.b')\n    return x\n"
        '@exercise("a.b")\ndef f(x):\n    return given(x)\n'
        '@exercise("a.c")\ndef g(x):\n    return given(x)'
    )
    assert cell.call("a.b", "f", 1)["type"] == "Sealed"
    assert cell.call("a.c", "g", 1)["result"] == 1
    assert cell.shell.user_ns["given"](2) == 2


def test_an_answer_runs_until_its_result_is_put_into_words(cell, monkeypatch):
    """Else what the result does when it is read could call what the exercise forbids."""
    open_then, real = [], torch.Tensor.detach

    def detach(tensor):
        open_then.append(list(sealed._answering))
        return real(tensor)

    monkeypatch.setattr(torch.Tensor, "detach", detach)
    cell.run('@exercise("a.b")\ndef f(x):\n    return x + 1')
    assert decode(cell.call("a.b", "f", torch.zeros(2))["result"]).tolist() == [1, 1]
    assert open_then == [[], ["a.b"], ["a.b"]]  # the question, then the result and its argument
    assert sealed._answering == []
