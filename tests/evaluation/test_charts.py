"""The figures of lesson 09: each draws its numbers, under its names, on its scale."""

import pytest
from made_results import made

from workbook.core.runs.intervals import Interval
from workbook.evaluation import charts, power, ratings, suite
from workbook.evaluation.calibration import reliability
from workbook.evaluation.ratings import Vote
from workbook.evaluation.rouge_metric import rouge_pair


def test_the_chart_shows_the_bins():
    found = reliability([0.9, 0.85, 0.15], [1, 0, 1])
    diagonal, curve = charts.reliability_chart({"model": found}).data
    assert list(diagonal.y) == [0, 1]
    assert curve.cliponaxis is False, "C8: the mark of the surest bin was cut off"
    assert list(curve.x) == pytest.approx([0.15, 0.875]) and list(curve.y) == [1.0, 0.5]


def test_a_bin_of_more_answers_has_a_larger_mark():
    found = reliability([0.9, 0.85, 0.15], [1, 0, 1])
    figure = charts.reliability_chart({"model": found, "other": found[:1]})
    assert [trace.name for trace in figure.data] == ["calibrated", "model", "other"]
    assert list(figure.data[1].marker.size) == pytest.approx([8, 6 + 2 * 2**0.5])
    assert list(figure.data[1].text) == ["1 answers", "2 answers"]
    titles = [axis.title.text for axis in (figure.layout.xaxis, figure.layout.yaxis)]
    assert titles == ["mean confidence", "accuracy"]


def test_bars_hold_the_numbers():
    results = [made(), made(task="summarise", confidence=None)]
    figure = charts.metric_bars({"one": results, "other": results})
    assert len(figure.data) == 2 * len(suite.METRICS)
    assert figure.data[0].x == (0.5,) and figure.data[0].text == "0.50"
    titles = [note.text for note in figure.layout.annotations]
    assert titles[0] == "accuracy" and "1 - bias" in titles
    lacking = charts.metric_bars({"one": results, "rule": [made(confidence=None)]})
    bars = {(bar.name, titles[i // 2]): bar.text for i, bar in enumerate(lacking.data)}
    assert bars["rule", "1 - calibration"] == "none", "B7: the radar had gaps"
    assert [bar.showlegend for bar in lacking.data].count(True) == 2
    numbers = charts.metric_table({"one": results})
    assert numbers.loc[0, "one"] == 0.5 and len(numbers) == 7


def test_where_less_is_better_the_panel_shows_1_less_it():
    rude = made(rude=[True] * 10 + [False] * 30)
    bars = charts.metric_bars({"one": [rude]}).data
    places = list(suite.METRICS)
    assert bars[places.index("toxicity")].x == (0.75,)
    assert bars[places.index("robustness")].x == (0.5,)
    names = [charts.axis_name(metric) for metric in suite.METRICS]
    assert names == [
        "accuracy", "1 - calibration", "robustness", "fairness", "1 - bias", "1 - toxicity",
        "efficiency",
    ]  # fmt: skip
    assert list(charts.metric_table({"one": [rude]})["metric"]) == names


def test_power_is_drawn_with_the_plan_and_the_number_that_is_needed():
    plan = power.plan(200, 5, 20)
    figure = charts.power_chart(plan)
    curve, mark = figure.data[0], figure.data[-1]
    assert curve.name == "difference 5%" and mark.name == "your plan"
    assert dict(zip(curve.x, curve.y, strict=True)) == dict(plan.curve)
    assert (mark.x, mark.y) == ((200,), (plan.power,))
    assert figure.layout.xaxis.type == "log" and figure.layout.yaxis.title.text == "power"
    assert f"{power.WANTED} takes {plan.needed:,}" in figure.layout.title.text


def test_ratings_stand_with_their_intervals_the_best_at_the_top():
    many = ratings.rate([Vote(*pair) for pair in ["ab", "ab", "ba", "bc", "cb", "ac"] * 30])
    figure = charts.ratings_chart(many)
    assert figure.data[0].x[0] == many["a"].mean and figure.data[0].y[0] == "a"
    assert figure.layout.yaxis.autorange == "reversed", "plotly starts at the bottom"
    figure = charts.ratings_chart({"a": Interval(1100, 1050, 1120), "b": Interval(900, 880, 910)})
    (marks,) = figure.data
    assert marks.x == (1100, 900) and marks.y == ("a", "b")
    assert marks.error_x.array == (20, 10) and marks.error_x.arrayminus == (50, 20)
    assert figure.layout.xaxis.title.text == "Elo rating"


def test_the_circles_of_precision_and_recall_overlap_and_their_sums_are_the_metrics():
    figure = charts.precision_recall_diagram()
    candidate, reference = figure.layout.shapes
    assert candidate.x0 < reference.x0 < candidate.x1 < reference.x1
    said = [note.text for note in figure.layout.annotations]
    found = rouge_pair("It is very cold outside", "It is cold outside")["rouge1"]
    assert (found.precision, found.recall) == (4 / 5, 4 / 4)
    assert "precision = hits / candidate = 4/5; recall = hits / reference = 4/4" in said
    assert {"candidate: 5 words", "reference: 4 words"} <= set(said)
