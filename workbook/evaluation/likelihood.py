"""How well a model predicts a text: perplexity, and bits per byte.

Perplexity is e to the mean loss per token, so it depends on how the text is cut into tokens; bits
per byte divide the same total by the text's length in bytes and can be compared between models
with different tokenizers. Left out: texts longer than the model's window. Lesson 09 explains it.

Shapes: B texts, T time. `keep_mask` is true on real tokens.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbook.inference.text import begin_ids

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase


@dataclass(frozen=True)
class Likelihood:
    """-ln p of some texts under a model, in nats, and what they were made of."""

    nats: float
    tokens: int  # predicted, the end token among them
    bytes: int  # of what was predicted of the texts, in UTF-8

    @property
    def perplexity(self) -> float:
        """Among how many equally likely tokens the model was, on average, choosing."""
        return perplexity(self.nats, self.tokens)

    @property
    def bits_per_byte(self) -> float:
        return bits_per_byte(self.nats, self.bytes)


def perplexity(nats: float, tokens: int) -> float:
    """e^(nats / tokens): total -ln p in nats over the number of predicted tokens."""
    return math.exp(nats / _some(tokens, "token"))


def bits_per_byte(nats: float, size: int) -> float:
    """nats / ln 2 / bytes: what a perfect compressor with this model would need."""
    return nats / math.log(2) / _some(size, "byte")


def likelihood(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    texts: Sequence[str],
    batch_size: int = 16,
) -> Likelihood:
    """Return -ln p of whole texts: from the begin token (not scored) to the end token (scored).

    Where a tokenizer has no begin token the first token of a text is not predicted, and its bytes
    are left out. Raises ValueError for no text, and where nothing of any text can be predicted.
    """
    from workbook.inference import pad, text_ids, token_log_probs

    if not texts:
        raise ValueError("There is no text to score; give at least one.")
    begin, end = begin_ids(tokenizer), tokenizer.eos_token_id
    nats, tokens, size = 0.0, 0, 0
    for start in range(0, len(texts), batch_size):
        some = texts[start : start + batch_size]
        rows = [text_ids(tokenizer, text) + [end] * (end is not None) for text in some]
        ids, keep_mask = pad(rows, tokenizer.pad_token_id or 0, "left")  # B T
        ids, keep_mask = ids.to(model.device), keep_mask.to(model.device)
        nats -= token_log_probs(model, ids, keep_mask).double().sum().item()
        tokens += sum(max(0, len(row) - 1) for row in rows)
        size += sum(len(text.encode("utf-8")) for text in some)
        if not begin:
            size -= sum(_first_bytes(tokenizer, *pair) for pair in zip(some, rows, strict=True))
    if not tokens:
        raise ValueError(
            "There is nothing to predict: each text is one token, and the tokenizer has no begin "
            "token that could stand in front; give longer texts."
        )
    return Likelihood(nats, tokens, size)


def _first_bytes(tokenizer: PreTrainedTokenizerBase, text: str, ids: Sequence[int]) -> int:
    """Bytes of a text that its first token stands for; a token may end within a character."""
    if not text:
        return 0
    piece = tokenizer.decode(ids[:1], clean_up_tokenization_spaces=False)
    if text.startswith(piece):
        return len(piece.encode("utf-8"))
    token = tokenizer.convert_ids_to_tokens(ids[0])
    return 1 if token.startswith("<0x") else len(token)  # a byte-level token has a sign a byte


def _some(count: int, unit: str) -> int:
    if count < 1:
        raise ValueError(f"There must be at least one {unit}, not {count}.")
    return count
