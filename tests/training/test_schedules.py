"""Schedules at their corners; their shapes are in `test_parts.py`."""

import pytest

from workbook.training.schedules import warmup_stable_decay


@pytest.mark.parametrize(("share", "falling"), [(0.2, 2), (0.15, 2), (0.1, 1), (0.5, 4)])
def test_a_fractional_share_falls_in_one_step_more(share, falling):
    """7 * 0.2 = 1.4 steps fall in two; kills the mutant that rounds down."""
    steps = [warmup_stable_decay(step, 7, 0, share, 0.0) for step in range(7)]
    assert steps[7 - falling :] == [(falling - i) / falling for i in range(falling)]
    assert steps[: 7 - falling] == [1.0] * (7 - falling)
