"""The four tasks as figures and as a table: means with intervals, marks, and what is yours."""

import pytest

from workbook.core.runs.intervals import Interval
from workbook.pretraining import task_charts


def run(objective, seed, filled, rewriting, steps=30):
    return {
        "objective": objective, "length": "short", "steps": steps, "seed": seed, "filled": filled,
        "rewriting": rewriting, "marks": [0, 30], "held_out": [7.0, filled],
    }  # fmt: skip


RUNS = [run("causal", seed, (seed + 2) / 10, 2.0 + seed) for seed in range(3)] + [
    run("masked", 0, 0.1, None)
]


TASKS = {"filled": "words filled in", "rewriting": "loss on the polite version"}


def test_task_table_has_means_intervals_and_reasons():
    marks = {"baseline": {"filled": 0.0}, "untrained": {"filled": Interval(0.2, 0.1, 0.3)}}
    table = task_charts.task_table(RUNS, {"causal": {"filled": 0.25}}, marks, TASKS)
    assert list(table.index) == ["masked, 30 steps, 1 seeds", "causal, 30 steps, 3 seeds",
                                 "causal, yours", "baseline", "untrained"]  # fmt: skip
    words = table["words filled in"]
    assert words["causal, 30 steps, 3 seeds"].startswith("0.3 [") and words["baseline"] == "0"
    assert words["causal, yours"] == "0.25" and words["untrained"] == "0.2 [0.1, 0.3]"
    assert table.loc["masked, 30 steps, 1 seeds", "loss on the polite version"] == "cannot"
    assert table.loc["causal, yours", "loss on the polite version"] == ""


def test_task_chart_has_a_dot_a_row_and_lines_for_the_marks():
    """A panel for each task; what cannot be done has no dot, and yours is an open mark."""
    figure = task_charts.task_chart(
        RUNS, {"causal": {"filled": 0.25}}, {"baseline": {"filled": 0.05}}, TASKS, "share"
    )
    dots = {(dot.name, dot.xaxis): dot for dot in figure.data}
    causal = dots["causal, 30 steps", "x"]
    assert causal.x == pytest.approx((0.3,)) and causal.error_x.array[0] > 0.1
    yours = dots["yours", "x"]
    assert yours.x == (0.25,) and yours.y == causal.y and yours.marker.symbol == "square-open"
    assert ("causal, 30 steps", "x2") in dots and ("masked, 30 steps", "x2") not in dots
    assert dots["baseline", "x"].x == (0.05, 0.05) and ("baseline", "x2") not in dots
    titles = [each.text.replace("<br>", " ") for each in figure.layout.annotations]
    assert titles == list(TASKS.values())


def test_differences_are_of_runs_with_one_seed():
    """Seeds differ by 1 each, the pairs always by 0.5: only pairing sees it."""
    spans = [run("spans", seed, 0.0, 1.5 + seed) for seed in (2, 0, 1)]
    found = task_charts.paired_difference(RUNS + spans, "rewriting", "causal", "spans")["short"]
    assert found == pytest.approx((0.5, 0.5, 0.5))


def test_runs_are_grouped_by_objective_and_the_short_ones_come_first():
    runs = [run("spans", 0, 0.1, 1.0), run("causal", 0, 0.1, 1.0, 4000), run("causal", 1, 0.2, 1.0),
            run("masked", 0, 0.1, None), run("causal", 2, 0.3, 1.0)]  # fmt: skip
    found = task_charts.groups(runs)
    assert list(found) == ["masked, 30 steps", "causal, 30 steps", "causal, 4,000 steps",
                           "spans, 30 steps"]  # fmt: skip
    assert [each["seed"] for each in found["causal, 30 steps"]] == [1, 2]


def test_yours_stands_beside_the_short_runs_of_its_objective():
    runs = [run("causal", 0, 0.1, 1.0), run("causal", 0, 0.2, 1.0, 90)]
    figure = task_charts.task_chart(runs, {"causal": {"filled": 0.3}}, {}, TASKS, "share right")
    (yours,) = (trace for trace in figure.data if trace.name == "yours")
    assert yours.y == ("causal, 30 steps",)


def test_shares_have_one_scale_and_nats_each_their_own_from_zero():
    share, nats = (task_charts.task_chart(RUNS, {}, {}, TASKS, unit).layout for unit in
                   ("share right", "nats a token"))  # fmt: skip
    assert share.xaxis2.matches == "x" and share.xaxis.title.text == "share right"
    assert nats.xaxis2.matches is None and nats.xaxis.rangemode == "tozero"
    assert list(nats.yaxis.categoryarray) == ["causal, 30 steps", "masked, 30 steps"]
