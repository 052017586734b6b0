"""A model over seven tokens, and two drafts that know nothing of it."""

from __future__ import annotations

from functools import cache

import torch

from workbook.training.models import small_llama


@cache
def seven_tokens():
    """Two layers of random weights; tests must leave it as it is."""
    return small_llama(7, hidden_size=24, layers=2, heads=2, ffn_dim=32, seq_len=64, seed=3).eval()


def wrong_draft(text):
    """A draft that knows nothing of the model, and leans to one token."""
    return torch.tensor([0.4, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1])


def sure_draft(text):
    """A draft that gives all its probability to one token, wherever it stands."""
    return torch.nn.functional.one_hot(torch.tensor(len(text) % 7), 7).float()
