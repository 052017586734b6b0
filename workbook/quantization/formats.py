"""Number formats bit by bit: from a value to its bits and back, in plain Python.

A float is a sign, an exponent and a fraction; an integer is two's complement; NF4 is an index into
sixteen chosen values. `to_bits` and `from_bits` work for every pattern of every format, so that the
tests compare all of them with torch, NumPy and ml_dtypes. Left out: whole tensors (`rounding.py`)
and formats that share a scale (`blocks.py`). Lesson 05 builds one of them with you.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

Field = Literal["sign", "exponent", "fraction", "integer", "index"]


@dataclass(frozen=True)
class FloatFormat:
    """A binary floating-point format: 1 sign bit, `exponent` bits, `fraction` bits.

    specials: "ieee": the largest exponent holds infinities and NaN. "fn": it holds numbers too and
    only the pattern of all ones is NaN (E4M3 of Micikevicius et al. 2022). "none": numbers only,
    as in the elements of the OCP Microscaling formats.
    """

    name: str
    exponent: int
    fraction: int
    specials: Literal["ieee", "fn", "none"] = "ieee"

    @property
    def bits(self) -> int:
        """Width of a pattern."""
        return 1 + self.exponent + self.fraction

    @property
    def bias(self) -> int:
        """What is taken off the stored exponent."""
        return 2 ** (self.exponent - 1) - 1

    @property
    def lowest_exponent(self) -> int:
        """Exponent of the smallest normal number, and of all subnormal ones."""
        return 1 - self.bias

    @property
    def largest_code(self) -> int:
        """Pattern of the largest finite number."""
        every = 2 ** (self.exponent + self.fraction)
        return every - {"ieee": 2**self.fraction + 1, "fn": 2, "none": 1}[self.specials]

    @property
    def fields(self) -> tuple[tuple[Field, int], ...]:
        """The parts of a pattern from its highest bit on, with their widths."""
        return (("sign", 1), ("exponent", self.exponent), ("fraction", self.fraction))


@dataclass(frozen=True)
class IntFormat:
    """Two's complement of `bits` bits, without a scale."""

    name: str
    bits: int

    @property
    def fields(self) -> tuple[tuple[Field, int], ...]:
        """The only part of a pattern."""
        return (("integer", self.bits),)


@dataclass(frozen=True)
class CodebookFormat:
    """A pattern is the index of a value in a sorted table of numbers from -1 to 1."""

    name: str
    bits: int

    @property
    def fields(self) -> tuple[tuple[Field, int], ...]:
        """The only part of a pattern."""
        return (("index", self.bits),)

    @property
    def values(self) -> tuple[float, ...]:
        """The table, ascending."""
        return nf4_codebook()


Format = FloatFormat | IntFormat | CodebookFormat

_ALL: tuple[Format, ...] = (
    FloatFormat("fp32", 8, 23),
    FloatFormat("tf32", 8, 10),  # 19 bits; hardware keeps them in a word of 32
    FloatFormat("fp16", 5, 10),
    FloatFormat("bf16", 8, 7),
    FloatFormat("fp8_e4m3", 4, 3, "fn"),
    FloatFormat("fp8_e5m2", 5, 2),
    IntFormat("int8", 8),
    IntFormat("int4", 4),
    CodebookFormat("nf4", 4),
    FloatFormat("fp6_e3m2", 3, 2, "none"),  # the elements of MX and NVFP4 blocks
    FloatFormat("fp6_e2m3", 2, 3, "none"),
    FloatFormat("fp4_e2m1", 2, 1, "none"),
)
FORMATS: Mapping[str, Format] = {each.name: each for each in _ALL}
NAMES = tuple(FORMATS)[:9]  # those with a scale of their own, or none


def to_bits(value: float, format: str, saturate: bool | None = None) -> int:
    """Return the bit pattern that is nearest to a number, ties to the even pattern.

    Args:
        value: any number that `float` takes; NaN and infinities where the format has them.
        format: a name of `FORMATS`, such as "bf16". tf32 has 19 bits.
        saturate: whether what is too large becomes the largest finite number. None: only where the
            format has no infinity, as in torch. False: it becomes infinity, or NaN in fp8_e4m3, as
            in ml_dtypes. Integers, nf4 and the formats without specials always saturate.

    Returns:
        A whole number from 0 to 2^bits - 1.

    Raises ValueError for an unknown format and for NaN in a format that has none.
    """
    kind, number = format_named(format), float(value)
    if math.isnan(number) and not (isinstance(kind, FloatFormat) and kind.specials != "none"):
        raise ValueError(f"{kind.name} has no pattern for NaN.")
    if isinstance(kind, FloatFormat):
        return _float_bits(number, kind, saturate)
    if isinstance(kind, IntFormat):
        half = 2 ** (kind.bits - 1)
        whole = round(max(-half, min(half - 1, number)))  # Python rounds ties to even
        return whole % 2**kind.bits
    return nearest_index(number, kind.values)


