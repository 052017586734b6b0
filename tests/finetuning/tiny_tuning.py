"""A random model that reads the town's tokens, so small that tuning it takes a second."""

from functools import cache

import torch
from transformers import LlamaConfig, LlamaForCausalLM

from workbook.core.hub import load_tokenizer


@cache
def tokenizer():
    return load_tokenizer("bundled:town-lm")


def tiny_model(seed=0):
    """Two layers, C 16, in eval mode; the same every time."""
    torch.manual_seed(seed)
    config = LlamaConfig(
        vocab_size=len(tokenizer()),
        hidden_size=16,
        intermediate_size=24,
        num_hidden_layers=2,
        num_attention_heads=2,
        max_position_embeddings=512,
        tie_word_embeddings=True,
        initializer_range=0.2,
        pad_token_id=0,
        bos_token_id=1,
        eos_token_id=2,
    )
    return LlamaForCausalLM(config).eval()


def weights(model):
    """All weights in one row."""
    return torch.cat([p.detach().flatten() for p in model.parameters()])
