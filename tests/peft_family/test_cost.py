"""Costs against the optimiser's own tensors, and medians of a clock that the test winds."""

import pytest
import torch
from tiny_family import texts, tiny
from torch import nn

from workbook.peft_family import cost as costs
from workbook.peft_family.cost import answer_cost, train_cost
from workbook.peft_family.methods import attach
from workbook.training.losses import Loss, causal_loss


@pytest.mark.parametrize("method", ["chosen", "prompt", "ia3", "bottleneck", "prefix"])
def test_only_trained_weights_have_moments_and_gradients(method, monkeypatch):
    monkeypatch.setattr("gc.collect", lambda: 0)  # slow, and before each timing
    model = tiny("llama")
    attachment = attach(model, method)
    ids, _ = texts()
    before = {name: weight.detach().clone() for name, weight in attachment.weights.items()}
    cost = train_cost(model, {"ids": ids, "labels": ids}, causal_loss, steps=2)
    assert cost.trained == attachment.trained
    assert cost.optimiser_bytes == 8 * cost.trained and cost.gradient_bytes == 4 * cost.trained
    assert cost.optimiser_bytes + cost.gradient_bytes == attachment.training_bytes
    assert cost.step_seconds > 0 and answer_cost(model, ids, 1) > 0
    assert all(torch.equal(before[name], w) for name, w in attachment.weights.items())
    assert all(weight.grad is None for weight in attachment.weights.values())


def test_a_frozen_bias_has_neither(monkeypatch):
    monkeypatch.setattr("gc.collect", lambda: 0)
    layer = nn.Linear(3, 2)
    layer.bias.requires_grad_(False)

    def loss(model, batch):
        return Loss(model(batch["x"]).square().sum(), 4)

    cost = train_cost(layer, {"x": torch.ones(4, 3)}, loss, steps=1)
    assert cost[:3] == (6, 2 * 6 * 4, 6 * 4)


def test_a_time_is_the_median_without_the_call_that_warms_up(monkeypatch):
    took = iter([100.0, 5.0, 1.0, 2.0] * 2)

    def seconds(function):
        function()
        return next(took)

    monkeypatch.setattr(costs, "seconds", seconds)
    model, (ids, _) = tiny("llama"), texts()
    assert answer_cost(model, ids, 3) == 2.0
    batch = {"ids": ids, "labels": ids}
    assert train_cost(model, batch, causal_loss, steps=3).step_seconds == 2.0
    assert list(took) == []


class Moved(dict):
    """A batch that says where it was moved to."""

    def to(self, device, **_):
        self.clear()
        self |= {name: torch.zeros(2, 3, dtype=torch.long) for name in ("ids", "labels")}
        self["device"] = device
        return self


def test_a_batch_goes_to_where_the_model_is(monkeypatch):
    """Guards a lesson on a GPU, whose batches are made on the CPU."""
    monkeypatch.setattr("gc.collect", lambda: 0)
    batch = Moved()
    train_cost(tiny("llama"), batch, causal_loss, steps=1)
    assert batch["device"] == torch.device("cpu")
