"""The figures of lesson 06: what is drawn is what was given, on axes that say so."""

import math

import pytest

from workbook.core.runs import Interval
from workbook.scaling_laws import charts, explorers, published
from workbook.scaling_laws.approaches import Optimum, PowerLaw
from workbook.scaling_laws.planner import place

LAW = published.law("besiroglu")


def traces(figure):
    return {trace.name: trace for trace in figure.data}


def points(trace):
    return list(zip(trace.x, trace.y, strict=True))


def test_parts_are_shares_of_their_bar():
    drawn = traces(charts.parts_chart({"short": {"a": 3, "b": 1}, "long": {"b": 1, "c": 1}}))
    assert {name: list(bar.x) for name, bar in drawn.items()} == {
        "a": [0.75, 0.0], "b": [0.25, 0.5], "c": [0.0, 0.5],
    }  # fmt: skip
    assert all(list(bar.y) == ["short", "long"] for bar in drawn.values())


def test_each_budget_is_a_curve_from_small_to_large_with_its_bottom():
    runs = [
        {"flops": flops, "parameters": n, "loss": loss}
        for flops, n, loss in ((2e9, 30, 2.0), (1e9, 20, 3.5), (1e9, 10, 3.0), (2e9, 10, 2.5))
    ]
    figure = charts.isoflop_chart(runs, [Optimum(1e9, 12.0, 9.0, 2.9)], bound=1.5)
    drawn = traces(figure)
    assert list(drawn) == ["1.0e+09 FLOPs", "2.0e+09 FLOPs", "bottom of the parabola"]
    assert points(drawn["1.0e+09 FLOPs"]) == [(10, 3.0), (20, 3.5)]
    assert points(drawn["2.0e+09 FLOPs"]) == [(10, 2.5), (30, 2.0)]
    assert points(drawn["bottom of the parabola"]) == [(12.0, 2.9)]
    assert figure.layout.annotations[0].text == "entropy bound: 1.50"
    assert figure.layout.shapes[0].y0 == figure.layout.shapes[0].y1 == 1.5
    assert figure.layout.xaxis.type == "log" and figure.layout.xaxis.title.text == "parameters"
    assert len(charts.isoflop_chart(runs, []).data) == 2


def test_a_power_law_goes_through_the_ends_of_its_optima():
    line = PowerLaw(2.0, 0.5, Interval(0.5, 0.4, 0.6))
    optima = {"approach 1": [(100.0, 21.0), (1e4, 190.0), (400.0, 41.0)], "approach 2": [(1.0, 1)]}
    figure = charts.optima_chart(optima, {"approach 1": line}, "parameters")
    drawn = traces(figure)
    assert list(drawn) == ["approach 1", "approach 2", "approach 1: exponent 0.50"]
    assert points(drawn["approach 1: exponent 0.50"]) == [(100.0, 20.0), (1e4, 200.0)]
    assert drawn["approach 1"].line.color == drawn["approach 1: exponent 0.50"].line.color
    assert figure.layout.yaxis.title.text == "parameters"
    assert figure.layout.xaxis.type == figure.layout.yaxis.type == "log"


def test_the_map_has_every_model_where_it_was_trained():
    placed = place(LAW)
    figure = charts.model_map(placed, LAW)
    drawn = traces(figure)
    where = {
        name: point
        for trace in drawn.values()
        for name, point in zip(trace.text or (), points(trace), strict=False)
    }
    assert where == {one.name: (one.parameters, one.tokens) for one in placed}
    named = {note.text: (note.x, note.y) for note in figure.layout.annotations}
    assert set(named) == set(charts.NAMED)
    for name, (x, y) in named.items():
        assert (10**x, 10**y) == pytest.approx(where[name])


def test_the_map_has_the_optima_and_lines_of_equal_compute():
    drawn = traces(charts.model_map(place(LAW), LAW))
    for n, d in points(drawn["compute-optimal"]):
        assert (n, d) == pytest.approx(LAW.optimum(6 * n * d))
    for n, d in points(drawn["1e+22 FLOPs"]):
        assert 6 * n * d == pytest.approx(1e22)


