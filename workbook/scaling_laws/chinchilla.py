"""Chinchilla's law, L(N, D) = E + A / N^alpha + B / D^beta, and the fit of its five constants.

`Law` says the loss of a model of N parameters after D tokens and what is best for a budget.
`fit_chinchilla` finds the constants from runs as approach 3 of Hoffmann et al. (2022, equation 3)
does: a Huber loss on log L, many starts, a bootstrap for the intervals. Left out: approaches 1 and
2 (`approaches.py`), repeated data and inference (`limits.py`). Lesson 06.

Shapes: P points (runs), S starts.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from workbook.core.runs.intervals import LEVEL, Interval, resamples, tails

if TYPE_CHECKING:
    import numpy as np

DELTA = 1e-3  # of the Huber loss, in units of log L (Hoffmann et al. 2022, section 3.3)
LEAST = 6  # points: five constants and one to spare
STARTS = 24  # of the descent, the best of a grid of some hundred
SCALE = 1e6  # of the objective, so that BFGS does not stop early where the sum is small
FLOPS_PER = 6.0  # FLOPs for each parameter and token
POWERS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 1.0, 1.5)  # alpha and beta of the starts


@dataclass(frozen=True)
class Law:
    """The five constants; losses in nats a token."""

    A: float
    B: float
    E: float
    alpha: float
    beta: float

    def loss(self, parameters: Any, tokens: Any) -> Any:
        """Return the loss of `parameters` N after `tokens` D; numbers or numpy arrays."""
        return self.E + self.A / parameters**self.alpha + self.B / tokens**self.beta

    @property
    def exponents(self) -> tuple[float, float]:
        """(a, b) of N* ~ C^a and D* ~ C^b (Hoffmann et al. 2022, equation 4); a + b = 1."""
        a = self.beta / (self.alpha + self.beta)
        return a, 1.0 - a

    def optimum(self, flops: Any, per: float = FLOPS_PER) -> tuple[Any, Any]:
        """Return (N*, D*), the least loss for a budget of `flops` = per x N x D."""
        ratio = self.alpha * self.A / (self.beta * self.B)
        parameters = ratio ** (1 / (self.alpha + self.beta)) * (flops / per) ** self.exponents[0]
        return parameters, flops / per / parameters

    def least_loss(self, flops: Any) -> Any:
        """Return the loss at the optimum of a budget."""
        return self.loss(*self.optimum(flops))

    def tokens_for(self, parameters: float, loss: float) -> float:
        """Return how many tokens bring a model of `parameters` to a loss.

        Raises ValueError where no number of tokens does.
        """
        room = loss - self.E - self.A / parameters**self.alpha
        if room <= 0:
            raise ValueError(
                f"{parameters:.3g} parameters do not reach a loss of {loss:.3g} with any number "
                f"of tokens: their limit is {loss - room:.3g}."
            )
        return (self.B / room) ** (1 / self.beta)


CONSTANTS = tuple(Law.__dataclass_fields__)  # A, B, E, alpha, beta


@dataclass(frozen=True)
class ChinchillaFit(Law):
    """A fitted law, with what the bootstrap says about it."""

    intervals: dict[str, Interval] = field(default_factory=dict)  # of the constants and of a, b
    huber_sum: float = math.nan  # the objective at its minimum
    points: int = 0
    samples: tuple[Law, ...] = field(default=(), repr=False)  # refits of resampled points

    def interval(self, of: Callable[[Law], float], level: float = LEVEL) -> Interval:
        """Return the bootstrap interval of any number that follows from a law.

        of: such as `lambda law: law.optimum(1e20)[0]`. Raises ValueError without a bootstrap.
        """
        if not self.samples:
            raise ValueError("this fit has no bootstrap: fit again with bootstrap=200.")
        return Interval(of(self), *tails([of(law) for law in self.samples], level))

    def standard_error(self, name: str) -> float:
        """Return the standard deviation of a constant over the resampled fits."""
        import numpy as np

        return float(np.std([getattr(law, name) for law in self.samples], ddof=1))


def fit_chinchilla(
    parameters: Sequence[float],
    tokens: Sequence[float],
    loss: Sequence[float],
    *,
    delta: float = DELTA,
    bootstrap: int = 200,
    level: float = LEVEL,
    seed: int = 0,
) -> ChinchillaFit:
    """Fit L = E + A / N^alpha + B / D^beta to runs (Hoffmann et al. 2022, approach 3).

    1. Take logarithms; the law becomes log-sum-exp(a - alpha ln N, b - beta ln D, e).
    2. Start from a grid of exponents, each with the best A, B and E for it.
    3. Descend from the best starts with BFGS; keep the lowest.
    4. Do step 3 again on resampled points, from the result, for the intervals.

    Args:
        parameters, tokens, loss: P each: N, D, and the loss in nats a token.
        delta: width of the Huber loss, in units of ln L.
        bootstrap: resamples for the intervals; 0 for none.
        level: of the intervals.
        seed: of the resampling.

    Raises ValueError, in one sentence, for lengths that differ, fewer than 6 points, fewer than 3
    sizes or token counts, and values that are not positive and finite.
    """
    points = _points(parameters, tokens, loss)
    best = min(
        (_descend(start, points, delta) for start in _starts(points, delta)),
        key=lambda found: found.value,
    )
    best = _descend(best.theta, points, delta)
    law = _law(best.theta, points)
    samples = tuple(
        _law(_descend(best.theta, again, delta).theta, again)
        for rows in (resamples(points.size, draws=bootstrap, seed=seed) if bootstrap else ())
        for again in [points.only(rows)]
    )
    fitted = ChinchillaFit(
        **vars(law), huber_sum=best.value / SCALE, points=points.size, samples=samples
    )
    if not samples:
        return fitted
    asked: dict[str, Callable[[Law], float]] = {name: attrgetter(name) for name in CONSTANTS}
    asked |= {"a": lambda one: one.exponents[0], "b": lambda one: one.exponents[1]}
    intervals = {name: fitted.interval(of, level) for name, of in asked.items()}
    return ChinchillaFit(
        **vars(law), intervals=intervals, huber_sum=fitted.huber_sum, points=points.size,
        samples=samples,
    )  # fmt: skip


class _Points(NamedTuple):
    """Logarithms of the runs, P each, N and D around their means: steadier for the descent."""

    log_n: np.ndarray
    log_d: np.ndarray
    log_loss: np.ndarray
    centre: tuple[float, float]

    @property
    def size(self) -> int:
        return len(self.log_n)

    def only(self, rows: np.ndarray) -> _Points:
        return _Points(self.log_n[rows], self.log_d[rows], self.log_loss[rows], self.centre)


class _Found(NamedTuple):
    theta: np.ndarray  # a, b, e, alpha, beta, around the centre
    value: float


def _points(parameters: Any, tokens: Any, loss: Any) -> _Points:
    """Check the runs and take their logarithms."""
    import numpy as np

    columns = {}
    for name, values in {"parameters": parameters, "tokens": tokens, "loss": loss}.items():
        try:
            columns[name] = np.asarray(values, dtype=float)
        except (TypeError, ValueError):
            raise ValueError(f"{name} must be a flat list of numbers.") from None
        if columns[name].ndim != 1:
            raise ValueError(f"{name} must be a flat list of numbers.")
    lengths = [len(column) for column in columns.values()]
    if len(set(lengths)) > 1:
        raise ValueError(
            "parameters, tokens and loss must be equally long, not {}, {} and {}.".format(*lengths)
        )
    for name, column in columns.items():
        if not (np.isfinite(column).all() and (column > 0).all()):
            raise ValueError(f"{name} must be positive and finite; one of its values is not.")
    if lengths[0] < LEAST:
        raise ValueError(f"five constants need at least {LEAST} runs, not {lengths[0]}.")
    for name in ("parameters", "tokens"):
        if len(np.unique(columns[name])) < 3:
            raise ValueError(f"the runs need at least 3 different values of {name}.")
    log_n, log_d, log_loss = map(np.log, columns.values())
    centre = float(log_n.mean()), float(log_d.mean())
    return _Points(log_n - centre[0], log_d - centre[1], log_loss, centre)


def _starts(points: _Points, delta: float) -> list[np.ndarray]:
    """For each pair of exponents the best A, B, E by least squares; the S best of them."""
    import numpy as np
    from scipy.optimize import nnls

    weight = np.exp(-points.log_loss)  # least squares on L / L, so that all runs count alike
    found = []
    for alpha in POWERS:
        for beta in POWERS:
            columns = [np.exp(-alpha * points.log_n), np.exp(-beta * points.log_d)]
            columns.append(np.ones(points.size))
            amounts, _ = nnls(np.stack(columns, 1) * weight[:, None], np.ones(points.size))
            amounts = np.maximum(amounts, 1e-3 * amounts.max())  # a logarithm needs a positive one
            found.append(np.array([*np.log(amounts), alpha, beta]))
    found.sort(key=lambda theta: huber_objective(theta, points, delta)[0])
    return found[:STARTS]


def _descend(start: np.ndarray, points: _Points, delta: float) -> _Found:
    import numpy as np
    from scipy.optimize import minimize

    with np.errstate(over="ignore", invalid="ignore"):  # a step too far is taken back
        done = minimize(huber_objective, start, (points, delta), method="BFGS", jac=True)
    return _Found(done.x, float(done.fun))


def huber_objective(theta: np.ndarray, points: _Points, delta: float) -> tuple[float, np.ndarray]:
    """Return SCALE x the sum of Huber losses of ln L, and its gradient by the five constants."""
    import numpy as np

    a, b, e, alpha, beta = theta
    terms = np.stack(
        [a - alpha * points.log_n, b - beta * points.log_d, np.full(points.size, e)]
    )  # 3 P
    top = terms.max(0)
    shares = np.exp(terms - top)
    total = shares.sum(0)
    shares /= total
    residual = points.log_loss - top - np.log(total)
    inside = np.abs(residual) <= delta
    value = np.where(inside, 0.5 * residual**2, delta * (np.abs(residual) - 0.5 * delta)).sum()
    slope = -np.where(inside, residual, delta * np.sign(residual))
    by_a, by_b, by_e = slope * shares
    gradient = [by_a.sum(), by_b.sum(), by_e.sum(), -by_a @ points.log_n, -by_b @ points.log_d]
    return SCALE * float(value), SCALE * np.array(gradient)


def _law(theta: np.ndarray, points: _Points) -> Law:
    """The constants as the law has them: exponentials, and no longer around the centre."""
    import numpy as np

    a, b, e, alpha, beta = map(float, theta)
    with np.errstate(over="ignore"):
        big = np.exp([a + alpha * points.centre[0], b + beta * points.centre[1], e])
    return Law(float(big[0]), float(big[1]), float(big[2]), alpha, beta)
