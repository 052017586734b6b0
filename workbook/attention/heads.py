"""What single heads do: their weights recorded, scored, and switched off.

Two kinds of head are looked for. One attends to the token before; an *induction* head looks for an
earlier occurrence of the present token and attends to what came after it, which is how a model
copies a name it has never read (Olsson et al. 2022). Scores say what a head looks at; only
switching it off says what it is for. Left out: circuits of more than two heads. Lesson 01.

Shapes: B batch, L layers, H heads, T time. `keep_mask` is true on real tokens.
"""
# ruff: noqa: F722 - the strings in the annotations are shapes

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import combinations
from typing import TYPE_CHECKING

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from workbook.attention.layers import MultiHeadAttention
from workbook.attention.transformer import Transformer
from workbook.core.runs.seeding import generator

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

Head = tuple[int, int]  # (layer, head), both from 0


def self_attentions(model: Transformer) -> list[MultiHeadAttention]:
    """The self-attention of each block, of the decoder where there is one."""
    return [block.attention for block in (model.decoder or model.encoder).blocks]


@contextmanager
def recorded(model: Transformer) -> Iterator[list[Float[Tensor, "B H T S"]]]:
    """Yield a list that gets the weights of each layer when the model is called."""
    seen: list[Tensor] = []
    layers = self_attentions(model)
    try:
        for layer in layers:
            layer.on_weights = seen.append
        yield seen
    finally:
        for layer in layers:
            layer.on_weights = None


@torch.no_grad()
def attention_maps(model: Transformer, ids: Int[Tensor, "B T"]) -> Float[Tensor, "L B H T T"]:
    """All self-attention weights for a text."""
    with recorded(model) as seen:
        model(ids.to(model.embedding.weight.device))
    return torch.stack(seen).float().cpu()


