"""NF4 with double quantization, as QLoRA stores a base model (Dettmers et al. 2023).

Each block of 64 weights is divided by its largest magnitude and rounded to the 16 values of NF4;
two codes share a byte. The blocks' magnitudes can be quantized once more, to 8 bits in blocks of
256, with a table of 256 values that lie dense around zero. Equal to bitsandbytes, byte for byte.
Left out: FP4, and kernels that multiply without unpacking. Lesson 05 explains it.

Shapes: N blocks, G numbers in each; a tensor to quantize has any shape.
"""
# ruff: noqa: F722 - the strings in the annotations are shapes

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import torch
from jaxtyping import Float
from torch import Tensor

from workbook.quantization.formats import nf4_codebook
from workbook.quantization.packing import pack, unpack
from workbook.quantization.rounding import nearest_in

BLOCK, SCALE_BLOCK = 64, 256


@dataclass
class Blockwise:
    """8-bit codes of a table, with the largest magnitude of each block."""

    codes: Tensor  # uint8, any shape
    absmax: Tensor  # float32, one for each block
    block: int

    def dequantize(self) -> Float[Tensor, " ..."]:
        """Return the numbers, in the shape of the codes."""
        scales = self.absmax.repeat_interleave(self.block)[: self.codes.numel()]
        values = dynamic_codebook().to(self.codes.device)[self.codes.reshape(-1).long()]
        return (values * scales).reshape(self.codes.shape)


@dataclass
class NF4:
    """A tensor in NF4: two codes a byte, and the scales of its blocks."""

    packed: Tensor  # uint8
    absmax: Tensor | Blockwise  # of each block; `Blockwise` with double quantization
    offset: Tensor | None  # the mean that was taken off `absmax` first, with double quantization
    shape: torch.Size
    block: int

    @property
    def scales(self) -> Float[Tensor, " N"]:
        """The largest magnitude of each block, float32."""
        if isinstance(self.absmax, Blockwise):
            return self.absmax.dequantize() + (0.0 if self.offset is None else self.offset)
        return self.absmax

    def dequantize(self) -> Float[Tensor, " ..."]:
        """Return the numbers, float32, in the shape they came in."""
        codes = unpack(self.packed, 4, self.shape.numel())
        table = torch.tensor(nf4_codebook(), device=codes.device)
        scales = self.scales.repeat_interleave(self.block)[: len(codes)]
        return (table[codes.long()] * scales).reshape(self.shape)

    @property
    def bits_per_number(self) -> float:
        """Bits that a number costs in all: 4, and its share of the scales."""
        if isinstance(self.absmax, Blockwise):
            scales = 8 * self.absmax.codes.numel() + 32 * self.absmax.absmax.numel()
        else:
            scales = 32 * self.absmax.numel()
        return 8 * self.packed.numel() / self.shape.numel() + scales / self.shape.numel()


def nf4_quantize(x: Float[Tensor, " ..."], block: int = BLOCK, double: bool = False) -> NF4:
    """Return `x` in NF4. The last block may be shorter than the others.

    x: any shape. double: whether the scales are quantized too. Raises ValueError for NaN or
    infinity.
    """
    if not bool(x.isfinite().all()):
        raise ValueError("a tensor with NaN or infinity cannot be quantized.")
    units, absmax = _in_units(x, block)
    table = torch.tensor(nf4_codebook(), device=x.device)
    packed = pack(nearest_in(units, table)[0].reshape(-1)[: x.numel()], 4)
    if not double:
        return NF4(packed, absmax, None, x.shape, block)
    offset = absmax.mean()
    return NF4(packed, blockwise_quantize(absmax - offset, SCALE_BLOCK), offset, x.shape, block)


def blockwise_quantize(x: Float[Tensor, " ..."], block: int = SCALE_BLOCK) -> Blockwise:
    """Return 8-bit codes by blocks with the dynamic table (Dettmers et al. 2022, section 2.1).

    x: any shape; `block` numbers in a row share a scale.
    """
    units, absmax = _in_units(x, block)
    codes = nearest_in(units, dynamic_codebook().to(x.device))[0].to(torch.uint8)
    return Blockwise(codes.reshape(-1)[: x.numel()].reshape(x.shape), absmax, block)


@cache
def _dynamic_values() -> tuple[float, ...]:
    """The 256 values: for each power of ten from 10^-6 to 1, the middles of 1, 2, 4, ... 64 equal
    parts of the way from a tenth of it to it; both signs; and 0 and 1."""
    values = [0.0, 1.0]
    for power in range(7):
        parts = 2**power
        for part in range(parts):
            middle = 0.1 + 0.9 * (part + 0.5) / parts
            values += [10.0 ** (power - 6) * middle, -(10.0 ** (power - 6)) * middle]
    return tuple(sorted(values))


def dynamic_codebook() -> Float[Tensor, " 256"]:
    """Return the table of the 8-bit dynamic data type, 256 values from -1 to 1, ascending."""
    return torch.tensor(_dynamic_values())


def double_quantization_bits(block: int = BLOCK, scale_block: int = SCALE_BLOCK) -> float:
    """Return the bits a parameter that scales cost: 8 for each block, 32 for each 256 of those."""
    return 8 / block + 32 / (block * scale_block)


def _in_units(x: Tensor, block: int) -> tuple[Tensor, Tensor]:
    """(numbers divided by their block's largest magnitude `N G`, those magnitudes `N`)."""
    flat = x.detach().float().reshape(-1)
    rows = torch.nn.functional.pad(flat, (0, -len(flat) % block)).reshape(-1, block)
    absmax = rows.abs().amax(1)
    # Times 1/absmax, as the compiled kernel does it: a division may round otherwise.
    inverse = 1.0 / absmax.clamp(min=torch.finfo(torch.float32).tiny)
    return (rows * inverse[:, None]).clamp(-1, 1), absmax
