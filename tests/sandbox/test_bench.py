"""The benchmark of the sandbox compares the same program, and leaves out what is not here."""

from __future__ import annotations

import pytest

from workbook import sandbox
from workbook.sandbox import bench


def test_each_side_gives_the_answer_and_takes_turns():
    order = []

    def ours():
        order.append("ours")
        return bench.ANSWER

    row = bench.compare("x", ours, lambda: order.append("prepare"), rounds=2)
    assert order == ["prepare", "ours", "prepare", "prepare", "prepare", "ours", "prepare", "ours",
                     "prepare"]  # fmt: skip
    assert row.rounds == 2 and row.ratio > 0 and row.unit == "programs/s"


def test_a_wrong_answer_is_no_measurement():
    with pytest.raises(ValueError, match="x answered 7 instead of 504"):
        bench.compare("x", lambda: 7, bench.nothing, rounds=2)


def test_all_three_answer_the_program():
    assert bench.bare() == bench.ANSWER == sandbox.interpret(bench.PROGRAM).value


def test_without_a_sandbox_only_the_interpreter_is_timed(monkeypatch):
    monkeypatch.setattr(bench, "problem", lambda: "this is a toaster")
    monkeypatch.setattr(bench, "compare", lambda name, *_: name)
    assert bench.run(quick=True) == ["interpreter"]


def test_the_rows_where_there_is_one(monkeypatch):
    if trouble := sandbox.problem():
        pytest.skip(f"this machine has no sandbox: {trouble}")
    names = []

    def once(name, ours, prepare, rounds):
        prepare()
        names.append(name)
        assert ours() == bench.ANSWER

    monkeypatch.setattr(bench, "compare", once)
    bench.run(quick=True)
    assert names == ["interpreter", "sandbox, warm worker", "sandbox, cold"]