@pytest.mark.parametrize("law", explorers.LAWS)
def test_every_plan_of_the_slider_lies_on_the_map(law):
    """The star of small budgets once fell off its lower edge, that of the largest off the right."""
    explorer = explorers.budget_explorer()
    slider = explorer.controls["flops"]
    for flops in (slider.low, *slider.grid, slider.high):
        data = explorers.compute_plan(flops, law, "H100", 8, 0.4)
        figure = explorers.draw_plan(data)
        (star,) = (trace for trace in figure.data if trace.name == "your plan")
        for value, axis in ((star.x[0], figure.layout.xaxis), (star.y[0], figure.layout.yaxis)):
            assert axis.range[0] + 0.1 < math.log10(value) < axis.range[1] - 0.1


def test_years_run_forward_under_the_stock_of_text():
    models = [{"model": "b", "year": 2022, "parameters": 2e9, "tokens": 3e11},
              {"model": "a", "year": 2019, "parameters": 1e9, "tokens": 1e10}]  # fmt: skip
    drawn = traces(charts.years_chart(models, 3e14))
    assert points(drawn["parameters"]) == [(2019, 1e9), (2022, 2e9)]
    assert points(drawn["tokens"]) == [(2019, 1e10), (2022, 3e11)]
    assert list(drawn["tokens"].text) == ["a", "b"]
    assert points(drawn["stock of public text"]) == [(2019, 3e14), (2022, 3e14)]


def test_longer_spans_are_curves_toward_lower_loss():
    runs = [{"loss": 2.0, "right": {"1": 0.6, "4": 0.1}},
            {"loss": 3.0, "right": {"1": 0.4, "4": 0.0}}]  # fmt: skip
    figure = charts.emergence_chart(runs, ("1", "4"))
    drawn = traces(figure)
    assert list(drawn) == ["1 token", "4 tokens"]
    assert points(drawn["1 token"]) == [(3.0, 0.4), (2.0, 0.6)]
    assert points(drawn["4 tokens"]) == [(3.0, 0.0), (2.0, 0.1)]
    assert figure.layout.xaxis.autorange == "reversed"
    assert tuple(figure.layout.yaxis.range) == (0, 1)


def test_epochs_are_drawn_by_doublings():
    figure = charts.epochs_chart({"worth": [(1, 1.0), (2, 1.9), (32, 9.0)]}, "times as much text")
    assert points(figure.data[0]) == [(1, 1.0), (2, 1.9), (32, 9.0)]
    assert figure.layout.xaxis.type == "log" and 32 in figure.layout.xaxis.tickvals
    assert figure.layout.yaxis.title.text == "times as much text"


def test_both_terms_of_the_law_are_least_together_at_the_optimum():
    figure = charts.budget_diagram(LAW, 1e22)
    few, short, both = figure.data
    best, _ = LAW.optimum(1e22)
    assert list(both.y) == pytest.approx([a + b for a, b in zip(few.y, short.y, strict=True)])
    assert both.x[both.y.index(min(both.y))] == pytest.approx(best)
    assert min(both.y) == pytest.approx(LAW.least_loss(1e22) - LAW.E)
    assert list(few.y) == sorted(few.y, reverse=True) and list(short.y) == sorted(short.y)
    assert figure.layout.shapes[0].x0 == best
    assert 10 ** figure.layout.annotations[0].x == pytest.approx(best)


def test_three_models_of_one_budget_have_equal_areas():
    figure = charts.split_diagram(LAW, 6e22, factor=4)
    small, best, large = figure.layout.shapes
    areas = [(box.x1 - box.x0) * (box.y1 - box.y0) for box in (small, best, large)]
    assert areas == pytest.approx([1, 1, 1])
    assert best.x1 - best.x0 == pytest.approx(best.y1 - best.y0)
    assert large.x1 < figure.layout.xaxis.range[1] and small.y1 < figure.layout.yaxis.range[1]
    assert figure.layout.yaxis.scaleanchor == "x"  # else the square is none on the page
    words = [note.text for note in figure.layout.annotations]
    parameters, tokens = LAW.optimum(6e22)
    loss = LAW.loss(4 * parameters, tokens / 4)
    assert f"N = {4 * parameters / 1e9:,.0f} billion<br>D = {tokens / 4e9:,.0f} b" in words[2]
    assert words[2].endswith(f"L = {loss:.3f}") and loss > LAW.least_loss(6e22)


def test_the_lengths_of_spans_fit_one_line_of_a_legend():
    """Two lines of names once lay over the title; a line holds about 80 letters and five marks."""
    spans = ["1", "2", "4", "8", "16"]
    runs = [{"loss": 2.0, "right": dict.fromkeys(spans, 0.5)}]
    assert sum(len(trace.name) for trace in charts.emergence_chart(runs, spans).data) < 60