@torch.no_grad()
def mean_query_and_key(
    model: Transformer, ids: Int[Tensor, "B T"]
) -> tuple[Float[Tensor, "L H D"], Float[Tensor, "L H D"]]:
    """Each head's query and key before they are turned, averaged over all tokens but the first."""
    sums: list[list[Tensor]] = [[], []]
    hooks = []
    for layer in self_attentions(model):
        for kept, part in zip(sums, (layer.query, layer.key), strict=True):
            size = layer.head_size
            hooks.append(
                part.register_forward_hook(
                    lambda _part, _given, out, kept=kept, size=size: kept.append(
                        out[:, 1:].unflatten(-1, (-1, size)).mean((0, 1)).float().cpu()
                    )
                )
            )
    try:
        model(ids.to(model.embedding.weight.device))
    finally:
        for hook in hooks:
            hook.remove()
    query, key = (torch.stack(kept) for kept in sums)
    return query, key.repeat_interleave(query.shape[1] // key.shape[1], 1)


@contextmanager
def ablated(model: Transformer, heads: Sequence[Head]) -> Iterator[None]:
    """Within the block, these heads add nothing: their result is multiplied by 0."""
    layers = self_attentions(model)
    for layer, head in heads:
        if not (0 <= layer < len(layers) and 0 <= head < layers[layer].heads):
            raise ValueError(f"there is no head {head} in layer {layer}; both count from 0.")
    before = [layer.head_scale for layer in layers]
    try:
        for layer, head in heads:
            scale, weight = layers[layer].head_scale, layers[layer].query.weight
            scale = weight.new_ones(layers[layer].heads) if scale is None else scale.clone()
            scale[head] = 0.0
            layers[layer].head_scale = scale
        yield
    finally:
        for layer, head_scale in zip(layers, before, strict=True):
            layer.head_scale = head_scale


def previous_token_score(weights: Float[Tensor, "L B H T T"]) -> Float[Tensor, "L H"]:
    """The mean weight on the token before, over all tokens but the first."""
    return weights.diagonal(-1, -2, -1).mean((1, -1))


def induction_score(
    weights: Float[Tensor, "L B H T T"], ids: Int[Tensor, "B T"]
) -> Float[Tensor, "L H"]:
    """The mean weight on tokens that followed an earlier occurrence of the present token.

    Over all tokens that have occurred before; ValueError if no token of the texts has.
    """
    target = after_earlier(ids)
    has = target.any(-1)  # B T
    if not has.any():
        raise ValueError("no token occurs twice in these texts, so there is nothing to copy.")
    on_target = (weights * target[None, :, None]).sum(-1)  # L B H T
    return (on_target * has[:, None]).sum((1, 3)) / has.sum()


def after_earlier(ids: Int[Tensor, "B T"]) -> Bool[Tensor, "B T T"]:
    """True at (i, j) where token j follows an earlier occurrence of token i."""
    same = (ids[:, :, None] == ids[:, None, :]).tril(-1)  # B T T, j before i
    return torch.cat([torch.zeros_like(same[..., :1]), same[..., :-1]], -1).tril()


def copied_names(
    tokenizer: PreTrainedTokenizerBase, names: Sequence[str]
) -> tuple[Int[Tensor, "B T"], Bool[Tensor, "B T"]]:
    """Texts that say each name twice, and which tokens of them can only be copied.

    Those are the second name's tokens but its first, which nothing announces. Rows are padded on
    the right, where causal attention never looks.
    """
    rows, scored = [], []
    for name in names:
        begin = begin_ids(tokenizer) + tokenizer.encode(f"{name}\n", add_special_tokens=False)
        again = tokenizer.encode(name, add_special_tokens=False)
        rows.append(begin + again)
        scored.append([False] * (len(begin) + 1) + [True] * (len(again) - 1))
    longest = max(map(len, rows))
    pad = tokenizer.pad_token_id or 0
    ids = torch.tensor([row + [pad] * (longest - len(row)) for row in rows])
    mask = torch.tensor([row + [False] * (longest - len(row)) for row in scored])
    return ids, mask


def begin_ids(tokenizer: PreTrainedTokenizerBase) -> list[int]:
    """The begin token, if the tokenizer has one: each text a model was trained on starts so."""
    return [] if tokenizer.bos_token_id is None else [tokenizer.bos_token_id]


@torch.no_grad()
def copying(
    model: Transformer, ids: Int[Tensor, "B T"], scored: Bool[Tensor, "B T"]
) -> tuple[float, list[float]]:
    """(mean NLL of the scored tokens in nats, for each text the share that is the first choice)."""
    device = model.embedding.weight.device
    logits = model(ids.to(device))[:, :-1].float().cpu()  # each speaks of the next token
    next_ids, scored = ids[:, 1:], scored[:, 1:]
    nats = -logits.log_softmax(-1).gather(2, next_ids[..., None])[..., 0]
    right = (logits.argmax(-1) == next_ids) & scored
    return nats[scored].mean().item(), (right.sum(1) / scored.sum(1).clamp(min=1)).tolist()


def copying_without(
    model: Transformer,
    ids: Int[Tensor, "B T"],
    scored: Bool[Tensor, "B T"],
    groups: Iterable[Sequence[Head]],
) -> list[float]:
    """For each group of heads, the share copied right while they are switched off."""
    shares = []
    for heads in groups:
        with ablated(model, heads):
            right = copying(model, ids, scored)[1]
        shares.append(sum(right) / len(right))
    return shares


def all_heads(model: Transformer) -> list[Head]:
    """(layer, head) of each head, layer by layer."""
    return [
        (i, head) for i, layer in enumerate(self_attentions(model)) for head in range(layer.heads)
    ]


def random_pairs(
    heads: Sequence[Head], count: int, seed: int, without: Sequence[Head] = ()
) -> list[tuple[Head, Head]]:
    """`count` different pairs of heads, drawn from those that are not in `without`."""
    pairs = list(combinations([head for head in heads if head not in without], 2))
    order = torch.randperm(len(pairs), generator=generator(seed)).tolist()
    return [pairs[place] for place in order[:count]]


@torch.no_grad()
def neighbours(table: Float[Tensor, "V C"], token: int, count: int = 8) -> list[tuple[int, float]]:
    """The tokens whose embeddings have the largest cosine with that of `token`, itself left out."""
    unit = (table / table.norm(dim=-1, keepdim=True)).float()
    cosines = unit @ unit[token]
    cosines[token] = -torch.inf
    best = cosines.topk(min(count, len(table) - 1))
    return list(zip(best.indices.tolist(), best.values.tolist(), strict=True))
