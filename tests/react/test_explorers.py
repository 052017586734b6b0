"""The explorer of lesson 16: steps shown, an observation edited, sentences and refusals."""

import pytest

from workbook.core.runs import Interval
from workbook.react import charts, explorers, published
from workbook.react.planner import Planner
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


def test_text_is_text_not_markup():
    figure = charts.trace_table([("thought", "<b>bold</b>")], "t")
    assert figure.data[0].cells["values"][1][0] == "&lt;b&gt;bold&lt;/b&gt;"


def test_the_loop_is_drawn_with_its_states_and_arrows_between_boxes():
    layout = charts.loop_diagram().layout
    words = " ".join(note.text for note in layout.annotations)
    assert all(f"<b>{state}</b>" in words for state in ("think", "act", "done"))
    arrows = [note for note in layout.annotations if note.showarrow]
    assert len(layout.shapes) == len(arrows) == 6
    for note in arrows:  # no arrow ends inside a box
        assert not any(
            box.x0 < note.x < box.x1 and box.y0 < note.y < box.y1 for box in layout.shapes
        )


def test_bars_carry_their_values():
    figure = charts.shares({"a": Interval(0.5, 0.4, 0.7)}, "right")
    assert figure.data[0].y == (0.5,) and figure.data[0].error_y.array == pytest.approx((0.2,))
    both = charts.pairs(published.PAL, ("chain of thought", "program"), "%")
    assert both.data[0].y[1] == 23.1 and both.data[1].y[1] == 61.2
    assert both.data[0].x[1] == "GSM-hard"
