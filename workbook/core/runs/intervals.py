"""How sure a measured mean is: an interval from a few seeds, or from many cases.

`over_seeds` takes one number per seed (Student's t); `over_cases` takes one number per case, such
as right or wrong for each question (bootstrap). A lesson that trains or samples shows one of them
beside every figure it measures. Left out: comparing two systems case by case.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Interval(NamedTuple):
    """A mean with the interval around it, all in the unit of the values."""

    mean: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.mean:.3g} [{self.low:.3g}, {self.high:.3g}]"


def over_seeds(values: Sequence[float], level: float = 0.95) -> Interval:
    """The mean over seeds and its Student t interval; at least two values."""
    import numpy as np
    from scipy import stats

    numbers = _numbers(values, at_least=2)
    half = stats.t.ppf((1 + _share(level)) / 2, len(numbers) - 1) * numbers.std(ddof=1)
    half /= np.sqrt(len(numbers))
    mean = numbers.mean()
    return Interval(float(mean), float(mean - half), float(mean + half))


def over_cases(
    values: Sequence[float], level: float = 0.95, draws: int = 2000, seed: int = 0
) -> Interval:
    """The mean over cases and its percentile bootstrap interval (Efron 1979)."""
    import numpy as np

    numbers = _numbers(values, at_least=1)
    source = np.random.default_rng(seed)
    rows = source.integers(len(numbers), size=(draws, len(numbers)))
    tail = (1 - _share(level)) / 2
    low, high = np.quantile(numbers[rows].mean(1), [tail, 1 - tail])
    return Interval(float(numbers.mean()), float(low), float(high))


def _numbers(values: Sequence[float], at_least: int):
    import numpy as np

    numbers = np.asarray(values, dtype=float)
    if numbers.ndim != 1 or len(numbers) < at_least or not np.isfinite(numbers).all():
        raise ValueError(f"An interval needs a flat list of at least {at_least} finite numbers.")
    return numbers


def _share(level: float) -> float:
    if not 0 < level < 1:
        raise ValueError(f"The level of an interval is between 0 and 1, not {level}.")
    return level
