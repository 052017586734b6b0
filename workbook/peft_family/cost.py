"""What a method costs while it trains and while it answers, measured on this machine.

`train_cost` makes a few AdamW steps and looks at the optimiser's own tensors and the clock;
`answer_cost` times a forward pass over a prompt, where soft prompts read more places and merged
methods none. All numbers are medians. Left out: activations, which every method that trains weights
near the input must keep almost as full tuning does (lesson 05 counts them). Lesson 11.

Shapes: B batch, T time.
"""
# ruff: noqa: F722 - the strings in the annotations are shapes

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import torch
from jaxtyping import Int
from torch import Tensor, nn

from workbook.core.runs.bench import seconds
from workbook.training.batches import to_device
from workbook.training.losses import Loss
from workbook.training.optimisers import build_adamw


class TrainCost(NamedTuple):
    """Of one method on one model."""

    trained: int  # weights
    optimiser_bytes: int  # AdamW's tensors after a step
    gradient_bytes: int
    step_seconds: float


def train_cost(
    model: nn.Module,
    batch: Mapping[str, Any],
    loss: Callable[[nn.Module, Mapping[str, Any]], Loss],
    steps: int = 5,
) -> TrainCost:
    """Return what training steps cost. The trained weights are put back to where they were."""
    trained = [p for p in model.parameters() if p.requires_grad]
    before = [p.detach().clone() for p in trained]
    (optimiser,) = build_adamw(model, 1e-4)
    batch = to_device(batch, next(model.parameters()).device)

    def step() -> None:
        optimiser.zero_grad()
        found = loss(model, batch)
        (found.total / found.tokens).backward()
        optimiser.step()

    took = [seconds(step) for _ in range(steps + 1)]  # the first warms up
    moments = [t for state in optimiser.state.values() for t in state.values()]
    gradients = sum(p.grad.nbytes for p in trained if p.grad is not None)
    with torch.no_grad():
        for parameter, old in zip(trained, before, strict=True):
            parameter.copy_(old)
            parameter.grad = None
    kept = sum(t.nbytes for t in moments if t.numel() > 1)  # the rest count steps
    count = sum(p.numel() for p in trained)
    return TrainCost(count, kept, gradients, statistics.median(took[1:]))


@torch.inference_mode()
def answer_cost(model: nn.Module, ids: Int[Tensor, "B T"], repeats: int = 7) -> float:
    """Return the seconds of a forward pass over ids `B T`."""
    ids = ids.to(next(model.parameters()).device)
    took = [seconds(lambda: model(ids, use_cache=False)) for _ in range(repeats + 1)]
    return statistics.median(took[1:])