def from_bits(bits: int, format: str) -> float:
    """Return the number that a bit pattern stands for.

    Raises ValueError for an unknown format and for what is no whole number of so many bits.
    """
    kind = format_named(format)
    is_whole = hasattr(bits, "__index__") and not isinstance(bits, bool)
    if not is_whole or not 0 <= bits < 2**kind.bits:
        raise ValueError(f"{kind.name} has patterns 0 to {2**kind.bits - 1}, not {bits}.")
    if isinstance(kind, FloatFormat):
        return _float_value(int(bits), kind)
    if isinstance(kind, IntFormat):
        return float(bits - 2**kind.bits if bits >= 2 ** (kind.bits - 1) else bits)
    return kind.values[bits]


def format_named(name: str) -> Format:
    """Return a format. Raises ValueError, in one sentence with the names, for another name."""
    if name not in FORMATS:
        raise ValueError(f"there is no format {name!r}; there are {', '.join(FORMATS)}.")
    return FORMATS[name]


def _float_bits(value: float, kind: FloatFormat, saturate: bool | None) -> int:
    sign = int(math.copysign(1.0, value) < 0) << (kind.bits - 1)
    if math.isnan(value):  # the pattern behind the largest number is infinity in "ieee"
        quiet = 1 << (kind.fraction - 1) if kind.specials == "ieee" else 0
        return sign | (kind.largest_code + 1 + quiet)
    is_kept = saturate or kind.specials == "none" or (saturate is None and kind.specials == "fn")
    too_large = sign | (kind.largest_code if is_kept else kind.largest_code + 1)
    if math.isinf(value):
        return too_large
    if value == 0:
        return sign
    exponent = max(math.frexp(value)[1] - 1, kind.lowest_exponent)
    # The number in units of the last fraction bit, exact until `round`; from 2^fraction on it is
    # normal and its highest bit adds 1 to the stored exponent, also where rounding carried it up.
    units = round(math.ldexp(abs(value), kind.fraction - exponent))
    code = ((exponent - kind.lowest_exponent) << kind.fraction) + units
    return too_large if code > kind.largest_code else sign | code


def _float_value(bits: int, kind: FloatFormat) -> float:
    sign = -1.0 if bits >> (kind.bits - 1) else 1.0
    code = bits & (2 ** (kind.bits - 1) - 1)
    if code > kind.largest_code:
        is_infinite = kind.specials == "ieee" and code == kind.largest_code + 1
        return math.copysign(math.inf if is_infinite else math.nan, sign)
    stored, fraction = divmod(code, 2**kind.fraction)
    if stored:  # normal: a leading 1 that is not stored
        fraction += 2**kind.fraction
    exponent = max(stored - kind.bias, kind.lowest_exponent)
    return sign * math.ldexp(fraction, exponent - kind.fraction)


def split_bits(bits: int, format: str) -> dict[Field, str]:
    """Return the parts of a pattern as strings of 0 and 1, by name."""
    kind = format_named(format)
    text, parts, start = f"{bits:0{kind.bits}b}", {}, 0
    for name, width in kind.fields:
        parts[name] = text[start : start + width]
        start += width
    return parts


def finite_values(format: str) -> list[float]:
    """Return all finite numbers of a format with at most 16 bits, ascending, each once."""
    kind = format_named(format)
    if kind.bits > 16:
        raise ValueError(f"{kind.name} has 2^{kind.bits} patterns: too many for a list.")
    numbers = (from_bits(bits, format) for bits in range(2**kind.bits))
    return sorted({number for number in numbers if math.isfinite(number)})


def values_between(low: float, high: float, format: str, most: int = 150) -> list[float] | None:
    """Return the format's numbers from `low` to `high`, ascending; None for more than `most`."""
    kind = format_named(format)
    if isinstance(kind, FloatFormat):
        first, last = _rank(low, kind), _rank(high, kind)
        if last - first > most:
            return None
        ranks = range(first, last + 1)
        values = [math.copysign(_float_value(abs(rank), kind), rank) for rank in ranks]
    else:
        values = finite_values(format)
    inside = [value for value in values if low <= value <= high]
    return inside if len(inside) <= most else None


def _rank(value: float, kind: FloatFormat) -> int:
    """The place of the nearest number among all of a format's, counted from zero."""
    bits = to_bits(value, kind.name, saturate=True)
    sign, magnitude = divmod(bits, 2 ** (kind.bits - 1))
    return -magnitude if sign else magnitude


def nearest_index(value: float, table: tuple[float, ...]) -> int:
    """Return the index of the table's value nearest to a number; of two as near, the lower."""
    value = max(table[0], min(table[-1], value))
    return min(range(len(table)), key=lambda index: abs(table[index] - value))


@cache
def nf4_codebook() -> tuple[float, ...]:
    """Return the 16 values of NF4, ascending: quantiles of a normal distribution (Dettmers et al.
    2023, section 3, and the published code).

    Eight quantiles above zero and seven below, at equal steps of probability from 1/2 to `offset`,
    with zero between, divided by the largest. `offset` is the mean of 31/32 and 29/30: the middle
    of the outermost of 16 and of 15 equal parts, so that no end lies at infinity.
    """
    from statistics import NormalDist

    offset = (31 / 32 + 29 / 30) / 2
    quantile = NormalDist().inv_cdf
    above = [quantile(offset + (0.5 - offset) * step / 8) for step in range(8)]
    below = [-quantile(offset + (0.5 - offset) * step / 7) for step in range(7)]
    return tuple(value / above[0] for value in sorted([*above, *below, 0.0]))
