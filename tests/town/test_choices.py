"""The random source: its nats against tiny grammars counted by hand, and by frequency."""

import math
from collections import Counter, defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbook.town.choices import ChoiceSource


def sentence(source: ChoiceSource) -> str:
    """A grammar of eight sentences, some more likely than others."""
    noun = source.choice(("cat", "dog"))
    verb = source.weighted(("sleeps", "runs"), (3, 1))
    return f"{noun} {verb}{' today' if source.chance(0.25) else ''}"


# Each probability worked out by hand: 1/2 for the noun, 3/4 or 1/4, then 1/4 or 3/4.
BY_HAND = {
    "cat sleeps": 1 / 2 * 3 / 4 * 3 / 4,
    "cat sleeps today": 1 / 2 * 3 / 4 * 1 / 4,
    "cat runs": 1 / 2 * 1 / 4 * 3 / 4,
    "cat runs today": 1 / 2 * 1 / 4 * 1 / 4,
    "dog sleeps": 1 / 2 * 3 / 4 * 3 / 4,
    "dog sleeps today": 1 / 2 * 3 / 4 * 1 / 4,
    "dog runs": 1 / 2 * 1 / 4 * 3 / 4,
    "dog runs today": 1 / 2 * 1 / 4 * 1 / 4,
}


def test_nats_equal_the_hand_counted_probability():
    seen = set()
    for seed in range(300):
        source = ChoiceSource(seed)
        text = sentence(source)
        seen.add(text)
        assert source.nats == pytest.approx(-math.log(BY_HAND[text]), abs=1e-12)
    assert seen == set(BY_HAND)


def test_frequencies_follow_the_probabilities():
    from scipy.stats import chisquare

    n = 20_000
    counts = Counter(sentence(ChoiceSource(f"f/{i}")) for i in range(n))
    expected = [BY_HAND[text] * n for text in BY_HAND]
    assert chisquare([counts[text] for text in BY_HAND], expected).pvalue > 0.001


def test_mean_nats_estimate_the_entropy():
    entropy = -sum(p * math.log(p) for p in BY_HAND.values())
    total = 0.0
    for i in range(20_000):
        source = ChoiceSource(f"e/{i}")
        sentence(source)
        total += source.nats
    assert total / 20_000 == pytest.approx(entropy, abs=0.02)


def test_nats_are_an_upper_bound_where_two_choices_print_the_same():
    """Both ways to print "ab" cost ln 4; the text itself has -ln(2/4) = ln 2."""
    costs = defaultdict(set)
    for seed in range(100):
        source = ChoiceSource(seed)
        text = source.choice(("a", "ab")) + source.choice(("b", ""))
        costs[text].add(round(source.nats, 12))
    assert costs["ab"] == {round(math.log(4), 12)}
    assert math.log(4) > math.log(2)


@given(st.integers(0, 10**6), st.integers(1, 12), st.data())
def test_sampling_without_replacement_costs_the_log_of_its_arrangements(seed, n, data):
    k = data.draw(st.integers(0, n))
    source = ChoiceSource(seed)
    drawn = source.sample(range(n), k)
    assert len(set(drawn)) == k
    assert source.nats == pytest.approx(math.log(math.perm(n, k)), abs=1e-9)


@given(st.integers(0, 10**6), st.lists(st.floats(0, 10), min_size=1, max_size=8))
def test_a_weight_of_zero_is_never_drawn(seed, weights):
    if sum(weights) <= 1e-6:
        weights = [*weights, 1.0]
    source = ChoiceSource(seed)
    index = source.weighted(range(len(weights)), weights)
    assert weights[index] > 0
    assert source.nats == pytest.approx(-math.log(weights[index] / math.fsum(weights)))


def test_the_same_seed_gives_the_same_choices_on_every_platform():
    """Guards the promise that only `random.random()` is used: these draws were made once."""
    source = ChoiceSource("town/0")
    assert [source.below(100) for _ in range(8)] == [25, 5, 69, 81, 2, 20, 82, 6]


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda s: s.below(0), "nothing to choose from"),
        (lambda s: s.chance(1.5), "between 0 and 1"),
        (lambda s: s.weighted("ab", (1,)), "one weight for each"),
        (lambda s: s.weighted("ab", (0, 0)), "not all be zero"),
        (lambda s: s.sample("ab", 3), "cannot draw 3"),
    ],
)
def test_impossible_choices_say_what_is_wrong(call, message):
    with pytest.raises(ValueError, match=message):
        call(ChoiceSource(0))
