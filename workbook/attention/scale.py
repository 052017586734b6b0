"""What a decoder costs at real sizes, by counting alone: operations, scores, keys and values.

Everything follows from the configuration, so no weights and no accelerator are needed; the tests
hold the counts against torch's own counter. Left out: time, which depends on the machine, and the
backward pass, which is about twice the forward one. Lesson 01; lesson 06 goes on from here.

Shapes: T time, C channels, L layers, H heads, K key-value heads, D head size, V vocabulary.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from workbook.attention.config import TransformerConfig
from workbook.attention.counts import count

if TYPE_CHECKING:
    import pandas


def operations(config: TransformerConfig, time: int) -> dict[str, int]:
    """Floating-point operations of a decoder that reads one text of T tokens, by what they are for.

    "weights": 2 T for each number in a matrix, the last one to the logits included. "pairs": scores
    and mixtures, 4 T^2 H D in every layer, as if nothing were masked, which is how the literature
    counts. Norms, sums and the softmax are left out: they are less than a hundredth.
    """
    matrices = _matrices(config) + config.vocabulary * config.hidden_size
    heads = config.heads * (config.head_size or config.hidden_size // config.heads)
    return {"weights": 2 * time * matrices, "pairs": 4 * time**2 * heads * config.layers}


def _matrices(config: TransformerConfig) -> int:
    """Numbers in the matrices of the blocks: what a block has without its biases and norms."""
    bare = replace(
        config, attention_bias=False, out_bias=False, ffn_bias=False, norm="rms", tied=True,
        positions="none", embedding_norm=False, segments=0,
    )  # fmt: skip
    norms = config.hidden_size * (2 * config.layers + config.norm_first)
    return count(bare) - config.vocabulary * config.hidden_size - norms


def even_length(config: TransformerConfig) -> float:
    """The T at which the pairs cost as much as the weights."""
    one = operations(config, 1)
    return one["weights"] / one["pairs"]


def scores_bytes(config: TransformerConfig, time: int, each: int = 2) -> int:
    """Bytes of one layer's scores `H T T`, if all are written down; each: bytes of a number."""
    return each * config.heads * time**2


def cache_bytes(config: TransformerConfig, time: int, each: int = 2) -> int:
    """Bytes of all keys and values of a text, `2 L K T D`; each: bytes of a number."""
    size = config.head_size or config.hidden_size // config.heads
    return 2 * each * config.layers * (config.kv_heads or config.heads) * time * size


def scale_table(config: TransformerConfig, lengths: Sequence[int]) -> pandas.DataFrame:
    """A row for each length: operations, the pairs' share of them, and what must be held."""
    import pandas as pd

    rows, grouped = {}, replace(config, kv_heads=8)
    for time in lengths:
        done = operations(config, time)
        rows[f"T = {time:,}"] = {
            "10^12 operations": sum(done.values()) / 1e12,
            "pairs, share": done["pairs"] / sum(done.values()),
            "scores of a layer, GB": scores_bytes(config, time) / 1e9,
            "cache, GB": cache_bytes(config, time) / 1e9,
            "cache with K = 8, GB": cache_bytes(grouped, time) / 1e9,
        }
    return pd.DataFrame(rows).T
