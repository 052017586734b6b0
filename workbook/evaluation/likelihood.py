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

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase


@dataclass(frozen=True)
class Likelihood:
    """-ln p of some texts under a model, in nats, and what they were made of."""

    nats: float
    tokens: int  # predicted, the end token among them
    bytes: int  # of the texts in UTF-8

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
    batch: int = 16,
) -> Likelihood:
    """-ln p of whole texts, each from its begin token (not scored) to its end token (scored)."""
    from workbook.sampling.measure import token_log_probs
    from workbook.sampling.text import encode

    if not texts:
        raise ValueError("There is no text to score; give at least one.")
    end = tokenizer.eos_token or ""
    nats, tokens = 0.0, 0
    for start in range(0, len(texts), batch):
        rows = [text + end for text in texts[start : start + batch]]
        ids, keep_mask = encode(tokenizer, rows, str(model.device))  # B T
        nats -= token_log_probs(model, ids, keep_mask).double().sum().item()
        tokens += int((keep_mask[:, 1:] & keep_mask[:, :-1]).sum())
    return Likelihood(nats, tokens, sum(len(text.encode("utf-8")) for text in texts))


def _some(count: int, unit: str) -> int:
    if count < 1:
        raise ValueError(f"There must be at least one {unit}, not {count}.")
    return count
