"""Schedules of the learning rate: their shapes, and their corners."""

import pytest

from workbook.training.config import FitConfig
from workbook.training.schedules import cosine, factor, warmup_stable_decay


def test_the_schedule_rises_holds_and_falls():
    factors = [warmup_stable_decay(s, 1000, warmup=100, decay_fraction=0.2) for s in range(1000)]
    assert factors[:100] == pytest.approx([(s + 1) / 100 for s in range(100)])
    assert set(factors[100:800]) == {1.0}
    assert all(a > b for a, b in zip(factors[801:980], factors[802:981], strict=True))
    assert factors[-1] == 0.02
    short = [warmup_stable_decay(s, 10, warmup=0, decay_fraction=0.5) for s in range(10)]
    assert short[5:] == [1.0, 0.8, 0.6, 0.4, 0.2]  # 1/n at the end, where that is above the floor
    assert warmup_stable_decay(9, 10, warmup=0, decay_fraction=0.5, min_lr_ratio=0.5) == 0.5
    with pytest.raises(ValueError, match="steps >= 1"):
        warmup_stable_decay(0, 0)


def test_the_cosine_rises_and_falls_to_its_floor():
    factors = [cosine(s, 100, warmup=10, min_lr_ratio=0.1) for s in range(100)]
    assert factors[:10] == pytest.approx([(s + 1) / 10 for s in range(10)])
    assert factors[10] == 1.0 and factors[99] == pytest.approx(0.1)
    assert all(a > b for a, b in zip(factors[10:], factors[11:], strict=False))
    halfway = (factors[54] + factors[55]) / 2  # between step 10 and step 99
    assert halfway == pytest.approx(0.55, abs=1e-3)
    with pytest.raises(ValueError, match="steps >= 1"):
        cosine(0, 0)


@pytest.mark.parametrize("schedule, last", [("wsd", 0.02), ("cosine", 0.02), ("constant", 1.0)])
def test_a_config_chooses_the_schedule(schedule, last):
    config = FitConfig(steps=1000, schedule=schedule, warmup=50)
    factors = [factor(step, config) for step in range(1000)]
    assert factors[0] == pytest.approx(1 / 50) and max(factors) == 1.0
    assert factors[-1] == pytest.approx(last)
    ended = factor(0, config.replace(steps=1, warmup=0))  # a run of one step is at its end
    assert ended in (1.0, 0.02)


@pytest.mark.parametrize(("share", "falling"), [(0.2, 2), (0.15, 2), (0.1, 1), (0.5, 4)])
def test_a_fractional_share_falls_in_one_step_more(share, falling):
    """7 * 0.2 = 1.4 steps fall in two; kills the mutant that rounds down."""
    steps = [warmup_stable_decay(step, 7, 0, share, 0.0) for step in range(7)]
    assert steps[7 - falling :] == [(falling - i) / falling for i in range(falling)]
    assert steps[: 7 - falling] == [1.0] * (7 - falling)
