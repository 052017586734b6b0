"""The figures of the lesson: what is drawn of the data that they are given."""

import math

import pytest

from workbook.core.runs import Interval
from workbook.quantization import charts


def test_the_charts_draw_what_they_are_given():
    layout = charts.bit_layout()
    assert sum(trace.x[1] for trace in layout.data) == 19  # tf32
    dense = charts.density(("fp16", "bf16", "fp8_e4m3", "int8"))
    gaps = {trace.name: dict(zip(trace.x, trace.y, strict=True)) for trace in dense.data}
    assert gaps["bf16"][1.0] == 2**-7 and gaps["fp16"][1.0] == 2**-10
    assert gaps["fp8_e4m3"][2.0**-8] == 0.5 and 2.0**12 not in gaps["fp8_e4m3"]
    rows = [
        {
            "method": "as stored",
            "bits": 16,
            "loss": 1.0,
            "skills": {"a": 1.0, "b": 0.5},
            "cases": 10,
        },
        {"method": "m", "bits": 4, "loss": 1.1},
        {"method": "m", "bits": 3, "loss": 1.5, "skills": {"a": 0.9, "b": 0.0}, "cases": 10},
    ]
    assert charts.loss_by_bits(rows, 1.0).data[0].x == (4, 3)
    assert charts.skills_by_bits(rows).data[0].z == ([1.0, 0.5], [0.9, 0.0])
    losses = [{"factor": f, "losses": {"a": f, "b": 1.0}} for f in (1.0, 20.0)]
    assert charts.outlier_chart(losses).data[0].y == (1.0, 20.0)


def test_the_bits_of_a_format_by_their_parts():
    figure = charts.bit_layout(["fp16", "int4"])
    widths = {trace.name: dict(zip(trace.y, trace.x, strict=True)) for trace in figure.data}
    assert {name: each["fp16"] for name, each in widths.items() if each["fp16"]} == {
        "sign": 1, "exponent": 5, "fraction": 10}  # fmt: skip
    assert {name: each["int4"] for name, each in widths.items() if each["int4"]} == {"integer": 4}
    assert figure.layout.xaxis.title.text == "bits" and figure.layout.barmode == "stack"


def test_sixteen_bits_are_a_line_across_and_no_point():
    rows = [{"method": "as stored", "bits": 16, "loss": 1.0}, {"method": "m", "bits": 3, "loss": 2}]
    figure = charts.loss_by_bits(rows, 1.25)
    assert [(trace.name, trace.x, trace.y) for trace in figure.data] == [("m", (3,), (2,))]
    assert [a.text for a in figure.layout.annotations] == ["as stored: 1.25"]
    assert figure.layout.yaxis.type == "log"  # where the name stands at log10 of its line
    assert figure.layout.annotations[0].y == pytest.approx(math.log10(1.25))
    assert figure.layout.shapes[0].y0 == 1.25
    assert figure.layout.xaxis.autorange == "reversed"


def test_a_row_of_skills_says_how_it_was_rounded():
    rows = [
        {"method": "m", "bits": 4, "skills": {"a": 1.0, "b": 0.5}, "cases": 40},
        {"method": "n", "bits": 3, "loss": 1.5},
    ]
    (heat,) = charts.skills_by_bits(rows).data
    assert heat.x == ("a", "b") and heat.y == ("4 bits, m",)
    assert heat.text == (["1.00<br>[0.91, 1.00]", "0.50<br>[0.35, 0.65]"],)  # Wilson 1927


def test_a_bar_has_the_ends_of_its_interval_and_a_number_none():
    figure = charts.bars_with_intervals({"a": Interval(2.0, 1.5, 2.5), "b": 3.0}, "loss")
    (bars,) = figure.data
    assert bars.x == ("a", "b") and bars.y == (2.0, 3.0) and bars.error_y.array == (0.5, 0.0)
    assert figure.layout.yaxis.title.text == "loss"


def test_a_course_shows_every_so_many_steps():
    figure = charts.courses({"fp32": list(range(100, 125)), "fp16": [7.0]}, every=10)
    curves = {trace.name: (trace.x, trace.y) for trace in figure.data}
    assert curves == {"fp32": ((0, 10, 20), (100, 110, 120)), "fp16": ((0,), (7.0,))}
    assert figure.layout.yaxis.type == "log"


def test_a_histogram_counts_between_its_edges():
    figure = charts.histogram({"one": [0.1, 0.9, 1.5], "two": [1.2, 9.0]}, [0, 1, 2], "weight")
    counts = {trace.name: (list(trace.x), list(trace.y)) for trace in figure.data}
    assert counts == {"one": ([0.5, 1.5], [2, 1]), "two": ([0.5, 1.5], [0, 1])}
    assert figure.layout.xaxis.title.text == "weight"
