"""The exercises of lesson 06, with checks, hints and reference answers.

Reading on is reading the answers. How an exercise is asked and judged is explained in
`workbook.core.exercises.exercise`.
"""

from __future__ import annotations

import torch

from workbook.core.exercises.exercise import Exercise, like, untouched
from workbook.core.runs.seeding import generator
from workbook.scaling_laws.idea import shares


def _weights(seed: int, power: float = 2.0) -> tuple:
    return torch.rand(4, generator=generator(seed)) + 0.1, power


_ALL = (
    Exercise(
        id="scaling_laws.shares",
        title="Shares of powers",
        points=1,
        difficulty=1,
        minutes=5,
        checks=(
            like("shares of squares", "the shares", shares, _weights),
            like("power 1 keeps the proportions", "the shares", shares,
                 lambda seed: _weights(seed, 1.0)),
            like("power 0 makes all shares equal", "the shares", shares,
                 lambda seed: _weights(seed, 0.0)),
            untouched(_weights),
        ),
        hints=(
            "Raise first, divide afterwards.",
            "Shares add up to 1: divide by the sum.",
            "powers = weights**power; return powers / powers.sum()",
        ),
        reference=shares,
    ),
)  # fmt: skip

EXERCISES = {each.id: each for each in _ALL}
