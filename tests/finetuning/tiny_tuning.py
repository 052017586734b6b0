"""A random model so small that tuning it takes a second, and the mean ROUGE of recorded runs."""

from functools import cache
from statistics import fmean

import torch
from transformers import LlamaConfig, LlamaForCausalLM

from workbook.core.hub import load_tokenizer
from workbook.finetuning.tuning import TuneConfig

FAST = TuneConfig(learning_rate=1e-2, batch_size=2, seq_len=200)


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


def rouge(runs, asked="known words"):
    """The mean ROUGE-1 of each run's summaries."""
    return [fmean(run["rouge"][asked]["rouge1"]) for run in runs]
