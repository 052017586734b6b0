"""The filters against transformers' own, against their definitions, and against bad input."""

from __future__ import annotations

import math

import pytest
import torch
from beartype import beartype
from hypothesis import given, settings
from hypothesis import strategies as st
from jaxtyping import TypeCheckError, jaxtyped
from scipy.stats import chisquare
from transformers.generation import logits_process as theirs

from workbook import sampling
from workbook.core.runs.seeding import generator
from workbook.sampling.measure import entropy
from workbook.sampling.nucleus import quick_top_p_filter

TEMPERATURES = (0.1, 0.7, 1.0, 2.5)
KS = (1, 2, 7, 50, 1000)
PS = (1e-9, 0.001, 0.1, 0.5, 0.9, 0.999, 1.0)  # 1 - 1e-9 rounds to 1: all would be cut


def logits_of(kind: str, seed: int = 0) -> torch.Tensor:
    """Rows `6 211`: smooth ones, ones full of ties, a one-sided one, or some already cut."""
    logits = torch.randn(6, 211, generator=generator(seed)) * 3
    if kind == "ties":
        return logits.round()
    if kind == "flat":
        return torch.zeros_like(logits)
    if kind == "peaked":
        return logits * 10
    if kind == "cut":
        return logits.masked_fill(logits < 0.5, -math.inf)
    return logits


KINDS = ("smooth", "ties", "flat", "peaked", "cut")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(3))
def test_filters_equal_those_of_transformers(kind, seed):
    logits = logits_of(kind, seed)
    for temperature in TEMPERATURES:
        expected = theirs.TemperatureLogitsWarper(temperature)(None, logits)
        assert torch.equal(sampling.apply_temperature(logits, temperature), expected)
    for k in KS:
        expected = theirs.TopKLogitsWarper(k)(None, logits)
        assert torch.equal(sampling.top_k_filter(logits, k), expected)
    for p in PS:
        expected = theirs.TopPLogitsWarper(p)(None, logits)
        assert torch.equal(sampling.top_p_filter(logits, p), expected)
        assert torch.equal(quick_top_p_filter(logits, p), expected)
        # transformers exempts one token even from min-p, ours needs no exemption: best >= p best
        expected = theirs.MinPLogitsWarper(p)(None, logits)
        assert torch.equal(sampling.min_p_filter(logits, p), expected)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("penalty", [0.5, 1.0, 1.3, 5.0])
def test_the_repetition_penalty_equals_that_of_transformers(kind, penalty):
    logits = logits_of(kind)
    ids = torch.randint(0, 211, (6, 40), generator=generator(1))  # with repeats
    expected = theirs.RepetitionPenaltyLogitsProcessor(penalty)(ids, logits)
    assert torch.equal(sampling.repetition_penalty(logits, ids, penalty), expected)


def test_padding_is_no_text_to_repeat():
    """Guards against punishing the pad token, which would be the end token in many models."""
    logits, ids = torch.ones(2, 5), torch.tensor([[0, 0, 3], [0, 1, 2]])
    keep_mask = torch.tensor([[False, False, True], [True, True, True]])
    result = sampling.repetition_penalty(logits, ids, 2.0, keep_mask)
    assert result.tolist() == [[1, 1, 1, 0.5, 1], [0.5, 0.5, 0.5, 1, 1]]


def test_filters_take_any_number_of_rows():
    logits = logits_of("smooth")
    for filtered in (
        lambda x: sampling.apply_temperature(x, 0.5),
        lambda x: sampling.top_k_filter(x, 5),
        lambda x: sampling.top_p_filter(x, 0.8),
        lambda x: sampling.min_p_filter(x, 0.1),
    ):
        rows = filtered(logits)
        assert torch.equal(filtered(logits[2]), rows[2])
        assert torch.equal(filtered(logits.view(2, 3, -1)), rows.view(2, 3, -1))


def test_nothing_changes_its_input():
    logits, ids = logits_of("ties"), torch.tensor([[1, 2, 2]]).expand(6, 3)
    before = logits.clone()
    sampling.apply_temperature(logits, 0)
    sampling.apply_temperature(logits, 0.5)
    sampling.top_k_filter(logits, 3)
    sampling.top_p_filter(logits, 0.5)
    quick_top_p_filter(logits, 0.5)
    sampling.min_p_filter(logits, 0.5)
    sampling.repetition_penalty(logits, ids, 1.5, torch.ones(6, 3, dtype=torch.bool))
    sampling.sample(logits)
    assert torch.equal(logits, before)


def test_the_textbook_case():
    """Probabilities .5 .3 .2: at p = .7 two stay; at .5 the first alone reaches p."""
    logits = torch.tensor([0.5, 0.3, 0.2]).log()
    kept = sampling.top_p_filter(logits, 0.7).softmax(-1)
    assert torch.allclose(kept, torch.tensor([0.625, 0.375, 0.0]))
    assert sampling.top_p_filter(logits, 0.49).isfinite().tolist() == [True, False, False]


