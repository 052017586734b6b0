"""Seeds: the same numbers again tomorrow.

`seed_everything` fixes the global sources (Python, NumPy, torch); `generator` makes a private one
for code that must not disturb them. It does not switch torch to deterministic kernels: on a GPU,
sums may still differ in the last bits. Lesson 03 shows what a seed does and does not promise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

LARGEST_SEED = 2**32 - 1  # NumPy's global generator takes 32 bits


def seed_everything(seed: int) -> None:
    """Seed `random`, `numpy.random` and torch (the CPU and every GPU) with one number."""
    import random

    import numpy as np
    import torch

    seed = checked(seed)
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)


def generator(seed: int, device: str = "cpu") -> torch.Generator:
    """A torch generator of its own, seeded; drawing from it leaves the global state alone."""
    import torch

    return torch.Generator(device=device).manual_seed(checked(seed))


def checked(seed: int) -> int:
    """The seed as a plain int; ValueError when it is not a whole number from 0 to 2^32 - 1."""
    import operator

    try:
        number = operator.index(seed)
    except TypeError:
        number = -1
    if isinstance(seed, bool) or not 0 <= number <= LARGEST_SEED:
        raise ValueError(f"a seed is a whole number from 0 to {LARGEST_SEED}, not {seed!r}.")
    return number
