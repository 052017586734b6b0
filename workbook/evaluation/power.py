"""How many cases? The power of a paired comparison of two systems, before it is made.

Both systems answer the same N cases, right or wrong. They differ where one is right and the other
wrong; the sign test (McNemar 1947) looks at those cases alone. `power` is the chance that it finds
a difference that is there, `cases_needed` the N for four chances in five. Left out: scores that are
not right or wrong, and cases that come in groups. Lesson 09.

Shapes: N cases.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from dataclasses import dataclass

LEVEL = 0.05  # of the two-sided test
WANTED = 0.8
MOST = 10**6


@dataclass(frozen=True)
class Plan:
    """A comparison as it is planned."""

    better: float  # accuracy of the better system less that of the other
    differ: float  # share of the cases on which one is right and the other wrong
    cases: int
    power: float
    needed: int  # cases for a power of WANTED
    curve: tuple[tuple[int, float], ...]  # (cases, power)


def power(better: float, differ: float, cases: int) -> float:
    """Return the chance that a paired test with N cases finds the difference.

    better: difference of the two accuracies; differ: share of cases on which the systems differ, at
    least `better`. The normal approximation of Connor (1987). Raises ValueError where no two
    systems are like that.
    """
    from scipy.stats import norm

    if not (0 <= better <= differ <= 1 and differ > 0):
        raise ValueError("Systems differ on a share of the cases from the difference up to 1.")
    if cases < 1:
        raise ValueError(f"A comparison needs at least one case, not {cases}.")
    spread = math.sqrt(max(differ - better**2, 1e-12))
    limit = norm.ppf(1 - LEVEL / 2) * math.sqrt(differ)
    return float(norm.cdf((better * math.sqrt(cases) - limit) / spread))


def cases_needed(better: float, differ: float) -> int:
    """Return the least N with a power of WANTED, at most a million."""
    sizes = range(1, MOST)
    return 1 + bisect_left(sizes, WANTED, key=lambda cases: power(better, differ, cases))


def plan(cases: float, better: float, differ: float) -> Plan:
    """Compute what the explorer draws; arguments as for `power`, in per cent but for the cases."""
    cases = round(cases)
    gain, apart = better / 100, max(differ, better) / 100
    sizes = sorted({round(10 ** (1 + number / 12)) for number in range(37)} | {cases})
    curve = tuple((size, power(gain, apart, size)) for size in sizes)
    return Plan(
        gain, apart, cases, power(gain, apart, cases), cases_needed(gain, apart), curve
    )  # fmt: skip
