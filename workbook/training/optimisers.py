"""Optimisers and learning-rate schedule: Muon for the hidden matrices, AdamW for the rest.

Muon (Jordan et al., 2024) makes each update of a matrix nearly orthogonal; embeddings, the output
layer and vectors stay with AdamW (Loshchilov and Hutter, 2019). The schedule is warm-up, stable,
decay, so that a run can be prolonged: only its last fifth depends on when it ends.
"""

import math

import torch
from torch import nn


def build_optimisers(
    model: nn.Module, muon_lr: float = 0.02, adamw_lr: float = 4e-3, weight_decay: float = 0.01
) -> list[torch.optim.Optimizer]:
    """Muon for every matrix inside the layers, fused AdamW for everything else."""
    rest, hidden = [], []
    for name, parameter in model.named_parameters():
        outer = "embed" in name or "lm_head" in name
        (rest if outer or parameter.ndim != 2 else hidden).append(parameter)
    muon = torch.optim.Muon(hidden, lr=muon_lr, momentum=0.95, weight_decay=weight_decay)
    adamw = torch.optim.AdamW(
        rest, lr=adamw_lr, betas=(0.9, 0.95), weight_decay=weight_decay, fused=True
    )
    for optimiser in (muon, adamw):
        for group in optimiser.param_groups:
            group["peak_lr"] = group["lr"]
    return [muon, adamw]


def warmup_stable_decay(
    step: int, steps: int, warmup: int = 100, decay: float = 0.2, floor: float = 0.02
) -> float:
    """Factor on the peak learning rate at `step` of `steps`: rise, hold, then fall linearly.

    `decay` is the share of the run at the end that falls, `floor` the factor it ends with.
    """
    if steps < 1 or not 0.0 <= decay <= 1.0:
        raise ValueError(f"need steps >= 1 and decay between 0 and 1, not {steps} and {decay}")
    rise = min(1.0, (step + 1) / max(1, warmup))
    left = (steps - step) / max(1, math.ceil(steps * decay))
    return min(rise, max(floor, min(1.0, left)))


def set_learning_rate(optimisers: list[torch.optim.Optimizer], factor: float) -> None:
    """Give every group `factor` times its peak learning rate."""
    for optimiser in optimisers:
        for group in optimiser.param_groups:
            group["lr"] = group["peak_lr"] * factor
