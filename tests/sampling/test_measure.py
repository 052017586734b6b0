"""The measures on texts made by hand, and on a tiny model against plain loops."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from workbook.sampling import measure


def test_entropy_of_a_coin_a_die_and_certainty():
    assert measure.entropy(torch.tensor([0.5, 0.5])).item() == pytest.approx(math.log(2))
    assert measure.effective_vocabulary(torch.full((2, 6), 1 / 6)).tolist() == pytest.approx([6, 6])
    assert measure.entropy(torch.tensor([1.0, 0.0])).item() == 0


def test_distinct_by_hand():
    """The text "a b a b" has the bigrams ab ba ab: 2 of 3 different; with "a b" it is 2 of 4."""
    assert measure.distinct(["abab"], 2) == pytest.approx(2 / 3)
    assert measure.distinct(["abab", "ab"], 2) == pytest.approx(2 / 4)
    assert measure.distinct([[1, 2, 3]], 1) == 1.0


def test_distinct_refuses_what_it_cannot_count():
    with pytest.raises(ValueError, match="at least one token"):
        measure.distinct(["ab"], 0)
    with pytest.raises(ValueError, match="4 tokens long"):
        measure.distinct(["abc", ""], 4)


@pytest.mark.parametrize(
    "text, looping",
    [
        ("the cat sat", False),
        ("I said no no no", False),  # one word is no phrase: "no no no" is shorter than 3 x 2
        ("so on and on and on and on", True),
        ("on and on and on and off", False),  # the loop must be at the end
        ("no no no no no no", True),  # "no no" three times
        ("a b c a b c", False),  # twice is not enough
        ("x a b c a b c a b c", True),
        ("", False),
    ],
)
def test_loops_by_hand(text, looping):
    assert measure.ends_in_loop(text.split()) is looping


@given(
    st.lists(st.integers(0, 3), max_size=6),
    st.lists(st.integers(0, 3), min_size=2, max_size=5),
    st.integers(3, 5),
)
def test_any_phrase_said_three_times_at_the_end_is_a_loop(start, phrase, times):
    assert measure.ends_in_loop(start + phrase * times)


def test_share_of_loops():
    assert measure.loops(["ababab", "abcdef"]) == 0.5
    with pytest.raises(ValueError, match="no texts"):
        measure.loops([])


def test_surprise_is_the_models_own_loss(tiny_llama):
    ids = torch.randint(3, 97, (3, 9), generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        loss = tiny_llama(input_ids=ids, labels=ids).loss.item()
    assert measure.mean_nll(tiny_llama, ids, torch.ones_like(ids)) == pytest.approx(loss, rel=1e-5)


def test_surprise_of_a_continuation_counts_only_its_tokens(tiny_llama):
    """Row by row, token by token, without a batch."""
    ids = torch.randint(3, 97, (2, 8), generator=torch.Generator().manual_seed(2))
    expected = []
    for row in ids:
        for t in range(5, 8):
            with torch.no_grad():
                log_probs = tiny_llama(row[None, :t]).logits[0, -1].log_softmax(-1)
            expected.append(-log_probs[row[t]].item())
    got = measure.mean_nll(tiny_llama, ids, torch.ones_like(ids), start=5)
    assert got == pytest.approx(np.mean(expected), rel=1e-5)


@pytest.mark.parametrize("side", ["left", "right"])
def test_padding_changes_nothing(tiny_llama, side):
    """Guards against scoring pads, and against positions that count them."""
    row = torch.tensor([[5, 6, 7, 8]])
    alone = measure.token_log_probs(tiny_llama, row, torch.ones_like(row))
    pads = torch.zeros(1, 3, dtype=torch.long)
    parts = (pads, row) if side == "left" else (row, pads)
    masks = (pads, torch.ones_like(row)) if side == "left" else (torch.ones_like(row), pads)
    padded = measure.token_log_probs(tiny_llama, torch.cat(parts, 1), torch.cat(masks, 1))
    real = padded[:, 3:] if side == "left" else padded[:, :3]
    assert torch.allclose(real, alone, atol=1e-5)
    assert padded.sum().item() == pytest.approx(alone.sum().item(), abs=1e-4)


def test_surprise_needs_something_to_score(tiny_llama):
    ids = torch.ones(1, 4, dtype=torch.long)
    with pytest.raises(ValueError, match="at least 1"):
        measure.mean_nll(tiny_llama, ids, ids, start=0)
    with pytest.raises(ValueError, match="no token to score"):
        measure.mean_nll(tiny_llama, ids, ids, start=4)


@pytest.mark.parametrize("n, published", [(128, 3.9), (256, 4.5), (512, 5.2)])
def test_best_of_n_as_stiennon_et_al_table_10(n, published):
    assert round(measure.best_of_n_kl(n), 1) == published


@pytest.mark.parametrize("n", [2, 8])
def test_best_of_n_is_the_divergence_of_the_true_distribution(n):
    """N equally likely texts with different scores: the best of n is text i with probability
    (i^n - (i-1)^n) / N^n. As N grows the divergence from uniform tends to the formula."""
    size = 200_000
    rank = np.arange(size + 1) / size
    best = np.diff(rank**n)
    divergence = np.sum(best * np.log(best * size))
    assert measure.best_of_n_kl(n) == pytest.approx(divergence, abs=1e-4)
    with pytest.raises(ValueError, match="at least one"):
        measure.best_of_n_kl(0)
