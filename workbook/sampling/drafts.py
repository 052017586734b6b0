"""Two cheap drafts for speculative decoding: counted n-grams, and the first layers of the model.

Both are made from what is there, without training. Left out: a small model trained as a draft, the
usual choice, which fits the same place (`ModelDraft` of it). Lesson 03 compares them.

Shapes: T time, V vocabulary.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from workbook.welcome.markov import END, START, Chain

if TYPE_CHECKING:
    from transformers import PreTrainedModel


class ChainDraft:
    """Lesson 00's Markov chain, over token ids: counts of what followed the last n - 1 tokens."""

    def __init__(self, texts: Sequence[Sequence[int]], n: int, vocabulary: int, end_id: int):
        """texts: token ids of each. end_id: the token that ends a text."""
        self.chain = Chain(texts, n)
        self.vocabulary, self.ends = vocabulary, {END: end_id}

    def __call__(self, text: Sequence[int]) -> Tensor:
        following = self.chain.next([START, *text[-self.chain.n :]])
        ids = [self.ends.get(token, token) for token in following]
        probs = torch.zeros(self.vocabulary)
        probs[torch.tensor(ids)] = torch.tensor(list(following.values()))
        return probs


class ModelDraft:
    """Any causal model with the same vocabulary. It reads the whole text again for each token."""

    def __init__(self, model: PreTrainedModel):
        self.model = model

    @torch.no_grad()
    def __call__(self, text: Sequence[int]) -> Tensor:
        ids = torch.tensor([text], device=self.model.device)
        return self.model(ids).logits[0, -1].float().softmax(-1).cpu()


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
