"""The parts of a transformer block: multi-head attention, two norms, the feed-forward layer.

Each layer takes plain numbers, so that it can be used without a `TransformerConfig`. Left out:
dropout, and any trick for speed beyond torch's fused attention. Lesson 01 builds each part.

Shapes: B batch, T time, S time of what is looked at, C channels, H heads, K key-value heads,
D head size, F width of the feed-forward layer. `keep_mask` is true on real tokens.
"""
# ruff: noqa: F722 - the strings in the annotations are shapes

from __future__ import annotations

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from workbook.attention.dot_product import attention_weights, fused_attention
from workbook.attention.positions import frequencies, rotary_embedding


class MultiHeadAttention(nn.Module):
    """H attentions side by side, each in D channels of its own, then mixed (Vaswani 2017, 3.2.2).

    kv_heads: K, fewer keys and values than queries, shared by groups of heads (Ainslie 2023).
    bias: of the three projections; out_bias: of the last one, like `bias` if None.
    rotary_base: turns queries and keys by position, except towards a memory, whose places are of
    another text; None for no positions at all.
    scale: of the scores, 1 / sqrt(D) if None.
    """

    def __init__(
        self,
        hidden_size: int,
        heads: int,
        kv_heads: int | None = None,
        head_size: int | None = None,
        bias: bool = False,
        out_bias: bool | None = None,
        rotary_base: float | None = None,
        scale: float | None = None,
    ):
        super().__init__()
        kv_heads = heads if kv_heads is None else kv_heads
        if min(heads, kv_heads) < 1 or heads % kv_heads:
            raise ValueError(f"{heads} heads cannot share {kv_heads} key-value heads evenly.")
        if head_size is None and hidden_size % heads:
            raise ValueError(
                f"a hidden size of {hidden_size} does not split into {heads} heads: set head_size."
            )
        self.heads, self.kv_heads, self.scale = heads, kv_heads, scale
        self.head_size = head_size or hidden_size // heads
        self.query = nn.Linear(hidden_size, heads * self.head_size, bias)
        self.key = nn.Linear(hidden_size, kv_heads * self.head_size, bias)
        self.value = nn.Linear(hidden_size, kv_heads * self.head_size, bias)
        self.out = nn.Linear(
            heads * self.head_size, hidden_size, bias if out_bias is None else out_bias
        )
        # No buffer: `model.to(torch.bfloat16)` would round the angles.
        self.inv_freq = None if rotary_base is None else frequencies(self.head_size, rotary_base)
        self.on_weights = None  # called with the weights `B H T S` of every call (`heads.recorded`)
        self.head_scale = None  # `H`: a factor on each head's result (`heads.ablated`)

    def forward(
        self,
        x: Float[Tensor, "B T C"],
        memory: Float[Tensor, "B S C"] | None = None,
        keep_mask: Tensor | None = None,
        is_causal: bool = False,
        *,
        positions: Tensor | None = None,
        bias: Tensor | None = None,
        cache: GrowingKVCache | None = None,
    ) -> Float[Tensor, "B T C"]:
        """x looks at itself, or at `memory` (cross-attention).

        keep_mask: `B S` (two dimensions are always that here), `B T S` or `B H T S`. positions: `T`
        or `B T`, for rotary ones. bias: added to the scores. cache: x stands after what it holds.
        """
        q = self._split(self.query(x), self.heads)  # B H T D
        if memory is not None and cache is not None and self in cache.kept:
            k, v = cache.kept[self]  # the memory does not grow
        else:
            source = x if memory is None else memory
            k = self._split(self.key(source), self.kv_heads)  # B K S D
            v = self._split(self.value(source), self.kv_heads)
            if self.inv_freq is not None and memory is None:
                if positions is None and cache is not None:
                    positions = cache.length + torch.arange(x.shape[1], device=x.device)
                q = rotary_embedding(q, positions, inv_freq=self.inv_freq)
                k = rotary_embedding(k, positions, inv_freq=self.inv_freq)
            if cache is not None:
                k, v = cache.update(self, k, v)
        if keep_mask is not None and keep_mask.dim() == 2:
            keep_mask = keep_mask[:, None, None]  # or it might be taken for `T S`
        settings = {"scale": self.scale, "bias": bias}
        if self.on_weights is not None:
            self.on_weights(attention_weights(q, k, keep_mask, is_causal, **settings))
        mixed = fused_attention(q, k, v, keep_mask, is_causal, **settings)  # B H T D
        if self.head_scale is not None:
            mixed = mixed * self.head_scale[:, None, None]
        return self.out(mixed.transpose(1, 2).flatten(2))

    def _split(self, x: Tensor, heads: int) -> Tensor:
        """`B T heads*D` as `B heads T D`."""
        return x.unflatten(-1, (heads, self.head_size)).transpose(1, 2)


