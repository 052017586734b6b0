"""Quantization: numbers, weights and caches in few bits (lesson 05).

The names below are this part's contract, loaded when they are first used. They need neither torch
nor transformers.
"""

from typing import TYPE_CHECKING

from workbook.core.lazy import load_when_used

if TYPE_CHECKING:
    from workbook.quantization.formats import (
        FORMATS,
        finite_values,
        from_bits,
        nf4_codebook,
        split_bits,
        to_bits,
    )

__all__ = ["FORMATS", "finite_values", "from_bits", "nf4_codebook", "split_bits", "to_bits"]

load_when_used(__name__)
