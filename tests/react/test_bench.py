"""The benchmark of the loop: like with like, and as many steps as it says."""

import pytest

from workbook.react import bench
from workbook.react.loop import run
from workbook.react.planner import Planner
from workbook.react.tasks import questions
from workbook.react.tools import town_tools


def test_both_loops_are_timed_on_the_same_questions():
    (row,) = bench.measure(count=4, rounds=2)
    assert row.unit == "steps/s" and row.ratio > 0


def test_its_row_counts_the_steps_and_both_sides_are_asked_the_same(monkeypatch):
    told = {}

    def compare(name, ours, theirs, *, rounds, work, unit):
        told.update(name=name, ours=ours, theirs=theirs, rounds=rounds, work=work, unit=unit)
        return "row"

    monkeypatch.setattr(bench, "compare", compare)
    assert bench.measure(count=3, rounds=2) == ["row"]
    cases = questions(3, towns=1)
    tools = town_tools(cases[0].town)
    steps = sum(len(run(case.question, Planner(), tools).steps) for case in cases)
    assert told["name"] == f"loop, 3 questions, {steps} steps"
    assert (told["work"], told["rounds"], told["unit"]) == (steps, 2, "steps/s")
    asked = {"ours": [], "theirs": []}
    monkeypatch.setattr(bench, "run_loop", lambda question, *_: asked["ours"].append(question))
    monkeypatch.setattr(
        bench.peers, "ask", lambda agent, question: asked["theirs"].append(question)
    )
    told["ours"]()
    told["theirs"]()
    assert asked["ours"] == asked["theirs"] == [case.question for case in cases]


@pytest.mark.parametrize(("quick", "sizes"), [(True, (8, 3)), (False, (30, 9))])
def test_a_quick_run_is_a_smaller_one(quick, sizes, monkeypatch):
    monkeypatch.setattr(bench, "measure", lambda count, rounds: [(count, rounds)])
    assert bench.run(quick) == [sizes]
