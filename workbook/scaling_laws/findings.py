"""What the runs of a sweep say: exponents by all three approaches, and the loss that stays.

Takes rows as `experiment.recorded("sweep")` or `experiment.live` gives them. What so few runs
cannot say is said in words: no interval for two budgets, no E where the fit puts it at zero. Left
out: the figures (`charts.py`). Lesson 06.
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
ONE_SIZE = "one size throughout"
OPEN = "not determined by these runs"
LITTLE = 1e-3  # of the lowest loss: a fitted E below that is zero
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
        name: {column: _exponent(each.get(name), found[name]) for column, each in laws.items()}
        for name in found
    }
    rows["approach 3"] = {
        "N* ~ C^a": f"{fitted.intervals['a']:.2f}", "D* ~ C^b": f"{fitted.intervals['b']:.2f}"
    }  # fmt: skip
    return pd.DataFrame(rows).T


def _exponent(law: PowerLaw | None, points: Sequence[Optimum]) -> str:
    if law is None:
        return FEW
    if len({one.parameters for one in points}) == 1:
        return ONE_SIZE
    return f"{law.interval:.2f}"


def irreducible(runs: Runs, fitted: ChinchillaFit) -> str:
    """Return the fitted E with its interval, or that these runs do not determine it."""
    if fitted.E < LITTLE * min(run["loss"] for run in runs):
        return OPEN
    return f"{fitted.intervals['E']:.2f}"


def holds(interval: Interval, value: float) -> bool:
    """Return whether a value lies in an interval."""
    return interval.low <= value <= interval.high


def halfway(runs: Runs) -> pandas.DataFrame:
    """Return, by size, the loss of a run at its end beside that of a longer run on its way there.

    The longer run is read off where it has seen at least as many tokens as the shorter one in all.
    """
    import pandas as pd

    rows = {}
    for size in sorted({run["parameters"] for run in runs}):
        group = sorted((r for r in runs if r["parameters"] == size), key=lambda r: r["tokens"])
        short, long = group[0], group[-1]
        if short["tokens"] < long["tokens"]:
            there = next(loss for tokens, loss in long["curve"] if tokens >= short["tokens"])
            rows[size] = {"ends there": short["loss"], "on its way": there}
    return pd.DataFrame(rows).T.rename_axis("parameters")