def test_temperature_zero_is_the_limit():
    logits = torch.tensor([1.0, 3.0, 3.0, -2.0])
    assert sampling.apply_temperature(logits, 0).softmax(-1).tolist() == [0, 0.5, 0.5, 0]
    nearly = sampling.apply_temperature(logits, 1e-4).softmax(-1)
    assert torch.equal(sampling.apply_temperature(logits, 0).softmax(-1), nearly)


# Properties, for logits of any shape that hypothesis can think of.

rows = st.lists(st.floats(-30, 30, width=32), min_size=2, max_size=40).map(torch.tensor)
shares = st.floats(0.01, 1.0)


@settings(deadline=None)
@given(rows, st.floats(0.2, 3.0), st.floats(1.05, 3.0))
def test_entropy_rises_with_temperature(logits, low, factor):
    """It grows at the rate Var(logit) / T^3, so strictly unless all tokens left are alike."""
    logits = logits.double()
    probs = sampling.apply_temperature(logits, low).softmax(-1)
    warm = entropy(sampling.apply_temperature(logits, low * factor).softmax(-1))
    assert warm >= entropy(probs) - 1e-9
    mean = (probs * logits).sum()
    if (probs * (logits - mean) ** 2).sum() > 0.01:
        assert warm > entropy(probs) + 1e-6


@settings(deadline=None)
@given(rows, shares)
def test_top_p_keeps_the_smallest_set_that_reaches_p(logits, p):
    kept = sampling.top_p_filter(logits, p).isfinite()
    probs = logits.double().softmax(-1)
    assert probs[kept].sum() >= p - 1e-6
    fewest = probs.sort(descending=True).values.cumsum(-1) < p - 1e-6
    most = probs.sort(descending=True).values.cumsum(-1) < p + 1e-6
    assert fewest.sum() + 1 <= kept.sum() <= most.sum() + 1
    assert not (~kept).any() or probs[kept].min() >= probs[~kept].max() - 1e-12


@settings(deadline=None)
@given(rows, st.integers(1, 50), shares)
def test_at_least_one_token_always_stays_and_it_is_the_best(logits, k, p):
    for filtered in (
        sampling.top_k_filter(logits, k),
        sampling.top_p_filter(logits, p),
        quick_top_p_filter(logits[None], p)[0],
        sampling.min_p_filter(logits, p),
    ):
        assert filtered.max() == logits.max()
        stays = filtered.isfinite()
        assert torch.equal(filtered[stays], logits[stays])  # what stays is as it was


@settings(deadline=None)
@given(rows, st.integers(1, 50))
def test_top_k_keeps_k_and_ties(logits, k):
    kept = sampling.top_k_filter(logits, k).isfinite()
    smallest = logits.sort(descending=True).values[min(k, len(logits)) - 1]
    assert torch.equal(kept, logits >= smallest)


# The draw.


def test_sampled_frequencies_follow_the_softmax():
    logits = torch.tensor([2.0, 0.0, -1.0, -math.inf, 1.0, -3.0])
    draws = sampling.sample(logits.expand(50_000, -1), generator(3))
    counts = draws.bincount(minlength=6)
    assert counts[3] == 0
    expected = logits.double().softmax(-1) * 50_000
    stays = expected > 0
    assert chisquare(counts[stays], expected[stays]).pvalue > 0.001


@pytest.mark.parametrize("place", [0, 5, 10])
def test_the_only_token_left_is_always_drawn(place):
    """Guards against rounding: a place on the line beyond the last token that is left."""
    logits = torch.full((100_000, 11), -math.inf)
    logits[:, place] = -40.0
    assert (sampling.sample(logits, generator(0)) == place).all()


def test_the_extreme_places_of_the_line(monkeypatch):
    """Guards against both ends: 0 must not fall before the first token that is left, nor the
    largest float32 below 1 behind the last."""
    logits = torch.tensor([-math.inf, 0.1, 1.7, -math.inf]).repeat(2, 1)
    ends = torch.tensor([[0.0], [1 - 2**-24]])
    monkeypatch.setattr(torch, "rand", lambda *size, **_: ends)
    assert sampling.sample(logits).tolist() == [1, 2]


def test_a_line_that_ends_before_one(monkeypatch):
    """Guards against a place behind the last token, where rounding lets the sum miss 1."""
    logits = torch.randn(300, 5000, generator=generator(0))
    totals = logits.softmax(-1).cumsum(-1)[:, -1]
    assert totals.min() < 1 - 2**-24  # or this would test nothing
    monkeypatch.setattr(torch, "rand", lambda *size, **_: torch.full(size, 1 - 2**-24))
    assert sampling.sample(logits).max() < 5000


