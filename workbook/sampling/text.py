"""From text to a batch of token ids and back, as lesson 03 needs it.

A batch for generation is padded on the left, so that every row ends where the model goes on.
Left out: chat templates (lesson 08) and what a token is (lesson 01).

Shapes: B batch, T time. `keep_mask` is true on real tokens.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase


def encode(
    tokenizer: PreTrainedTokenizerBase, texts: str | Sequence[str], device: str = "cpu"
) -> tuple[Tensor, Tensor]:
    """(ids, keep_mask), both `B T`, padded on the left.

    Each text begins with the tokenizer's begin token, if it has one, because each text the model
    was trained on did; for an encoder-decoder (`workbook.sampling.families`) it ends with its end
    token. ValueError if there is no text.
    """
    texts = [texts] if isinstance(texts, str) else list(texts)
    if not texts:
        raise ValueError("There is no text to encode; give at least one.")
    begin = [] if tokenizer.bos_token_id is None else [tokenizer.bos_token_id]
    end = [tokenizer.prompt_end_id] if hasattr(tokenizer, "prompt_end_id") else []
    rows = [begin + tokenizer.encode(text, add_special_tokens=False) + end for text in texts]
    lengths = torch.tensor([len(row) for row in rows])
    time = int(lengths.max())
    pad = tokenizer.pad_token_id or 0
    ids = torch.tensor([[pad] * (time - len(row)) + row for row in rows], dtype=torch.long)
    keep_mask = torch.arange(time) >= time - lengths[:, None]
    return ids.to(device), keep_mask.to(device)


def decode(tokenizer: PreTrainedTokenizerBase, ids: Tensor, start: int = 0) -> list[str]:
    """The texts of a batch `B T` from position `start` on, each up to its end token."""
    return [tokenizer.decode(row[start:], skip_special_tokens=True) for row in ids.tolist()]
