"""A cache of keys and values in few bits, for any model of transformers.

Keys are quantized per channel over blocks of tokens, values per token, both with a zero point, as
in KIVI (Liu et al. 2024); the tokens of the block that is not full yet stay as they are.
Beams can be reordered, tokens taken back. Left out: attention that reads the codes without
unpacking. Lesson 05 measures it.

Shapes: B batch, H heads, T time, S all tokens so far, D head size.
"""
# ruff: noqa: F722 - the strings in the annotations are shapes

from __future__ import annotations

import copy
from typing import Any

import torch
from jaxtyping import Float, Int
from torch import Tensor
from transformers import DynamicCache
from transformers.cache_utils import DynamicLayer

from workbook.quantization.packing import pack, unpack
from workbook.quantization.quantizers import Scheme, quantize

BLOCK = 32  # tokens that are quantized together


class PackedBlock:
    """A block of keys or values `B H T D` as packed codes, with 16-bit scales."""

    def __init__(self, x: Float[Tensor, "B H T D"], bits: int, axis: int) -> None:
        """axis: along which numbers share a scale; 2 for keys (time), 3 for values (channels)."""
        turned = x.movedim(axis, -1)
        self.axis, self.dtype, self.turned = axis, x.dtype, turned.shape
        scheme = Scheme(bits, turned.shape[-1], "zero_point", scale_dtype=torch.float16)
        stored = quantize(turned, scheme)
        self.bits, self.blocks = bits, stored.codes.shape
        self.packed = pack(stored.codes, bits)
        self.scales, self.zeros = stored.scales.half(), stored.zeros.to(torch.uint8)

    def unpack(self) -> Float[Tensor, "B H T D"]:
        """Return the block `B H T D`."""
        codes = unpack(self.packed, self.bits, self.blocks.numel()).reshape(self.blocks)
        x = (codes.float() - self.zeros) * self.scales.float()
        return x.reshape(self.turned).movedim(-1, self.axis).to(self.dtype)

    def of_rows(self, indices: Int[Tensor, " _N"]) -> PackedBlock:
        """Return the block of the chosen rows of the batch, in the same codes and scales."""
        count, chosen = self.turned[0], copy.copy(self)
        codes = unpack(self.packed, self.bits, self.blocks.numel()).reshape(count, -1)[indices]
        chosen.turned = torch.Size((len(indices), *self.turned[1:]))
        chosen.blocks = torch.Size((codes.numel() // self.blocks[-1], self.blocks[-1]))
        chosen.packed = pack(codes.reshape(chosen.blocks), self.bits)
        chosen.scales = self.scales.reshape(count, -1)[indices].reshape(-1, 1)
        chosen.zeros = self.zeros.reshape(count, -1)[indices].reshape(-1, 1)
        return chosen

    @property
    def nbytes(self) -> int:
        """Bytes of codes, scales and zeros."""
        return self.packed.nbytes + self.scales.nbytes + self.zeros.nbytes


class QuantizedLayer(DynamicLayer):
    """One layer's keys and values: full blocks in codes, the last tokens as they came."""

    def __init__(self, bits: int = 4, block: int = BLOCK) -> None:
        super().__init__()
        self.bits, self.block = bits, block
        self.packed: list[tuple[PackedBlock, PackedBlock]] = []

    def update(
        self,
        key_states: Float[Tensor, "B H T D"],
        value_states: Float[Tensor, "B H T D"],
        *args: Any,
        **kwargs: Any,
    ) -> tuple[Float[Tensor, "B H S D"], Float[Tensor, "B H S D"]]:
        """Add new keys and values `B H T D`; return all of them, those of full blocks rounded.

        The tokens of this call are returned as they came; they are rounded for the calls to come.
        """
        if not self.is_initialized:
            self.lazy_initialization(key_states, value_states)
            self.keys, self.values = key_states[:, :, :0], value_states[:, :, :0]
        before = [(keys.unpack(), values.unpack()) for keys, values in self.packed]
        keys = torch.cat([self.recent[0], key_states], 2)
        values = torch.cat([self.recent[1], value_states], 2)
        everything = [*before, (keys, values)]
        whole = keys.shape[2] // self.block * self.block
        for start in range(0, whole, self.block):
            part = slice(start, start + self.block)
            packed_keys = PackedBlock(keys[:, :, part], self.bits, 2)
            self.packed.append((packed_keys, PackedBlock(values[:, :, part], self.bits, 3)))
        self.keys, self.values = keys[:, :, whole:].clone(), values[:, :, whole:].clone()
        return torch.cat([k for k, _ in everything], 2), torch.cat([v for _, v in everything], 2)

    @property
    def recent(self) -> tuple[Float[Tensor, "B H T D"], Float[Tensor, "B H T D"]]:
        """The keys and values `B H T D` of the block that is not full yet."""
        assert self.keys is not None and self.values is not None
        return self.keys, self.values

    def get_seq_length(self) -> int:
        """Return the number of tokens kept."""
        if not self.is_initialized:
            return 0
        return len(self.packed) * self.block + self.recent[0].shape[-2]

    def crop(self, tokens_to_remove: int) -> None:
        """Take back the last tokens, a negative number of them; a block that is cut is unpacked."""
        if tokens_to_remove > 0:
            raise ValueError(f"crop takes a negative number of tokens, not {tokens_to_remove}.")
        if not self.is_initialized or not tokens_to_remove:
            return
        kept = max(0, self.get_seq_length() + tokens_to_remove)
        full, rest = divmod(kept, self.block)
        cut = self.recent
        if full < len(self.packed):
            keys, values = self.packed[full]
            cut = keys.unpack(), values.unpack()
        self.packed = self.packed[:full]
        self.keys, self.values = cut[0][:, :, :rest].clone(), cut[1][:, :, :rest].clone()

    def batch_select_indices(self, indices: Int[Tensor, " _N"]) -> None:
        """Keep some rows of the batch, in a new order, any of them more than once."""
        if not self.is_initialized:
            return
        self.packed = [(k.of_rows(indices), v.of_rows(indices)) for k, v in self.packed]
        self.keys, self.values = self.recent[0][indices], self.recent[1][indices]

    def batch_repeat_interleave(self, repeats: int) -> None:
        """Repeat each row of the batch."""
        if self.is_initialized:
            rows = torch.arange(len(self.recent[0]), device=self.recent[0].device)
            self.batch_select_indices(rows.repeat_interleave(repeats))

    def reorder_cache(self, beam_idx: Int[Tensor, " _N"]) -> None:
        """Follow a beam search that goes on with these rows."""
        self.batch_select_indices(beam_idx)

    def reset(self) -> None:
        """Forget all tokens."""
        super().reset()
        self.packed = []

    @property
    def nbytes(self) -> int:
        """Bytes of what is kept."""
        rest = sum(part.nbytes for part in self.recent) if self.is_initialized else 0
        return rest + sum(keys.nbytes + values.nbytes for keys, values in self.packed)


def quantized_cache(layers: int, bits: int = 4, block: int = BLOCK) -> DynamicCache:
    """Return an empty cache for a model of so many layers: `model(ids, past_key_values=cache)`.

    bits: 2 to 8. Raises ValueError for other bits.
    """
    Scheme(bits)
    cache = DynamicCache()
    cache.layers = [QuantizedLayer(bits, block) for _ in range(layers)]
    return cache


def cache_bytes(cache: DynamicCache) -> int:
    """Return the bytes of the keys and values that a cache holds, in codes or not."""
    total = 0
    for layer in cache.layers:
        if isinstance(layer, QuantizedLayer):
            total += layer.nbytes
        elif isinstance(layer, DynamicLayer) and layer.is_initialized:
            assert layer.keys is not None and layer.values is not None
            total += layer.keys.nbytes + layer.values.nbytes
    return total
