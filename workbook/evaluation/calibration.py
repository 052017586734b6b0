"""Calibration: of the answers a model is 80 % sure of, are 80 % right?

Answers are sorted into bins by the model's own confidence; in each bin the share that is right is
compared with the mean confidence. Left out: making a model calibrated (temperature scaling), and
proper scores other than Brier's. Lesson 09 draws the diagram.

Shapes: N answers. A confidence is a probability from 0 to 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np


class Bin(NamedTuple):
    """The answers whose confidence lies in (low, high]."""

    low: float
    high: float
    count: int
    confidence: float  # mean
    right: float  # share

    @property
    def gap(self) -> float:
        """How much surer than right the model is here; negative when it is too modest."""
        return self.confidence - self.right


def reliability(
    confidence: Sequence[float], right: Sequence[bool | float], bins: int = 10
) -> list[Bin]:
    """The bins of equal width that hold at least one answer (DeGroot and Fienberg 1983).

    confidence: N probabilities. right: N outcomes, 1 or 0. A confidence of 0 is in the first bin.
    """
    import numpy as np

    sure, true = _checked(confidence, right)
    place, found = _places(sure, bins), []
    for index in np.unique(place):
        mine = place == index
        low, high = float(index / bins), float((index + 1) / bins)
        found.append(
            Bin(low, high, int(mine.sum()), float(sure[mine].mean()), float(true[mine].mean()))
        )
    return found


def calibration_error(
    confidence: Sequence[float], right: Sequence[bool | float], bins: int = 10
) -> float:
    """ECE: the mean gap between confidence and share right, bins weighed by their answers
    (Guo et al. 2017, equation 5).

    It depends on the number of bins, and on few answers it is above 0 even for a perfect model.
    """
    import numpy as np

    sure, true = _checked(confidence, right)
    # a bin's answers times its gap is its sum of (confidence - outcome), without its sign
    return float(np.abs(np.bincount(_places(sure, bins), sure - true)).sum() / len(sure))


def brier(confidence: Sequence[float], right: Sequence[bool | float]) -> float:
    """Mean squared distance of confidence and outcome (Brier 1950); honest answers minimise it."""
    sure, true = _checked(confidence, right)
    return float(((sure - true) ** 2).mean())


def _places(sure: np.ndarray, bins: int) -> np.ndarray:
    """The number of each answer's bin, N whole numbers from 0 on."""
    import numpy as np

    if bins < 1:
        raise ValueError(f"There is at least one bin, not {bins}.")
    edges = np.arange(bins + 1) / bins  # not sure * bins, which lifts .14 of 50 bins over its edge
    return np.clip(np.searchsorted(edges, sure) - 1, 0, bins - 1)


def _checked(confidence: Sequence[float], right: Sequence[bool | float]):
    """Both as float arrays `N`; ValueError when they are empty, unequal or no probabilities."""
    import numpy as np

    sure, true = (np.asarray(x, dtype=float) for x in (confidence, right))
    if sure.shape != true.shape or sure.ndim != 1 or not len(sure):
        raise ValueError("Give two flat lists of one length: a confidence and an outcome each.")
    if not ((sure >= 0) & (sure <= 1)).all() or not ((true >= 0) & (true <= 1)).all():
        raise ValueError("Confidences and outcomes lie between 0 and 1; divide percentages by 100.")
    return sure, true
