"""Prompts that have been looked at: shapes, padding and length, before the model sees them.

A wrong shape or padding on the wrong side gives nonsense instead of an error deep in a model, so
both `generate` and `beam_search` begin here. Left out: turning text into ids, which is the
tokenizer's work. Lesson 03 meets left padding in its batched step.

Shapes: B batch, T time. `keep_mask` is true on real tokens.
"""

from __future__ import annotations

import operator
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor

if TYPE_CHECKING:
    from transformers import PreTrainedModel


@dataclass(frozen=True)
class Prompt:
    """Prompts `B T` on the model's device, and the longest that the texts can get."""

    ids: Tensor  # B T
    keep_mask: Tensor | None  # B T; None where nothing is padding
    room: int  # T + max_new_tokens

    @classmethod
    def checked(
        cls, model: PreTrainedModel, ids: Tensor, keep_mask: Tensor | None, max_new_tokens: int
    ) -> Prompt:
        """The prompts, or ValueError with one sentence about what is wrong with them."""
        if not isinstance(ids, Tensor) or ids.dim() != 2 or 0 in ids.shape:
            raise ValueError("ids must be a tensor B T with at least one row and one token.")
        if ids.is_floating_point() or ids.dtype == torch.bool:
            raise ValueError(f"ids must be whole numbers, not {ids.dtype}.")
        vocabulary = model.get_input_embeddings().num_embeddings
        if not 0 <= int(ids.min()) <= int(ids.max()) < vocabulary:
            raise ValueError(f"every id must be from 0 to {vocabulary - 1}, the model's last.")
        room = ids.shape[1] + count("max_new_tokens", max_new_tokens)
        longest = getattr(model.config, "max_position_embeddings", None)
        if longest is not None and room > longest:
            raise ValueError(
                f"a prompt of {ids.shape[1]} tokens and {max_new_tokens} new ones make {room}, but "
                f"the model was built for {longest}: shorten one of them."
            )
        return cls(ids.long().to(model.device), left_padding(ids, keep_mask, model.device), room)

    def keep_in(self, room: int) -> Tensor | None:
        """The mask `B room` of a longer text: what comes after the prompt is real."""
        if self.keep_mask is None:
            return None
        rows, read = self.keep_mask.shape
        return torch.cat([self.keep_mask, self.keep_mask.new_ones(rows, room - read)], 1)


def left_padding(ids: Tensor, keep_mask: Tensor | None, device: torch.device) -> Tensor | None:
    """The mask as booleans, None if it is true throughout; ValueError if it cannot be right."""
    if keep_mask is None:
        return None
    if keep_mask.shape != ids.shape:
        shapes = f"{tuple(keep_mask.shape)} and {tuple(ids.shape)}"
        raise ValueError(f"keep_mask and ids must have one shape B T, not {shapes}.")
    keep = keep_mask.to(device).bool()
    if not keep[:, -1].all() or (keep[:, :-1] & ~keep[:, 1:]).any():
        raise ValueError(
            "padding must be on the left, so that each row ends in a real token: use a tokenizer "
            'with padding_side="left", and keep_mask=encoded["attention_mask"].'
        )
    return None if keep.all() else keep


def stop_ids(eos_id: int | Sequence[int] | None, device: torch.device) -> Tensor | None:
    """The ids that end a row, as a tensor; None if there are none."""
    if eos_id is None:
        return None
    if isinstance(eos_id, Tensor):
        eos_id = eos_id.flatten().tolist()
    several = list(eos_id) if isinstance(eos_id, Sequence) else [eos_id]
    try:
        ids = [operator.index(each) for each in several]
    except TypeError:
        ids = []
    if not ids:
        raise ValueError(f"eos_id must be a token id or several, not {eos_id!r}.")
    return torch.tensor(ids, device=device)


def count(name: str, number: int) -> int:
    """The number as an int; ValueError unless it is a whole number of at least 1."""
    try:
        whole = operator.index(number)
    except TypeError:
        whole = 0
    if whole < 1 or isinstance(number, bool):
        raise ValueError(f"{name} must be a whole number of at least 1, not {number!r}.")
    return whole
