"""Calibration by hand, on data that is calibrated by making, and its edge cases."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbook.evaluation import calibration_error
from workbook.evaluation.calibration import brier, reliability

PAIRS = st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=40)


def test_by_hand():
    """Bin (.8, .9]: two answers at .9 and .85, one right: gap .375. Bin (.1, .2]: one, right."""
    sure, right = [0.9, 0.85, 0.15], [1, 0, 1]
    low, high = reliability(sure, right)
    assert (low.count, high.count) == (1, 2)
    assert high.gap == pytest.approx(0.375) and low.gap == pytest.approx(-0.85)
    assert calibration_error(sure, right) == pytest.approx((2 * 0.375 + 0.85) / 3)
    assert brier(sure, right) == pytest.approx((0.01 + 0.7225 + 0.7225) / 3)


def test_data_that_is_calibrated_by_making_has_a_small_error():
    source = np.random.default_rng(0)
    sure = source.random(40_000)
    right = source.random(40_000) < sure
    assert calibration_error(sure, right) < 0.01
    assert calibration_error(sure**0.5, right) > 0.1
    assert calibration_error(sure[:30], right[:30]) > 0.05, "few answers: above 0 by chance"


def test_certain_and_always_right_or_always_wrong():
    assert calibration_error([1.0] * 5, [1] * 5) == 0.0
    assert calibration_error([1.0] * 5, [0] * 5) == 1.0
    assert calibration_error([0.0] * 5, [0] * 5) == 0.0


@given(PAIRS, st.integers(1, 20))
def test_bins_hold_every_answer_once(pairs, bins):
    sure, right = zip(*pairs, strict=True)
    found = reliability(sure, right, bins)
    assert sum(one.count for one in found) == len(pairs)
    for one in found:
        assert one.low - 1e-9 <= one.confidence <= one.high + 1e-9
    weighed = sum(one.count * abs(one.gap) for one in found) / len(pairs)
    assert calibration_error(sure, right, bins) == pytest.approx(weighed, abs=1e-9)
    overall = abs(np.mean(sure) - np.mean(right))
    assert overall - 1e-9 <= calibration_error(sure, right, bins) <= 1


def test_one_bin_is_the_overall_gap():
    sure, right = [0.2, 0.7, 0.9], [0, 1, 1]
    assert calibration_error(sure, right, 1) == pytest.approx(abs(0.6 - 2 / 3))


@pytest.mark.parametrize("bins", [5, 10, 50, 100])
def test_every_edge_belongs_to_the_bin_below_it(bins):
    """Guards against .14, .28 and .56 of fifty bins, whose product with 50 is just above whole."""
    for place in range(1, bins + 1):
        assert reliability([place / bins], [1], bins)[0].high == place / bins


def test_a_confidence_on_the_edge_belongs_below():
    assert reliability([0.1], [1])[0].high == pytest.approx(0.1)
    assert reliability([0.0], [1])[0].low == 0.0


@pytest.mark.parametrize(
    "sure, right", [([], []), ([0.5], [1, 0]), ([1.2], [1]), ([float("nan")], [1]), ([95], [1])]
)
def test_bad_input_is_one_sentence(sure, right):
    with pytest.raises(ValueError) as error:
        calibration_error(sure, right)
    assert "\n" not in str(error.value)
