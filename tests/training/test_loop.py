"""A run at work: what a step computes and records, and when it stops: harm, nothing better."""

import math

import pytest
import torch
from tiny_runs import QUICK, Counting, Tiny, judge, loss, run, same
from torch import nn

from workbook.training import FitConfig, Loss, fit
from workbook.training.devices import Dist
from workbook.training.loop import Loop


class Merged:
    """Three batches of `Counting` as one: the big batch that accumulation must equal."""

    def batch(self, number):
        parts = [Counting().batch(3 * number + i) for i in range(3)]
        return {name: torch.cat([part[name] for part in parts]) for name in parts[0]}


@pytest.mark.parametrize("optimiser", ["adamw", "muon"])
def test_accumulation_equals_the_big_batch_also_with_unequal_counts(optimiser):
    """The mean of means would weigh a batch of few tokens like one of many."""
    config = QUICK.replace(optimiser=optimiser)
    parts, whole = Tiny(dropout=0.0).double(), Tiny(dropout=0.0).double()
    in_parts = run(config.replace(grad_accumulation=3), parts)
    at_once = run(config, whole, Merged())
    near = 1e-12 if optimiser == "adamw" else 1e-9
    assert in_parts.losses == pytest.approx(at_once.losses, rel=near)
    for one, two in zip(parts.parameters(), whole.parameters(), strict=True):
        assert torch.allclose(one, two, rtol=near, atol=near)
    norms = [[r["gradient_norm"] for r in done.records] for done in (in_parts, at_once)]
    assert norms[0] == pytest.approx(norms[1], rel=near)


def test_a_step_is_the_one_pytorch_would_do_by_hand():
    """AdamW on the mean loss, clipped, at the schedule's rate: three steps in plain torch."""
    config = QUICK.replace(steps=3, max_grad_norm=0.5, schedule="cosine", learning_rate=1e-2)
    ours, theirs = Tiny(dropout=0.0), Tiny(dropout=0.0)
    done = run(config, ours)
    vectors = [p for p in theirs.parameters() if p.ndim < 2]
    matrices = [p for p in theirs.parameters() if p.ndim >= 2]
    groups = [{"params": matrices}, {"params": vectors, "weight_decay": 0.0}]
    adamw = torch.optim.AdamW(groups, lr=1e-2, betas=(0.9, 0.95), weight_decay=0.01)
    for step in range(3):
        for group in adamw.param_groups:
            group["lr"] = done.records[step]["learning_rate"]
        found = loss(theirs, Counting().batch(step))
        (found.total / found.tokens).backward()
        norm = nn.utils.clip_grad_norm_(theirs.parameters(), 0.5)
        assert done.records[step]["gradient_norm"] == pytest.approx(float(norm), rel=1e-5)
        adamw.step()
        adamw.zero_grad()
    assert done.records[0]["gradient_norm"] > 0.5  # so that clipping mattered
    for one, two in zip(ours.parameters(), theirs.parameters(), strict=True):
        assert torch.allclose(one, two, atol=1e-6)


def test_the_loss_of_a_record_is_the_mean_over_tokens():
    done = run(QUICK.replace(steps=1, grad_accumulation=3), Tiny(dropout=0.0))
    found = [loss(Tiny(dropout=0.0), Counting().batch(i)) for i in range(3)]
    assert len({one.tokens for one in found}) == 3
    mean = sum(one.total.item() for one in found) / sum(one.tokens for one in found)
    assert done.losses == [pytest.approx(mean, rel=1e-6)]


def test_log_every_thins_the_records_but_keeps_the_last():
    done = run(QUICK.replace(steps=7, log_every=3))
    assert [r["step"] for r in done.records] == [3, 6, 7]


def test_an_evaluation_changes_nothing_though_it_draws_numbers():
    judged = run(QUICK.replace(evaluate_every=2), evaluate=judge)
    assert same(judged.model, run().model)


