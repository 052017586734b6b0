"""Mixes: T5's rule by hand, shares of old chats, and steps counted in new chats."""

import math
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tiny_tuning import tokenizer

from workbook.finetuning import data, mixing
from workbook.finetuning.families import FAMILIES_ASKED
from workbook.finetuning.mixing import NewChats, mixed, old_count, rates
from workbook.finetuning.tuning import TuneConfig


@given(st.integers(1, 80), st.integers(1, 30), st.floats(0, 0.9))
def test_old_chats_are_the_share_asked_for_and_come_equally_often(many, kept, share):
    new = [[{"content": f"new {i}"}] for i in range(many)]
    old = [[{"content": f"old {i}"}] for i in range(kept)]
    mix = [chat[0]["content"] for chat in mixed(new, old, share)]
    counts = Counter(mix)
    assert all(counts[chat[0]["content"]] == 1 for chat in new)
    again = [counts[chat[0]["content"]] for chat in old]
    assert sum(again) == len(mix) - many == old_count(many, share)
    assert max(again) - min(again) <= 1
    assert abs(sum(again) - share * len(mix)) <= 0.5 + 1e-6  # the nearest whole number


def test_half_a_mix_is_as_many_old_as_new():
    assert old_count(40, 0.5) == 40 and old_count(90, 0.1) == 10 and old_count(7, 0.0) == 0
    for share in (1.0, -0.1, math.nan):
        with pytest.raises(ValueError, match="at least 0 and below 1"):
            old_count(5, share)
    with pytest.raises(ValueError, match="no old chat"):
        mixed([[{}]], [], 0.5)


def test_rates_by_hand():
    """Sizes 100, 400 and 10,000 with a limit of 900: at temperature 2 their roots, 10, 20, 30."""
    sizes = (100, 400, 10_000)
    assert rates(sizes, 900, 1.0) == pytest.approx([1 / 14, 4 / 14, 9 / 14])
    assert rates(sizes, 900, 2.0) == pytest.approx([1 / 6, 2 / 6, 3 / 6])
    assert rates(sizes, 10, 1.0) == pytest.approx([1 / 3] * 3)


def test_the_order_of_a_mix_is_the_seeds():
    new, old = ([[{"content": f"{kind} {i}"}] for i in range(20)] for kind in ("new", "old"))
    first, again, other = (mixed(new, old, 0.5, seed) for seed in (0, 0, 1))
    assert first == again != other and sorted(map(str, first)) == sorted(map(str, other))
    assert first[:20] != new, "old chats stand among the new ones"
    assert sorted(map(str, mixed(new, [], 0.0))) == sorted(map(str, new))


def test_memory_holds_equally_many_chats_of_each_old_family():
    kept = mixing.memory(seed=3, count=16)
    assert kept == data.chats(FAMILIES_ASKED, 16, seed=3) != mixing.memory(seed=4, count=16)


def test_new_chats_are_counted_batch_by_batch():
    """A chat a row and two rows a batch: an epoch of ten chats is five steps with all six new."""
    new = data.chats(data.NEW, 6)
    mix = [*new, *data.chats("polite", 4)]
    settings = TuneConfig(batch_size=2, packed=False)
    assert NewChats(tokenizer(), new, new, settings, 0).read(3) == 6
    counted = NewChats(tokenizer(), mix, new, settings, 0)
    steps = [counted.in_step(step) for step in range(5)]
    assert sum(steps) == counted.read(5) == 6 and max(steps) <= 2
    assert counted.read(10) == 12, "one that comes twice counts twice"
    for wanted in (1, 3, 6, 7):
        enough = counted.steps_to_read(wanted)
        assert counted.read(enough - 1) < wanted <= counted.read(enough)
    assert counted.steps_to_read(0) == 0
