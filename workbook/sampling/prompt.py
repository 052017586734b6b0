"""Prompts that have been looked at: shapes, padding and length, before the model sees them.

A wrong shape or padding on the wrong side gives nonsense instead of an error deep in a model, so
both `generate` and `beam_search` begin here. Left out: turning text into ids, which is the
tokenizer's work. Lesson 03 meets left padding in its batched step.

Shapes: B batch, T time, T2 the time that a penalty counts, E end tokens. `keep_mask` is true on
real tokens.
"""
# ruff: noqa: F722 - the strings in the annotations are shapes

from __future__ import annotations

import operator
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from jaxtyping import Bool, Int
from torch import Tensor

if TYPE_CHECKING:
    from transformers import PreTrainedModel


@dataclass(frozen=True)
class Prompt:
    """Prompts `B T` on the model's device, and the longest that the texts can get."""

    ids: Tensor  # B T
    keep_mask: Tensor | None  # B T; None where nothing is padding
    max_seq_len: int  # T + max_new_tokens
    decoder_start: tuple[int, int] | None = (
        None  # column and token that an encoder's partner begins at
    )

    @classmethod
    def checked(
        cls,
        model: PreTrainedModel,
        ids: Int[Tensor, "B T"],
        keep_mask: Bool[Tensor, "B T"] | Int[Tensor, "B T"] | None,
        max_new_tokens: int,
    ) -> Prompt:
        """The prompts, or ValueError with one sentence about what is wrong with them."""
        if not isinstance(ids, Tensor) or ids.dim() != 2 or 0 in ids.shape:
            raise ValueError("ids must be a tensor B T with at least one row and one token.")
        if ids.is_floating_point() or ids.dtype == torch.bool:
            raise ValueError(f"ids must be whole numbers, not {ids.dtype}.")
        vocabulary = model.get_input_embeddings().num_embeddings
        if not 0 <= int(ids.min()) <= int(ids.max()) < vocabulary:
            raise ValueError(f"every id must be from 0 to {vocabulary - 1}, the model's last.")
        max_seq_len = ids.shape[1] + count("max_new_tokens", max_new_tokens)
        longest = getattr(model.config, "max_position_embeddings", None)
        if longest is not None and max_seq_len > longest:
            raise ValueError(
                f"a prompt of {ids.shape[1]} tokens and {max_new_tokens} new ones make "
                f"{max_seq_len}, but the model was built for {longest}: shorten one of them."
            )
        refuse_unknown_wishes(model)
        ids, keep = ids.long().to(model.device), left_padding(ids, keep_mask, model.device)
        if not hasattr(model, "meeting"):
            return cls(ids, keep, max_seq_len)
        column = model.meeting(
            ids, torch.ones_like(ids, dtype=torch.bool) if keep is None else keep
        )
        return cls(ids, keep, max_seq_len, (column, model.start_id))

    def written(
        self, text: Int[Tensor, "B T"], keep_mask: Bool[Tensor, "B T"] | None
    ) -> tuple[Int[Tensor, "B T2"], Bool[Tensor, "B T2"] | None]:
        """The part of a text `B T` that a repetition penalty counts, and its mask.

        It is all of a decoder's. An encoder-decoder has not written its prompt, so that its part
        begins with the start token.
        """
        if self.decoder_start is None:
            return text, keep_mask
        column, start_id = self.decoder_start
        part = text[:, column:].clone()
        part[:, 0] = start_id
        return part, None

    def keep_in(self, max_seq_len: int) -> Bool[Tensor, "B {max_seq_len}"] | None:
        """The mask of a text of `max_seq_len` tokens: what comes after the prompt is real."""
        if self.keep_mask is None:
            return None
        rows, read = self.keep_mask.shape
        return torch.cat([self.keep_mask, self.keep_mask.new_ones(rows, max_seq_len - read)], 1)


WISHES = {  # of a model's generation_config that our loops do not know -> what asks for nothing
    "forced_bos_token_id": (None,),
    "forced_eos_token_id": (None,),
    "suppress_tokens": (None, []),
    "begin_suppress_tokens": (None, []),
    "bad_words_ids": (None, []),
    "sequence_bias": (None, [], {}),
    "no_repeat_ngram_size": (None, 0),
    "encoder_no_repeat_ngram_size": (None, 0),
    "encoder_repetition_penalty": (None, 1.0),
    "min_length": (None, 0),
    "min_new_tokens": (None, 0),
    "exponential_decay_length_penalty": (None,),
    "typical_p": (None, 1.0),
    "epsilon_cutoff": (None, 0.0),
    "eta_cutoff": (None, 0.0),
    "guidance_scale": (None, 1.0),
    "watermarking_config": (None,),
}


def refuse_unknown_wishes(model: PreTrainedModel) -> None:
    """ValueError where a model's generation_config asks for what our loops leave out.

    What they have an argument for, such as top_p, is the caller's choice whatever stands there.
    """
    wishes = getattr(getattr(model, "model", model), "generation_config", None)
    wishes = getattr(model, "generation_config", wishes)
    for name, nothing in WISHES.items():
        wish = getattr(wishes, name, None)
        if wish not in nothing:
            raise ValueError(
                f"this model's generation_config asks for {name}={wish!r}, which our loops leave "
                f"out: use model.generate, or set {name} to {nothing[-1]!r} there."
            )


def left_padding(
    ids: Int[Tensor, "B T"],
    keep_mask: Bool[Tensor, "B T"] | Int[Tensor, "B T"] | None,
    device: torch.device,
) -> Bool[Tensor, "B T"] | None:
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


def stop_ids(eos_id: int | Sequence[int] | None, device: torch.device) -> Int[Tensor, " E"] | None:
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
