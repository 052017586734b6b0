"""Rows of token ids of different lengths as one batch, with a mask of what is real.

Decoders want padding on the left, so that every row ends where the model goes on; training and
encoders want it on the right. Left out: packing several texts into a row (`training/packing.py`).

Shapes: B batch, T time. `keep_mask` is true on real tokens.
"""
# ruff: noqa: F722 - the strings in the annotations are shapes

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from jaxtyping import Bool, Int
    from torch import Tensor


def pad(
    rows: Sequence[Sequence[int]], value: int, side: Literal["left", "right"]
) -> tuple[Int[Tensor, "B T"], Bool[Tensor, "B T"]]:
    """Return (ids, keep_mask), both `B T` with T the longest row.

    rows: B rows of token ids, of any lengths. value: the id that stands where there is no token.
    side: where it stands, before a row or behind it. Raises ValueError for no row or another side.
    """
    import torch

    if not rows:
        raise ValueError("there is no row to pad; give at least one.")
    if side not in ("left", "right"):
        raise ValueError(f'padding stands on the "left" or on the "right", not {side!r}.')
    time = max(map(len, rows))
    ids = torch.full((len(rows), time), value, dtype=torch.long)
    keep_mask = torch.zeros(len(rows), time, dtype=torch.bool)
    for number, row in enumerate(rows):
        place = slice(time - len(row), time) if side == "left" else slice(0, len(row))
        ids[number, place] = torch.as_tensor(row, dtype=torch.long)
        keep_mask[number, place] = True
    return ids, keep_mask


def positions(keep_mask: Bool[Tensor, "B T"]) -> Int[Tensor, "B T"]:
    """Return the place of each token in its own text, `B T`: 0 for the first real one.

    Padding has place 0 too. With padding on the left, a token's column says nothing about how many
    tokens came before it.
    """
    return (keep_mask.long().cumsum(1) - 1).clamp(min=0)
