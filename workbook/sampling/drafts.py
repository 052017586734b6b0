"""Two cheap drafts for speculative decoding, and a table that shows what a draft does to the text.

Counted n-grams and the first layers of the model are made from what is there, without training.
Left out: a small model trained as a draft, the usual choice, which fits the same place
(`ModelDraft` of it). Lesson 03 compares them.

Shapes: T time, V vocabulary.
"""
# ruff: noqa: F722 - the strings in the annotations are shapes

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch
from jaxtyping import Int
from torch import Tensor

from workbook.core.notebook.charts import readable
from workbook.sampling.speculative import (
    Accept,
    CachedReader,
    Draft,
    accept_or_leftover,
    speculate,
)
from workbook.welcome.markov import END, START, Chain

if TYPE_CHECKING:
    import pandas
    from transformers import PreTrainedModel, PreTrainedTokenizerBase


class ChainDraft:
    """Lesson 00's Markov chain, over token ids: counts of what followed the last n - 1 tokens."""

    def __init__(self, texts: Sequence[Sequence[int]], n: int, vocabulary: int, end_id: int):
        """texts: token ids of each. end_id: the token that ends a text."""
        self.chain = Chain(texts, n)
        self.vocabulary, self.end_id = vocabulary, end_id

    def __call__(self, text: Sequence[int]) -> Tensor:
        following = self.chain.next([START, *text[-self.chain.n :]])
        ids = [self.end_id if token == END else token for token in following]
        probs = torch.zeros(self.vocabulary)
        probs[torch.tensor(ids)] = torch.tensor(list(following.values()))
        return probs


class ModelDraft:
    """Any causal model with the same vocabulary. A cache keeps what it has read of the text."""

    def __init__(self, model: PreTrainedModel):
        self.reader = CachedReader(model)

    @torch.no_grad()
    def __call__(self, text: Sequence[int]) -> Tensor:
        return self.reader.read(list(text), 1)[0].softmax(-1).cpu()


def first_layers(model: PreTrainedModel, layers: int) -> PreTrainedModel:
    """Return a model of the first layers of a Llama, with its own embedding, norm and head.

    The weights are shared with the model, so that it takes no memory of its own. ValueError where
    the model has no list of layers, or not so many.
    """
    import copy

    blocks = getattr(getattr(model, "model", None), "layers", None)
    if blocks is None or not 1 <= layers <= len(blocks):
        known = "no list of layers" if blocks is None else f"{len(blocks)} layers"
        raise ValueError(f"the model has {known}; it cannot be cut to {layers}.")
    short = copy.copy(model)
    short._modules = dict(model._modules)
    short.model = copy.copy(model.model)
    short.model._modules = dict(model.model._modules)
    short.model.layers = torch.nn.ModuleList(blocks[:layers])
    short.model.config = copy.copy(model.model.config)
    short.model.config.num_hidden_layers = layers
    return short


def pair_table(
    model: PreTrainedModel,
    draft: Draft,
    ids: Int[Tensor, "1 T"],
    runs: int,
    source: torch.Generator,
    accept: Accept = accept_or_leftover,
    tokenizer: PreTrainedTokenizerBase | None = None,
) -> pandas.DataFrame:
    """Return how often each pair of first tokens should come after a prompt `1 T`, and did.

    expected: `runs` times the model's own joint probability, computed from its logits; pairs below
    5 are one row. drawn: in `runs` texts of three tokens, written with the draft. tokenizer: names
    a pair by its two tokens instead of their ids.
    """
    import pandas as pd

    size = ids.shape[1]
    with torch.no_grad():
        first = model(ids).logits[0, -1].float().softmax(-1)  # V
        tops = first.topk(min(8, len(first))).indices
        texts = torch.cat([ids.expand(len(tops), -1), tops[:, None]], 1)
        joint = first[tops, None] * model(texts).logits[:, -1].float().softmax(-1)  # tops V
    often = (joint * runs >= 5).nonzero().tolist()
    expected = {(int(tops[a]), b): runs * float(joint[a, b]) for a, b in often}
    drawn = dict.fromkeys(expected, 0)
    for _ in range(runs):
        out = speculate(
            model, draft, ids, max_new_tokens=3, draft_tokens=2, generator=source, accept=accept
        )
        pair = tuple(out.ids[0, size : size + 2].tolist())
        if pair in drawn:
            drawn[pair] += 1
    names = [" + ".join(_name(each, tokenizer) for each in pair) for pair in expected]
    found = {"expected": list(expected.values()), "drawn": list(drawn.values())}
    table = pd.DataFrame(found, index=names)
    table.loc["all others"] = runs - table.sum()
    return table


def _name(token: int, tokenizer: PreTrainedTokenizerBase | None) -> str:
    if tokenizer is None:
        return str(token)
    return html.unescape(readable(str(tokenizer.decode([token]))))  # a table escapes it itself
