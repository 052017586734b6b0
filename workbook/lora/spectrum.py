"""How much rank a real update has: the singular values of what fine-tuning did to each matrix.

The best matrix of rank r for an update keeps its r largest singular values (Eckart and Young,
1936); what it misses is the root of the sum of the squares of the others. Aghajanyan et al. (2020)
asked how few dimensions fine-tuning needs; LoRA rests on the answer. Left out: directions shared by
several layers. Lesson 10.

Shapes: O outputs, I inputs of a layer, K the smaller of the two.
"""
# ruff: noqa: F722 - the strings in the annotations are shapes

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn

from workbook.lora.weights import read_weight
from workbook.training.modules import ALL, linear_names


def updates(
    before: nn.Module, after: nn.Module, targets: str | Iterable[str] = ALL
) -> dict[str, Float[Tensor, "_O _I"]]:
    """Return what changed in each linear layer, `O I`, by its name.

    Raises ValueError where the two models are not of one shape.
    """
    found = {}
    for name in linear_names(before, targets):
        one, two = (read_weight(model.get_submodule(name)) for model in (before, after))
        if one.shape != two.shape:
            raise ValueError(f"{name} has another shape in the second model.")
        found[name] = two - one
    return found


def low_rank(update: Float[Tensor, "O I"], rank: int) -> Float[Tensor, "O I"]:
    """Return the matrix of this rank that is nearest to an update `O I`.

    Raises ValueError for a rank below 1.
    """
    if rank < 1:
        raise ValueError(f"a rank is at least 1, not {rank}.")
    u, s, vt = torch.linalg.svd(update, full_matrices=False)
    return (u[:, :rank] * s[:rank]) @ vt[:rank]


def relative_error(update: Float[Tensor, "O I"], rank: int) -> float:
    """Return the length of what rank r misses of an update `O I`, as a part of its length."""
    s = torch.linalg.svdvals(update)
    whole = s.square().sum()
    return float((s[rank:].square().sum() / whole).sqrt()) if whole else 0.0


def kept(update: Float[Tensor, "O I"]) -> Float[Tensor, " K"]:
    """Return `K`: the part of an update's (`O I`) squared length that ranks 1, 2, ... keep."""
    squares = torch.linalg.svdvals(update).square()
    return squares.cumsum(0) / squares.sum()


@dataclass(frozen=True)
class Spectrum:
    """One update: its singular values, largest first, and the rank that keeps 90 % of it."""

    name: str
    singular_values: tuple[float, ...]
    rank_90: int  # the least rank that keeps 90 % of the squared length


def spectrum(name: str, update: Float[Tensor, "O I"]) -> Spectrum:
    """Return the spectrum of an update `O I`."""
    values = torch.linalg.svdvals(update)
    rank = int((kept(update) < 0.9).sum()) + 1
    return Spectrum(name, tuple(values.tolist()), rank)


def mean_kept(
    changed: Mapping[str, Float[Tensor, "_O _I"]], ranks: Iterable[int]
) -> dict[int, float]:
    """Return rank -> the part of all updates' squared length that it keeps, over all layers.

    changed: layer -> its update, `O I`.
    """
    squares = [torch.linalg.svdvals(update).square() for update in changed.values()]
    whole = sum(float(s.sum()) for s in squares)
    return {rank: sum(float(s[:rank].sum()) for s in squares) / whole for rank in ranks}
