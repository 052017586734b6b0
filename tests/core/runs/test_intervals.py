"""Intervals against published values, independent libraries and the coverage they promise."""

from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest

from workbook.core.runs import SHARE, Interval, error_bars
from workbook.core.runs.intervals import signless_zero


def test_three_seeds_by_hand():
    """Student's table: t(0.975, 2) = 4.303. Values 1, 2, 3: mean 2, s = 1, s/sqrt(3) = 0.5774."""
    mean, low, high = Interval.of_seeds([1.0, 2.0, 3.0])
    assert mean == 2.0
    assert (low, high) == pytest.approx((2 - 4.303 * 0.57735, 2 + 4.303 * 0.57735), abs=1e-3)


def test_an_interval_of_shares_stays_between_0_and_1():
    """Fault B5: lesson 08 printed 0.736 [0.363, 1.11] for a share of lines that are right."""
    found = Interval.of_seeds([0.9, 0.75, 0.55], bounds=SHARE)
    assert str(found) == "0.733 [0.297, 1]"
    assert Interval.of_seeds([0.9, 0.75, 0.55]).high > 1, "what has no bounds is not cut"
    with pytest.raises(ValueError, match="outside its bounds, 0 to 1"):
        Interval.of_seeds([0.9, 75.0], bounds=SHARE)


def test_a_cut_interval_is_drawn_with_two_sides():
    cut = Interval.of_seeds([0.9, 0.75, 0.55], bounds=SHARE)
    bars = error_bars([cut])
    assert cut.mean + bars["array"][0] == 1 and bars["arrayminus"][0] > bars["array"][0]
    assert error_bars([Interval.of_seeds([1.0, 2.0, 3.0])]).keys() == {"array"}


@given(st.lists(st.booleans(), min_size=1, max_size=400))
@settings(deadline=None)
def test_the_interval_of_a_share_is_wilsons(outcomes):
    found = Interval.of_share(outcomes)
    wanted = binomtest(sum(outcomes), len(outcomes)).proportion_ci(method="wilson")
    assert found.mean == pytest.approx(sum(outcomes) / len(outcomes))
    assert (found.low, found.high) == pytest.approx((wanted.low, wanted.high))
    assert 0 <= found.low < found.high <= 1, "also where all outcomes are equal"


def test_bootstrap_equals_the_normal_interval_on_many_cases():
    cases = np.r_[np.ones(300), np.zeros(700)]
    found, normal = Interval.of_cases(cases), Interval.of_mean(cases)
    assert found.mean == normal.mean == pytest.approx(0.3)
    half = 1.96 * np.sqrt(0.3 * 0.7 / 999)
    assert normal[1:] == pytest.approx((0.3 - half, 0.3 + half), abs=1e-4)
    assert found[1:] == pytest.approx(normal[1:], abs=0.004)
    assert Interval.of_cases(cases) == found, "same seed, same interval"


def test_cases_of_one_group_are_drawn_together():
    values = np.random.default_rng(5).random(40)
    alone = Interval.of_cases(values)
    copies = Interval.of_cases(np.repeat(values, 3), groups=np.repeat(np.arange(40), 3))
    assert copies.high - copies.low == pytest.approx(alone.high - alone.low, rel=0.1)
    with pytest.raises(ValueError, match="1 group names do not fit 2 cases"):
        Interval.of_cases([1.0, 2.0], groups=["a"])


@pytest.mark.parametrize(
    "interval, size",
    [(Interval.of_seeds, 3), (partial(Interval.of_cases, draws=300), 60), (Interval.of_mean, 60)],
)
def test_the_truth_is_inside_as_often_as_promised(interval, size):
    source = np.random.default_rng(3)
    inside = 0
    for _ in range(300):
        _, low, high = interval(source.normal(5.0, 2.0, size))
        inside += low <= 5.0 <= high
    assert 0.90 <= inside / 300 <= 0.99


@pytest.mark.parametrize("values", [[], [1.0], [[1.0, 2.0]], [1.0, float("nan")]])
def test_what_has_no_interval_is_refused(values):
    with pytest.raises(ValueError, match="at least 2 finite numbers"):
        Interval.of_seeds(values)


def test_a_share_of_nothing_is_refused():
    with pytest.raises(ValueError, match="at least one outcome"):
        Interval.of_share([])


@pytest.mark.parametrize("interval", [Interval.of_seeds, Interval.of_cases, Interval.of_share])
def test_level_is_a_share(interval):
    with pytest.raises(ValueError, match="between 0 and 1, not 95"):
        interval([1.0, 2.0], level=95)


def test_it_prints_as_a_reader_writes_it():
    assert str(Interval.of_seeds([1.0, 2.0, 3.0])) == "2 [-0.484, 4.48]"
    assert f"{Interval(0.5, -0.0001, 0.91):.2f}" == "0.50 [0.00, 0.91]", "no -0.00"


@pytest.mark.parametrize(
    "text, printed",
    [("-0.00", "0.00"), ("-0%", "0%"), ("+0", "0"), ("-0.01", "-0.01"), ("-inf", "-inf")],
)
def test_a_zero_has_no_sign(text, printed):
    """Fault C11: "-0.00" and "-0%" in tables."""
    assert signless_zero(text) == printed


def test_one_run_alone_has_no_interval():
    assert Interval.of_runs([0.25], SHARE) == (0.25, 0.25, 0.25)
    values = [0.5, 0.75, 0.9]
    assert Interval.of_runs(values, SHARE) == Interval.of_seeds(values, bounds=SHARE)
    with pytest.raises(ValueError, match="outside its bounds"):
        Interval.of_runs([1.5], SHARE)
