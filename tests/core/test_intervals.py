"""Intervals against a published table value and against the coverage they promise."""

import numpy as np
import pytest

from workbook.core.runs.intervals import over_cases, over_seeds


def test_three_seeds_by_hand():
    """Student's table: t(0.975, 2) = 4.303. Values 1, 2, 3: mean 2, s = 1, s/sqrt(3) = 0.5774."""
    mean, low, high = over_seeds([1.0, 2.0, 3.0])
    assert mean == 2.0
    assert (low, high) == pytest.approx((2 - 4.303 * 0.57735, 2 + 4.303 * 0.57735), abs=1e-3)


def test_bootstrap_equals_the_normal_interval_on_many_cases():
    cases = np.r_[np.ones(300), np.zeros(700)]
    mean, low, high = over_cases(cases)
    half = 1.96 * np.sqrt(0.3 * 0.7 / 1000)
    assert mean == pytest.approx(0.3)
    assert (low, high) == pytest.approx((0.3 - half, 0.3 + half), abs=0.004)
    assert over_cases(cases) == over_cases(cases), "same seed, same interval"


@pytest.mark.parametrize("interval, size", [(over_seeds, 3), (over_cases, 60)])
def test_the_truth_is_inside_as_often_as_promised(interval, size):
    source = np.random.default_rng(3)
    inside = 0
    for _ in range(300):
        _, low, high = interval(source.normal(5.0, 2.0, size))
        inside += low <= 5.0 <= high
    assert 0.90 <= inside / 300 <= 0.99


@pytest.mark.parametrize("values", [[], [1.0], [[1.0, 2.0]], [1.0, float("nan")]])
def test_what_has_no_interval_is_refused(values):
    with pytest.raises(ValueError, match="at least 2"):
        over_seeds(values)


def test_level_is_a_share():
    with pytest.raises(ValueError, match="between 0 and 1"):
        over_seeds([1.0, 2.0], level=95)


def test_it_prints_as_a_reader_writes_it():
    assert str(over_seeds([1.0, 2.0, 3.0])) == "2 [-0.484, 4.48]"
