"""The figures of lesson 03: the curves are the means, the parts add up, the boxes are in order."""

import math

import pandas as pd
import pytest
from tiny_town import tiny_model, tiny_tokenizer

from workbook.core.runs import SHARE, Interval
from workbook.sampling import charts, loops
from workbook.sampling.charts import exchange_chart, measure_chart, truth_chart
from workbook.sampling.experiment import EXPERIMENT, MEASURES
from workbook.sampling.faithfulness import answer_logits, statements

SETTINGS = {"greedy": {"temperature": 0.0}, "drawn": {"temperature": 1.0}, "k": {"top_k": 2}}


@pytest.fixture(scope="module")
def rows():
    """As from `experiment.sweep`: three seeds of each setting, all values different."""
    return pd.DataFrame([
        {"setting": name, "seed": seed, **dict.fromkeys(MEASURES, 0.3 * place + 0.1 * seed + 0.05)}
        for place, name in enumerate(SETTINGS)
        for seed in range(3)
    ])  # fmt: skip


@pytest.fixture(scope="module")
def asked():
    return statements(4)


def test_charts_show_the_means(rows, asked):
    figure = measure_chart(rows, "surprise", {"all": list(SETTINGS)}, {"entropy bound": 1.0})
    means = rows.groupby("setting", sort=False).surprise.mean()
    assert list(figure.data[0].y) == pytest.approx(means.tolist())
    assert "entropy bound: 1.00" in figure.layout.annotations[0].text
    truth = answer_logits(tiny_model(), tiny_tokenizer(), asked)
    exchange = exchange_chart(rows, {"all": SETTINGS}, truth, town=0.5)
    assert list(exchange.data[0].text) == list(SETTINGS)
    assert exchange.data[0].y[1] == pytest.approx(truth.probability().mean().item())
    chart = truth_chart(truth, {"no filter": {}}, {1.0: Interval(0.2, 0.1, 0.4)}, {})
    exact, drawn = chart.data
    assert exact.y[exact.x.index(1.0)] == pytest.approx(truth.probability().mean().item())
    assert list(drawn.y) == pytest.approx([0.2])
    assert list(drawn.error_y.array) == pytest.approx([0.2])
    assert list(drawn.error_y.arrayminus) == pytest.approx([0.1])


def test_the_curves_are_means_over_the_seeds():
    runs = EXPERIMENT.read("loops")
    figure = charts.loops_chart(runs, ("greedy", "top-p 0.9"))
    greedy, drawn = figure.data
    assert list(greedy.x) == list(loops.STEPS) and max(drawn.y) < 0.05 < min(greedy.y)
    at_100 = [run["read"][2]["loops"]["greedy"] for run in runs]
    assert greedy.y[2] == pytest.approx(sum(at_100) / 3)


def test_what_is_accepted_and_what_is_drawn_instead_make_p():
    p, q = [0.5, 0.3, 0.2], [0.2, 0.7, 0.1]
    accepted, refused, instead = charts.draft_chart(list("abc"), p, q).data
    assert [a + b for a, b in zip(accepted.y, instead.y, strict=True)] == pytest.approx(p)
    assert [a + b for a, b in zip(accepted.y, refused.y, strict=True)] == pytest.approx(q)
    assert sum(refused.y) == pytest.approx(sum(instead.y))


def test_the_diagram_has_every_station_in_order():
    figure = charts.chain_diagram()
    told = [each.text for each in figure.layout.annotations if each.text]
    places = [
        next(n for n, text in enumerate(told) if text.startswith(f"<b>{name}</b>"))
        for name, _ in charts.STATIONS
    ]
    assert places == sorted(places) and len(figure.layout.shapes) == len(charts.STATIONS)


