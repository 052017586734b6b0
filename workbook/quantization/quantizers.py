"""Quantizers: from real numbers to whole ones with a scale, and back.

x is about (code - zero) * scale. A `Scheme` says how many bits, which numbers share a scale (all,
those of an output channel, or groups within it) and how the scale is chosen: by the largest
magnitude (absmax), by both ends (zero point), by a percentile, or by the least squared error. Left
out: methods that look at the layer's inputs (`gptq.py`, `awq.py`) and NF4 (`nf4.py`). Lesson 05
builds absmax with you.

Shapes: N blocks that share a scale, G numbers in each.
"""
# ruff: noqa: F722 - the strings in the annotations are shapes

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch
from jaxtyping import Float, UInt8
from torch import Tensor

Method = Literal["absmax", "zero_point", "percentile", "mse"]
Per = Literal["tensor", "channel"] | int  # an int is the size of a group
CLIPS = torch.linspace(0.3, 1.0, 36)  # shares of the largest magnitude that "mse" tries
TINY = 2.0**-24  # the smallest scale: float16's smallest number


@dataclass(frozen=True)
class Scheme:
    """How numbers become codes."""

    bits: int = 8  # 2 to 8
    per: Per = "channel"  # who shares a scale
    method: Method = "absmax"
    percentile: float = 0.999  # of the magnitudes, for "percentile": what lies above is clipped
    full_range: bool = False  # absmax: use -2^(bits-1) as well, as torchao does
    scale_dtype: torch.dtype = torch.float32  # in which scales are kept

    def __post_init__(self) -> None:
        if self.bits not in range(2, 9):
            raise ValueError(f"a scheme has 2 to 8 bits, not {self.bits}.")
        if self.method not in ("absmax", "zero_point", "percentile", "mse"):
            raise ValueError(f"there is no method {self.method!r}; take absmax, zero_point, "
                             "percentile or mse.")  # fmt: skip
        is_group = isinstance(self.per, int) and not isinstance(self.per, bool) and self.per > 0
        if not is_group and self.per not in ("tensor", "channel"):
            raise ValueError(f'numbers share a scale per "tensor", "channel" or group size, not '
                             f"{self.per!r}.")  # fmt: skip

    @property
    def middle(self) -> int:
        """Code of zero in the symmetric methods."""
        return 2 ** (self.bits - 1)

    def bits_per_number(self, shape: torch.Size | tuple[int, ...]) -> float:
        """Return the bits that a number of a tensor costs, its share of the scales included."""
        size = torch.Size(shape).numel() / len(_blocks(torch.empty(shape, device="meta"), self.per))
        extra = 8 * torch.finfo(self.scale_dtype).bits // 8
        return self.bits + (extra + (8 if self.method == "zero_point" else 0)) / size


@dataclass
class Quantized:
    """Codes with their scales; `dequantize` gives the numbers back."""

    codes: Tensor  # N G, uint8, 0 to 2^bits - 1
    scales: Tensor  # N 1
    zeros: Tensor  # N 1, the code of zero
    shape: torch.Size  # of what was quantized
    scheme: Scheme

    def dequantize(self) -> Float[Tensor, " ..."]:
        """Return the numbers that the codes stand for, float32, in the shape they came in."""
        return ((self.codes.float() - self.zeros) * self.scales.float()).reshape(self.shape)


def quantize(x: Float[Tensor, " ..."], scheme: Scheme) -> Quantized:
    """Return the codes of a tensor.

    x: any shape; for "channel" the first dimension counts the channels, groups lie within the last.
    Raises ValueError where groups do not fill the last dimension, for NaN or infinity, for no
    number at all, and for scales that their dtype cannot hold.
    """
    if not x.numel():
        raise ValueError("a tensor without a number cannot be quantized.")
    if not bool(x.isfinite().all()):
        raise ValueError("a tensor with NaN or infinity cannot be quantized.")
    blocks = _blocks(x.float(), scheme.per)  # N G
    scales, zeros = choose_scales(blocks, scheme)
    return Quantized(encode(blocks, scales, zeros, scheme), scales, zeros, x.shape, scheme)


