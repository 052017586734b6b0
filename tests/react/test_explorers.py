"""The explorer of lesson 16: steps shown, an observation edited, sentences and refusals."""

import pytest

from workbook.react import explorers
from workbook.react.planner import Planner
from workbook.react.record import Step, Trace
from workbook.react.tasks import questions

CASES = questions(3)
BRIDGE, COMPARISON, _ = CASES


@pytest.fixture
def explorer():
    return explorers.trace_explorer(CASES, Planner())


def test_each_step_adds_its_rows(explorer):
    shown = [explorer.compute(BRIDGE.question, step, "") for step in (1, 2, 7)]
    assert [len(one.rows) for one in shown[:2]] == [4, 7]
    assert shown[0].ends.startswith("step 1 of ")
    assert shown[2].ends == f"answer: {BRIDGE.answer} (right)"
    assert shown[2].rows[-1] == (
        f"action {len(shown[2].trace.steps)}", f"finish[{BRIDGE.answer}]"
    )  # fmt: skip


def test_an_edited_observation_changes_what_follows(explorer):
    before = explorer.compute(BRIDGE.question, 7, "")
    observation = before.trace.steps[0].observation
    name = observation.rsplit(" by ", 1)[-1].rstrip(".")
    edited = explorer.compute(BRIDGE.question, 1, observation.replace(name, "Nadia Moon"))
    assert edited.trace.steps[0].action == before.trace.steps[0].action
    assert "Nadia Moon" in edited.trace.steps[1].thought
    assert "Nadia Moon" not in before.trace.steps[1].thought
    assert ("observation 1, edited") in [what for what, _ in edited.rows]
    assert f"the town says {BRIDGE.answer}" in edited.ends


def test_an_article_makes_no_difference():
    """Guards against two rules: the table of shares counts "the Old Mill" for "Old Mill"."""
    trace = Trace(
        "Where?", (Step("", "", "finish[the Old Mill]", None),), "finished", "the Old Mill"
    )
    assert explorers.Shown(trace, 1, 0, "Old Mill").ends == "answer: the Old Mill (right)"
    assert "the town says Inn" in explorers.Shown(trace, 1, 0, "Inn").ends


def test_the_last_step_has_no_observation_to_edit(explorer):
    explorer.set(question=BRIDGE.question, step=7, observation="x")
    assert "has no observation to replace" in explorer.error
    explorer.set(step=1)
    assert explorer.error is None


def test_the_figure_says_what_it_shows_and_has_a_table(explorer):
    figure = explorer.static_figure()
    assert f"question: {BRIDGE.question}" in figure.layout.meta["alt"]
    assert len(figure.frames) == 4
    table = explorer.static_table()
    assert {1, 2, 3, 4} == set(table["Step"])