def broken_at(step, value):
    def broken(model, batch):
        found = loss(model, batch)
        broken.calls += 1
        return found._replace(total=found.total * value) if broken.calls == step + 1 else found

    broken.calls = 0
    return broken


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_loss_that_is_no_number_stops_before_the_weights_move(tmp_path, value):
    with pytest.raises(ValueError) as stopped:
        fit(Tiny(), Counting(), broken_at(4, value), QUICK, out=tmp_path, progress=False)
    told = str(stopped.value)
    assert "step 4 (batch 4): the loss is " in told and "learning rate 0.001" in told
    assert str(tmp_path / "checkpoints" / "step-00000004") in told
    healed = run(out=tmp_path)  # the dropout of step 4 was drawn already, so only nearly the same
    assert all(math.isfinite(x) for x in healed.losses) and healed.step == 6


def test_a_gradient_that_is_no_number_stops_too():
    model = Tiny()
    hook = model.norm.weight.register_hook(lambda gradient: gradient * math.nan)
    before = [p.clone() for p in model.parameters()]
    with pytest.raises(ValueError, match="step 0 .*the gradient's length is nan.*in the model"):
        run(model=model)
    hook.remove()
    assert all(torch.equal(a, b) for a, b in zip(before, model.parameters(), strict=True))
    assert all(p.grad is None for p in model.parameters())


def test_it_stops_early_when_nothing_gets_better(tmp_path):
    told = iter([3.0, 2.0, 2.5, 2.0, 1.0])
    config = QUICK.replace(steps=50, evaluate_every=2, patience=2, restore_best=True)
    kept = {}

    def evaluate(model):
        value = next(told)
        kept[value] = [p.clone() for p in model.parameters()]
        return {"loss": value, "other": 7.0}

    done = run(config, out=tmp_path, evaluate=evaluate)
    assert done.step == 8 and done.best == {"step": 4, "loss": 2.0}
    assert done.records[-1]["evaluation_other"] == 7.0
    assert len(kept) == 3 and done.losses[-1] > 0
    again = run(config, out=tmp_path, evaluate=evaluate)  # it has ended: nothing is evaluated
    assert again.step == 8 and same(again.model, done.model)


def test_the_best_weights_come_back():
    told = iter([2.0, 1.0, 3.0])
    kept = []

    def evaluate(model):
        kept.append([p.clone() for p in model.parameters()])
        return next(told)

    done = run(QUICK.replace(evaluate_every=2, restore_best=True), evaluate=evaluate)
    assert all(torch.equal(a, b) for a, b in zip(done.model.parameters(), kept[1], strict=True))
    assert not all(torch.equal(a, b) for a, b in zip(kept[1], kept[2], strict=True))


def test_a_loss_of_another_form_is_explained():
    with pytest.raises(ValueError, match=r"must return Loss\(total, tokens\).*not Tensor"):
        fit(Tiny(), Counting(), lambda m, b: loss(m, b).total, QUICK, progress=False)
    nothing = lambda m, b: Loss(loss(m, b).total * 0, 0)  # noqa: E731
    with pytest.raises(ValueError, match="step 0 .*no token carries loss"):
        fit(Tiny(), Counting(), nothing, QUICK, progress=False)


def loop(**settings):
    """A loop of 7 steps that has made none."""
    config = FitConfig(**{"steps": 7, "device": "cpu"} | settings)
    return Loop(Tiny(), Counting(), loss, config, Dist(torch.device("cpu")), None)


def test_it_is_time_at_each_multiple_and_at_the_end():
    found = loop()
    due = {}
    for every in (0, 1, 3, 9):
        due[every] = []
        for found.step in range(1, 8):
            due[every] += [found.step] * found.is_time_for(every)
    assert due == {0: [7], 1: [1, 2, 3, 4, 5, 6, 7], 3: [3, 6, 7], 9: [7]}
    found.step, found.over = 2, True
    assert found.is_time_for(0), "a run that is over is at its end"


def test_patience_is_counted_in_evaluations_since_the_best():
    found = loop(patience=2, evaluate_every=3)
    found.best = {"step": 6, "loss": 1.0}
    out = []
    for found.step in (9, 11, 12, 13):
        out.append(found.out_of_patience())
    assert out == [False, False, True, True]
    found.best, found.step = None, 6
    assert found.out_of_patience(), "nothing was a number so far: the wait began at the start"
    never = loop(evaluate_every=3)
    never.step = 10**6
    assert not never.out_of_patience()
