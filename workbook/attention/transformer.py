"""One transformer that is all three: encoder, decoder, or encoder with decoder.

A `TransformerConfig` chooses the architecture and each part of the block, so that GPT, Llama, BERT,
T5 and the model of 2017 are the same lines with other settings; `from_transformers` copies the
weights of such models. Left out: dropout, careful initialisation. Lesson 01.

Shapes: B batch, T time, C channels, V vocabulary. `keep_mask` is true on real tokens.
"""
# ruff: noqa: F722 - the strings in the annotations are shapes

from __future__ import annotations

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor, nn

from workbook.attention.config import TransformerConfig
from workbook.attention.dot_product import sliding_mask
from workbook.attention.layers import (
    FeedForward,
    GrowingKVCache,
    LayerNorm,
    MultiHeadAttention,
    RMSNorm,
)
from workbook.attention.positions import RelativeBias, sinusoidal_positions
from workbook.attention.validation import check_call, check_writer, embed


def _norm(config: TransformerConfig) -> nn.Module:
    return (RMSNorm if config.norm == "rms" else LayerNorm)(config.hidden_size, config.eps)


class Block(nn.Module):
    """Attention, cross-attention where there is an encoder to look at, feed-forward; each is added
    to what came in (the residual stream), normed before or after."""

    def __init__(self, config: TransformerConfig, cross: bool):
        super().__init__()
        c, shape = config, (config.hidden_size, config.heads, config.kv_heads, config.head_size)
        base = c.rotary_base if c.positions == "rotary" else None
        biases = (c.attention_bias, c.out_bias)
        self.norm_first = c.norm_first
        self.attention = MultiHeadAttention(*shape, *biases, base, c.score_scale)
        if base is not None and c.inv_freq is not None:
            self.attention.inv_freq = torch.tensor(c.inv_freq)
        self.attention_norm = _norm(c)
        if cross:
            self.cross = MultiHeadAttention(*shape, *biases, scale=c.score_scale)
            self.cross_norm = _norm(c)
        self.feed_forward = FeedForward(c.hidden_size, c.ffn_dim, c.feed_forward, c.ffn_bias)
        self.feed_forward_norm = _norm(c)

    def forward(self, x: Tensor, own: dict, memory: dict | None = None) -> Tensor:
        """x: `B T C`. own, memory: the keyword arguments of attention and of cross-attention."""
        x = self._add(x, self.attention_norm, lambda y: self.attention(y, **own))
        if memory is not None:
            x = self._add(x, self.cross_norm, lambda y: self.cross(y, **memory))
        return self._add(x, self.feed_forward_norm, self.feed_forward)

    def _add(self, x: Tensor, norm: nn.Module, part) -> Tensor:
        return x + part(norm(x)) if self.norm_first else norm(x + part(x))


class Stack(nn.Module):
    """The blocks of an encoder or of a decoder, and what they share."""

    def __init__(
        self, config: TransformerConfig, layers: int, is_causal: bool, cross: bool = False
    ):
        super().__init__()
        self.is_causal, self.window = is_causal, config.window if is_causal else None
        self.relative = None
        if config.positions == "relative":
            self.relative = RelativeBias(config.heads, not is_causal, *config.buckets)
        self.blocks = nn.ModuleList(Block(config, cross) for _ in range(layers))
        self.norm = _norm(config) if config.norm_first else nn.Identity()

    def forward(
        self,
        x: Tensor,  # B T C
        positions: Tensor,  # B T
        keep_mask: Tensor | None,  # B S, of all tokens read so far
        cache: GrowingKVCache | None = None,
        memory: tuple[Tensor, Tensor | None] | None = None,
    ) -> Tensor:
        past = 0 if cache is None else cache.length
        keys = past + x.shape[1]
        if self.window is not None:
            near = sliding_mask(x.shape[1], self.window, keys, x.device)[None, None]
            keep_mask = near if keep_mask is None else near & keep_mask[:, None, None]
        own = {"positions": positions, "cache": cache, "is_causal": self.is_causal}
        own["keep_mask"] = keep_mask
        if self.relative is not None:
            places = torch.arange(keys, device=x.device)
            own["bias"] = self.relative(places[past:], places)
        cross = None
        if memory is not None:
            cross = {"memory": memory[0], "keep_mask": memory[1], "cache": cache}
        for block in self.blocks:
            x = block(x, own, cross)
        return self.norm(x)


