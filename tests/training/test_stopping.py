"""When a run stops: harm, Ctrl-C, nothing better any more; and what is refused at the start."""

import math
import os
import signal

import pytest
import torch
from tiny_runs import Counting, Tiny, loss, same

from workbook.training import FitConfig, Loss, fit

QUICK = FitConfig(steps=6, device="cpu", warmup=2)


def run(config=QUICK, model=None, batches=None, **options):
    model = Tiny() if model is None else model
    return fit(model, batches or Counting(), loss, config, progress=False, **options)


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


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_saves_and_says_how_to_go_on(tmp_path, number):
    def interrupt(record):
        if record["step"] == 3:
            os.kill(os.getpid(), number)

    before = signal.getsignal(number)
    with pytest.raises(KeyboardInterrupt, match="after step 4 of 6.*start the same run again"):
        run(out=tmp_path, on_step=interrupt)
    assert signal.getsignal(number) is before
    assert same(run(out=tmp_path).model, run().model)
    with pytest.raises(KeyboardInterrupt, match="nothing is saved"):
        run(on_step=interrupt)


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


@pytest.mark.parametrize(
    "setting, sentence",
    [
        ({"steps": 0}, "steps is a whole number of at least 1, not 0"),
        ({"steps": 2.5}, "steps is a whole number"),
        ({"optimiser": "sgd"}, "optimiser is one of adamw, muon, not 'sgd'"),
        ({"schedule": "linear"}, "schedule is one of wsd, cosine, constant"),
        ({"learning_rate": math.nan}, "learning_rate is a number of at least 0"),
        ({"decay_fraction": 1.5}, "decay_fraction is a share from 0 to 1"),
        ({"betas": (1.5, 0.9)}, r"betas are two numbers from 0 to below 1, not \(1.5, 0.9\)"),
        ({"betas": (0.9,)}, "betas are two numbers"),
        ({"patience": 3}, "set evaluate_every as well"),
        ({"seed": -1}, "a seed is a whole number"),
    ],
)
def test_a_wrong_setting_is_one_sentence(setting, sentence):
    with pytest.raises(ValueError, match=sentence):
        FitConfig(**setting)


def test_several_processes_must_share_the_batches_evenly(monkeypatch):
    monkeypatch.setenv("WORLD_SIZE", "2")
    with pytest.raises(
        ValueError, match="grad_accumulation=3 .* by 2 processes: make it a multiple of 2"
    ):
        run(QUICK.replace(grad_accumulation=3))


def test_float16_is_refused_for_shards(monkeypatch):
    monkeypatch.setenv("WORLD_SIZE", "2")
    config = QUICK.replace(grad_accumulation=2, parallel="fsdp", precision="float16")
    with pytest.raises(ValueError, match="float16 needs parallel=ddp"):
        run(config)
