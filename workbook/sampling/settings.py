"""All settings of sampling in one record, and the one chain of filters that they ask for.

The order is that of transformers: penalties, temperature, top-k, top-p, min-p. Left out:
beam search (`workbook.sampling.beam`), which scores whole continuations. Lesson 03 turns one
setting at a time.

Shapes: B batch, T time, V vocabulary. `keep_mask` is true on real tokens.
"""
# ruff: noqa: F722 - the strings in the annotations are shapes

from __future__ import annotations

from dataclasses import dataclass

from jaxtyping import Bool, Float, Int
from torch import Generator, Tensor

from workbook.sampling import filters
from workbook.sampling.nucleus import quick_top_p_filter


@dataclass(frozen=True)
class SamplingConfig:
    """How the next token is chosen; ValueError for a value out of range."""

    temperature: float = 1.0  # 0 takes the likeliest token (greedy)
    top_k: int | None = None  # None: no limit
    top_p: float | None = None
    min_p: float | None = None
    repetition_penalty: float = 1.0  # 1: no penalty
    presence_penalty: float = 0.0  # 0: none; so for the next
    frequency_penalty: float = 0.0

    def __post_init__(self) -> None:
        filters.check_temperature(self.temperature)
        filters.check_penalty(self.repetition_penalty)
        filters.check_count_penalties(self.presence_penalty, self.frequency_penalty)
        if self.top_k is not None:
            filters.check_top_k(self.top_k)
        for name in ("top_p", "min_p"):
            if getattr(self, name) is not None:
                filters.check_share(name, getattr(self, name))

    def adjust(
        self,
        logits: Float[Tensor, "B V"],
        ids: Int[Tensor, "B T"] | None = None,
        keep_mask: Bool[Tensor, "B T"] | None = None,
        new: int = 0,
    ) -> Float[Tensor, "B V"]:
        """Return the logits `B V` whose softmax the next token is drawn from; -inf where cut.

        Args:
            logits: `B V`, as the model gives them.
            ids: `B T`, the text so far; needed by the penalties alone.
            keep_mask: `B T`, true on real tokens.
            new: how many of the last tokens are the continuation, whose counts are penalised.

        ValueError for a penalty without ids, and for logits that no softmax can take.
        """
        return self._filtered(self._penalised(logits, ids, keep_mask, new))

    def sample(
        self,
        logits: Float[Tensor, "B V"],
        ids: Int[Tensor, "B T"] | None = None,
        keep_mask: Bool[Tensor, "B T"] | None = None,
        generator: Generator | None = None,
        new: int = 0,
    ) -> Int[Tensor, " B"]:
        """Return the next token of each row, `B`, drawn from the adjusted logits.

        Arguments and errors as for `adjust`. Temperature 0 draws nothing: of likeliest tokens that
        tie, the one with the lowest id is taken.
        """
        logits = self._penalised(logits, ids, keep_mask, new)
        if self.temperature == 0:
            return greedy(logits)
        return filters.sample(self._filtered(logits), generator)

    def _penalised(
        self, logits: Tensor, ids: Tensor | None, keep_mask: Tensor | None, new: int
    ) -> Tensor:
        logits = logits.float()
        counted = self.presence_penalty != 0 or self.frequency_penalty != 0
        if self.repetition_penalty == 1 and not counted:
            return logits
        if ids is None:
            raise ValueError("a penalty needs the text so far: give its ids.")
        if self.repetition_penalty != 1:
            logits = filters.repetition_penalty(logits, ids, self.repetition_penalty, keep_mask)
        if not counted or new == 0:
            return logits
        penalties = self.presence_penalty, self.frequency_penalty
        return filters.count_penalties(logits, ids[:, -new:], *penalties)

    def _filtered(self, logits: Tensor) -> Tensor:
        logits = filters.apply_temperature(logits, self.temperature)
        if self.temperature == 0:  # only the likeliest are left
            return logits
        if self.top_k is not None:
            logits = filters.top_k_filter(logits, self.top_k)
        if self.top_p is not None and self.top_p < 1:
            logits = quick_top_p_filter(logits, self.top_p)
        if self.min_p is not None:
            logits = filters.min_p_filter(logits, self.min_p)
        return logits


def greedy(logits: Float[Tensor, "B V"]) -> Int[Tensor, " B"]:
    """The likeliest token of each row, `B`, of logits `B V`; the lowest id where some tie."""
    best, ids = logits.max(-1)
    if best.isnan().any():
        raise ValueError("there is a NaN among the logits: the model's weights or inputs are bad.")
    return ids
