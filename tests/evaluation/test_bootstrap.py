"""Resampling: coverage, groups, pairs, and an independent bootstrap (scipy's)."""

import numpy as np
import pytest
from scipy import stats

from workbook.core.runs.intervals import resamples
from workbook.evaluation import bootstrap, paired_bootstrap
from workbook.evaluation.bootstrap import bootstrap_statistic


def test_the_interval_is_scipys():
    values = np.random.default_rng(1).exponential(size=80)
    ours = bootstrap(values, draws=4000)
    theirs = stats.bootstrap(
        (values,), np.mean, method="percentile", n_resamples=4000, rng=np.random.default_rng(2)
    ).confidence_interval
    assert ours.mean == pytest.approx(values.mean())
    assert ours.low == pytest.approx(theirs.low, abs=0.02)
    assert ours.high == pytest.approx(theirs.high, abs=0.02)


def test_same_seed_same_interval():
    values = np.random.default_rng(1).random(30)
    assert bootstrap(values, seed=3) == bootstrap(values, seed=3) != bootstrap(values, seed=4)


def test_groups_are_drawn_whole():
    groups = list("aabbbc")
    for rows in resamples(6, groups, draws=50):
        drawn = [groups[row] for row in rows]
        assert drawn.count("a") % 2 == 0 and drawn.count("b") % 3 == 0
        copies = drawn.count("a") // 2 + drawn.count("b") // 3 + drawn.count("c")
        assert copies == 3, "as many groups as there are"


def test_copies_of_a_case_prove_nothing_new():
    """Each case three times over: by rows the interval shrinks, by groups it stays."""
    values = np.random.default_rng(5).random(40)
    tripled, groups = np.repeat(values, 3), np.repeat(np.arange(40), 3)

    def width(interval):
        return interval.high - interval.low

    alone = width(bootstrap(values, draws=3000))
    assert width(bootstrap(tripled, groups, draws=3000)) == pytest.approx(alone, rel=0.1)
    assert width(bootstrap(tripled, draws=3000)) == pytest.approx(alone / 3**0.5, rel=0.1)


def test_it_covers_the_truth_as_often_as_it_says():
    source = np.random.default_rng(0)
    hits = 0
    for seed in range(200):
        found = bootstrap(source.normal(size=60), draws=300, seed=seed)
        hits += found.low <= 0 <= found.high
    assert 0.88 <= hits / 200 <= 0.99


def test_pairing_finds_what_two_intervals_hide():
    """Cases differ much, systems little: only the paired interval leaves out 0."""
    source = np.random.default_rng(3)
    first = source.random(100)
    second = first + 0.03 + 0.02 * source.normal(size=100)
    found = paired_bootstrap(first, second)
    assert found.real and found.mean == pytest.approx((second - first).mean())
    assert bootstrap(first).high > bootstrap(second).low
    turned = paired_bootstrap(second, first)
    assert turned.mean == pytest.approx(-found.mean)
    assert turned.better == pytest.approx(1 - found.better, abs=1e-9)


def test_a_system_is_as_good_as_itself():
    values = [0.1, 0.5, 0.9]
    found = paired_bootstrap(values, values)
    assert (found.mean, found.low, found.high, found.better) == (0, 0, 0, 0.5)
    assert not found.real


def test_a_statistic_of_the_whole_set():
    values = np.random.default_rng(8).random(50)
    mean = bootstrap_statistic(50, lambda rows: values[rows].mean())
    assert mean == pytest.approx(bootstrap(values))
    largest = bootstrap_statistic(50, lambda rows: values[rows].max())
    assert largest.mean == largest.high == values.max()


@pytest.mark.parametrize(
    "call, says",
    [
        (lambda: bootstrap([]), "at least 1 finite number"),
        (lambda: bootstrap([1.0, float("nan")]), "finite"),
        (lambda: bootstrap([1.0, 2.0], groups=["a"]), "1 group names do not fit 2 cases"),
        (lambda: bootstrap([1.0, 2.0], level=95), "between 0 and 1"),
        (lambda: paired_bootstrap([1.0], [1.0, 2.0]), "same cases for both, not 1 and 2"),
    ],
)
def test_bad_input_is_one_sentence(call, says):
    with pytest.raises(ValueError, match=says) as error:
        call()
    assert "\n" not in str(error.value)