def test_each_dial_is_a_curve_with_the_spread_of_its_seeds(rows):
    """Shares are cut to what a share can be; nats are not."""
    dials = {"a": ["k", "greedy"], "b": ["drawn", "drawn"]}
    for measure, bounds in (("distinct_2", SHARE), ("surprise", None)):
        figure = measure_chart(rows, measure, dials, {})
        assert [curve.name for curve in figure.data] == ["a", "b"]
        assert list(figure.data[0].x) == ["k", "greedy"]
        assert figure.layout.yaxis.title.text == measure
        assert figure.layout.yaxis.rangemode == "tozero"
        greedy = Interval.of_seeds([0.05, 0.15, 0.25], bounds=bounds)
        assert figure.data[0].y[1] == pytest.approx(greedy.mean)
        below = figure.data[0].error_y.arrayminus or figure.data[0].error_y.array
        assert below[1] == pytest.approx(greedy.mean - greedy.low)
    assert greedy.low < 0


def test_truth_falls_from_the_exact_greedy_share_and_drawings_are_marks(asked):
    truth = answer_logits(tiny_model(), tiny_tokenizer(), asked)
    filters = {"no filter": {}, "top-k 1": {"top_k": 1}}
    figure = truth_chart(truth, filters, {0.7: Interval(0.25, 0.0, 0.5)}, {"guess": 0.25})
    free, cold, drawn = figure.data
    assert [curve.name for curve in figure.data] == [
        "exact, no filter", "exact, top-k 1", "drawn, no filter"
    ]  # fmt: skip
    assert free.y[0] == truth.accuracy(temperature=0.0)
    assert free.y[-1] == pytest.approx(truth.accuracy(temperature=2.0))
    assert set(cold.y) == {free.y[0]}, "one token left is greedy at every temperature"
    assert (free.mode, drawn.mode, drawn.x) == ("lines", "markers", (0.7,))
    assert figure.layout.yaxis.range == (0, 1.02)
    assert figure.layout.annotations[0].text == "guess: 0.25"


def test_variety_is_across_and_the_towns_own_is_a_line(rows, asked):
    truth = answer_logits(tiny_model(), tiny_tokenizer(), asked)
    figure = exchange_chart(rows, {"one": {"k": {"top_k": 2}}}, truth, town=0.5)
    (curve,) = figure.data
    assert curve.x == pytest.approx((rows[rows.setting == "k"].distinct_2.mean(),))
    assert curve.y == pytest.approx((truth.accuracy(top_k=2),))
    axes = (figure.layout.xaxis.title.text, figure.layout.yaxis.title.text)
    assert axes == ("distinct-2", "accuracy")
    (line,) = figure.layout.shapes
    assert (line.x0, line.x1) == (0.5, 0.5)


def test_training_steps_stand_on_a_logarithmic_axis_with_their_spread():
    runs = [
        {"read": [{"step": 10, "loops": {"greedy": a}}, {"step": 100, "loops": {"greedy": 0.0}}]}
        for a in (0.8, 1.0)
    ]
    figure = charts.loops_chart(runs, ["greedy"])
    (curve,) = figure.data
    assert list(curve.x) == [10, 100] and list(curve.y) == pytest.approx([0.9, 0.0])
    assert figure.layout.xaxis.type == "log" and list(figure.layout.xaxis.ticktext) == ["10", "100"]
    assert curve.error_y.array[0] == pytest.approx(0.1), "no share is above 1"
    assert math.isclose(curve.error_y.array[1], 0.0)


def test_a_draft_that_is_right_has_nothing_refused():
    figure = charts.draft_chart(["x", "y"], [0.25, 0.75], [0.25, 0.75])
    accepted, refused, instead = figure.data
    assert list(accepted.y) == [0.25, 0.75] and list(refused.y) == list(instead.y) == [0, 0]
    assert figure.layout.barmode == "stack" and list(accepted.x) == ["x", "y"]
    names = [each.name.split(":")[0] for each in figure.data]
    assert names == ["accepted", "refused", "drawn instead"]
    assert refused.marker.pattern.shape == "/", "not by colour alone"
