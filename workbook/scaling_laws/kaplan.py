"""Kaplan's power laws (2020), and why Chinchilla's law, seen as Kaplan looked, agrees with them.

Kaplan counted parameters without embeddings, over small models. Small models are mostly embedding,
so the same optimum looks steeper: `as_kaplan_counts` derives it (Pearce and Song 2024). `fit` draws
his straight lines through runs. Left out: the cost of the output layer, the length of the warm-up
and settings tuned for each size, which Porian et al. (2024) name. Lesson 06.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from workbook.scaling_laws import published
from workbook.scaling_laws.approaches import PowerLaw, fit_power_law
from workbook.scaling_laws.chinchilla import FLOPS_PER, Law

KAPLAN_SIZES = (768.0, 1.5e9)  # parameters without embeddings (Kaplan et al. 2020, section 1)
OMEGA = 47_491.0  # embeddings are OMEGA x N^(1/3) of N other parameters (Pearce and Song, eq. 4)


@dataclass(frozen=True)
class Kaplan:
    """The three laws of one variable, each where the other two do not limit (equations 1.1-1.3)."""

    N_c: float
    alpha_N: float
    D_c: float
    alpha_D: float
    C_c: float
    alpha_C: float

    def of_parameters(self, parameters: Any) -> Any:
        """Return the loss by N, parameters without embeddings."""
        return (self.N_c / parameters) ** self.alpha_N

    def of_tokens(self, tokens: Any) -> Any:
        """Return the loss by D, tokens of the data set, trained with early stopping."""
        return (self.D_c / tokens) ** self.alpha_D

    def of_compute(self, pf_days: Any) -> Any:
        """Return the loss by compute in PF-days, spent as well as can be."""
        return (self.C_c / pf_days) ** self.alpha_C

    def of_both(self, parameters: Any, tokens: Any) -> Any:
        """Return the loss by N and D (equation 1.5)."""
        by_size = (self.N_c / parameters) ** (self.alpha_N / self.alpha_D)
        return (by_size + self.D_c / tokens) ** self.alpha_D


def laws() -> Kaplan:
    """Return the laws with their published constants."""
    table = published.values("kaplan", "symbol")
    return Kaplan(**{name: table[name] for name in Kaplan.__dataclass_fields__})


def fit(runs: Iterable[Mapping[str, float]]) -> dict[str, PowerLaw]:
    """Return the loss as a power law of N, of D and of C, without a constant, as Kaplan fits it.

    runs: each with "parameters" (without embeddings, to count as he does), "tokens", "flops" and
    "loss". Each law goes through the lowest loss of every value of its variable, where the other
    two limit least. A variable of fewer than 3 values has no law.
    """
    rows = list(runs)
    laws = {}
    for name in ("parameters", "tokens", "flops"):
        lowest: dict[float, float] = {}
        for row in rows:
            lowest[row[name]] = min(row["loss"], lowest.get(row[name], math.inf))
        if len(lowest) > 2:
            laws[name] = fit_power_law(list(lowest), list(lowest.values()))
    return laws


def predicted_exponent() -> float:
    """Return the exponent of N* in C that equation 1.8 gives: alpha_C / alpha_N.

    alpha_C = 1 / (1/alpha_S + 1/alpha_B + 1/alpha_N).
    """
    table = published.values("kaplan", "symbol")
    compute = 1 / (1 / table["alpha_S"] + 1 / table["alpha_B"] + 1 / table["alpha_N"])
    return compute / table["alpha_N"]


def with_embeddings(parameters: Any, omega: float = OMEGA) -> Any:
    """Return all parameters of a model that has so many without embeddings (Pearce and Song)."""
    return parameters + omega * parameters ** (1 / 3)


def as_kaplan_counts(
    law: Law, sizes: tuple[float, float] = KAPLAN_SIZES, points: int = 20, omega: float = OMEGA
) -> PowerLaw:
    """Return N against C, both counted without embeddings, where `law` (in all N) is lowest.

    For each size the derivative of L along one budget without embeddings, C = 6 n D, is zero:
    D^beta = (beta B / alpha A) N^(alpha + 1) / (n dN/dn). sizes: of n, low and high.
    """
    import numpy as np

    bare = np.geomspace(*sizes, points)
    full = with_embeddings(bare, omega)
    slope = 1 + omega / 3 * bare ** (-2 / 3)  # dN / dn
    power = law.beta * law.B / (law.alpha * law.A) * full ** (law.alpha + 1) / (bare * slope)
    tokens = power ** (1 / law.beta)
    return fit_power_law((FLOPS_PER * bare * tokens).tolist(), bare.tolist())
