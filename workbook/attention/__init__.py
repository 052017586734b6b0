"""Attention and the transformer, from scratch (lesson 01).

The names below are this part's contract, loaded when they are first used. They need torch, but not
transformers.
"""

from typing import TYPE_CHECKING

from workbook.core.lazy import load_when_used

if TYPE_CHECKING:
    from workbook.attention.bpe import BytePairEncoder
    from workbook.attention.config import TransformerConfig
    from workbook.attention.dot_product import (
        attention_weights,
        causal_mask,
        chunked_attention,
        fused_attention,
        scaled_dot_product_attention,
        sliding_mask,
    )
    from workbook.attention.layers import (
        FeedForward,
        GrowingKVCache,
        LayerNorm,
        MultiHeadAttention,
        RMSNorm,
    )
    from workbook.attention.library_weights import from_transformers
    from workbook.attention.positions import rotary_embedding, sinusoidal_positions
    from workbook.attention.transformer import Transformer

__all__ = [
    "BytePairEncoder",
    "FeedForward",
    "GrowingKVCache",
    "LayerNorm",
    "MultiHeadAttention",
    "RMSNorm",
    "Transformer",
    "TransformerConfig",
    "attention_weights",
    "causal_mask",
    "chunked_attention",
    "from_transformers",
    "fused_attention",
    "rotary_embedding",
    "scaled_dot_product_attention",
    "sinusoidal_positions",
    "sliding_mask",
]

load_when_used(__name__)
