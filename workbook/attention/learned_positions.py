"""Positions that are learned: two small decoders on the town's pages, one for each kind.

One adds a table of places to its embeddings (as GPT-2 and BERT do), the other a number for each
distance to its scores (as T5 does). Before training both know nothing of near and far. The runs
take minutes, so they are recorded (`experiment.py`). Left out: how good the models are.
Lesson 01.

Shapes: B batch, T time, C channels, H heads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from workbook.attention.config import TransformerConfig
from workbook.attention.positions import mean_similarity
from workbook.attention.transformer import Transformer


@dataclass(frozen=True)
class PositionTask:
    """One training run of a decoder with positions of one kind."""

    kind: str  # "learned" or "relative"
    steps: int = 600
    rows: int = 16  # texts of a batch
    length: int = 64  # tokens of a text
    channels: int = 64
    rate: float = 3e-3  # the highest; it rises for 100 steps, then falls to 0
    seed: int = 0


def train_positions(task: PositionTask, progress: Callable = lambda steps: steps) -> dict:
    """{"before": [...], "after": [...], "loss": nats a token}; lists by distance, from 0 on.

    learned: the likeness of two rows of the table. relative: what the first layer adds to a score,
    a list for each head.
    """
    from workbook.core.hub import load_tokenizer

    torch.manual_seed(task.seed)
    tokenizer = load_tokenizer("base")
    shape = {"channels": task.channels, "layers": 2, "heads": 4, "max_length": task.length}
    model = Transformer(TransformerConfig(len(tokenizer), **shape, positions=task.kind))
    optimiser = torch.optim.AdamW(model.parameters(), lr=task.rate, weight_decay=0.01)
    before, batches = position_curve(model, task.length), _batches(task, tokenizer)
    for step in progress(range(task.steps)):
        for group in optimiser.param_groups:
            group["lr"] = task.rate * min((step + 1) / 100, 1 - step / task.steps)
        ids = next(batches)
        loss = F.cross_entropy(model(ids[:, :-1]).flatten(0, 1), ids[:, 1:].flatten())
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
    return {"before": before, "after": position_curve(model, task.length), "loss": loss.item()}


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
    size = task.rows * task.length
    while True:
        while len(ids) < size:
            ids += tokenizer.encode(next(pages).text, add_special_tokens=False)
            ids.append(tokenizer.eos_token_id)
        yield torch.tensor(ids[:size]).view(task.rows, task.length)
        ids = ids[size:]
