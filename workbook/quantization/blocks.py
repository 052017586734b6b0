"""Block formats: small floats that share a scale, as in MX (OCP 2023) and NVFP4.

MX: 32 elements share a power of two, 8 bits (E8M0). NVFP4: 16 elements of FP4 share an E4M3 scale,
and the whole tensor one float32. Left out: the packed layout that a GPU's kernels want, and MXINT8.
Lesson 05 compares them with groups of integers.

Shapes: N blocks, G elements of a block.
"""
# ruff: noqa: F722 - the strings in the annotations are shapes

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from jaxtyping import Float, UInt8
from torch import Tensor

from workbook.quantization.formats import FloatFormat, format_named, from_bits, to_bits
from workbook.quantization.rounding import round_to

MX_BLOCK, NVFP4_BLOCK = 32, 16
MX_ELEMENTS = ("fp8_e4m3", "fp8_e5m2", "fp6_e3m2", "fp6_e2m3", "fp4_e2m1")
E8M0_BIAS, E8M0_NAN = 127, 255


@dataclass(frozen=True)
class Blocks:
    """Elements in units of their block's scale, and the scales."""

    elements: Tensor  # N G, values of the element format
    scales: Tensor  # N 1
    shape: torch.Size  # of what was quantized
    bits: float  # per number, scales included
    element: str = "fp4_e2m1"  # a name of `FORMATS`

    def dequantize(self) -> Float[Tensor, " ..."]:
        """Return the numbers that the blocks stand for, in the shape they came in."""
        return (self.elements * self.scales).reshape(self.shape)

    def codes(self) -> UInt8[Tensor, "N G"]:
        """Return the bit patterns of the elements, `N G`."""
        sizes = self.elements.abs()
        codes = self.elements.signbit().to(torch.uint8) * to_bits(-0.0, self.element)
        for size in sizes.unique().tolist():
            codes += (sizes == size).to(torch.uint8) * to_bits(size, self.element)
        return codes


def from_e8m0(bits: int) -> float:
    """Return the scale that 8 bits stand for: 2^(bits - 127); 255 is NaN."""
    if not 0 <= bits <= 255:
        raise ValueError(f"e8m0 has patterns 0 to 255, not {bits}.")
    return float("nan") if bits == E8M0_NAN else 2.0 ** (bits - E8M0_BIAS)


def to_e8m0(scale: float) -> int:
    """Return the 8 bits of a power of two from 2^-127 to 2^127; NaN is 255.

    Raises ValueError for another number.
    """
    if math.isnan(scale):
        return E8M0_NAN
    half, exponent = math.frexp(scale)
    if half != 0.5 or not -E8M0_BIAS <= exponent - 1 <= E8M0_BIAS:
        raise ValueError(f"e8m0 holds powers of two from 2^-127 to 2^127, not {scale:g}.")
    return exponent - 1 + E8M0_BIAS


def mx_quantize(x: Float[Tensor, " ..."], element: str = "fp4_e2m1") -> Blocks:
    """Return `x` in MX blocks of 32 (OCP Microscaling Formats 1.0, section 6.3).

    The shared scale is 2 to the exponent of the block's largest number less that of the element
    format's largest; elements that are still too large saturate.

    x: any shape with a multiple of 32 numbers. Raises ValueError for another number or element,
    and for NaN or infinity.
    """
    kind = format_named(element)
    if element not in MX_ELEMENTS or not isinstance(kind, FloatFormat):
        raise ValueError(f"an MX block holds {', '.join(MX_ELEMENTS)}, not {element!r}.")
    rows = _rows(x, MX_BLOCK)
    largest = rows.abs().amax(1, keepdim=True)
    exponent = torch.frexp(largest).exponent - 1 - _top_exponent(kind)
    exponent = exponent.masked_fill(largest == 0, -E8M0_BIAS).clamp(-E8M0_BIAS, E8M0_BIAS)
    scales = torch.ldexp(torch.ones_like(largest), exponent)
    elements = round_to(rows / scales, element, saturate=True)
    return Blocks(elements, scales, x.shape, kind.bits + 8 / MX_BLOCK, element)


def nvfp4_quantize(x: Float[Tensor, " ..."]) -> Blocks:
    """Return `x` in NVFP4 blocks of 16: E2M1 elements, an E4M3 scale each, one float32 for all.

    The float32 is the largest number over 448 * 6, so that the largest block scale is E4M3's
    largest number. x: any shape with a multiple of 16 numbers, all finite, or
    ValueError.
    """
    rows = _rows(x, NVFP4_BLOCK)
    top = from_bits(0x7, "fp4_e2m1")  # 6
    whole = x.abs().max() / (from_bits(0x7E, "fp8_e4m3") * top)
    whole = torch.where(whole > 0, whole, torch.ones_like(whole))
    scales = round_to(rows.abs().amax(1, keepdim=True) / top / whole, "fp8_e4m3", saturate=True)
    scales = scales.clamp(min=from_bits(0x01, "fp8_e4m3")) * whole
    elements = round_to(rows / scales, "fp4_e2m1", saturate=True)
    return Blocks(elements, scales, x.shape, 4 + 8 / NVFP4_BLOCK)


def _rows(x: Tensor, block: int) -> Tensor:
    if x.numel() == 0 or x.numel() % block:
        raise ValueError(f"{x.numel():,} numbers do not fill blocks of {block}.")
    if not bool(x.isfinite().all()):
        raise ValueError("a tensor with NaN or infinity cannot be quantized.")
    return x.float().reshape(-1, block)


def _top_exponent(kind: FloatFormat) -> int:
    """Return the exponent of the format's largest number."""
    largest = torch.tensor(from_bits(kind.largest_code, kind.name))
    return int(torch.frexp(largest).exponent) - 1