class Transformer(nn.Module):
    """Ids in; logits `B T V` out, or hidden states `B T C` where the config has no head."""

    def __init__(self, config: TransformerConfig):
        super().__init__()
        self.config, c = config, config
        self.embedding = nn.Embedding(c.vocabulary, c.hidden_size)
        if c.positions == "learned":
            self.position_embedding = nn.Embedding(c.max_length, c.hidden_size)
        if c.segments:
            self.segment_embedding = nn.Embedding(c.segments, c.hidden_size)
        self.embedding_norm = _norm(c) if c.embedding_norm else nn.Identity()
        last, both = c.decoder_layers or c.layers, c.architecture == "encoder-decoder"
        self.encoder = None if c.architecture == "decoder" else Stack(c, c.layers, is_causal=False)
        self.decoder = None if c.architecture == "encoder" else Stack(c, last, True, cross=both)
        self.out = (
            None if c.tied or not c.head else nn.Linear(c.hidden_size, c.vocabulary, bias=False)
        )
        self.apply(_small_normal)

    def forward(
        self,
        ids: Int[Tensor, "B T"],
        *,
        decoder_ids: Int[Tensor, "B T2"] | None = None,
        keep_mask: Tensor | None = None,
        decoder_keep_mask: Tensor | None = None,
        positions: Tensor | None = None,
        segments: Tensor | None = None,
        cache: GrowingKVCache | None = None,
    ) -> Float[Tensor, "B T V"]:
        """Return logits for the token after each (hidden states without a head).

        ids: of the encoder, or of a model that is a decoder alone. decoder_ids: with both.
        keep_mask, decoder_keep_mask: `B T`, of their ids. positions: `B T`; by default a decoder
        counts from each row's first real token, as the library's `generate` does, and an encoder
        from the row's first place, as BERT does. segments: `B T`, 0 if None. cache: ids (with an
        encoder, decoder_ids) stand behind what it has read; it remembers padding and the encoder's
        words. ValueError for what does not fit; all but ids is given by name.
        """
        masks = (keep_mask, decoder_keep_mask)  # zeros and ones will do
        keep_mask, decoder_keep_mask = (None if mask is None else mask.bool() for mask in masks)
        check_call(self.config, ids, decoder_ids, keep_mask, decoder_keep_mask, cache)
        if self.config.architecture == "decoder":
            return self.to_logits(self._decode(ids, keep_mask, positions, segments, cache))
        if self.config.architecture == "encoder":
            return self.to_logits(self.encode(ids, keep_mask, positions, segments))
        memory = None if cache is None else cache.memory
        if memory is None:
            memory = self.encode(ids, keep_mask, positions, segments), keep_mask
            if cache is not None:
                cache.memory = memory
        return self.to_logits(
            self._decode(decoder_ids, decoder_keep_mask, None, None, cache, memory)
        )

    def encode(self, ids: Tensor, keep_mask=None, positions=None, segments=None) -> Tensor:
        """What the encoder makes of ids `B T`: hidden states `B T C`. Arguments as for a call."""
        x, positions = self._embed(ids, None, positions, segments, 0)  # padding has places, too
        return self.encoder(x, positions, keep_mask)

    @torch.no_grad()
    def greedy(
        self,
        ids: Int[Tensor, "B T"],
        max_new_tokens: int,
        keep_mask: Tensor | None = None,
        decoder_ids: Tensor | None = None,
        end_id: int | None = None,
    ) -> Int[Tensor, "B T2"]:
        """The text so far and the likeliest token, again and again, with a cache.

        A decoder's rows are padded on the left. With an encoder, `decoder_ids` `B 1` start what is
        returned. A row that has said `end_id` repeats it until all have. ValueError for a model
        without logits."""
        check_writer(self.config)
        both = self.config.architecture == "encoder-decoder"
        cache, text = GrowingKVCache(), decoder_ids if both else ids
        new, ended = text, torch.zeros(len(ids), 1, dtype=torch.bool, device=ids.device)
        for _ in range(max_new_tokens):
            read = {"ids": ids, "decoder_ids": new} if both else {"ids": new}
            logits = self(**read, keep_mask=keep_mask, cache=cache)
            new = logits[:, -1:].argmax(-1)  # B 1
            if end_id is not None:
                new = new.masked_fill(ended, end_id)
                ended |= new == end_id
            text, keep_mask = torch.cat([text, new], 1), None  # the cache remembers the mask
            if ended.all():
                break
        return text

    def _embed(self, ids, keep_mask, positions, segments, past) -> tuple[Tensor, Tensor]:
        """`B T C` for the first block, and the positions `B T` that it was made with."""
        if positions is None:
            places = past + torch.arange(ids.shape[1], device=ids.device)
            pads = 0 if keep_mask is None else keep_mask.long().argmax(1, keepdim=True)  # in front
            positions = (places - pads).clamp(min=0).expand(ids.shape)
        x = embed(self.embedding, ids) * self.config.embedding_scale
        if self.config.positions == "learned":
            x = x + self.position_embedding(positions)
        elif self.config.positions == "sinusoidal":
            table = sinusoidal_positions(self.config.max_length, self.config.hidden_size)
            x = x + table.to(x)[positions]
        if self.config.segments:
            segments = ids * 0 if segments is None else segments
            x = x + embed(self.segment_embedding, segments, "segments")
        return self.embedding_norm(x), positions

    def _decode(self, ids, keep_mask, positions, segments, cache, memory=None) -> Tensor:
        past = 0 if cache is None else cache.length
        if cache is not None:
            keep_mask = cache.remember(ids, keep_mask)
        x, positions = self._embed(ids, keep_mask, positions, segments, past)
        x = self.decoder(x, positions, keep_mask, cache, memory)
        if cache is not None:
            cache.length += ids.shape[1]
        return x

    def to_logits(self, x: Float[Tensor, "*rows C"]) -> Float[Tensor, "*rows V"]:
        """Return the last layer's logits for normed states; without a head, the states."""
        if not self.config.head:
            return x
        weight = self.embedding.weight if self.out is None else self.out.weight
        return F.linear(x * self.config.output_scale, weight)


def _small_normal(module: nn.Module) -> None:
    """Matrices begin as in GPT-2: normal with standard deviation 0.02, biases 0."""
    if isinstance(module, (nn.Linear, nn.Embedding)):
        nn.init.normal_(module.weight, std=0.02)
    if isinstance(module, nn.Linear) and module.bias is not None:
        nn.init.zeros_(module.bias)
