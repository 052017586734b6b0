"""Approaches 1 and 2 of Hoffmann et al. (2022), and the power laws that both end in.

Approach 1 takes, for each amount of compute, the run whose training curve is lowest there.
Approach 2 trains several sizes with one budget and takes the bottom of a parabola in log N.
`fit_power_law` turns optima into an exponent with its interval. Left out: approach 3, the law with
five constants, in `chinchilla.py`. Lesson 06.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from workbook.core.runs.intervals import LEVEL, Interval

GRID = 1500  # amounts of compute at which training curves are compared (section 3.1)


@dataclass(frozen=True)
class PowerLaw:
    """y = factor x^exponent."""

    factor: float
    exponent: float
    interval: Interval  # of the exponent, Student's t over the points

    def __call__(self, x: Any) -> Any:
        return self.factor * x**self.exponent


class Optimum(NamedTuple):
    """The best size for a budget."""

    flops: float
    parameters: float
    tokens: float
    loss: float


def fit_power_law(x: Sequence[float], y: Sequence[float], level: float = LEVEL) -> PowerLaw:
    """Return the straight line through log10 y against log10 x, by least squares.

    Raises ValueError for lengths that differ, fewer than 3 points, or values that are not
    positive and finite.
    """
    from scipy import stats

    if len(x) != len(y) or len(x) < 3:
        raise ValueError(f"a power law needs 3 pairs or more, not {len(x)} x and {len(y)} y.")
    if not all(math.isfinite(value) and value > 0 for value in [*x, *y]):
        raise ValueError("a power law needs positive and finite values.")
    line = stats.linregress([math.log10(value) for value in x], [math.log10(value) for value in y])
    half = stats.t.ppf((1 + level) / 2, len(x) - 2) * line.stderr
    slope = float(line.slope)
    interval = Interval(slope, float(slope - half), float(slope + half))
    return PowerLaw(10 ** float(line.intercept), slope, interval)


def isoflop_minimum(parameters: Sequence[float], loss: Sequence[float]) -> tuple[float, float]:
    """Return (N*, its loss): the bottom of the parabola through loss against log N (approach 2).

    Raises ValueError for fewer than 3 sizes, or where the parabola opens downward and so has no
    bottom.
    """
    import numpy as np

    if len(parameters) != len(loss) or len(set(parameters)) < 3:
        raise ValueError("a parabola needs at least 3 sizes, with a loss for each.")
    logs = np.log(np.asarray(parameters, dtype=float))
    centre = logs.mean()
    square, linear, constant = np.polyfit(logs - centre, np.asarray(loss, dtype=float), 2)
    if square <= 0:
        raise ValueError("the losses have no lowest size: their parabola opens downward.")
    bottom = -linear / (2 * square)
    return float(np.exp(centre + bottom)), float(constant - linear**2 / (4 * square))


def isoflop_optima(runs: Iterable[Mapping[str, float]]) -> list[Optimum]:
    """Return the optimum of each budget, in their order (approach 2).

    runs: mappings with "flops" (the budget), "parameters", "tokens" and "loss". A budget whose
    parabola has no bottom, or one beyond its sizes, is left out.
    """
    import numpy as np

    budgets: dict[float, list[Mapping[str, float]]] = {}
    for run in runs:
        budgets.setdefault(run["flops"], []).append(run)
    optima = []
    for flops in sorted(budgets):
        group = sorted(budgets[flops], key=lambda run: run["parameters"])
        sizes, losses = [run["parameters"] for run in group], [run["loss"] for run in group]
        try:
            best, loss = isoflop_minimum(sizes, losses)
        except ValueError:
            continue
        if sizes[0] <= best <= sizes[-1]:
            tokens = np.interp(np.log(best), np.log(sizes), np.log([r["tokens"] for r in group]))
            optima.append(Optimum(flops, best, float(np.exp(tokens)), loss))
    return optima


def training_envelope(
    curves: Sequence[tuple[float, Sequence[float], Sequence[float]]], grid: int = GRID
) -> list[Optimum]:
    """Return, for each of `grid` amounts of compute, the run that is lowest there (approach 1).

    curves: of each run N, its FLOPs so far and its loss there, both rising in FLOPs. Amounts that
    fewer than two runs have passed are left out.
    """
    import numpy as np

    low = min(flops[0] for _, flops, _ in curves)
    high = max(flops[-1] for _, flops, _ in curves)
    best = []
    for spent in np.geomspace(low, high, grid):
        passing = [
            (float(np.interp(math.log(spent), np.log(flops), loss)), size)
            for size, flops, loss in curves
            if flops[0] <= spent <= flops[-1]
        ]
        if len({size for _, size in passing}) > 1:
            loss, size = min(passing)
            best.append(Optimum(float(spent), size, float(spent) / 6 / size, loss))
    return best
