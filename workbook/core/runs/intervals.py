"""How sure a measured number is: the one kind of interval that the course prints.

`Interval.of_seeds` takes one number per seed (Student's t), `of_cases` one number per case
(bootstrap; `of_mean`, the normal interval, where they are many), `of_share` right or wrong for each
case (Wilson). A lesson that trains or samples shows one of them beside every figure it measures.
Left out: comparing two systems case by case, which is `evaluation/bootstrap.py`.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np

LEVEL = 0.95
SHARE = (0.0, 1.0)  # the bounds of a share


class Interval(NamedTuple):
    """A number with the interval around it, all in one unit.

    `str` prints it with three digits, `f"{interval:.2f}"` with as many as you like.
    """

    mean: float
    low: float
    high: float

    def __str__(self) -> str:
        return format(self, ".3g")

    def __format__(self, spec: str) -> str:
        mean, low, high = (signless_zero(format(each, spec or ".3g")) for each in self)
        return f"{mean} [{low}, {high}]"

    @classmethod
    def of_seeds(
        cls,
        values: Sequence[float],
        level: float = LEVEL,
        bounds: tuple[float, float] | None = None,
    ) -> Interval:
        """Return the mean over seeds and its Student t interval; at least two values.

        bounds: what the mean cannot leave; the interval is cut to them (SHARE for shares). Raises
        ValueError for too few values, values that are not finite, or values out of bounds.
        """
        from scipy import stats

        numbers = finite(values, at_least=2)
        half = stats.t.ppf((1 + _checked(level)) / 2, len(numbers) - 1) * numbers.std(ddof=1)
        half /= math.sqrt(len(numbers))
        mean = float(numbers.mean())
        return cls(mean, float(mean - half), float(mean + half)).within(bounds, numbers)

    @classmethod
    def of_runs(
        cls, values: Sequence[float], bounds: tuple[float, float] | None = None
    ) -> Interval:
        """Return `of_seeds`; one run alone has no interval, so both of its ends are itself."""
        if len(values) == 1:
            return cls(*[float(values[0])] * 3).within(bounds, values)
        return cls.of_seeds(values, bounds=bounds)

    @classmethod
    def of_cases(
        cls,
        values: Sequence[float],
        groups: Sequence[Hashable] | None = None,
        level: float = LEVEL,
        draws: int = 2000,
        seed: int = 0,
    ) -> Interval:
        """Return the mean over N cases and its percentile bootstrap interval (Efron 1979).

        groups: N names; cases of one name are drawn together. Raises ValueError for no values,
        values that are not finite, or another number of groups.
        """
        numbers = finite(values, at_least=1)
        means = [numbers[rows].mean() for rows in resamples(len(numbers), groups, draws, seed)]
        return cls(float(numbers.mean()), *tails(means, level))

    @classmethod
    def of_mean(cls, values: Sequence[float], level: float = LEVEL) -> Interval:
        """Return the mean over many cases and its normal interval; at least two values."""
        from scipy import stats

        numbers = finite(values, at_least=2)
        half = stats.norm.ppf((1 + _checked(level)) / 2) * numbers.std(ddof=1)
        half, mean = float(half / math.sqrt(len(numbers))), float(numbers.mean())
        return cls(mean, mean - half, mean + half)

    @classmethod
    def of_share(cls, outcomes: Sequence[bool], level: float = LEVEL) -> Interval:
        """Return the share of N outcomes that are true and its score interval (Wilson 1927).

        It has a width even where all outcomes are equal. Raises ValueError without an outcome.
        """
        from scipy.stats import binomtest

        if not len(outcomes):
            raise ValueError("A share needs at least one outcome.")
        right = sum(map(bool, outcomes))
        found = binomtest(right, len(outcomes)).proportion_ci(_checked(level), method="wilson")
        return cls(right / len(outcomes), float(found.low), float(found.high)).within(SHARE)

    def within(self, bounds: tuple[float, float] | None, values: Iterable[float] = ()) -> Interval:
        """Return the interval cut to the bounds. values: what must lie in them too."""
        if bounds is None:
            return self
        low, high = bounds
        if not all(low - 1e-9 <= value <= high + 1e-9 for value in values):
            raise ValueError(f"A value lies outside its bounds, {low:g} to {high:g}.")
        return Interval(self.mean, max(low, self.low), min(high, self.high))


def error_bars(intervals: Sequence[Interval]) -> dict[str, list[float]]:
    """Return the intervals as plotly draws them around their means, cut ones with two sides."""
    above = [one.high - one.mean for one in intervals]
    below = [one.mean - one.low for one in intervals]
    if all(math.isclose(a, b, abs_tol=1e-9) for a, b in zip(above, below, strict=True)):
        return {"array": above}
    return {"array": above, "arrayminus": below}


def resamples(
    count: int, groups: Sequence[Hashable] | None = None, draws: int = 2000, seed: int = 0
) -> Iterator[np.ndarray]:
    """Yield `draws` times the indices of a resampled test set of `count` cases.

    groups: `count` names; cases of one name are drawn together, as often as their group is.
    """
    import numpy as np

    source = np.random.default_rng(seed)
    if groups is None:
        for _ in range(draws):
            yield source.integers(count, size=count)
        return
    members = list(_members(count, groups).values())
    for _ in range(draws):
        chosen = source.integers(len(members), size=len(members))
        yield np.concatenate([members[g] for g in chosen])


def _members(count: int, groups: Sequence[Hashable]) -> dict[Hashable, np.ndarray]:
    """The indices of the cases of each group."""
    import numpy as np

    if len(groups) != count:
        raise ValueError(f"{len(groups)} group names do not fit {count} cases; give one for each.")
    found: dict[Hashable, list[int]] = {}
    for index, name in enumerate(groups):
        found.setdefault(name, []).append(index)
    return {name: np.array(indices) for name, indices in found.items()}


def tails(values: Sequence[float], level: float = LEVEL) -> tuple[float, float]:
    """Return the ends between which the middle `level` of the values lies."""
    import numpy as np

    _checked(level)
    low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def finite(values: Sequence[float], at_least: int = 1) -> np.ndarray:
    """Return the values as a flat array; ValueError for too few or for one that is not finite."""
    import numpy as np

    numbers = np.asarray(values, dtype=float)
    if numbers.ndim != 1 or len(numbers) < at_least or not np.isfinite(numbers).all():
        many = f"{at_least} finite number{'s' if at_least > 1 else ''}"
        raise ValueError(f"An interval needs a flat list of at least {many}.")
    return numbers


def signless_zero(text: str) -> str:
    """Return a printed number without the sign of a zero: "0.00" for "-0.00"."""
    is_zero = "0" in text and not any(digit in text for digit in "123456789")
    return text.lstrip("+-") if is_zero else text


def _checked(level: float) -> float:
    if not 0 < level < 1:
        raise ValueError(f"The level of an interval is between 0 and 1, not {level}.")
    return level
