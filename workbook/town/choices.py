"""The instrumented random source: every choice the town makes goes through it.

A `ChoiceSource` adds up the exact negative log-probability (in nats) of the choices it made, so a
rendered document carries -log p(choices). Two different runs of choices may print the same
text, so this is an upper bound of -log p(text), and its mean an upper bound of the entropy.
Only `random.random()` is used underneath, which Python promises to repeat on every platform.
Lesson 02 holds a language model's loss against this number.
"""

import math
import random
from collections.abc import Sequence
from typing import TypeVar

Item = TypeVar("Item")


class ChoiceSource:
    """A seeded source of choices that knows how surprising it has been.

    `nats` is the sum of -ln p over all choices so far; a choice with one option costs nothing.
    """

    __slots__ = ("_uniform", "nats")

    def __init__(self, seed: int | str):
        self._uniform = random.Random(seed).random
        self.nats = 0.0

    def below(self, n: int) -> int:
        """Draw uniformly from 0 ... n-1; costs ln n nats. Raises ValueError when n < 1."""
        if n < 1:
            raise ValueError(f"nothing to choose from: n must be at least 1, not {n}")
        self.nats += math.log(n)
        return int(self._uniform() * n)

    def integer(self, low: int, high: int) -> int:
        """Draw uniformly from low ... high, both included."""
        return low + self.below(high - low + 1)

    def choice(self, options: Sequence[Item]) -> Item:
        """Draw one option uniformly."""
        return options[self.below(len(options))]

    def chance(self, p: float) -> bool:
        """True with probability p; costs -ln p when true and -ln(1-p) when false."""
        if not 0.0 <= p <= 1.0:
            raise ValueError(f"a probability lies between 0 and 1, not {p}")
        outcome = self._uniform() < p
        self.nats -= math.log(p if outcome else 1.0 - p)
        return outcome

    def weighted(self, options: Sequence[Item], weights: Sequence[float]) -> Item:
        """Draw one option with probability proportional to its weight."""
        if len(options) != len(weights) or not options:
            raise ValueError("give one weight for each option, and at least one option")
        total = math.fsum(weights)
        if not total > 0 or min(weights) < 0:
            raise ValueError("weights must not be negative and must not all be zero")
        mark = self._uniform() * total
        chosen = None
        for chosen in (pair for pair in zip(options, weights, strict=True) if pair[1] > 0):
            mark -= chosen[1]
            if mark < 0:
                break  # rounding may leave the mark at zero: then the last one is drawn
        option, weight = chosen
        self.nats -= math.log(weight / total)
        return option

    def sample(self, options: Sequence[Item], k: int) -> list[Item]:
        """Draw k different positions in order; costs ln n + ln(n-1) + ... nats."""
        if k > len(options):
            raise ValueError(f"cannot draw {k} different items out of {len(options)}")
        pool = list(options)
        return [pool.pop(self.below(len(pool))) for _ in range(k)]

    def shuffled(self, options: Sequence[Item]) -> list[Item]:
        """All options in a random order; costs ln n! nats."""
        return self.sample(options, len(options))