def test_the_same_generator_state_gives_the_same_draw():
    logits = torch.randn(50, 30, generator=generator(0))
    once, again = (sampling.sample(logits, generator(7)) for _ in range(2))
    assert torch.equal(once, again)
    assert not torch.equal(once, sampling.sample(logits, generator(8)))
    torch.manual_seed(5)
    state = torch.get_rng_state()
    sampling.sample(logits, generator(7))
    assert torch.equal(state, torch.get_rng_state())  # a private source leaves the global one
    assert sampling.sample(logits[0]).shape == ()
    assert sampling.sample(logits.view(5, 10, 30)).shape == (5, 10)


def test_rows_are_drawn_independently():
    draws = sampling.sample(torch.zeros(20_000, 2, 2), generator(1))
    pairs = (draws[:, 0] * 2 + draws[:, 1]).bincount(minlength=4)
    assert chisquare(pairs).pvalue > 0.001


# Bad input.

LOGITS = torch.zeros(2, 5)
IDS = torch.zeros(2, 3, dtype=torch.long)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: sampling.apply_temperature(LOGITS, -0.1), "temperature must be 0"),
        (lambda: sampling.apply_temperature(LOGITS, math.nan), "temperature must be 0"),
        (lambda: sampling.apply_temperature(LOGITS, math.inf), "temperature must be 0"),
        (lambda: sampling.apply_temperature(LOGITS, "1"), "temperature must be 0"),
        (lambda: sampling.top_k_filter(LOGITS, 0), "top_k must be a whole number"),
        (lambda: sampling.top_k_filter(LOGITS, -3), "top_k must be a whole number"),
        (lambda: sampling.top_k_filter(LOGITS, 2.5), "top_k must be a whole number"),
        (lambda: sampling.top_k_filter(LOGITS, True), "top_k must be a whole number"),
        (lambda: sampling.top_p_filter(LOGITS, 0), "top_p must be above 0 and at most 1"),
        (lambda: sampling.top_p_filter(LOGITS, 1.01), "top_p must be above 0 and at most 1"),
        (lambda: sampling.top_p_filter(LOGITS, math.nan), "top_p must be above 0"),
        (lambda: sampling.min_p_filter(LOGITS, 0.0), "min_p must be above 0 and at most 1"),
        (lambda: sampling.min_p_filter(LOGITS, 2), "min_p must be above 0 and at most 1"),
        (lambda: sampling.repetition_penalty(LOGITS, IDS, 0), "penalty must be a positive number"),
        (lambda: sampling.repetition_penalty(LOGITS, IDS[:1], 2), "logits B V and ids B T"),
        (lambda: sampling.repetition_penalty(LOGITS[0], IDS, 2), "logits B V and ids B T"),
        (lambda: sampling.repetition_penalty(LOGITS, IDS + 5, 2), "every id must be from 0 to 4"),
        (lambda: sampling.repetition_penalty(LOGITS, IDS - 1, 2), "every id must be from 0 to 4"),
        (lambda: sampling.sample(torch.zeros(2, 0)), "logits must be real numbers"),
        (lambda: sampling.sample(torch.tensor(1.0)), "logits must be real numbers"),
        (lambda: sampling.sample(torch.zeros(2, 3, dtype=torch.long)), "must be real numbers"),
    ],
)
def test_bad_settings_and_shapes_are_refused_in_one_sentence(call, words):
    with pytest.raises(ValueError, match=words) as caught:
        call()
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "use",
    [
        sampling.sample,
        lambda logits: sampling.apply_temperature(logits, 1.0),
        lambda logits: sampling.top_k_filter(logits, 2),
        lambda logits: sampling.top_p_filter(logits, 0.5),
        lambda logits: sampling.min_p_filter(logits, 0.5),
        lambda logits: sampling.repetition_penalty(logits, IDS, 1.5),
    ],
)
def test_logits_that_no_softmax_can_take_are_refused(use):
    for bad, words in (
        (math.nan, "NaN among the logits"),
        (math.inf, "infinite logit"),
        (-math.inf, "no token left"),
    ):
        logits = torch.zeros(2, 5)
        logits[1] = bad
        with pytest.raises(ValueError, match=words):
            use(logits)
    one_nan = torch.zeros(2, 5)
    one_nan[1, 3] = math.nan
    with pytest.raises(ValueError, match="NaN among the logits"):
        use(one_nan)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("apply_temperature", (LOGITS, 0.5)),
        ("top_k_filter", (LOGITS, 2)),
        ("top_p_filter", (LOGITS, 0.5)),
        ("min_p_filter", (LOGITS, 0.5)),
        ("repetition_penalty", (LOGITS, IDS, 1.5)),
        ("sample", (LOGITS,)),
    ],
)
def test_annotated_shapes_are_true(name, arguments):
    checked = jaxtyped(typechecker=beartype)(getattr(sampling, name))
    checked(*arguments)
    with pytest.raises(TypeCheckError):
        checked(arguments[0].long(), *arguments[1:])
