"""What a loss is compared with: loss on whole documents beside the entropy bound.

The town's generator adds up -ln p of every choice it makes (`workbook.town.choices`), so the mean
over documents is the entropy of its choices, in nats: an upper bound of the entropy of the text,
since two ways of choosing may print the same words. A decoder's loss is -ln p of the whole text,
token by token, so the two can be compared; the losses of the other objectives are
about a part of the text given the rest, and can not. Left out: the small share of documents that
are longer than a row. Lesson 02.

Shapes: B batch, T time, S time of the labels, V vocabulary.
"""
# ruff: noqa: F722 - the strings in the annotations are shapes

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn.utils.rnn import pad_sequence

from workbook.inference import token_log_probs
from workbook.pretraining.data import LENGTH, document_ids, whole_documents
from workbook.pretraining.objectives import causal_targets, objective_loss
from workbook.training.batches import to_device
from workbook.training.packing import IGNORE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from transformers import PreTrainedTokenizerFast

    from workbook.town import Document

DOCUMENTS = 64  # enough for a loss to two digits


@dataclass(frozen=True)
class HeldOut:
    """Documents that no model here was trained on, with what their generator paid for them."""

    ids: Tensor  # B T, padded on the right
    keep_mask: Tensor  # B T
    nats: float  # -ln p of all choices, all documents collate
    texts: tuple[str, ...]

    @property
    def tokens(self) -> int:
        """Tokens that are asked for: all but the begin tokens."""
        return int(self.keep_mask.sum()) - len(self.ids)

    @property
    def entropy_bound(self) -> float:
        """Nats a token."""
        return self.nats / self.tokens

    @property
    def bytes(self) -> int:
        """Bytes of the texts, each with one for its end."""
        return sum(len(text.encode()) + 1 for text in self.texts)


def held_out(
    documents: Iterable[Document], tokenizer: PreTrainedTokenizerFast, count: int = DOCUMENTS
) -> HeldOut:
    """The first `count` documents that fit into a row, as one batch."""
    pairs = whole_documents(documents, tokenizer, count)
    rows = [torch.tensor(ids) for ids, _ in pairs]
    lengths = torch.tensor([len(row) for row in rows])
    ids = pad_sequence(rows, batch_first=True, padding_value=tokenizer.pad_token_id)  # B T
    texts = tuple(document.text for _, document in pairs)
    return HeldOut(
        ids,
        torch.arange(ids.shape[1]) < lengths[:, None],
        sum(document.nats for _, document in pairs),
        texts,
    )


@torch.no_grad()
def causal_loss_on(model: nn.Module, texts: HeldOut, rows: int = 32) -> float:
    """A decoder's mean loss in nats a token; a model of ours, or one of transformers."""
    device = next(model.parameters()).device
    total = 0.0
    for ids, keep_mask in zip(texts.ids.split(rows), texts.keep_mask.split(rows), strict=True):
        batch = to_device(causal_targets(ids, keep_mask), device)
        total += objective_loss(as_logits_fn(model), batch).total.item()
    return total / texts.tokens


def mean_nll(
    model: nn.Module, texts: Sequence[str], tokenizer: PreTrainedTokenizerFast, rows: int = 32
) -> list[float]:
    """Return a decoder's loss on each text alone, nats a token; of longer texts, on a row."""
    device, means = next(model.parameters()).device, []
    for start in range(0, len(texts), rows):
        ids = [document_ids(text, tokenizer)[:LENGTH] for text in texts[start : start + rows]]
        lengths = torch.tensor([len(row) for row in ids])
        read = pad_sequence([torch.tensor(row) for row in ids], batch_first=True)  # B T
        keep_mask = torch.arange(read.shape[1]) < lengths[:, None]
        read, keep_mask = to_device(read, device), to_device(keep_mask, device)
        log_probs = token_log_probs(model, read, keep_mask)  # B T-1
        means += (-log_probs.sum(1).cpu() / (lengths - 1)).tolist()
    return means


def as_logits_fn(model: nn.Module) -> Callable[..., Float[Tensor, "B S V"]]:
    """Return the model as a function (ids, decoder_ids=, keep_mask=) -> logits, as ours are."""
    if not hasattr(model, "generate"):
        return model

    def logits(ids: Tensor, *, decoder_ids: None = None, keep_mask: Tensor | None = None) -> Tensor:
        mask = None if keep_mask is None else keep_mask.long()
        return model(input_ids=ids, attention_mask=mask, use_cache=False).logits

    return logits


def unigram_loss(rows: Int[Tensor, "B T"], texts: HeldOut, vocabulary: int) -> float:
    """Return nats a token if guessed by frequency in `rows` alone (add-one smoothing)."""
    counts = torch.bincount(rows.flatten(), minlength=vocabulary).double() + 1
    labels = causal_targets(texts.ids, texts.keep_mask).labels
    targets = labels[labels != IGNORE]
    return -float((counts / counts.sum()).log()[targets].mean())


def marks(rows: Int[Tensor, "B T"], texts: HeldOut, vocabulary: int) -> dict[str, float]:
    """Return nats a token to compare a loss with, from ignorance to the entropy bound."""
    return {
        "every token alike": math.log(vocabulary),
        "by frequency alone": unigram_loss(rows, texts, vocabulary),
        "the entropy bound": texts.entropy_bound,
    }


def milestones(steps: int, count: int = 10) -> Sequence[int]:
    """About `count` steps up to the last, ever further apart: enough of the beginning for a
    logarithmic axis and of the end for a plain one."""
    if steps < 1 or count < 1:
        raise ValueError(f"milestones need at least one step and one mark, not {steps}, {count}.")
    return sorted({max(1, round(steps * (i / count) ** 2)) for i in range(1, count + 1)})
