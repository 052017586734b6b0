"""An encoder, a decoder and an encoder-decoder of one size, each with the objective it is for.

All are `workbook.attention.Transformer` with the same width and the same number of blocks. The
encoder-decoder splits the blocks between its two stacks and has cross-attention besides, so its
feed-forward layers are narrower, to come out at the same number of weights. Left out: dropout (one
pass over endless text needs none). Lesson 02 trains them.
"""
# ruff: noqa: F722 - the strings in the annotations are shapes

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import torch
from jaxtyping import Int
from torch import Tensor, nn

from workbook.attention import Transformer, TransformerConfig
from workbook.attention.counts import parameters as parameters
from workbook.core.runs.seeding import generator, seed_everything
from workbook.pretraining.data import SENTINELS
from workbook.pretraining.entropy_bound import milestones
from workbook.pretraining.objectives import (
    ObjectiveBatch,
    causal_targets,
    collate,
    corrupt_documents,
    mask_tokens,
    objective_loss,
)
from workbook.training import FitConfig, fit
from workbook.training.batches import to_device
from workbook.training.packing import IGNORE
from workbook.training.tokenizer import RESERVED

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

ARCHITECTURES = {"masked": "encoder", "causal": "decoder", "spans": "encoder-decoder"}
MASK = RESERVED[2]
BATCH = 16  # documents of a step
# A short training needs many questions a row: twice the 15 % of BERT and T5 (Wettig et al. 2023
# find 40 % no worse), in spans of 5, so that the tokenizer's eight sentinels suffice. In two of
# three batches there is one span, at the end of the text: an encoder-decoder that only fills short
# gaps is slow to look at what its encoder read (UL2, Tay et al. 2022, mixes such tasks too).
SHARE, MEAN_SPAN = 0.3, 5.0
SETTINGS = {
    "optimiser": "muon", "learning_rate": 0.01, "muon_learning_rate": 0.03, "decay_fraction": 0.4,
}  # fmt: skip


@dataclass(frozen=True)
class Size:
    """The size of all three. Blocks must be even in number: half of them are for each stack."""

    hidden_size: int = 96  # C
    blocks: int = 2
    heads: int = 3  # H
    ffn_dim: int = 256  # width of the feed-forward layers of an encoder or a decoder

    @property
    def ffn_dim_of_both(self) -> int:
        """Narrower where there is cross-attention, 4 C C weights in every second block."""
        return self.ffn_dim - 2 * self.hidden_size // 3


@dataclass
class Trained:
    """A trained model, and the way there."""

    objective: str
    model: Transformer
    losses: list[float]  # of each step, nats a token that was asked for
    steps: list[int] = field(default_factory=list)  # at which something was measured
    seen: dict[str, list[Any]] = field(default_factory=dict)  # what, by its name


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
            hidden_size=size.hidden_size,
            layers=size.blocks // 2 if both else size.blocks,
            heads=size.heads,
            ffn_dim=size.ffn_dim_of_both if both else size.ffn_dim,
            architecture=architecture,
            embedding_scale=math.sqrt(size.hidden_size),
        )
    )


