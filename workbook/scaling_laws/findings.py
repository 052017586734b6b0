"""What the runs of a sweep say: exponents by all three approaches, and the loss that stays.

Takes rows as `experiment.recorded("sweep")` or `experiment.live` gives them. Two budgets have no
interval and are said to be too few. Left out: the figures (`charts.py`). Lesson 06.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from workbook.core.runs.intervals import Interval
from workbook.scaling_laws.approaches import (
    Optimum,
    PowerLaw,
    fit_power_law,
    isoflop_optima,
    training_envelope,
)
from workbook.scaling_laws.chinchilla import ChinchillaFit, fit_chinchilla
from workbook.scaling_laws.experiment import for_fits

if TYPE_CHECKING:
    import pandas

Runs = Sequence[Mapping[str, Any]]
FEW = "too few budgets"
BINS = 12  # amounts of compute of approach 1 that count as points of the power law


def curves(runs: Runs) -> list[tuple[float, list[float], list[float]]]:
    """Return N, FLOPs so far and loss there of each run, as `training_envelope` takes them."""
    found = []
    for run in runs:
        each = run["flops"] / run["tokens"]
        found.append(
            (run["parameters"], [tokens * each for tokens, _ in run["curve"]],
             [loss for _, loss in run["curve"]])
        )  # fmt: skip
    return found


def optima(runs: Runs) -> dict[str, list[Optimum]]:
    """Return the optima of approaches 1 and 2.

    A run whose schedule ends later has a higher loss on its way than one that ends there, so
    approach 1 reads the curves of different runs as if they were alike (section 3.1). Amounts of
    compute at which the smallest or the largest size is lowest are left out: the best may lie
    beyond it.
    """
    sizes = [run["parameters"] for run in runs]
    envelope = training_envelope(curves(runs), grid=BINS)
    return {
        "approach 1": [one for one in envelope if min(sizes) < one.parameters < max(sizes)],
        "approach 2": isoflop_optima(for_fits(runs)),
    }


def power_laws(found: Mapping[str, Sequence[Optimum]], of: str) -> dict[str, PowerLaw]:
    """Return the power law of N* or D* in C, where there are optima enough.

    of: "parameters" or "tokens".
    """
    return {
        name: fit_power_law([one.flops for one in points], [getattr(one, of) for one in points])
        for name, points in found.items()
        if len(points) > 2
    }


def law_of(runs: Runs, bootstrap: int = 100) -> ChinchillaFit:
    """Return approach 3: the law fitted to all runs, at their ends."""
    return fit_chinchilla(
        [run["parameters"] for run in runs],
        [run["tokens"] for run in runs],
        [run["loss"] for run in runs],
        bootstrap=bootstrap,
    )


def exponents_table(runs: Runs, fitted: ChinchillaFit) -> pandas.DataFrame:
    """Return a and b by each approach, with 95 % intervals."""
    import pandas as pd

    found = optima(runs)
    laws = {"N* ~ C^a": power_laws(found, "parameters"), "D* ~ C^b": power_laws(found, "tokens")}
    rows = {
        name: {
            column: f"{each[name].interval:.2f}" if name in each else FEW
            for column, each in laws.items()
        }
        for name in found
    }
    rows["approach 3"] = {
        "N* ~ C^a": f"{fitted.intervals['a']:.2f}", "D* ~ C^b": f"{fitted.intervals['b']:.2f}"
    }  # fmt: skip
    return pd.DataFrame(rows).T


def holds(interval: Interval, value: float) -> bool:
    """Return whether a value lies in an interval."""
    return interval.low <= value <= interval.high
