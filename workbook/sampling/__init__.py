"""Sampling: from logits to text (lesson 03).

The names below are this part's contract, loaded when they are first used. They need torch, but not
transformers.
"""

from typing import TYPE_CHECKING

from workbook.core.lazy import load_when_used

if TYPE_CHECKING:
    from workbook.sampling.beam import beam_search
    from workbook.sampling.cache import KVCache, cache_bytes
    from workbook.sampling.filters import (
        apply_temperature,
        count_penalties,
        min_p_filter,
        repetition_penalty,
        sample,
        top_k_filter,
        top_p_filter,
    )
    from workbook.sampling.generate import cached, generate, naive
    from workbook.sampling.held_engine import open_engine
    from workbook.sampling.settings import SamplingConfig, greedy

__all__ = [
    "KVCache",
    "SamplingConfig",
    "apply_temperature",
    "beam_search",
    "cache_bytes",
    "cached",
    "count_penalties",
    "generate",
    "greedy",
    "min_p_filter",
    "naive",
    "open_engine",
    "repetition_penalty",
    "sample",
    "top_k_filter",
    "top_p_filter",
]

load_when_used(__name__)