class ObjectiveBatches:
    """Batches by number: rows of text, corrupted as the objective asks, the same every time.

    rows: `B T`, padded on the right or not at all. tails: whether two of three batches of spans
    have one long span, at the end.
    """

    def __init__(
        self,
        objective: str,
        rows: Tensor,
        tokenizer: PreTrainedTokenizerFast,
        batch_size: int = BATCH,
        seed: int = 0,
        tails: bool = True,
    ):
        self.objective, self.rows, self.size, self.seed = _known(objective), rows, batch_size, seed
        self.tails, self.pad_id = tails, tokenizer.pad_token_id
        self.vocabulary, self.special = len(tokenizer), tokenizer.all_special_ids
        self.mask_id, *self.sentinels = tokenizer.convert_tokens_to_ids([MASK, *SENTINELS])
        self.start_id, self.end_id = tokenizer.bos_token_id, tokenizer.eos_token_id

    def batch(self, number: int) -> ObjectiveBatch:
        """Rows number x size and on; after the last row the first comes again, cut otherwise."""
        places = (torch.arange(self.size) + number * self.size) % len(self.rows)
        source = generator(self.seed * 100_003 + number)
        return self.corrupt(self.rows[places], source, self.tails and has_end(number))

    def corrupt(self, ids: Tensor, source: torch.Generator, tail: bool = False) -> ObjectiveBatch:
        """One batch `B T` under the objective; tail: of spans, one at the end instead of many."""
        keep_mask = ids != self.pad_id
        ids = ids[:, : int(keep_mask.sum(1).max())]  # no wider than its longest row
        keep_mask = None if keep_mask.all() else keep_mask[:, : ids.shape[1]]
        if self.objective == "causal":
            return causal_targets(ids, keep_mask)
        if self.objective == "masked":
            return mask_tokens(
                ids, self.mask_id, self.vocabulary, source, keep_mask, self.special, SHARE
            )
        rows = [row[row != self.pad_id] for row in ids]
        return corrupt_documents(
            rows, self.pad_id, sentinels=self.sentinels, end_id=self.end_id, start_id=self.start_id,
            generator=source, share=SHARE, mean_span=ids.shape[1] if tail else MEAN_SPAN,
        )  # fmt: skip

    def single_gap(
        self, before: list[int], gone: list[int], after: Sequence[int] = ()
    ) -> ObjectiveBatch:
        """One text, tensors of one dimension, that asks for the piece `gone` and nothing else.

        A decoder reads what stands before it and no more; an encoder is told how long it is.
        """
        labels = [IGNORE] * len(before) + gone + [IGNORE] * len(after)
        if self.objective == "causal":
            return _tensors(before + gone[:-1], labels[1 : len(before) + len(gone)])
        if self.objective == "masked":
            return _tensors([*before, *[self.mask_id] * len(gone), *after], labels)
        first = self.sentinels[0]
        reads = [*before, first, *(after or [self.end_id])]
        return _tensors(reads, [IGNORE, *gone], [self.start_id, first, *gone[:-1]])

    def collate(self, rows: Sequence[ObjectiveBatch]) -> ObjectiveBatch:
        """Single texts as one batch."""
        return collate(rows, self.pad_id)


def train(
    objective: str,
    rows: Int[Tensor, "B T"],
    tokenizer: PreTrainedTokenizerFast,
    steps: int,
    *,
    seed: int = 0,
    model: Transformer | None = None,
    watched: Mapping[str, Callable[[nn.Module], Any]] | None = None,
    batches: ObjectiveBatches | None = None,
    progress: bool = True,
    **settings: Any,
) -> Trained:
    """Train a new model (or `model`, in place) on rows of ids for so many steps.

    watched: what to measure of the model before the first step and at milestones. batches: where
    other rows a step, or no long spans, are wanted. settings: of `FitConfig`, instead of SETTINGS.
    """
    model = build(objective, tokenizer, seed) if model is None else model
    config = FitConfig(steps=steps, seed=seed, **(SETTINGS | settings))
    trained = Trained(objective, model, [])
    marks = {0, *milestones(steps)}

    def watch(record: Mapping[str, Any]) -> None:
        step = record["step"]
        if watched and step in marks:
            trained.steps.append(step)
            model.eval()
            for name, measure in watched.items():
                trained.seen.setdefault(name, []).append(measure(model))
            model.train()

    watch({"step": 0})
    batches = batches or ObjectiveBatches(objective, rows, tokenizer, seed=seed)
    shown = f"training, {objective}" if progress else False
    run = fit(model, batches, objective_loss, config, progress=shown, on_step=watch)
    trained.losses = run.losses
    model.eval()
    return trained


def has_end(number: int) -> bool:
    """Whether the spans of batch `number` are one, at the end of the text: two batches of three."""
    return number % 3 > 0


def to_model_device(model: nn.Module, batch: Any) -> Any:
    """A batch on the device that the model is on."""
    weight = next(model.parameters(), None)
    return batch if weight is None else to_device(batch, weight.device)


def _tensors(*parts: list[int]) -> ObjectiveBatch:
    return ObjectiveBatch(*map(torch.tensor, parts))


def _known(objective: str) -> str:
    if objective not in ARCHITECTURES:
        raise ValueError(
            f"no objective is called {objective!r}; there are {', '.join(ARCHITECTURES)}."
        )
    return objective
