"""The quick nucleus: the same bits as `top_p_filter`, ties and edges included."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from workbook import sampling
from workbook.core.runs.seeding import generator
from workbook.sampling.nucleus import quick_top_p_filter

shares = st.floats(0.01, 1.0)


@settings(deadline=None, max_examples=300)
@given(st.integers(0, 10_000), st.integers(0, 3), shares, st.sampled_from([3, 60, 400]))
def test_the_quick_nucleus_is_the_nucleus_to_the_bit(seed, decimals, p, vocabulary):
    logits = (torch.randn(4, vocabulary, generator=generator(seed)) * 3).round(decimals=decimals)
    assert torch.equal(quick_top_p_filter(logits, p), sampling.top_p_filter(logits, p))


@pytest.mark.parametrize(("p", "kept"), [(0.45, [1]), (0.6, [1, 2]), (0.85, [0, 1, 2])])
def test_the_smallest_set_that_reaches_p_by_hand(p, kept):
    logits = torch.tensor([[0.2, 0.5, 0.3], [0.15, 0.45, 0.4]]).log()
    found = quick_top_p_filter(logits, p)
    stays = found.isfinite()
    assert stays[0].nonzero().flatten().tolist() == kept
    assert torch.equal(found[stays], logits[stays]) and (found[~stays] == -math.inf).all()


def test_one_row_with_a_tie_at_the_edge_does_not_change_the_others(monkeypatch):
    """Only such a tie is left to the slow way, and all rows of it are right."""
    asked = []

    def slow(logits, p):
        asked.append(p)
        return sampling.top_p_filter(logits, p)

    monkeypatch.setattr("workbook.sampling.nucleus.top_p_filter", slow)
    plain = torch.tensor([[3.0, 2.0, 1.0, 0.0]])
    alone = quick_top_p_filter(plain, 0.6)
    assert asked == []
    both = quick_top_p_filter(torch.cat([plain, torch.zeros(1, 4)]), 0.6)
    assert asked == [0.6] and torch.equal(both[:1], alone)


def test_a_share_of_one_keeps_all_and_the_smallest_share_the_best():
    logits = torch.randn(5, 40, generator=generator(1))
    assert torch.equal(quick_top_p_filter(logits, 1.0), logits)
    best = quick_top_p_filter(logits, 1e-9).isfinite()
    assert torch.equal(best.int().argmax(-1), logits.argmax(-1)) and (best.sum(-1) == 1).all()


@pytest.mark.parametrize("p", [0, -0.5, 1.01, math.nan, "1"])
def test_a_share_that_is_none_is_refused_in_one_sentence(p):
    with pytest.raises(ValueError, match="top_p must be above 0 and at most 1") as caught:
        quick_top_p_filter(torch.zeros(2, 5), p)
    assert "\n" not in str(caught.value)
