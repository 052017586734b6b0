"""Seeds give the same numbers again, and a private generator disturbs nobody."""

from __future__ import annotations

import random

import numpy as np
import pytest
import torch

from workbook.core.runs import seeding


def draw():
    return random.random(), float(np.random.rand()), torch.rand(2).tolist()


def test_the_same_seed_gives_the_same_numbers_from_all_three_sources():
    seeding.seed_everything(7)
    first = draw()
    seeding.seed_everything(7)
    assert draw() == first
    seeding.seed_everything(8)
    assert all(ours != other for ours, other in zip(draw(), first, strict=True))


def test_a_generator_equals_torchs_own_and_leaves_the_global_state_alone():
    expected = torch.Generator().manual_seed(3)
    state = torch.get_rng_state()
    drawn = torch.rand(5, generator=seeding.generator(3))
    assert torch.equal(drawn, torch.rand(5, generator=expected))
    assert torch.equal(state, torch.get_rng_state())


@pytest.mark.parametrize("seed", [-1, 2**32, 1.5, "3", True, None])
def test_what_is_no_seed_is_refused(seed):
    with pytest.raises(ValueError, match="a seed is a whole number from 0 to 4294967295"):
        seeding.seed_everything(seed)
    with pytest.raises(ValueError, match="a seed is a whole number"):
        seeding.generator(seed)


@pytest.mark.parametrize("seed", [0, 2**32 - 1, np.int64(12)])
def test_the_whole_range_and_numpy_integers_are_seeds(seed):
    seeding.seed_everything(seed)
    assert seeding.checked(seed) == int(seed) and type(seeding.checked(seed)) is int
