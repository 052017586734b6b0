"""A walk with the tokens: what every block does to a text, kept for looking at.

`walk` calls the model once and keeps the embeddings, each block's queries, keys, values, attention
weights and what attention and the feed-forward layer put out, and the residual stream behind
every block. `lens` reads that stream as if the model ended there (nostalgebraist 2020, the logit
lens). Left out: encoders with a decoder, and changing what is looked at (`heads.ablated`).
Lesson 01.

Shapes: T time, H heads, K key-value heads, D head size, C channels, V vocabulary.
"""
# ruff: noqa: F722 - the strings in the annotations are shapes

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from workbook.attention.heads import recorded
from workbook.attention.transformer import Block, Stack, Transformer


@dataclass(frozen=True)
class BlockTrace:
    """What one block did to one text."""

    q: Float[Tensor, "H T D"]  # before positions turn them
    k: Float[Tensor, "K T D"]
    v: Float[Tensor, "K T D"]
    weights: Float[Tensor, "H T T"]
    attention: Float[Tensor, "T C"]  # what attention put out, W_O included
    feed_forward: Float[Tensor, "T C"]  # what the feed-forward layer put out
    stream: Float[Tensor, "T C"]  # the residual stream behind the block


@dataclass(frozen=True)
class Walk:
    """One text on its way through a model."""

    ids: Int[Tensor, " T"]
    embedded: Float[Tensor, "T C"]
    blocks: tuple[BlockTrace, ...]
    logits: Float[Tensor, "T V"]

    @property
    def streams(self) -> Float[Tensor, "L1 T C"]:
        """The residual stream before the first block and behind each one."""
        return torch.stack([self.embedded, *(block.stream for block in self.blocks)])


@torch.no_grad()
def walk(model: Transformer, ids: Int[Tensor, "1 T"]) -> Walk:
    """Return what each block does to one text, on the CPU in float32.

    ids: `1 T`. ValueError for more than one text, or for a model that is not one stack of blocks.
    """
    if model.config.architecture == "encoder-decoder":
        raise ValueError("a walk follows one stack of blocks, not an encoder with a decoder.")
    if ids.dim() != 2 or len(ids) != 1:
        raise ValueError(f"a walk takes one text, ids of shape (1, T), not {tuple(ids.shape)}.")
    blocks = blocks_of(model)
    kept: dict[nn.Module, Tensor] = {}
    first: list[Tensor] = []
    hooks = [blocks[0].register_forward_pre_hook(lambda _part, given: first.append(given[0]))]
    for block in blocks:
        layer = block.attention
        for part in (layer.query, layer.key, layer.value, layer, block.feed_forward, block):
            hooks.append(
                part.register_forward_hook(lambda part, _in, out: kept.update({part: out}))
            )
    try:
        with recorded(model) as weights:
            logits = model(ids.to(model.embedding.weight.device))
    finally:
        for hook in hooks:
            hook.remove()
    own = {part: _plain(out) for part, out in kept.items()}
    traces = (_trace(block, own, _plain(w)) for block, w in zip(blocks, weights, strict=True))
    return Walk(ids[0].cpu(), _plain(first[0]), tuple(traces), _plain(logits))


@torch.no_grad()
def lens(model: Transformer, stream: Float[Tensor, "*rows C"]) -> Float[Tensor, "*rows V"]:
    """Return the log-probabilities of the next token, were the model to end at this stream.

    stream: `... C`, from `Walk`. The model's last norm and last layer are used as they are.
    ValueError for a model without a last layer.
    """
    if not model.config.head:
        raise ValueError("this model gives hidden states: it has no last layer to look through.")
    weight = model.embedding.weight
    norm = cast("Stack", model.decoder or model.encoder).norm
    return model.to_logits(norm(stream.to(weight))).float().log_softmax(-1).cpu()


def blocks_of(model: Transformer) -> list[Block]:
    """Return the blocks of the decoder, or of the encoder where there is no decoder."""
    return cast("list[Block]", list(cast("Stack", model.decoder or model.encoder).blocks))


def _plain(out: Tensor) -> Tensor:
    """The first text's numbers, on the CPU in float32."""
    return out[0].float().cpu()


def _trace(block: Block, kept: dict[nn.Module, Tensor], weights: Tensor) -> BlockTrace:
    layer = block.attention
    q, k, v = (
        kept[part].unflatten(-1, (-1, layer.head_size)).transpose(0, 1)
        for part in (layer.query, layer.key, layer.value)
    )
    return BlockTrace(q, k, v, weights, kept[layer], kept[block.feed_forward], kept[block])
