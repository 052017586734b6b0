"""Two limits of the plain law: text that runs out, and a model that will be used.

`DataLimited` is the law of Muennighoff et al. (2023): a token read again is worth less each time,
and so are parameters beyond what the text can fill. `inference_optimum` is Sardana et al. (2024):
the size that takes least compute over training and use together. Left out: the price of memory and
of latency, which push further toward small models. Lesson 06.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from workbook.scaling_laws import published
from workbook.scaling_laws.chinchilla import Law

TRAINED, USED = 6.0, 2.0  # FLOPs for each parameter and token: forward and backward, forward


@dataclass(frozen=True)
class DataLimited:
    """A law with the worth of repetition; `repetition` is R*_D, `excess` R*_N of the paper.

    Infinite ones count what is repeated, or what is in excess, in full.
    """

    law: Law
    repetition: float
    excess: float

    def effective_tokens(self, unique: float, tokens: float) -> float:
        """Return D', what `tokens` read from `unique` ones are worth in fresh ones (equation 5).

        Unique tokens beyond those that are read do not count.
        """
        unique = min(unique, tokens)
        if unique <= 0:
            raise ValueError("there must be text to read: unique and tokens are above 0.")
        return _saturating(unique, tokens / unique - 1, self.repetition)

    def effective_parameters(self, unique: float, parameters: float) -> float:
        """Return N', what `parameters` are worth where the text suffices for fewer (equation 6)."""
        enough = min(self.enough(unique), parameters)
        return _saturating(enough, parameters / enough - 1, self.excess)

    def enough(self, unique: float) -> float:
        """Return the parameters for which `unique` tokens, read once, are optimal."""
        a, b = self.law.exponents
        ratio = self.law.alpha * self.law.A / (self.law.beta * self.law.B)
        factor = ratio ** (1 / (self.law.alpha + self.law.beta))
        return factor ** (1 + a / b) * unique ** (a / b)

    def loss(self, parameters: float, tokens: float, unique: float) -> float:
        """Return the loss of `parameters` after `tokens`, `unique` of them different."""
        fresh = min(unique, tokens)
        return float(
            self.law.loss(
                self.effective_parameters(fresh, parameters), self.effective_tokens(unique, tokens)
            )
        )


def muennighoff() -> DataLimited:
    """Return the published law (Muennighoff et al. 2023, appendix A)."""
    row = next(row for row in published.rows("laws") if row["name"] == "muennighoff")
    return DataLimited(published.law("muennighoff"), row["repetition"], row["excess"])


def fit_repetition(law: Law, runs: Sequence[Mapping[str, float]]) -> float:
    """Return R*_D, fitted to runs of repeated text, with the law of fresh text as it is.

    runs: mappings with "parameters", "tokens", "unique" and "loss". The squared error of ln L is
    least; between .1 and 1,000. Raises ValueError where no run repeats its text.
    """
    from scipy.optimize import minimize_scalar

    if not any(run["tokens"] > 1.01 * run["unique"] for run in runs):
        raise ValueError("none of the runs reads its text more than once.")

    def error(log_star: float) -> float:
        worth = DataLimited(law, math.exp(log_star), 1.0)
        return sum(
            math.log(
                law.loss(run["parameters"], worth.effective_tokens(run["unique"], run["tokens"]))
                / run["loss"]
            )
            ** 2
            for run in runs
        )

    found = minimize_scalar(error, bounds=(math.log(0.1), math.log(1000)), method="bounded")
    return math.exp(float(found.x))


class Lifetime(NamedTuple):
    """A model to train and to use."""

    parameters: float
    tokens: float  # of training
    training: float  # FLOPs
    inference: float  # FLOPs

    @property
    def flops(self) -> float:
        return self.training + self.inference


def lifetime(law: Law, loss: float, parameters: float, demand: float) -> Lifetime:
    """Return what a model takes that is trained to `loss` and then reads or writes `demand` tokens.

    Raises ValueError where the size cannot reach the loss.
    """
    tokens = law.tokens_for(parameters, loss)
    return Lifetime(parameters, tokens, TRAINED * parameters * tokens, USED * parameters * demand)


def inference_optimum(law: Law, loss: float, demand: float) -> Lifetime:
    """Return the model of a loss that takes least in all (Sardana et al. 2024, equation 3).

    demand: tokens of use; 0 gives Chinchilla's optimum. Raises ValueError for a loss that no model
    reaches.
    """
    from scipy.optimize import minimize_scalar

    if loss <= law.E:
        raise ValueError(f"no model reaches {loss:.3g}: the irreducible loss is {law.E:.3g}.")
    smallest = (law.A / (loss - law.E)) ** (1 / law.alpha)  # reaches it with endless text

    def total(excess: float) -> float:
        return math.log(lifetime(law, loss, smallest * (1 + math.exp(excess)), demand).flops)

    found = minimize_scalar(total, bounds=(-12.0, 12.0), method="bounded", options={"xatol": 1e-9})
    return lifetime(law, loss, smallest * (1 + math.exp(float(found.x))), demand)


def _saturating(first: float, more: Any, star: float) -> float:
    """`first` and `more` times as much again, each time worth exp(-1/star) of the last."""
    if math.isinf(star):
        return first * (1 + more)
    return first + first * star * -math.expm1(-more / star)
