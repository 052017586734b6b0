"""Positions that are learned: two small decoders on the town's pages, one for each kind.

One adds a table of places to its embeddings (as GPT-2 and BERT do), the other a number for each
distance to its scores (as T5 does). Before training both know nothing of near and far. The runs
take minutes, so they are recorded (`experiment.py`). Left out: how good the models are.
Lesson 01.

Shapes: B batch, T time, C channels, H heads.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from workbook.attention.config import TransformerConfig
from workbook.attention.positions import mean_similarity
from workbook.attention.transformer import Transformer
from workbook.training import FitConfig, Loss, fit


@dataclass(frozen=True)
class PositionTask:
    """One training run of a decoder with positions of one kind."""

    kind: str  # "learned" or "relative"
    steps: int = 600
    batch_size: int = 16  # texts
    seq_len: int = 64  # tokens of a text
    hidden_size: int = 64
    learning_rate: float = 3e-3  # peak; it rises for 100 steps, then falls to 0
    seed: int = 0

    def fit_config(self) -> FitConfig:
        """Return what the training loop is told."""
        return FitConfig(
            steps=self.steps, learning_rate=self.learning_rate, betas=(0.9, 0.999), warmup=100,
            decay_fraction=1.0, min_lr_ratio=0.0, seed=self.seed, device="cpu",
        )  # fmt: skip


def train_positions(task: PositionTask) -> dict:
    """{"before": [...], "after": [...], "loss": nats a token}; lists by distance, from 0 on.

    learned: the likeness of two rows of the table. relative: what the first layer adds to a score,
    a list for each head.
    """
    from workbook.core.hub import load_tokenizer

    torch.manual_seed(task.seed)
    tokenizer = load_tokenizer("base")
    config = TransformerConfig(
        len(tokenizer), task.hidden_size, layers=2, heads=4, max_length=task.seq_len,
        positions=task.kind,
    )  # fmt: skip
    model = Transformer(config)
    before = position_curve(model, task.seq_len)
    run = fit(model, _batches(task, tokenizer), _loss, task.fit_config(), progress=False)
    return {
        "before": before, "after": position_curve(model, task.seq_len), "loss": run.losses[-1]
    }  # fmt: skip


def _loss(model: nn.Module, ids: Tensor) -> Loss:
    """Cross-entropy of each next token."""
    logits, target = model(ids[:, :-1]).flatten(0, 1), ids[:, 1:].flatten()
    return Loss(F.cross_entropy(logits, target, reduction="sum"), target.numel())


@torch.no_grad()
def position_curve(model: Transformer, length: int) -> list:
    """What a model with learned or relative positions holds, by distance 0 ... length - 1."""
    if model.config.positions == "learned":
        curve = mean_similarity(model.position_embedding.weight[:length])  # T
    else:
        bias = model.decoder.relative(torch.tensor([length - 1]), torch.arange(length))  # H 1 T
        curve = bias[:, 0].flip(-1)  # H T
    return curve.double().round(decimals=4).tolist()


def _batches(task: PositionTask, tokenizer) -> Iterator[Tensor]:
    """Ids `B T`: pages one behind the other, cut into equal texts; any token may stand first."""
    from workbook.town import stream

    pages = stream("page", "train", task.seed)
    ids: list[int] = []
    size = task.batch_size * task.seq_len
    while True:
        while len(ids) < size:
            ids += tokenizer.encode(next(pages).text, add_special_tokens=False)
            ids.append(tokenizer.eos_token_id)
        yield torch.tensor(ids[:size]).view(task.batch_size, task.seq_len)
        ids = ids[size:]
