"""Optimisers: Muon for the hidden matrices, AdamW for the rest, or AdamW for all.

Muon (Jordan et al., 2024) makes each update of a matrix nearly orthogonal; embeddings, the output
layer and vectors stay with AdamW (Loshchilov and Hutter, 2019). Both are torch's own, AdamW in its
fused form; on a CPU, Muon computes in float32. Frozen parameters are left out. Schedules are in
`schedules.py`.

Shapes: O rows and I columns of a matrix.
"""
# ruff: noqa: F722 - the strings in the annotations are shapes

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, cast

import torch
from jaxtyping import Float
from torch import Tensor, nn

from workbook.training.config import FitConfig

OUTER = ("embed", "lm_head")  # words in the names of matrices at the model's two ends


def make_optimisers(model: nn.Module, config: FitConfig) -> list[torch.optim.Optimizer]:
    """The optimisers a config asks for, with their peak learning rates."""
    adamw = (config.learning_rate, config.weight_decay, config.betas)
    if config.optimiser == "muon":
        return build_optimisers(model, config.muon_learning_rate, *adamw)
    return build_adamw(model, *adamw)


def build_optimisers(
    model: nn.Module,
    muon_lr: float = 0.02,
    adamw_lr: float = 4e-3,
    weight_decay: float = 0.01,
    betas: tuple[float, float] = (0.9, 0.95),
) -> list[torch.optim.Optimizer]:
    """Muon for every trained matrix inside the layers, fused AdamW for everything else.

    Raises ValueError where torch is too old to have Muon.
    """
    tables = [m.weight for m in model.modules() if isinstance(m, nn.Embedding)]
    vocabulary = max((len(table) for table in tables), default=0)  # rows of the output layer, too
    rest: list[nn.Parameter] = []
    hidden: list[nn.Parameter] = []
    for name, parameter in _trained(model):
        outer = any(parameter is table for table in tables) or parameter.shape[:1] == (vocabulary,)
        outer = outer or any(word in name for word in OUTER)
        (rest if outer or parameter.ndim != 2 else hidden).append(parameter)
    made: list[torch.optim.Optimizer] = []
    if hidden and not hasattr(torch.optim, "Muon"):
        raise ValueError("Muon needs torch 2.9 or newer: update torch, or give optimiser=adamw.")
    if hidden:
        muon = _cpu_muon() if hidden[0].device.type == "cpu" else torch.optim.Muon
        made.append(muon(hidden, lr=muon_lr, momentum=0.95, weight_decay=weight_decay))
    if rest:
        made.append(_adamw(rest, adamw_lr, betas, weight_decay))
    return _with_peaks(made)


def build_adamw(
    model: nn.Module,
    lr: float,
    weight_decay: float = 0.01,
    betas: tuple[float, float] = (0.9, 0.95),
) -> list[torch.optim.Optimizer]:
    """Fused AdamW for all trained parameters; vectors are not decayed."""
    matrices = [p for _, p in _trained(model) if p.ndim >= 2]
    vectors = [p for _, p in _trained(model) if p.ndim < 2]
    groups: list[dict[str, Any]] = [
        {"params": matrices},
        {"params": vectors, "weight_decay": 0.0},
    ]
    return _with_peaks([_adamw([g for g in groups if g["params"]], lr, betas, weight_decay)])


def set_learning_rate(optimisers: list[torch.optim.Optimizer], factor: float) -> float:
    """Give every group `factor` times its peak learning rate; returns the last group's."""
    for optimiser in optimisers:
        for group in optimiser.param_groups:
            group["lr"] = group["peak_lr"] * factor
    return group["lr"]


def rates(optimisers: list[torch.optim.Optimizer]) -> dict[str, float]:
    """The learning rates of this step by the names of their settings; Muon's only where it is."""
    found = {"learning_rate": optimisers[-1].param_groups[-1]["lr"]}
    for optimiser in optimisers:
        if "momentum" in optimiser.defaults:  # torch 2.8 has no class Muon to ask for
            found["muon_learning_rate"] = optimiser.param_groups[-1]["lr"]
    return found


@cache
def _cpu_muon() -> Callable[..., torch.optim.Optimizer]:
    """Muon with float32 products: torch's rounds to bfloat16, 20 times slower on most CPUs."""

    class Muon(torch.optim.Muon):
        @torch.no_grad()
        def step(self, closure=None):
            with torch.enable_grad():
                loss = closure() if closure is not None else None
            for group in self.param_groups:
                for weight in group["params"]:
                    if weight.grad is not None:
                        self._move(weight, group)
            return loss

        def _move(self, weight: nn.Parameter, group: dict[str, Any]) -> None:
            state, beta, gradient = self.state[weight], group["momentum"], cast(Tensor, weight.grad)
            if not state:
                state["momentum_buffer"] = torch.zeros_like(gradient)
            momentum = state["momentum_buffer"].lerp_(gradient, 1 - beta)
            ahead = gradient.lerp(momentum, beta)  # Nesterov's momentum
            update = orthogonalize(ahead, group["ns_coefficients"], group["ns_steps"])
            rows, columns = weight.shape
            weight.mul_(1 - group["lr"] * group["weight_decay"])
            weight.add_(update, alpha=-group["lr"] * max(1, rows / columns) ** 0.5)

    return Muon


def orthogonalize(
    matrix: Float[Tensor, "O I"], coefficients: tuple[float, float, float], steps: int
) -> Float[Tensor, "O I"]:
    """Bring all singular values near 1 by Newton-Schulz iteration, in the matrix's own precision.

    matrix: `O I`; coefficients: of x, x^3 and x^5 (Jordan et al., 2024).
    """
    a, b, c = coefficients
    wide = matrix.T if len(matrix) > matrix.shape[1] else matrix
    wide = wide / wide.norm().clamp(min=1e-7)
    for _ in range(steps):
        gram = wide @ wide.T
        wide = torch.addmm(wide, torch.addmm(gram, gram, gram, beta=b, alpha=c), wide, beta=a)
    return wide.T if len(matrix) > matrix.shape[1] else wide


def _trained(model: nn.Module) -> list[tuple[str, nn.Parameter]]:
    found = [(name, p) for name, p in model.named_parameters() if p.requires_grad]
    if not found:
        raise ValueError("every parameter is frozen: let some have requires_grad before training.")
    return found


def _adamw(parameters, lr, betas, weight_decay) -> torch.optim.Optimizer:
    return torch.optim.AdamW(parameters, lr=lr, betas=betas, weight_decay=weight_decay, fused=True)


def _with_peaks(optimisers: list[torch.optim.Optimizer]) -> list[torch.optim.Optimizer]:
    for optimiser in optimisers:
        for group in optimiser.param_groups:
            group["peak_lr"] = group["lr"]
    return optimisers
