"""When a row of text has ended: an end token, or a string that stands in what was written.

An end token is one id; a stop string can lie in several tokens, or in the middle of one, so that
the new text has to be decoded to find it. The tokens that complete it stay in the row, as in
transformers; `before_stop` cuts the text. Left out: a limit of tokens, which is the loop's.
Lesson 03 stops at the end of a line with it.

Shapes: B batch, N new tokens.
"""
# ruff: noqa: F722 - the strings in the annotations are shapes

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from jaxtyping import Bool, Int
from torch import Tensor

from workbook.sampling.prompt import stop_ids

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase


@dataclass(frozen=True)
class Stops:
    """What ends a row, and what fills it from then on."""

    ids: Tensor | None  # end tokens
    strings: tuple[str, ...]
    tokenizer: PreTrainedTokenizerBase | None  # to decode with, where there are strings
    pad_id: int

    @classmethod
    def checked(
        cls,
        eos_id: int | Sequence[int] | None,
        stop: str | Sequence[str],
        tokenizer: PreTrainedTokenizerBase | None,
        pad_id: int | None,
        device: torch.device,
    ) -> Stops:
        """Return the stops; ValueError for an empty string and for strings without a tokenizer."""
        ids, strings = stop_ids(eos_id, device), (stop,) if isinstance(stop, str) else tuple(stop)
        if not all(isinstance(each, str) and each for each in strings):
            raise ValueError(f"stop must be a string or several, none of them empty, not {stop!r}.")
        if strings and tokenizer is None:
            raise ValueError("stop strings are looked for in text: give the tokenizer, too.")
        if pad_id is None and ids is not None:
            pad_id = int(ids[0])
        if pad_id is None and tokenizer is not None:
            pad_id = tokenizer.pad_token_id
        return cls(ids, strings, tokenizer, pad_id or 0)

    def __bool__(self) -> bool:
        return self.ids is not None or bool(self.strings)

    def ended(self, written: Int[Tensor, "B N"], before: Bool[Tensor, " B"]) -> Bool[Tensor, " B"]:
        """Return which rows have ended, `B`. written: `B N`, the new tokens; before: `B`."""
        now = before
        if self.ids is not None:
            now = now | torch.isin(written[:, -1], self.ids)
        if not self.strings:
            return now
        assert self.tokenizer is not None  # seen to in `checked`
        said = [
            not done and any(each in str(self.tokenizer.decode(row)) for each in self.strings)
            for row, done in zip(written.tolist(), now.tolist(), strict=True)
        ]
        return now | torch.tensor(said, device=now.device)


def before_stop(text: str, stop: str | Sequence[str]) -> str:
    """Return a text up to where the first of the stop strings begins; all of it if none does."""
    strings = (stop,) if isinstance(stop, str) else tuple(stop)
    return text[: min((text.index(each) for each in strings if each in text), default=None)]
