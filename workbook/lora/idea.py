"""LoRA: what this file computes, in one line.

Replace it by the lesson's own idea, and name the file after it. What stands here is a working
example: powers of weights. Left out: say what is. Lesson 10 explains it.

Shapes: N weights.
"""

from __future__ import annotations

from torch import Tensor


def shares(weights: Tensor, power: float) -> Tensor:
    """Return weights raised to a power, as shares that add up to 1.

    Args:
        weights: `N`, positive.
        power: 1 keeps the proportions, 0 makes all shares equal.
    """
    powers = weights**power
    return powers / powers.sum()
