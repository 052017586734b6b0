"""A small recurrent network that writes: the stand-in for the years before 2017.

It reads one token after the other and keeps what it has read in a state of fixed size, so that no
token can be read before the one in front of it is done. Left out: gates by hand. Lesson 00
trains one in seconds; lesson 01 measures what such a state forgets.

Shapes: B batch, T time, V vocabulary.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from workbook.core.runs.seeding import generator

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

WIDTH, BATCH, LENGTH, LEARNING_RATE = 128, 16, 48, 5e-3


class RecurrentModel(nn.Module):
    """Embedding, one layer of gated recurrent units (Cho et al. 2014), and logits."""

    def __init__(self, vocabulary: int):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, WIDTH)
        self.units = nn.GRU(WIDTH, WIDTH, batch_first=True)
        self.head = nn.Linear(WIDTH, vocabulary)

    def forward(self, input_ids: Tensor, **_: object) -> SimpleNamespace:
        """Return logits `B T V`, called as a model of transformers is."""
        states, _last = self.units(self.embedding(input_ids))
        return SimpleNamespace(logits=self.head(states))


def train_recurrent(
    tokenizer: PreTrainedTokenizerBase, texts: Sequence[str], steps: int, seed: int = 0
) -> RecurrentModel:
    """Train one on the texts, cut into rows; AdamW, cross-entropy of the next token."""
    from workbook.training import FitConfig, causal_loss, fit

    ids = [i for text in texts for i in (*tokenizer.encode(text), tokenizer.eos_token_id)]
    rows = torch.tensor(ids[: len(ids) // LENGTH * LENGTH]).view(-1, LENGTH)
    if len(rows) < BATCH:
        raise ValueError(f"{len(rows)} rows of {LENGTH} tokens are too few: give more texts.")
    rows = rows[torch.randperm(len(rows), generator=generator(seed))]
    batches = [{"ids": each, "labels": each} for each in rows.split(BATCH)[: len(rows) // BATCH]]
    torch.manual_seed(seed)
    model = RecurrentModel(len(tokenizer))
    config = FitConfig(steps=steps, learning_rate=LEARNING_RATE, seed=seed)
    fit(model, batches, causal_loss, config, progress=False)
    return model.eval()


@torch.no_grad()
def write_on(
    model: RecurrentModel,
    tokenizer: PreTrainedTokenizerBase,
    text: str,
    new_tokens: int = 20,
    seed: int = 0,
) -> str:
    """Return how the model goes on: tokens drawn with its probabilities, to the end of the line."""
    source, ids = generator(seed), tokenizer.encode(text)
    start = len(ids)
    for _ in range(new_tokens):
        probs = model(torch.tensor([ids])).logits[0, -1].softmax(-1)
        ids.append(int(torch.multinomial(probs, 1, generator=source)))
    return str(tokenizer.decode(ids[start:])).strip().partition("\n")[0]
