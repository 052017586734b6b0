"""Quantization: numbers, weights and caches in few bits (lesson 05).

The names below are this part's contract; importing them loads neither torch nor transformers.
"""

from workbook.quantization.formats import (
    FORMATS,
    finite_values,
    from_bits,
    nf4_codebook,
    split_bits,
    to_bits,
)

__all__ = ["FORMATS", "finite_values", "from_bits", "nf4_codebook", "split_bits", "to_bits"]
