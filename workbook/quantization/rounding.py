"""Round whole tensors to the values of a format: nearest, toward zero, or by chance.

The same rule as `formats.to_bits`, done for all numbers at once, so that a model can be put into a
format that this machine has no type for. The result is a float tensor whose values the format can
hold. Left out: scales, which come before rounding (`quantizers.py`). Lesson 05 explains it.

Shapes: any, kept; N values of a table.
"""
# ruff: noqa: F722 - the strings in the annotations are shapes

from __future__ import annotations

from typing import Literal

import torch
from jaxtyping import Float, Int
from torch import Tensor

from workbook.quantization.formats import CodebookFormat, FloatFormat, IntFormat, format_named

Rounding = Literal["nearest", "toward_zero", "stochastic"]


def round_to(
    x: Float[Tensor, "*shape"],
    format: str,
    rounding: Rounding = "nearest",
    generator: torch.Generator | None = None,
    saturate: bool | None = None,
) -> Float[Tensor, "*shape"]:
    """Return `x` with every number replaced by one that the format can hold.

    Args:
        x: any shape, floating.
        format: a name of `FORMATS`.
        rounding: "nearest" (ties to even), "toward_zero" (drop what does not fit), or "stochastic":
            up or down with probabilities that make the expected value `x` itself.
        generator: of the random numbers of "stochastic".
        saturate: as for `to_bits`.

    Raises ValueError for an unknown format or rounding.
    """
    kind = format_named(format)
    if rounding not in ("nearest", "toward_zero", "stochastic"):
        raise ValueError(f"rounding is nearest, toward_zero or stochastic, not {rounding!r}.")
    wide = x.double()
    if isinstance(kind, CodebookFormat):
        table = torch.tensor(kind.values, dtype=torch.double, device=x.device)
        return nearest_in(wide, table)[1].to(x.dtype)
    if isinstance(kind, IntFormat):
        half = 2 ** (kind.bits - 1)
        return _whole(wide, rounding, generator).clamp(-half, half - 1).to(x.dtype)
    return _round_float(wide, kind, rounding, generator, saturate).to(x.dtype)


def nearest_in(
    x: Float[Tensor, "*shape"], table: Float[Tensor, " N"]
) -> tuple[Int[Tensor, "*shape"], Float[Tensor, "*shape"]]:
    """Return (indices, values) of the numbers of a sorted table that are nearest; ties go down.

    x: any shape, which both results have. table: `N`, ascending.
    """
    middles = (table[1:] + table[:-1]) / 2
    indices = torch.bucketize(x, middles)
    return indices, table[indices]


def _round_float(
    x: Tensor,
    kind: FloatFormat,
    rounding: Rounding,
    generator: torch.Generator | None,
    saturate: bool | None,
) -> Tensor:
    exponent = (torch.frexp(x).exponent - 1).clamp(min=kind.lowest_exponent)
    step = torch.ldexp(torch.ones_like(x), exponent - kind.fraction)  # between two neighbours
    rounded = _whole(x / step, rounding, generator) * step
    largest = _largest(kind)
    is_kept = saturate or kind.specials == "none" or (saturate is None and kind.specials == "fn")
    if rounding != "nearest" and not is_kept:  # finite numbers stay finite
        rounded = torch.where(x.isfinite(), rounded.clamp(-largest, largest), rounded)
    beyond = largest if is_kept else (torch.inf if kind.specials == "ieee" else torch.nan)
    rounded = torch.where(rounded.abs() > largest, rounded.sign() * beyond, rounded)
    special = x.isnan() | x.isinf()
    at_infinity = torch.where(x.isnan(), x, x.sign() * beyond)
    return torch.where(special, at_infinity, rounded).copysign(x)


def _largest(kind: FloatFormat) -> float:
    from workbook.quantization.formats import from_bits

    return from_bits(kind.largest_code, kind.name)


def _whole(x: Tensor, rounding: Rounding, generator: torch.Generator | None) -> Tensor:
    if rounding == "nearest":
        return x.round()
    if rounding == "toward_zero":
        return x.trunc()
    chance = torch.rand(x.shape, dtype=x.dtype, generator=generator, device=x.device)
    return (x + chance).floor()
