"""The key-value cache: what attention needs to remember of the text it has read.

A decoder's keys and values of earlier tokens never change, so they are computed once and kept.
Memory is reserved for the whole text at the start, and each step writes one column, where a cache
that grows by concatenation copies all of itself at every step. Left out: paging, quantization and
sliding windows. Lesson 03 builds the idea step by step.

Shapes: L layers, B batch, K key-value heads, T new tokens, S all tokens so far,
D head size, R reserved columns.
"""
# ruff: noqa: F722 - the strings in the annotations are shapes

from __future__ import annotations

import torch
from jaxtyping import Float, Int
from torch import Tensor


def cache_bytes(layers: int, heads: int, head_size: int, tokens: int, bytes_each: int = 4) -> int:
    """Bytes of keys and values for `tokens` tokens, all rows together (heads: key-value heads)."""
    return 2 * layers * heads * head_size * tokens * bytes_each


class KVCache:
    """Keys and values of all layers, `B K R D` each, of which the first `length` are written."""

    def __init__(self, layers: int, shape: tuple[int, int, int, int], like: Float[Tensor, " ..."]):
        """shape: (B, K, R, D). like: a tensor with the dtype and device wanted."""
        self.keys = [like.new_empty(shape) for _ in range(layers)]
        self.values = [like.new_empty(shape) for _ in range(layers)]
        self.length = 0

    def update(
        self, layer: int, key: Float[Tensor, "B K T D"], value: Float[Tensor, "B K T D"]
    ) -> tuple[Float[Tensor, "B K S D"], Float[Tensor, "B K S D"]]:
        """Write `B K T D` after what is there; return all so far, without a copy."""
        keys, values = self.keys[layer], self.values[layer]
        end = self.length + key.shape[2]
        keys[:, :, self.length : end] = key
        values[:, :, self.length : end] = value
        return keys[:, :, :end], values[:, :, :end]

    def advance(self, tokens: int) -> None:
        """Count tokens as read, once every layer has written its own."""
        self.length += tokens

    def reorder(self, rows: Int[Tensor, " rows"]) -> None:
        """Row i becomes what row rows[i] was; rows may repeat, vanish and grow in number."""
        self.keys = [keys[rows] for keys in self.keys]
        self.values = [values[rows] for values in self.values]


class FixedCache(KVCache):
    """The same, with the place to write on the device: `update` does the same whatever the length.

    A CUDA graph replays a recorded list of kernels, so nothing it does may depend on a number that
    Python holds. All reserved columns are returned, and a bias must hide what is not yet written.
    """

    def __init__(self, layers: int, shape: tuple[int, int, int, int], like: Float[Tensor, " ..."]):
        super().__init__(layers, shape, like)
        for reserved in (*self.keys, *self.values):
            reserved.zero_()  # hidden columns get weight 0, but 0 times a stray NaN is NaN
        self.slot = torch.zeros(1, dtype=torch.long, device=like.device)

    def update(
        self, layer: int, key: Float[Tensor, "B K 1 D"], value: Float[Tensor, "B K 1 D"]
    ) -> tuple[Float[Tensor, "B K R D"], Float[Tensor, "B K R D"]]:
        """Write one column `B K 1 D` at the slot; return all reserved columns, `B K R D`."""
        keys, values = self.keys[layer], self.values[layer]
        return keys.index_copy_(2, self.slot, key), values.index_copy_(2, self.slot, value)

    def load(self, cache: KVCache) -> None:
        """Take over what another cache has read, and write behind it from now on."""
        pairs = zip((*self.keys, *self.values), (*cache.keys, *cache.values), strict=True)
        for ours, other in pairs:
            ours[:, :, : cache.length] = other[:, :, : cache.length]
        self.length = 0
        self.advance(cache.length)

    def advance(self, tokens: int) -> None:
        """Count tokens as read, and move the slot behind them."""
        super().advance(tokens)
        self.slot.fill_(self.length)
