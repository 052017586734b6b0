"""What a way of sampling does to a text: variety, loops, and how likely the model finds it.

Every measure takes token ids, so it needs no tokenizer and works for any model. Left out: whether
what the text says is true (`workbook.sampling.faithfulness`) and overlap with a reference (lesson
09). Lesson 03 draws the curves.

Shapes: B batch, T time, V vocabulary. `keep_mask` is true on real tokens. Probabilities are natural
logarithms, so the unit of surprise and entropy is the nat.
"""
# ruff: noqa: F722 - the strings in the annotations are shapes

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from workbook.inference import token_log_probs

if TYPE_CHECKING:
    from transformers import PreTrainedModel

Tokens = Sequence[Hashable]


def entropy(probs: Float[Tensor, "*rows V"]) -> Float[Tensor, "*rows"]:
    """Entropy in nats of distributions `... V`, shape `...`; 0 ln 0 counts as 0 (Shannon 1948)."""
    return torch.special.entr(probs).sum(-1)


def effective_vocabulary(probs: Float[Tensor, "*rows V"]) -> Float[Tensor, "*rows"]:
    """The number of equally likely tokens that would be just as uncertain: e to the entropy."""
    return entropy(probs).exp()


def distinct(texts: Sequence[Tokens], n: int) -> float:
    """Share of the n-grams of all texts together that are different (Li et al. 2016, distinct-n).

    It falls as texts get longer, so compare only equal numbers of equally long texts.
    """
    if n < 1:
        raise ValueError(f"An n-gram has at least one token, not {n}.")
    grams = [tuple(text[i : i + n]) for text in texts for i in range(len(text) - n + 1)]
    if not grams:
        raise ValueError(f"No text is {n} tokens long, so there is nothing to count.")
    return len(set(grams)) / len(grams)


def ends_in_loop(tokens: Tokens, shortest: int = 2, times: int = 3) -> bool:
    """True if the text ends in one phrase said over and over.

    As Holtzman et al. (2020) count repetition: a phrase of at least `shortest` tokens, at least
    `times` times in a row at the end.
    """
    tokens = list(tokens)
    for size in range(shortest, len(tokens) // times + 1):
        phrase = tokens[-size:]
        if tokens[-size * times :] == phrase * times:
            return True
    return False


def loops(texts: Sequence[Tokens]) -> float:
    """Share of texts that end in a loop."""
    if not texts:
        raise ValueError("There are no texts to measure.")
    return sum(map(ends_in_loop, texts)) / len(texts)


def mean_nll(
    model: PreTrainedModel,
    ids: Int[Tensor, "B T"],
    keep_mask: Bool[Tensor, "B T"] | Int[Tensor, "B T"],
    start: int = 1,
) -> float:
    """Mean of -ln p per token, in nats, over all real tokens from position `start` on.

    ids, keep_mask: `B T`. The model is taken as it is, whatever temperature or filter chose the
    tokens. The mean is over tokens, not over texts, so long and short texts weigh by their length.
    """
    if start < 1:
        raise ValueError(
            f"The first token has nothing before it: start is at least 1, not {start}."
        )
    keep = keep_mask.bool()
    scored = (keep[:, 1:] & keep[:, :-1])[:, start - 1 :]
    if not scored.any():
        raise ValueError(f"There is no token to score from position {start} on.")
    total = token_log_probs(model, ids, keep_mask)[:, start - 1 :].sum()
    return float(-total / scored.sum())


def best_of_n_kl(n: int) -> float:
    """KL(best of n || one sample) in nats, ln n - (n - 1) / n, if no two samples score the same.

    Stiennon et al. (2020, Table 10); an upper bound when samples tie (Beirami et al. 2024).
    """
    if n < 1:
        raise ValueError(f"Best-of-n needs at least one sample, not {n}.")
    return math.log(n) - (n - 1) / n