class GrowingKVCache:
    """Keys and values of the tokens read so far, so that the next one need not read them again.

    It grows by concatenation; lesson 03 reserves the memory in advance, which is faster.
    """

    def __init__(self):
        self.kept: dict[nn.Module, tuple[Tensor, Tensor]] = {}  # of each attention, B K S D
        self.length = 0  # tokens read
        self.keep_mask: Tensor | None = None  # of those tokens, B S
        self.memory: tuple[Tensor, Tensor | None] | None = None  # what an encoder said, its mask

    def update(self, layer: nn.Module, key: Tensor, value: Tensor) -> tuple[Tensor, Tensor]:
        """Append `B K T D` to what the layer has; return all of it."""
        if layer in self.kept:
            keys, values = self.kept[layer]
            key, value = torch.cat([keys, key], 2), torch.cat([values, value], 2)
        self.kept[layer] = key, value
        return key, value

    def remember(self, ids: Tensor, keep_mask: Tensor | None) -> Tensor | None:
        """The mask of all tokens, `B S`, once ids `B T` are read; None while there is no padding.

        keep_mask: of the new tokens, or already of all.
        """
        if keep_mask is not None and keep_mask.shape[1] > ids.shape[1]:
            self.keep_mask = keep_mask
        elif keep_mask is not None or self.keep_mask is not None:
            before = self.keep_mask
            if before is None:
                before = torch.ones_like(ids[:, :1], dtype=torch.bool).expand(-1, self.length)
            new = torch.ones_like(ids, dtype=torch.bool) if keep_mask is None else keep_mask
            self.keep_mask = torch.cat([before, new], 1)
        return self.keep_mask


class LayerNorm(nn.Module):
    """Each token's channels at mean 0 and variance 1, then scaled and shifted (Ba et al. 2016)."""

    def __init__(self, hidden_size: int, eps: float = 1e-5):
        super().__init__()
        self.weight, self.bias = (
            nn.Parameter(torch.ones(hidden_size)),
            nn.Parameter(torch.zeros(hidden_size)),
        )
        self.eps = eps

    def forward(self, x: Float[Tensor, "*rows C"]) -> Float[Tensor, "*rows C"]:
        centred = x - x.mean(-1, keepdim=True)
        variance = centred.square().mean(-1, keepdim=True)
        return centred * (variance + self.eps).rsqrt() * self.weight + self.bias


class RMSNorm(nn.Module):
    """Each token's channels at a mean square of 1, then scaled (Zhang and Sennrich 2019)."""

    def __init__(self, hidden_size: int, eps: float = 1e-6):
        super().__init__()
        self.weight, self.eps = nn.Parameter(torch.ones(hidden_size)), eps

    def forward(self, x: Float[Tensor, "*rows C"]) -> Float[Tensor, "*rows C"]:
        wide = x.float()  # squares of bf16 numbers would lose too much
        wide = wide * (wide.square().mean(-1, keepdim=True) + self.eps).rsqrt()
        return self.weight * wide.to(x.dtype)


def gelu_tanh(x: Float[Tensor, "*rows F"]) -> Float[Tensor, "*rows F"]:
    """Return GELU by a tanh, as GPT-2 and T5 have it (Hendrycks and Gimpel 2016)."""
    return F.gelu(x, approximate="tanh")


# name -> (function, gated); gated ones multiply it by a second projection (Shazeer 2020)
FEED_FORWARD = {
    "relu": (F.relu, False),
    "gelu": (F.gelu, False),
    "gelu_tanh": (gelu_tanh, False),
    "silu": (F.silu, False),
    "reglu": (F.relu, True),
    "geglu": (F.gelu, True),
    "geglu_tanh": (gelu_tanh, True),
    "swiglu": (F.silu, True),
}


class FeedForward(nn.Module):
    """Two layers for each token by itself: C -> F, an activation, F -> C; gated kinds have a gate.

    kind: a key of FEED_FORWARD. ffn_dim: F; 4 C if None.
    """

    def __init__(
        self, hidden_size: int, ffn_dim: int | None = None, kind: str = "gelu", bias: bool = False
    ):
        super().__init__()
        if kind not in FEED_FORWARD:
            raise ValueError(
                f"there is no feed-forward {kind!r}; use one of {', '.join(FEED_FORWARD)}."
            )
        self.activation, gated = FEED_FORWARD[kind]
        ffn_dim = ffn_dim or 4 * hidden_size
        self.up = nn.Linear(hidden_size, ffn_dim, bias)
        self.gate = nn.Linear(hidden_size, ffn_dim, bias) if gated else None
        self.down = nn.Linear(ffn_dim, hidden_size, bias)

    def forward(self, x: Float[Tensor, "B T C"]) -> Float[Tensor, "B T C"]:
        if self.gate is None:
            return self.down(self.activation(self.up(x)))
        return self.down(self.activation(self.gate(x)) * self.up(x))
