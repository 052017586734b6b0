"""Training in 16 bits: what breaks in fp16, and how loss scaling, master weights and bf16 mend it.

A small network learns a smooth function in a chosen format, with real 16-bit tensors. In fp16 a
gradient below 2^-25 becomes zero, and a step smaller than half the gap between two weights changes
nothing (Micikevicius et al. 2018). Left out: torch.amp, which does all this for a whole model.
Lesson 05 runs it live.

Shapes: B batch.
"""
# ruff: noqa: F722 - the strings in the annotations are shapes

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn

from workbook.core.runs.seeding import generator

BATCH, INPUTS, HIDDEN = 1024, 4, 32
RISE_AFTER = 100  # steps without overflow after which a dynamic loss scale is doubled


@dataclass(frozen=True)
class Precision:
    """How a run keeps its numbers."""

    dtype: torch.dtype = torch.float32  # of weights, activations and gradients in the two passes
    master: bool = True  # the weights that are updated are float32 copies
    scale: float = 1.0  # factor on the loss; the gradients are divided by it again
    dynamic: bool = False  # halve the scale when a gradient overflows, double it when all is well


@dataclass
class Course:
    """What a run did."""

    losses: list[float]
    zero_share: list[float]  # of the gradient's numbers that are exactly 0, at each step
    skipped: int  # steps left out because a gradient was not finite
    scale: float  # of the loss, at the end


def data(seed: int = 0) -> tuple[Float[Tensor, "B 4"], Float[Tensor, "B 1"]]:
    """Return inputs `B 4` and targets `B 1` of a smooth function, small as late gradients are."""
    x = torch.randn(BATCH, INPUTS, generator=generator(seed))
    return x, 2e-3 * torch.sin(x.sum(1, keepdim=True))


def train_in(
    how: Precision, steps: int = 150, learning_rate: float = 5e-3, seed: int = 0
) -> Course:
    """Return the course of a training with Adam.

    1. Cast the weights, run both passes in `how.dtype` on the loss times the scale.
    2. Divide the gradients by the scale in float32; leave the step out if one is not finite.
    3. Update the float32 weights, or the 16-bit ones where there is no master copy.
    """
    x, y = data(seed)
    weights = _weights(seed)
    kept = [w if how.master else w.to(how.dtype) for w in weights]
    optimiser = torch.optim.Adam([nn.Parameter(w.float()) for w in kept], lr=learning_rate)
    masters = optimiser.param_groups[0]["params"]
    scale, calm, course = how.scale, 0, Course([], [], 0, how.scale)
    for _ in range(steps):
        low = [m.detach().to(how.dtype).requires_grad_() for m in masters]  # 1
        loss = (_forward(low, x.to(how.dtype)).float() - y).square().mean()
        gradients = torch.autograd.grad(loss * scale, low)
        course.losses.append(loss.item())
        every = torch.cat([g.flatten() for g in gradients])
        course.zero_share.append((every == 0).float().mean().item())
        if not bool(every.isfinite().all()):  # 2
            course.skipped += 1
            scale, calm = (scale / 2 if how.dynamic else scale), 0
            continue
        for master, gradient in zip(masters, gradients, strict=True):  # 3
            master.grad = gradient.float() / scale
        optimiser.step()
        if not how.master:
            for master in masters:
                master.data = master.data.to(how.dtype).float()
        calm += 1
        if how.dynamic and calm % RISE_AFTER == 0:
            scale *= 2
    course.scale = scale
    return course


def _weights(seed: int) -> list[Tensor]:
    source = generator(seed + 1)
    first = torch.randn(HIDDEN, INPUTS, generator=source) / INPUTS**0.5
    second = torch.randn(HIDDEN, HIDDEN, generator=source) / HIDDEN**0.5
    last = 0.01 * torch.randn(1, HIDDEN, generator=source) / HIDDEN**0.5
    return [first, torch.zeros(HIDDEN), second, torch.zeros(HIDDEN), last]


def _forward(weights: list[Tensor], x: Tensor) -> Tensor:
    first, bias, second, other, last = weights
    hidden = torch.tanh(nn.functional.linear(x, first, bias))
    return nn.functional.linear(torch.tanh(nn.functional.linear(hidden, second, other)), last)


def gradient_shares(gradients: Float[Tensor, " ..."], scale: float = 1.0) -> dict[str, float]:
    """Return what becomes of gradients in fp16: shares lost to zero, subnormal, normal, too large.

    gradients: any shape, float32; zeros are left out. scale: of the loss.
    """
    sizes = (gradients.flatten().double().abs() * scale)[gradients.flatten() != 0]
    edges = {"lost (0)": (0.0, 2.0**-25), "subnormal": (2.0**-25, 2.0**-14),
             "normal": (2.0**-14, 65520.0), "too large": (65520.0, torch.inf)}  # fmt: skip
    return {
        name: ((sizes >= low) & (sizes < high)).double().mean().item()
        for name, (low, high) in edges.items()
    }
