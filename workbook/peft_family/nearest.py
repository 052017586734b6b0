"""What a soft prompt says, as far as tokens can say it: its nearest neighbours in the vocabulary.

Lester et al. (2021, section 7) read prompts so: the neighbours of one vector are alike, but the
whole makes no sentence. `nearest_tokens` finds them by cosine similarity, and `nearest_drawn` says
how near random vectors come, without which a similarity means nothing. Left out: searching for a
text that does the prompt's work. Lesson 11.

Shapes: N vectors of a prompt, C channels, V vocabulary, K neighbours.
"""
# ruff: noqa: F722 - the strings in the annotations are shapes

from __future__ import annotations

from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from workbook.core.runs.seeding import generator


class Neighbours(NamedTuple):
    """The K nearest tokens of each vector, the nearest first."""

    ids: Tensor  # N K
    similarity: Tensor  # N K, cosine


@torch.no_grad()
def nearest_tokens(
    prompt: Float[Tensor, "N C"], table: Float[Tensor, "V C"], count: int = 3
) -> Neighbours:
    """Return the tokens whose embeddings have the largest cosine similarity with each vector.

    prompt: `N C`. table: `V C`. Raises ValueError for a count that is not 1 to V.
    """
    if not 1 <= count <= len(table):
        raise ValueError(f"a vector has 1 to {len(table)} nearest tokens, not {count}.")
    directions = [torch.nn.functional.normalize(each.float(), dim=-1) for each in (prompt, table)]
    similarity, ids = (directions[0] @ directions[1].T).topk(count)
    return Neighbours(ids, similarity)


@torch.no_grad()
def nearest_drawn(table: Float[Tensor, "V C"], draws: int = 200, seed: int = 0) -> float:
    """Return the mean similarity of random vectors to their nearest token: the baseline.

    The vectors are normal with the embeddings' own covariance, so they point where tokens point.
    table: `V C`.
    """
    centred = (table - table.mean(0)).float()
    noise = torch.randn(draws, len(table), generator=generator(seed)).to(table.device)
    vectors = noise @ centred / len(table) ** 0.5 + table.mean(0)
    return float(nearest_tokens(vectors, table, 1).similarity.mean())
