"""The figures of lesson 01 without controls: lines, intervals, units, and what each cell says."""

import pandas as pd
import pytest

from workbook.attention import charts

COSTS = pd.DataFrame(
    {"way": ["a", "b", "a", "b"], "length": [1, 1, 2, 2], "seconds": [1.0, 2.0, 3.0, 4.0],
     "bytes": [1e6, 2e6, 3e6, 4e6]}
)  # fmt: skip
COPIES = pd.DataFrame({"kind": ["x"] * 4, "length": [4, 4, 8, 8], "accuracy": [1.0, 1.0, 0.2, 0.4]})


def test_cost_chart_has_a_line_per_way():
    figure = charts.cost_chart(COSTS)
    assert [trace.name for trace in figure.data] == ["a", "b", "a", "b"]
    assert list(figure.data[1].y) == [2.0, 4.0] and figure.layout.xaxis.type == "log"
    assert list(figure.data[2].y) == [1000.0, 3000.0]


def test_copy_chart_has_intervals():
    figure = charts.copy_chart(COPIES, guess=0.1)
    assert list(figure.data[0].y) == pytest.approx([1.0, 0.3])
    assert figure.data[0].error_y.array[1] > figure.data[0].error_y.array[0] == 0


def test_the_ablation_chart():
    shares = {"nothing": [1.0, 1.0], "heads": [0.0, 1.0]}
    bars, points = charts.ablation_chart(shares, "pairs", [0.8, 0.9]).data
    assert list(bars.y) == [1.0, 0.5] and bars.error_y.array[0] == 0 < bars.error_y.array[1]
    assert list(points.y) == [0.8, 0.9] and set(points.x) == {"pairs"}


def test_the_lens_is_a_row_for_each_place_to_end():
    figure = charts.lens_chart(["a", " b"], [["x", "y"], [" z", "w"]], [[0.1, 0.2], [0.3, 0.4]])
    assert list(figure.data[0].y) == ["embedding", "block 0"]
    assert list(figure.data[0].x) == ["0 a", "1 ␣b"] and figure.data[0].text[1][0] == "␣z"


def test_costs_are_in_megabytes_and_milliseconds_on_logarithmic_axes():
    figure = charts.cost_chart(COSTS)
    layout = figure.layout
    axes = (layout.xaxis, layout.xaxis2, layout.yaxis, layout.yaxis2)
    assert [each.title.text for each in axes] == ["tokens", "tokens", "megabytes", "milliseconds"]
    assert {each.type for each in axes} == {"log"} and layout.xaxis.tickvals == (1, 2)
    assert [trace.showlegend for trace in figure.data] == [True, True, False, False]


def test_the_copy_chart_draws_the_guess_across_and_marks_the_lengths():
    layout = charts.copy_chart(COPIES, guess=0.1).layout
    assert [each.text for each in layout.annotations] == ["blind guess: 0.10"]
    assert layout.shapes[0].y0 == layout.shapes[0].y1 == 0.1
    assert layout.xaxis.tickvals == (4, 8) and layout.yaxis.range == (0, 1.05)
    assert (layout.xaxis.title.text, layout.yaxis.title.text) == ("letters to copy", "accuracy")


def test_the_shades_of_the_lens_are_probabilities():
    figure = charts.lens_chart(["a", "b"], [["x", "y"]] * 3, [[0.1, 0.2], [0.3, 0.4], [0.5, 0.6]])
    (shades,) = figure.data
    assert [list(row) for row in shades.z] == [[0.1, 0.2], [0.3, 0.4], [0.5, 0.6]]
    assert list(shades.y)[-1] == "block 1" and (shades.zmin, shades.zmax) == (0, 1)
    assert figure.layout.xaxis.title.text == "token read"
