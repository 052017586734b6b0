"""The lesson's tables and figures, from runs as `experiment.py` writes them."""

import pytest
import torch
from family_runs import RUNS

from workbook.finetuning.data import NEW
from workbook.peft_family import charts
from workbook.peft_family.nearest import Neighbours


def size(weights, name, loss, seed=0):
    return {"rung": f"r{weights}", "variant": name, "weights": weights, "loss": loss, "seed": seed}


SIZES = [
    *(size(w, "before", 6.0) for w in (100, 1000)),
    size(100, "full", 1.0), size(100, "full", 2.0, 1), size(1000, "full", 0.5),
    size(100, "prompt, vocabulary", 4.0), size(1000, "prompt, vocabulary", 1.0),
]  # fmt: skip


def test_the_table_has_every_variant_in_order():
    table = charts.methods_table(RUNS)
    assert list(table.index) == ["before", "baseline", "full", "prompt, vocabulary"]
    assert table.loc["full", "trained weights"] == "1,000,000"
    assert table.loc["full", "new task"].startswith("0.80 [0.55, 1.00]")  # Student, cut to a share
    assert table.loc["full", "seeds"] == 3 and table.loc["before", "seeds"] == ""
    assert table.loc["prompt, vocabulary", "old tasks"].startswith("0.60 [")
    without = [{**RUNS[-1], "scores": {NEW: [0.5, 0.5]}}]
    assert charts.methods_table(without).loc["prompt, vocabulary", "old tasks"] == ""


def test_one_run_is_spread_over_its_cases_and_several_over_seeds():
    one = charts.skill(RUNS[-1:], "new task")
    assert one == pytest.approx((0.5, 0.4, 0.6))  # two cases: their mean, and either of them
    three = charts.skill(charts.by_variant(RUNS)["full"], "old tasks")  # 0.2, 0.4, 0.3
    half = 4.3027 * 0.1 / 3**0.5
    assert three == pytest.approx((0.3, 0.3 - half, 0.3 + half), abs=1e-4)


def test_quality_has_a_row_a_variant_by_trained_weights():
    """Guards against names on one another: three prompts have equally many weights."""
    figure = charts.quality_chart(RUNS)
    assert [trace.name for trace in figure.data] == ["full", "soft prompt"]
    assert figure.data[0].y == ("full: 1,000,000",) and figure.data[0].x == pytest.approx((0.8,))
    rows = ("prompt, vocabulary: 1,000", "full: 1,000,000")
    assert figure.layout.yaxis.categoryarray == rows
    assert {a.text for a in figure.layout.annotations} == {"before: 0.10", "baseline: 0.20"}
    assert figure.layout.xaxis.title.text == "new task: lines right"


def test_forgetting_shows_both_skills_of_every_row():
    figure = charts.forgetting_chart(RUNS)
    new, old = figure.data
    assert (new.name, old.name) == ("new task", "old tasks")
    assert new.y == old.y == ("prompt, vocabulary", "full", "before", "baseline")
    assert new.x[1] == pytest.approx(0.8) and old.x[1] == pytest.approx(0.3)


def test_a_run_that_was_not_asked_the_old_tasks_is_not_drawn_as_forgetting():
    without = {**RUNS[-1], "scores": {NEW: [0.5, 0.5]}}
    figure = charts.forgetting_chart([*RUNS[:2], without])
    assert figure.data[0].y == ("before", "baseline")
    assert (figure.data[0].x[0], figure.data[1].x[0]) == pytest.approx((0.1, 0.7))


def test_sizes_have_a_curve_each_and_the_gap_is_counted():
    curves = charts.size_curves(SIZES)
    assert curves["full"][100].mean == 1.5 and curves["full"][1000] == 0.5
    assert charts.gaps(SIZES) == {100: (6.0, 4.0, 1.5), 1000: (6.0, 1.0, 0.5)}
    assert charts.sizes_chart(SIZES).layout.xaxis.type == "log"
    assert charts.gaps(SIZES[:2]) == {}


def test_a_curve_of_sizes_falls_over_the_weights_of_the_base():
    figure = charts.sizes_chart(SIZES)
    curves = {trace.name: (list(trace.x), list(trace.y)) for trace in figure.data}
    assert curves["full"] == ([100, 1000], [1.5, 0.5])
    assert curves["prompt, vocabulary"] == ([100, 1000], [4.0, 1.0])
    assert figure.layout.yaxis.title.text == "held-out loss, nats a token"


def test_a_single_size_has_a_row_for_each_way():
    """Three marks above one another on a logarithmic axis of one value showed nothing."""
    (trace,) = charts.sizes_chart([run for run in SIZES if run["weights"] == 1000]).data
    found = dict(zip(trace.y, trace.x, strict=True))
    assert found == {"before": 6.0, "full": 0.5, "prompt, vocabulary": 1.0}


def test_neighbours_are_written_out():
    found = Neighbours(torch.tensor([[5, 6], [7, 8]]), torch.tensor([[0.9, 0.8], [0.2, 0.1]]))
    table = charts.neighbours_table(found, lambda i: f" t{i}", 0.4)
    assert table["nearest tokens"].tolist() == ["␣t5  ␣t6", "␣t7  ␣t8"]
    assert table["nearer than a random vector"].tolist() == ["yes", "no"]


def test_the_drawing_names_every_method():
    said = " ".join(a.text for a in charts.where_chart().layout.annotations)
    for name in ("prompt", "prefix", "bottleneck", "LoRA", "(IA)³ factors", "selective"):
        assert name in said


def test_cases_that_are_all_0_have_an_upper_end():
    """Guards against "0.00 [0.00, 0.00]" of a model that failed in the few cases it was asked."""
    nothing = [{**RUNS[-1], "scores": {**RUNS[-1]["scores"], NEW: [0.0] * 32}}]
    found = charts.skill(nothing, "new task")
    assert (found.mean, found.low) == (0, 0) and 0.05 < found.high < 0.15
