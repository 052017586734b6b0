"""Where a token stands: sinusoidal, rotary and relative positions.

Attention alone does not know the order of its keys, so order is put into the numbers: added to the
embeddings (sinusoidal, or a learned table, a plain `nn.Embedding`), turned into queries and keys
(rotary), or added to the scores by distance (T5). Left out: rescaled rotary angles for longer
texts than were trained on. Lesson 01.

Shapes: B batch, H heads, T time, C channels, D head size.
"""
# ruff: noqa: F722 - the strings in the annotations are shapes

from __future__ import annotations

import math

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn


def sinusoidal_positions(
    length: int, channels: int, base: float = 10_000.0
) -> Float[Tensor, "T C"]:
    """A table `T C`: sin in even channels, cos in odd ones (Vaswani et al. 2017, section 3.5).

    Channel pair i turns by base^(-2i / C) radians a step. ValueError for an odd number of channels.
    """
    angles = torch.arange(length)[:, None] * frequencies(channels, base)  # T C/2
    return torch.stack([angles.sin(), angles.cos()], -1).flatten(-2)


def frequencies(channels: int, base: float = 10_000.0) -> Float[Tensor, " pairs"]:
    """Radians a step of each pair of channels, from 1 down; ValueError for an odd number."""
    if channels < 2 or channels % 2:
        raise ValueError(
            f"positions turn pairs of channels, so there must be an even number, not {channels}."
        )
    return base ** (-torch.arange(0, channels, 2) / channels)


def rotary_embedding(
    x: Float[Tensor, "*rows T D"],
    positions: Int[Tensor, " ..."] | None = None,
    base: float = 10_000.0,
    inv_freq: Float[Tensor, " pairs"] | None = None,
) -> Float[Tensor, "*rows T D"]:
    """Queries or keys `B H T D`, each pair of channels turned by its position (Su et al. 2021).

    The dot product of two turned vectors depends on their distance only. Pair i is channels i and
    i + D/2, as in Llama (the paper pairs 2i and 2i + 1: the same but for the order of channels).
    positions: `T` or `B T`, 0, 1, 2, ... if None. inv_freq: radians a step of each pair, instead of
    base^(-2i / D). Lengths stay as they were.
    """
    time, size = x.shape[-2:]
    if positions is None:
        positions = torch.arange(time, device=x.device)
    inv_freq = frequencies(size, base) if inv_freq is None else inv_freq
    angles = positions[..., None].float() * inv_freq.to(x.device)  # T D/2 or B T D/2
    if positions.dim() == 2 and x.dim() == 4:
        angles = angles[:, None]  # B 1 T D/2
    cos, sin = angles.cos().to(x.dtype), angles.sin().to(x.dtype)
    first, second = x.chunk(2, -1)
    return torch.cat([first * cos - second * sin, second * cos + first * sin], -1)


def relative_buckets(
    distances: Int[Tensor, "*any"], both_ways: bool, buckets: int = 32, longest: int = 128
) -> Int[Tensor, "*any"]:
    """The bucket of each distance (key position - query position), as in T5 (Raffel et al. 2020).

    Near distances have a bucket each, far ones share buckets that widen with the logarithm, all
    from `longest` on share the last. both_ways: half of the buckets are for keys after the query;
    otherwise those count as distance 0.
    """
    offset = torch.zeros_like(distances)
    if both_ways:
        buckets //= 2
        offset = (distances > 0) * buckets
        distances = distances.abs()
    else:
        distances = -distances.clamp(max=0)
    exact = buckets // 2
    growth = (distances.clamp(min=1).float() / exact).log() / math.log(longest / exact)
    far = exact + (growth * (buckets - exact)).long()
    return offset + torch.where(distances < exact, distances, far.clamp(max=buckets - 1))


class RelativeBias(nn.Module):
    """A learned number for each head and each bucket of distances, added to the scores."""

    def __init__(self, heads: int, both_ways: bool, buckets: int = 32, longest: int = 128):
        super().__init__()
        self.both_ways, self.longest = both_ways, longest
        self.table = nn.Embedding(buckets, heads)

    def forward(
        self, queries: Int[Tensor, " Tq"], keys: Int[Tensor, " Tk"]
    ) -> Float[Tensor, "H Tq Tk"]:
        """queries, keys: their positions."""
        distances = keys - queries[:, None]  # Tq Tk
        buckets = self.table.num_embeddings
        numbers = relative_buckets(distances, self.both_ways, buckets, self.longest)
        return self.table(numbers).permute(2, 0, 1)


def mean_similarity(table: Float[Tensor, "T C"]) -> Float[Tensor, " T"]:
    """How alike two rows are at distance 0 ... T - 1: mean dot products, divided by the first."""
    products = table @ table.T
    means = torch.stack([products.diagonal(distance).mean() for distance in range(len(table))])
    return means / means[0]


def rotary_scores(
    query: Float[Tensor, " D"],
    key: Float[Tensor, " D"],
    length: int,
    base: float = 10_000.0,
    inv_freq: Float[Tensor, " pairs"] | None = None,
) -> Float[Tensor, " T"]:
    """The score of a query and a key that stands 0 ... length - 1 tokens before it, / sqrt(D)."""
    turned = rotary_embedding(query.expand(length, -1), base=base, inv_freq=inv_freq)
    return turned @ key / math.sqrt(len(key))
