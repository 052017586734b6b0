"""An encoder, a decoder and an encoder-decoder of one size, each with the objective it is for.

All are `workbook.attention.Transformer` with the same width and the same number of blocks. The
encoder-decoder splits the blocks between its two stacks and has cross-attention besides, so its
feed-forward layers are narrower, to come out at the same number of weights. Left out: dropout (one
pass over endless text needs none). Lesson 02 trains them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from workbook.attention import Transformer, TransformerConfig
from workbook.core.seeding import generator, seed_everything
from workbook.pretraining.data import SENTINELS
from workbook.pretraining.floor import HeldOut, causal_loss_on, milestones
from workbook.pretraining.objectives import (
    Corrupted,
    causal_targets,
    corrupt_spans,
    mask_tokens,
    objective_loss,
)
from workbook.training import FitConfig, fit
from workbook.training.tokenizer import RESERVED

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

ARCHITECTURES = {"masked": "encoder", "causal": "decoder", "spans": "encoder-decoder"}
MASK = RESERVED[2]
BATCH = 4  # rows of a step
# A short training needs many questions a row: twice the 15 % of BERT and T5 (Wettig et al. 2023
# find 40 % no worse), in spans of 5, so that the tokenizer's eight sentinels suffice.
SHARE, MEAN_SPAN = 0.3, 5.0
SETTINGS = {
    "optimiser": "muon", "learning_rate": 0.01, "muon_learning_rate": 0.03, "decay": 0.4,
}  # fmt: skip


@dataclass(frozen=True)
class Size:
    """The size of all three. Blocks must be even in number: half of them are for each stack."""

    channels: int = 96  # C
    blocks: int = 2
    heads: int = 3  # H
    inner: int = 256  # width of the feed-forward layers of an encoder or a decoder

    @property
    def inner_of_both(self) -> int:
        """Narrower where there is cross-attention, 4 C C weights in every second block."""
        return self.inner - 2 * self.channels // 3


@dataclass
class Trained:
    """A trained model, and the way there."""

    objective: str
    model: Transformer
    losses: list[float]  # of each step, nats a token that was asked for
    steps: list[int] = field(default_factory=list)  # at which a decoder was held against texts
    held_out: dict[str, list[float]] = field(default_factory=dict)  # its loss then, by text


def build(
    objective: str, tokenizer: PreTrainedTokenizerFast, seed: int = 0, size: Size = Size()
) -> Transformer:
    """A model with random weights for an objective: "masked", "causal" or "spans"."""
    architecture = ARCHITECTURES[_known(objective)]
    both = architecture == "encoder-decoder"
    seed_everything(seed)
    return Transformer(
        TransformerConfig(
            len(tokenizer),
            channels=size.channels,
            layers=size.blocks // 2 if both else size.blocks,
            heads=size.heads,
            inner=size.inner_of_both if both else size.inner,
            architecture=architecture,
            embedding_scale=math.sqrt(size.channels),
        )
    )


def parameters(model: nn.Module) -> int:
    """The number of weights."""
    return sum(weight.numel() for weight in model.parameters())


class Corrupter:
    """Batches by number: rows of text, corrupted as the objective asks, the same every time."""

    def __init__(
        self,
        objective: str,
        rows: Tensor,
        tokenizer: PreTrainedTokenizerFast,
        batch: int = BATCH,
        seed: int = 0,
    ):
        self.objective, self.rows, self.size, self.seed = _known(objective), rows, batch, seed
        self.vocabulary, self.special = len(tokenizer), tokenizer.all_special_ids
        self.mask_id, *self.sentinels = tokenizer.convert_tokens_to_ids([MASK, *SENTINELS])
        self.start_id, self.end_id = tokenizer.bos_token_id, tokenizer.eos_token_id

    def batch(self, number: int) -> Corrupted:
        """Rows number x size and on; after the last row the first comes again, cut otherwise."""
        places = (torch.arange(self.size) + number * self.size) % len(self.rows)
        return self.corrupt(self.rows[places], generator(self.seed * 100_003 + number))

    def corrupt(self, ids: Tensor, source: torch.Generator) -> Corrupted:
        """One batch `B T` under the objective."""
        if self.objective == "causal":
            return causal_targets(ids)
        if self.objective == "masked":
            return mask_tokens(
                ids, self.mask_id, self.vocabulary, source, special_ids=self.special, share=SHARE
            )
        ends = self.end_id, self.start_id
        return corrupt_spans(ids, self.sentinels, *ends, source, SHARE, MEAN_SPAN)


def train(
    objective: str,
    rows: Tensor,
    tokenizer: PreTrainedTokenizerFast,
    steps: int,
    *,
    seed: int = 0,
    model: Transformer | None = None,
    texts: Mapping[str, HeldOut] | None = None,
    progress: bool = True,
    **settings: Any,
) -> Trained:
    """Train a new model (or `model`, in place) on rows `B T` for so many steps.

    texts: measure a decoder's loss on them before the first step and at milestones. settings: of
    `FitConfig`, in place of this lesson's.
    """
    model = build(objective, tokenizer, seed) if model is None else model
    config = FitConfig(steps=steps, seed=seed, **(SETTINGS | settings))
    trained = Trained(objective, model, [])
    marks = set(milestones(steps)) if texts else set()

    def watch(record: Mapping[str, Any]) -> None:
        step = record["step"]
        if texts and (step == 0 or step in marks):
            trained.steps.append(step)
            for name, each in texts.items():
                trained.held_out.setdefault(name, []).append(causal_loss_on(model, each))

    watch({"step": 0})
    batches = Corrupter(objective, rows, tokenizer, seed=seed)
    run = fit(model, batches, objective_loss, config, progress=progress, on_step=watch)
    trained.losses = run.losses
    model.eval()
    return trained


def _known(objective: str) -> str:
    if objective not in ARCHITECTURES:
        raise ValueError(
            f"no objective is called {objective!r}; there are {', '.join(ARCHITECTURES)}."
        )
    return objective
