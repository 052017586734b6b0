"""The figures of lesson 16: a trace as a table, the loop drawn, bars with their values."""

import pytest

from workbook.core.runs import Interval
from workbook.react import charts, published


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
    assert not figure.layout.shapes
    (line,) = charts.shares({"a": Interval(0.5, 0.4, 0.7)}, "right", chance=0.3).layout.shapes
    assert line.y0 == line.y1 == 0.3
    both = charts.pairs(published.PAL, ("chain of thought", "program"), "%")
    assert both.data[0].y[1] == 23.1 and both.data[1].y[1] == 61.2
    assert both.data[0].x[1] == "GSM-hard"


def test_a_trace_is_a_table_with_a_row_for_each_thing_said():
    rows = [("question", "Who?"), ("thought 1", "I look."), ("action 1", "look[A; job]")]
    figure = charts.trace_table(rows, "step 1 of 2")
    (table,) = figure.data
    assert [list(column) for column in table.cells["values"]] == [
        ["question", "thought 1", "action 1"], ["Who?", "I look.", "look[A; job]"]
    ]  # fmt: skip
    assert figure.layout.title.text == "step 1 of 2"


def test_a_table_is_as_high_as_its_lines():
    """Guards against a table that is cut off, where a row of many words breaks."""
    heights = [
        charts.trace_table([("thought", "x" * letters)] * rows, "").layout.height
        for rows, letters in ((1, 10), (3, 10), (1, 3 * charts.LETTERS))
    ]
    assert heights[1] - heights[0] == 2 * 32 and heights[2] - heights[0] == 3 * 32


def test_shares_are_percent_of_one_scale_with_uneven_spreads():
    values = {"a": Interval(0.9, 0.6, 1.0), "b": Interval(0.5, 0.4, 0.7)}
    figure = charts.shares(values, "right answers")
    (bars,) = figure.data
    assert bars.x == ("a", "b") and bars.y == (0.9, 0.5)
    assert bars.error_y.array == pytest.approx((0.1, 0.2))
    assert bars.error_y.arrayminus == pytest.approx((0.3, 0.1))
    axis = figure.layout.yaxis
    assert (axis.title.text, axis.range, axis.tickformat) == ("right answers", (0, 1.05), ".0%")


def test_pairs_stand_side_by_side_under_their_names_and_not_by_colour_alone():
    figure = charts.pairs({"x": (1.0, 2.0), "y": (3.0, 4.0)}, ("before", "after"), "percent")
    assert [bar.name for bar in figure.data] == ["before", "after"]
    assert [tuple(bar.y) for bar in figure.data] == [(1.0, 3.0), (2.0, 4.0)]
    assert figure.layout.barmode == "group" and figure.layout.yaxis.title.text == "percent"
    shapes = [bar.marker.pattern.shape for bar in figure.data]
    assert shapes == ["", "/"]
