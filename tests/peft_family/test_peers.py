"""Equal to peft, number by number: logits, gradients and twenty steps."""

import logging

import pytest
import torch
from tiny_family import FAMILIES, C, L, logits, settings_of, shake, texts, tiny
from torch import nn

from workbook.peft_family.methods import attach
from workbook.peft_family.peers import peft_model, trained_gradients

WAYS = [("prompt", {"length": 4}), ("prefix", {"length": 3}),
        ("prefix", {"length": 3, "hidden": 7}), ("ia3", {}), ("chosen", None)]  # fmt: skip


def twins(family, method, settings):
    """Ours and peft's model with the same weights, both in eval mode."""
    settings = settings_of(family)["chosen"] if settings is None else settings
    attachment = attach(tiny(family), method, **settings)
    if method in ("ia3", "chosen"):
        shake(attachment)
    if (family, method) == ("t5", "prefix"):
        _give_both_layers_the_same(attachment)
    return attachment, peft_model(tiny(family), attachment).eval()


def _give_both_layers_the_same(attachment):
    """peft reads the same rows for both layers of this T5: see the test below."""
    prefix, half = attachment.model.prefix, 2 * C
    if prefix.network is None:
        prefix.rows.data[:, half:] = prefix.rows.data[:, :half]
    else:
        for parameter in prefix.network[2].parameters():
            parameter.data[half:] = parameter.data[:half]


@pytest.mark.parametrize(("method", "settings"), WAYS)
@pytest.mark.parametrize("family", FAMILIES)
def test_logits_and_gradients_are_pefts(family, method, settings):
    ours, theirs = twins(family, method, settings)
    ids, mask = texts()
    own = logits(ours.model, ids, mask)
    other = logits(theirs, ids, mask)[:, -own.shape[1] :]  # peft keeps the prompt's own places
    assert torch.allclose(own, other, atol=1e-5) and own.std() > 0.01
    own.square().mean().backward()
    other.square().mean().backward()
    if (family, method) == ("t5", "prefix"):
        return
    pairs = list(zip(trained_gradients(ours.model), trained_gradients(theirs), strict=True))
    assert all(torch.allclose(a, b, atol=1e-5) for a, b in pairs)
    assert sum(float(a.abs().sum()) for a, _ in pairs) > 1e-3


def test_peft_gives_every_layer_of_a_t5_the_first_rows():
    """Why the two differ there: half of peft's prefix is never read, and gets no gradient."""
    ours, theirs = twins("t5", "prefix", {"length": 3})
    ids, mask = texts()
    for model in (ours.model, theirs):
        logits(model, ids, mask).square().mean().backward()
    own = ours.model.prefix.rows.grad.view(3, L, 2 * C)
    other = theirs.prompt_encoder["default"].embedding.weight.grad.view(3, L, 2 * C)
    assert torch.allclose(own.sum(1), other[:, 0], atol=1e-6) and own[:, 1].abs().sum() > 0
    assert (other[:, 1] == 0).all()


@pytest.mark.parametrize(("method", "settings"), WAYS[:4])
def test_twenty_steps_are_pefts(method, settings):
    ours, theirs = twins("llama", method, settings)
    ids, mask = texts()
    losses = []
    for model in (ours.model, theirs):
        optimiser = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=1e-2)
        losses.append([])
        for _ in range(20):
            optimiser.zero_grad()
            loss = torch.nn.functional.cross_entropy(
                logits(model, ids, mask)[:, -9:-1].flatten(0, 1), ids[:, 1:].flatten()
            )
            loss.backward()
            optimiser.step()
            losses[-1].append(float(loss))
    assert losses[0] == pytest.approx(losses[1], rel=1e-4)
    assert losses[0][-1] < losses[0][0] - 0.1


def test_what_peft_lacks_is_one_sentence():
    attachment = attach(tiny("llama"), "bottleneck")
    with pytest.raises(ValueError, match="peft has no 'bottleneck'; it has prompt, prefix, ia3"):
        peft_model(tiny("llama"), attachment)


def test_logging_is_afterwards_as_it_was(monkeypatch):
    monkeypatch.setattr(logging.root.manager, "disable", 7)
    peft_model(tiny("llama"), attach(tiny("llama"), "prompt", length=2))
    assert logging.root.manager.disable == 7


def test_gradients_of_trained_weights_come_largest_first():
    """Of two that are as long, the one with the smaller sum; a frozen weight's is left out."""
    model = nn.Sequential(nn.Linear(2, 1), nn.Linear(3, 2), nn.Linear(1, 1))
    model[0].bias.requires_grad_(False)
    for parameter, value in zip(list(model.parameters())[:4], (2.0, 9.0, 1.0, -1.0), strict=True):
        parameter.grad = torch.full_like(parameter, value)
    found = [gradient.tolist() for gradient in trained_gradients(model)]
    assert found == [[1.0] * 6, [-1.0] * 2, [2.0] * 2]
