"""Learning-rate schedules: the factor on the peak rate, as a function of the step.

Warm-up-stable-decay (Hu et al., 2024) holds its peak, so that a run can be prolonged and only its
end depends on when it ends; the cosine (Loshchilov and Hutter, 2017) must know its end from the
start. All rise linearly first. Lesson 02 trains with the first, lesson 06 needs the second.
"""

import math

from workbook.training.config import FitConfig


def factor(step: int, config: FitConfig) -> float:
    """The factor on the peak learning rate at a step (0, 1, ...) of a run."""
    if config.schedule == "wsd":
        return warmup_stable_decay(
            step, config.steps, config.warmup, config.decay_fraction, config.min_lr_ratio
        )
    if config.schedule == "cosine":
        return cosine(step, config.steps, config.warmup, config.min_lr_ratio)
    return _rise(step, config.warmup)


def warmup_stable_decay(
    step: int,
    steps: int,
    warmup: int = 100,
    decay_fraction: float = 0.2,
    min_lr_ratio: float = 0.02,
) -> float:
    """Rise, hold, then fall linearly toward 0, but not below `min_lr_ratio`.

    `decay_fraction` is the share of the run at the end that falls. Of its n steps the last has the
    factor 1/n, or `min_lr_ratio` where that is more; a high ratio is reached early and held.
    """
    if steps < 1 or not 0.0 <= decay_fraction <= 1.0:
        raise ValueError(
            f"need steps >= 1 and decay_fraction between 0 and 1, not {steps} and {decay_fraction}"
        )
    left = (steps - step) / max(1, math.ceil(steps * decay_fraction))
    return min(_rise(step, warmup), max(min_lr_ratio, min(1.0, left)))


def cosine(step: int, steps: int, warmup: int = 100, min_lr_ratio: float = 0.1) -> float:
    """Rise, then fall to `min_lr_ratio` at the last step along half a cosine."""
    if steps < 1:
        raise ValueError(f"need steps >= 1, not {steps}")
    if step < warmup:
        return _rise(step, warmup)
    share = min(1.0, (step - warmup) / max(1, steps - 1 - warmup))
    return min_lr_ratio + (1 - min_lr_ratio) * (1 + math.cos(math.pi * share)) / 2


def _rise(step: int, warmup: int) -> float:
    return min(1.0, (step + 1) / max(1, warmup))
