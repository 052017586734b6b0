"""Is the difference real? Resampling of test cases, alone, in groups, and for two systems at once.

The bootstrap (Efron 1979) draws a test set of the same size from the test set, again and again,
and looks at how much the score moves. Cases that belong together (three questions about one
passage, three references of one dialogue) are drawn together, or the interval lies. Left out:
randomness of training, for which several seeds are needed (`Interval.of_seeds`).
Lesson 09 uses it.

Shapes: N cases, G groups.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from workbook.core.runs.intervals import Interval, finite, resamples, signless_zero, tails

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
        mean, low, high = (signless_zero(f"{each:+.3g}") for each in self[:3])
        return f"{mean} [{low}, {high}]"


def bootstrap(
    values: Sequence[float],
    groups: Sequence[Hashable] | None = None,
    level: float = 0.95,
    draws: int = DRAWS,
    seed: int = 0,
) -> Interval:
    """The mean of N values with its percentile interval."""
    return Interval.of_cases(values, groups, level, draws, seed)


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
    return Interval(float(statistic(np.arange(count))), *tails(found, level))


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

    a, b = finite(first), finite(second)
    if len(a) != len(b):
        raise ValueError(
            f"A paired comparison needs the same cases for both, not {len(a)} and {len(b)}."
        )
    gain = b - a
    means = np.array([gain[rows].mean() for rows in resamples(len(gain), groups, draws, seed)])
    ahead = float((means > 0).mean() + (means == 0).mean() / 2)
    return Difference(float(gain.mean()), *tails(means, level), ahead)
