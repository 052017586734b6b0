"""Runs as `experiment.py` writes them, and what the lesson's tables and figures make of them."""

import json

import pytest
import torch
from family_runs import RUNS
from tiny_tuning import tiny_model, tokenizer

from workbook.core.hub import assets
from workbook.core.runs.experiment import Job
from workbook.finetuning.data import NEW
from workbook.peft_family import charts, experiment
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


def test_quality_and_forgetting_are_drawn_by_variant():
    figure = charts.quality_chart(RUNS)
    assert [trace.name for trace in figure.data] == ["full", "soft prompt"]
    assert figure.data[0].x == (10**6,) and figure.data[0].y == pytest.approx((0.8,))
    assert figure.layout.xaxis.type == "log"
    names = {trace.name: trace for trace in charts.forgetting_chart(RUNS).data}
    assert names.keys() == {"before", "baseline", "full", "prompt, vocabulary"}
    assert names["full"].y == pytest.approx((0.3,))


def test_sizes_have_a_curve_each_and_the_gap_is_counted():
    curves = charts.size_curves(SIZES)
    assert curves["full"][100].mean == 1.5 and curves["full"][1000] == 0.5
    assert charts.gaps(SIZES) == {100: (6.0, 4.0, 1.5), 1000: (6.0, 1.0, 0.5)}
    assert charts.sizes_chart(SIZES).layout.xaxis.type == "log"
    assert charts.gaps(SIZES[:2]) == {}


def test_neighbours_are_written_out():
    found = Neighbours(torch.tensor([[5, 6], [7, 8]]), torch.tensor([[0.9, 0.8], [0.2, 0.1]]))
    table = charts.neighbours_table(found, lambda i: f" t{i}", 0.4)
    assert table["nearest tokens"].tolist() == ["␣t5  ␣t6", "␣t7  ␣t8"]
    assert table["nearer than a random vector"].tolist() == ["yes", "no"]


def test_the_drawing_names_every_method():
    said = " ".join(a.text for a in charts.where_chart().layout.annotations)
    for name in ("prompt", "prefix", "bottleneck", "LoRA", "factors", "selective"):
        assert name in said


@pytest.mark.parametrize("name", experiment.VARIANTS)
def test_every_variant_learns_and_leaves_the_base_alone(name, monkeypatch):
    """Three steps on a tiny model: what is recorded of them, and the model afterwards."""
    model, words = tiny_model(), tokenizer()
    monkeypatch.setattr(experiment, "bundled", lambda _: (model, words))
    monkeypatch.setattr(experiment, "CASES", 2)
    monkeypatch.setattr(experiment, "HELD_OUT", 2)
    before = [p.detach().clone() for p in model.parameters()]
    row = experiment.run_variant(name, 1e-2, "validation", 0, steps=3, old=False)
    assert all(torch.equal(a, b) for a, b in zip(before, model.parameters(), strict=True))
    assert row["trained"] > 0 and row["kept_bytes"] > 0 and len(row["scores"][NEW]) == 2
    assert row["training_bytes"] == 12 * row["trained"]
    json.dumps(row)


def test_a_prompt_is_tuned_on_each_rung(monkeypatch):
    model, words = tiny_model(), tokenizer()
    monkeypatch.setattr(experiment, "bundled", lambda _: (model, words))
    monkeypatch.setattr(experiment, "CASES", 1)
    monkeypatch.setattr(experiment, "HELD_OUT", 2)
    rows = [experiment.run_size("tiny", name, 0, steps=12) for name in ("before", "full")]
    assert rows[1]["loss"] < rows[0]["loss"] - 0.1
    assert rows[0]["weights"] == sum(p.numel() for p in model.parameters())


def test_rungs_are_whatever_is_bundled(monkeypatch, tmp_path):
    assert experiment.LADDER in experiment.rungs()
    for name, size_ in (("town-instruct", 30), ("town-instruct-0.3m", 3), ("town-lm", 9)):
        (tmp_path / "models" / name).mkdir(parents=True)
        (tmp_path / "models" / name / "model.safetensors").write_bytes(b"x" * size_)
    monkeypatch.setattr(assets, "root", lambda: tmp_path)
    assert experiment.rungs() == ["town-instruct-0.3m", "town-instruct"]
    jobs = list(experiment.size_jobs((0, 1)))
    assert len(jobs) == 2 + 2 * 2 * len(experiment.SIZED)


def test_rates_are_chosen_on_validation_and_else_in_the_middle():
    tried = [
        {"variant": "LoRA", "rate": 1e-3, "loss": 0.5},
        {"variant": "LoRA", "rate": 3e-3, "loss": 0.4},
        {"variant": "full", "rate": 1e-3, "loss": 0.1},
    ]
    assert experiment.best_rate("LoRA", tried) == 3e-3
    assert experiment.best_rate("biases", tried) == 1e-2
    assert all(isinstance(one, Job) for one in experiment.rate_jobs((0,)))
    names = [one.name for one in experiment.rate_jobs((0,))]
    assert len(set(names)) == len(names) == sum(len(v.rates) for v in experiment.VARIANTS.values())


def test_without_a_record_a_few_variants_are_tuned_on_the_spot(monkeypatch, tmp_path):
    """Guards against cells of the lesson that show nothing where a record is missing."""
    model, words = tiny_model(), tokenizer()
    monkeypatch.setattr(experiment, "bundled", lambda _: (model, words))
    monkeypatch.setattr(experiment, "CASES", 1)
    monkeypatch.setattr(experiment, "HELD_OUT", 2)
    monkeypatch.setattr(experiment.EXPERIMENT, "path", lambda part: tmp_path / part)
    table = charts.methods_table(experiment.compared(steps=2))
    assert list(table.index) == ["before", "full", "bottleneck", "prompt, vocabulary"]
    assert len(charts.gaps(experiment.sized(steps=2))) == 1


@pytest.mark.parametrize("part", ["methods", "sizes"])
def test_what_is_recorded_is_what_the_lesson_reads(part):
    """Whatever has been recorded so far has the fields that figures and tables need."""
    if not experiment.EXPERIMENT.path(part).exists():
        return
    runs = experiment.recorded(part)
    if part == "methods":
        assert len(charts.methods_table(runs)) == len({run["variant"] for run in runs})
        for name, group in charts.by_variant(runs).items():
            if name not in experiment.ENDS:
                assert all(run["trained"] == group[0]["trained"] for run in group)
    else:
        assert {run["variant"] for run in runs} <= {"before", *experiment.SIZED}
