"""The lesson's runs: each on a tiny model, the rates they use, and what is recorded of them."""

import json

import pytest
import torch
from tiny_tuning import tiny_model, tokenizer

from workbook.core.hub import assets
from workbook.core.runs.experiment import Job
from workbook.finetuning.data import NEW
from workbook.peft_family import charts, experiment


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
    assert rows[1]["loss"] < rows[0]["loss"]
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
    assert experiment.best_rate("last layer", tried) == 3e-3
    assert all(isinstance(one, Job) for one in experiment.rate_jobs((0,)))
    names = [one.name for one in experiment.rate_jobs((0,))]
    assert len(set(names)) == len(names) == sum(len(v.rates) for v in experiment.VARIANTS.values())


def test_a_best_rate_is_claimed_only_of_rates_that_were_compared(monkeypatch):
    """Guards against "the best of the rates tried" above runs at a rate that nobody compared."""
    used = [{"variant": name, "rate": each.rates[1]} for name, each in experiment.VARIANTS.items()]
    records = {"methods": used, "rates": []}
    monkeypatch.setattr(experiment, "_so_far", records.__getitem__)
    assert "not compared yet" in experiment.rate_choice()
    tried = [
        {"variant": name, "rate": rate, "loss": abs(rate - each.rates[1])}
        for name, each in experiment.VARIANTS.items()
        for rate in each.rates
    ]
    assert "the best of the learning rates" in experiment.rate_choice(tried)
    assert "not compared yet" in experiment.rate_choice(tried[1:])
    used[0]["rate"] = experiment.VARIANTS[used[0]["variant"]].rates[0]
    assert "not compared yet" in experiment.rate_choice(tried)


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
