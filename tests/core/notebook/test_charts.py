"""The kinds of figure that lessons share: looks of curves, names of lines, shades, strips."""

import itertools

import pytest

from workbook.core.notebook import charts, figures, tables
from workbook.core.runs import Interval


def test_no_two_curves_look_alike_however_many():
    """Guards against C8: seven series had five colours, and two of them the same dash."""
    looks = [charts.style(number) for number in range(40)]
    assert len({(look.colour, look.dash) for look in looks}) == 40, "of lines"
    assert len({(look.colour, look.symbol) for look in looks}) == 40, "of marks"
    assert len({look.colour for look in looks[:7]}) == 7
    first = zip(figures.PALETTE, figures.DASHES, strict=False)
    assert [look[:2] for look in looks[:5]] == list(first)


def test_lines_have_their_numbers_intervals_and_titles():
    curves = {
        "seeds": {1: Interval(2.0, 1.5, 2.5), 2: Interval(0.9, 0.6, 1.0)},
        "once": [(1, 5.0), (1, 6.0)],
    }
    figure = charts.lines(curves, "step", "loss", {"guess": 0.25})
    seeds, once = figure.data
    assert list(seeds.y) == [2.0, 0.9] and once.error_y.array is None
    assert list(seeds.error_y.array) == pytest.approx([0.5, 0.1])
    assert list(seeds.error_y.arrayminus) == pytest.approx([0.5, 0.3])
    assert list(once.x) == [1, 1] and list(once.y) == [5.0, 6.0]
    assert figure.layout.xaxis.title.text == "step" and figure.layout.yaxis.title.text == "loss"
    assert figure.layout.annotations[0].text == "guess: 0.25"
    assert tables.as_table(figure).shape[0] == 4


def test_lines_go_into_a_panel_with_labels():
    from plotly.subplots import make_subplots

    figure = make_subplots(1, 2)
    charts.add_lines(
        figure, {"a": {1: 2.0}}, labels={"a": ["T = 1"]}, showlegend=False, row=1, col=2
    )
    (trace,) = figure.data
    assert trace.xaxis == "x2" and trace.text == ("T = 1",) and trace.showlegend is False


@pytest.mark.parametrize("axis", ["x", "y"])
def test_names_of_lines_that_are_close_do_not_lie_on_each_other(axis):
    """Guards against C8: in lesson 08 labels were written on top of each other."""
    values = {"far": 0.9, "one": 0.40, "two": 0.41, "three": 0.43, "four": 0.44}
    figure = charts.lines({"curve": {0.0: 0.0, 1.0: 1.0}}, "x", "y")
    charts.add_reference(figure, values, axis=axis)
    names = [each.text.partition(":")[0] for each in figure.layout.annotations]
    assert names == list(values)
    dashes = [shape.line.dash for shape in figure.layout.shapes]
    assert len(set(dashes[:4])) == 4
    where = {
        name: (each.xanchor, each.yanchor, each.x if axis == "y" else each.y)
        for name, each in zip(names, figure.layout.annotations, strict=True)
    }
    for a, b in itertools.combinations(("one", "two", "three", "four"), 2):
        assert where[a] != where[b]


@pytest.mark.parametrize(
    ("curve", "place"),
    [
        ({0: 0.1, 1: 1.0}, "top right"),
        ({0: 0.1, 1: 0.52}, "bottom right"),  # ends where the name would be, above the line
        ({0: 0.1, 1: 0.5}, "top left"),  # ends on the line itself
        ({0: 0.5, 1: 0.5}, "top right"),  # no end is free
    ],
)
def test_the_name_of_a_line_keeps_clear_of_where_a_curve_ends(curve, place):
    """Guards against lesson 08's sizes: the name of a baseline lay on the last points."""
    figure = charts.lines({"full": {0: 0.0, 1: 1.0}, "curve": curve}, "x", "y", {"a": 0.48})
    (name,) = figure.layout.annotations
    above, side = place.split()
    assert (name.yanchor, name.xanchor) == ({"top": "bottom", "bottom": "top"}[above], side)


@pytest.mark.parametrize("axis", ["x", "y"])
def test_on_a_logarithmic_axis_the_name_stands_at_its_line(axis):
    """Guards: plotly takes log10 for the name and the value for the line; a loss of 0.66 was
    written at 4.6."""
    figure = charts.lines({"curve": {1.0: 1.0, 10.0: 10.0}}, "x", "y")
    figure.update_layout({f"{axis}axis": {"type": "log"}})
    charts.add_reference(figure, {"one": 100.0, "two": 0.1}, axis=axis)
    assert [each[axis] for each in figure.layout.annotations] == pytest.approx([2.0, -1.0])
    assert [each[f"{axis}0"] for each in figure.layout.shapes] == [100.0, 0.1]
    other = "y" if axis == "x" else "x"
    charts.add_reference(figure, {"plain": 4.0}, axis=other)
    assert figure.layout.annotations[-1][other] == 4.0


def test_lines_across_without_a_curve():
    figure = charts.lines({}, "x", "y", {"a": 1.0, "b": 1.0})
    assert len(figure.layout.shapes) == 2


def test_a_table_of_shades_has_no_lines_that_shine_through():
    """Guards against C8: the zero lines of the axes crossed the masks."""
    figure = charts.heat([[0.0, 1.0], [0.5, None]], columns=["a", "b"], index=["c", "d"])
    (trace,) = figure.data
    assert (trace.zmin, trace.zmax, list(trace.z[1])) == (0, 1, [0.5, None])
    for axis in (figure.layout.xaxis, figure.layout.yaxis):
        assert axis.showgrid is False and axis.zeroline is False
    assert figure.layout.yaxis.autorange == "reversed", "the first row is at the top"
    assert tables.as_table(figure).iloc[0].tolist() == ["c", 0.0, 1.0]


def test_a_strip_is_the_text_in_reading_order():
    words = [f"␣word{n}" for n in range(40)]
    (trace,) = charts.token_strip([(word, n % 2) for n, word in enumerate(words)]).data
    assert [word for row in trace.text for word in row if word] == words
    assert [z for row in trace.z for z in row if z is not None] == [n % 2 for n in range(40)]
    assert len({len(row) for row in trace.z}) == 1 and len(trace.z[0]) * 7 <= charts.ROW_LETTERS + 7
    (short,) = charts.token_strip([("a", 0.0)] * 50).data
    assert len(short.z[0]) == 24, "more of short tokens in a row"
    assert charts.token_strip([]).data[0].z is None or not charts.token_strip([]).data[0].z


def test_rows_of_a_strip_stand_token_under_token():
    rows = {"reads": [("a", 0.0), ("b", 0.5)], "says": [(None, None), ("c", 1.0), ("d", 1.0)]}
    figure = charts.token_strip(rows)
    (trace,) = figure.data
    assert list(trace.y) == ["reads", "says"] and figure.layout.yaxis.visible
    assert [list(row) for row in trace.text] == [["a", "b", ""], ["", "c", "d"]]
    assert [list(row) for row in trace.z] == [[0.0, 0.5, None], [None, 1.0, 1.0]]


@pytest.mark.parametrize(
    "token, shown",
    [(" the", "␣the"), ("\n", "⏎"), ("", "(nothing)"), ("<b>", "&lt;b&gt;"), ("a\tb", "a⇥b")],
)
def test_a_token_can_be_read(token, shown):
    assert charts.readable(token) == shown
