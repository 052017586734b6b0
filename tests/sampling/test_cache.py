"""The key-value cache: what was written comes back, at its place, for the right row."""

from __future__ import annotations

import pytest
import torch

from workbook.sampling import KVCache, cache_bytes
from workbook.sampling.cache import FixedCache


def test_cache_bytes_are_those_of_the_cache():
    cache = KVCache(3, (2, 4, 10, 8), torch.zeros(0))
    total = sum(each.nbytes for each in (*cache.keys, *cache.values))
    assert cache_bytes(layers=3, heads=4, head_size=8, tokens=2 * 10) == total


def test_the_cache_returns_what_was_put():
    keys, values = torch.randn(2, 1, 2, 3, 6, 4).unbind(0)
    for kind in (KVCache, FixedCache):
        cache = kind(1, (2, 3, 6, 4), keys)
        for at in range(6):
            k, v = cache.update(0, keys[0, :, :, at : at + 1], values[0, :, :, at : at + 1])
            cache.advance(1)
            assert torch.equal(k[:, :, : at + 1], keys[0, :, :, : at + 1])
            assert torch.equal(v[:, :, : at + 1], values[0, :, :, : at + 1])


def test_a_layer_writes_without_moving_the_place_of_the_others():
    """Guards against a count at every layer: two layers write the same column of their own."""
    cache, new = KVCache(2, (1, 1, 4, 2), torch.zeros(0)), torch.randn(2, 2, 1, 1, 3, 2)
    for layer in (0, 1):
        keys, values = cache.update(layer, *new[layer])
        assert torch.equal(keys, new[layer, 0]) and torch.equal(values, new[layer, 1])
        assert cache.length == 0
    cache.advance(3)
    assert cache.length == 3
    assert keys.data_ptr() == cache.keys[1].data_ptr(), "what is returned is no copy"


@pytest.mark.parametrize("rows", [[1, 0], [1], [0, 0, 1, 1]], ids=["swapped", "fewer", "more"])
def test_a_row_becomes_what_another_was(rows):
    put = torch.randn(2, 2, 2, 1, 3, 4)  # layers, key and value, B K T D
    cache = KVCache(2, (2, 1, 3, 4), torch.zeros(0))
    for layer in (0, 1):
        cache.update(layer, *put[layer])
    cache.advance(3)
    cache.reorder(torch.tensor(rows))
    for layer in (0, 1):
        assert torch.equal(cache.keys[layer], put[layer, 0][rows])
        assert torch.equal(cache.values[layer], put[layer, 1][rows])
    assert cache.length == 3


def test_a_fixed_cache_goes_on_where_the_loaded_one_ended():
    """It returns all reserved columns, those still to come as zeros, never as stray numbers."""
    loaded, new = torch.randn(2, 1, 1, 3, 2), torch.randn(2, 1, 1, 1, 2)
    start, fixed = (kind(1, (1, 1, 6, 2), loaded) for kind in (KVCache, FixedCache))
    start.update(0, *loaded)
    start.advance(3)
    fixed.load(start)
    assert fixed.length == 3 and fixed.slot.tolist() == [3]
    for found, old, one in zip(fixed.update(0, *new), loaded, new, strict=True):
        assert found.shape == (1, 1, 6, 2)
        assert torch.equal(found[:, :, :3], old) and torch.equal(found[:, :, 3:4], one)
        assert not found[:, :, 4:].any()
    fixed.advance(1)
    assert fixed.length == 4 and fixed.slot.tolist() == [4]


def test_a_shorter_text_can_be_loaded_over_a_longer_one():
    fixed, like = FixedCache(1, (1, 1, 5, 1), torch.zeros(0)), torch.ones(1, 1, 1, 1)
    for length in (4, 2):
        start = KVCache(1, (1, 1, 5, 1), like)
        start.update(0, *torch.full((2, 1, 1, length, 1), float(length)))
        start.advance(length)
        fixed.load(start)
        assert fixed.length == int(fixed.slot) == length
    assert fixed.keys[0].flatten().tolist() == [2, 2, 4, 4, 0], "the rest is for a bias to hide"