def round_trip(x: Float[Tensor, "*shape"], scheme: Scheme) -> Float[Tensor, "*shape"]:
    """Return what is left of a tensor after it was quantized: round-to-nearest, "fake quant"."""
    return quantize(x, scheme).dequantize().to(x.dtype)


def choose_scales(
    blocks: Float[Tensor, "N G"], scheme: Scheme
) -> tuple[Float[Tensor, "N 1"], Float[Tensor, "N 1"]]:
    """Return (scales, zeros), both `N 1`, for blocks `N G`."""
    if scheme.method == "zero_point":
        low = blocks.amin(1, keepdim=True).clamp(max=0)  # zero must have a code of its own
        high = blocks.amax(1, keepdim=True).clamp(min=0)
        scales = _kept((high - low) / (2**scheme.bits - 1), scheme)
        return scales, (-low / scales).round().clamp(0, 2**scheme.bits - 1)
    largest = blocks.abs().amax(1, keepdim=True)
    if scheme.method == "percentile":
        largest = _quantile(blocks.abs(), scheme.percentile)
    zeros = torch.full_like(largest, scheme.middle)
    if scheme.method == "mse":
        return _least_error(blocks, largest, zeros, scheme), zeros
    return _kept(largest / _levels(scheme), scheme), zeros


def encode(
    blocks: Float[Tensor, "N G"],
    scales: Float[Tensor, "N 1"],
    zeros: Float[Tensor, "N 1"],
    scheme: Scheme,
) -> UInt8[Tensor, "N G"]:
    """Return the nearest codes `N G` of blocks `N G`, ties to even, ends clipped.

    scales, zeros: `N 1`, as `choose_scales` gives them.
    """
    is_symmetric = scheme.method != "zero_point" and not scheme.full_range
    codes = (blocks * (1 / scales)).round() + zeros  # as torchao does: a division rounds otherwise
    return codes.clamp(1 if is_symmetric else 0, 2**scheme.bits - 1).to(torch.uint8)


def _blocks(x: Tensor, per: Per) -> Tensor:
    if per == "tensor":
        return x.reshape(1, -1)
    if per == "channel":
        return x.reshape(x.shape[0], -1)
    if x.shape[-1] % int(per):
        raise ValueError(f"groups of {per} do not fill a last dimension of {x.shape[-1]}.")
    return x.reshape(-1, int(per))


def _levels(scheme: Scheme) -> float:
    """How many steps lie between zero and the largest magnitude."""
    return (2**scheme.bits - 1) / 2 if scheme.full_range else scheme.middle - 1


def _kept(scales: Tensor, scheme: Scheme) -> Tensor:
    """Scales as they are stored; a block of zeros gets a scale that is not 0."""
    kept = scales.clamp(min=TINY).to(scheme.scale_dtype).float()
    if not bool(kept.isfinite().all()):
        kind = str(scheme.scale_dtype).removeprefix("torch.")
        raise ValueError(f"a scale of {scales.max().item():.3g} does not fit in {kind}.")
    return kept


def _quantile(x: Tensor, share: float) -> Tensor:
    """`torch.quantile` along dimension 1, `N 1`, for more than its 2^24 numbers too."""
    place = share * (x.shape[1] - 1)
    low = int(place)
    below, above = (
        x.kthvalue(min(rank, x.shape[1]), dim=1, keepdim=True).values for rank in (low + 1, low + 2)
    )
    return below.lerp(above, place - low)


def _least_error(blocks: Tensor, largest: Tensor, zeros: Tensor, scheme: Scheme) -> Tensor:
    """The scale with the least squared error, of several shares of the absmax scale, `N 1`."""
    best = torch.full_like(largest, torch.inf)
    chosen = torch.ones_like(largest)
    for clip in CLIPS.tolist():
        scales = _kept(clip * largest / _levels(scheme), scheme)
        kept = (encode(blocks, scales, zeros, scheme).float() - zeros) * scales
        error = (kept - blocks).square().sum(1, keepdim=True)
        better = error < best
        best = torch.where(better, error, best)
        chosen = torch.where(better, scales, chosen)
    return chosen
