"""Is the difference real? Resampling of test cases, alone, in groups, and for two systems at once.

The bootstrap (Efron 1979) draws a test set of the same size from the test set, again and again,
and looks at how much the score moves. Cases that belong together (three questions about one
passage, three references of one dialogue) are drawn together, or the interval lies. Left out:
randomness of training, for which several seeds are needed (`intervals.over_seeds`).
Lesson 09 uses it.

Shapes: N cases, G groups.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from workbook.core.runs.intervals import Interval

if TYPE_CHECKING:
    import numpy as np

DRAWS = 1000


class Difference(NamedTuple):
    """Second system less first, with its interval, and how often a resample has it above 0."""

    mean: float
    low: float
    high: float
    better: float  # share of resamples in which the second is ahead, ties by half

    @property
    def real(self) -> bool:
        """True when the interval leaves out 0."""
        return self.low > 0 or self.high < 0

    def __str__(self) -> str:
        return f"{self.mean:+.3g} [{self.low:+.3g}, {self.high:+.3g}]"


def resamples(
    count: int,
    groups: Sequence[Hashable] | None = None,
    draws: int = DRAWS,
    seed: int = 0,
) -> Iterator[np.ndarray]:
    """`draws` times the places of a resampled test set of `count` cases.

    groups: N names; cases of one name are drawn together, as often as their group is.
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


def bootstrap(
    values: Sequence[float],
    groups: Sequence[Hashable] | None = None,
    level: float = 0.95,
    draws: int = DRAWS,
    seed: int = 0,
) -> Interval:
    """The mean of N values with its percentile interval."""
    numbers = _numbers(values)
    means = [numbers[rows].mean() for rows in resamples(len(numbers), groups, draws, seed)]
    return Interval(float(numbers.mean()), *_tails(means, level))


def bootstrap_statistic(
    count: int,
    statistic: Callable[[np.ndarray], float],
    groups: Sequence[Hashable] | None = None,
    level: float = 0.95,
    draws: int = DRAWS,
    seed: int = 0,
) -> Interval:
    """The same for any statistic of the whole test set, such as BLEU.

    statistic: places of the cases (N whole numbers) -> a number.
    """
    import numpy as np

    found = [statistic(rows) for rows in resamples(count, groups, draws, seed)]
    return Interval(float(statistic(np.arange(count))), *_tails(found, level))


def paired_bootstrap(
    first: Sequence[float],
    second: Sequence[float],
    groups: Sequence[Hashable] | None = None,
    level: float = 0.95,
    draws: int = DRAWS,
    seed: int = 0,
) -> Difference:
    """Second less first, case by case (Koehn 2004).

    The same cases are drawn for both systems, so that a case that is hard for both cancels out.
    Raises ValueError when the systems were not scored on equally many cases.
    """
    import numpy as np

    a, b = _numbers(first), _numbers(second)
    if len(a) != len(b):
        raise ValueError(
            f"A paired comparison needs the same cases for both, not {len(a)} and {len(b)}."
        )
    gain = b - a
    means = np.array([gain[rows].mean() for rows in resamples(len(gain), groups, draws, seed)])
    ahead = float((means > 0).mean() + (means == 0).mean() / 2)
    return Difference(float(gain.mean()), *_tails(means, level), ahead)


def _members(count: int, groups: Sequence[Hashable]) -> dict[Hashable, np.ndarray]:
    """The places of the cases of each group."""
    import numpy as np

    if len(groups) != count:
        raise ValueError(f"{len(groups)} group names do not fit {count} cases; give one for each.")
    found: dict[Hashable, list[int]] = {}
    for place, name in enumerate(groups):
        found.setdefault(name, []).append(place)
    return {name: np.array(places) for name, places in found.items()}


def _tails(values: Sequence[float], level: float) -> tuple[float, float]:
    import numpy as np

    if not 0 < level < 1:
        raise ValueError(f"The level of an interval is between 0 and 1, not {level}.")
    low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def _numbers(values: Sequence[float]) -> np.ndarray:
    import numpy as np

    numbers = np.asarray(values, dtype=float)
    if numbers.ndim != 1 or not len(numbers) or not np.isfinite(numbers).all():
        raise ValueError("A resampling needs a flat list of at least one finite number.")
    return numbers
