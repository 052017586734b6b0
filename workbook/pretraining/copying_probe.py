"""Does a model use what it has read? The end of a polite sentence, with its rude one and another's.

A pair of the town says the same thing twice, once rudely and once politely, so the end of the
polite sentence can be copied from the rude one: names, things, times. The loss on that end is
measured twice, once with the rude sentence it belongs to and once with another's; the difference is
what the model gained by looking back. Nothing is tuned. `cross_attention` shows where an
encoder-decoder looks. Left out: which head does it (lesson 01 switches heads off). Lesson 02.

Shapes: B batch, H heads, S time of the decoder, T time.
"""
# ruff: noqa: F722 - the strings in the annotations are shapes

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from jaxtyping import Float
from torch import Tensor, nn

from workbook.pretraining.data import document_ids
from workbook.pretraining.models import MEAN_SPAN, SHARE, ObjectiveBatches, to_model_device
from workbook.pretraining.objectives import ObjectiveBatch, objective_loss
from workbook.pretraining.tasks import pairs
from workbook.training.packing import IGNORE

if TYPE_CHECKING:
    import pandas
    from transformers import PreTrainedTokenizerFast

    from workbook.attention import Transformer

COUNT = 64  # pairs
PLACES = ("end", "middle")  # of the polite sentence, where a piece is hidden


@torch.no_grad()
def evidence_losses(
    objective: str,
    model: nn.Module,
    tokenizer: PreTrainedTokenizerFast,
    count: int = COUNT,
    where: str = "end",
) -> tuple[float, float]:
    """Nats a token on the hidden pieces: given the rude sentence, and given another's."""
    rude, polite = zip(*pairs(count), strict=True)
    losses = []
    for evidence in (rude, rude[1:] + rude[:1]):
        batch = hidden_pieces(objective, tokenizer, evidence, polite, where)
        total, tokens, *_ = objective_loss(model, to_model_device(model, batch))
        losses.append(float(total / tokens))
    return losses[0], losses[1]


def gained(
    objective: str,
    model: nn.Module,
    tokenizer: PreTrainedTokenizerFast,
    where: str = "end",
    count: int = COUNT,
) -> float:
    """Nats a token that the right evidence saves; 0 for a model that does not look back."""
    own, other = evidence_losses(objective, model, tokenizer, count, where)
    return other - own


def hidden_pieces(
    objective: str,
    tokenizer: PreTrainedTokenizerFast,
    rude: Sequence[str],
    polite: Sequence[str],
    where: str = "end",
) -> ObjectiveBatch:
    """A batch that asks for a piece of each polite sentence, as the objective asks it.

    where: "end", of the share that training hides, or "middle", one gap of `MEAN_SPAN` tokens. The
    polite sentence alone decides what is hidden, so that losses can be compared.
    """
    if where not in PLACES:
        raise ValueError(f"no piece is called {where!r}; there are {', '.join(PLACES)}.")
    tools = ObjectiveBatches(objective, torch.zeros(1, 1), tokenizer)
    rows = []
    for evidence, answer in zip(rude, polite, strict=True):
        ids = document_ids(f"Rude: {evidence}\nPolite: {answer}", tokenizer)
        size = len(tokenizer.encode(answer, add_special_tokens=False))
        start = len(ids) - round(2 * SHARE * size)  # a pair is about twice as long as its half
        stop = len(ids)
        if where == "middle":
            start = len(ids) - 1 - size // 2 - round(MEAN_SPAN / 2)
            stop = min(start + round(MEAN_SPAN), len(ids) - 1)
        rows.append(tools.single_gap(ids[:start], ids[start:stop], ids[stop:]))
    return tools.collate(rows)


@dataclass(frozen=True)
class Looks:
    """Where the decoder's last block looks among what the encoder read."""

    read: list[str]  # T
    said: list[str]  # S, the token that is to be written next
    weights: Tensor  # H S T

    def copying(self) -> Tensor:
        """For each head `H`: the weight on tokens equal to the one to be written, on average over
        those that stand in what was read."""
        same, target = self._same()
        return (self.weights * same).sum(-1)[:, target].mean(-1)

    def chance(self) -> float:
        """What `copying` would be if a head looked everywhere alike."""
        same, target = self._same()
        return same[target].float().mean().item()

    def _same(self) -> tuple[Tensor, Tensor]:
        """Which tokens read are the one to be written `S T`, and where there is one `S`."""
        same = torch.tensor([[a == b for b in self.read] for a in self.said])
        return same, same.any(1)

    def table(self, head: int) -> pandas.DataFrame:
        """For each token to be written, the token that the head looks at most, and its weight."""
        import pandas as pd

        weight, place = self.weights[head].max(-1)
        looked = [self.read[i] for i in place.tolist()]
        columns = {"to be written": self.said, "looked at most": looked}
        return pd.DataFrame(columns | {"weight": weight.numpy().round(2)})


@torch.no_grad()
def cross_attention(
    model: Transformer, tokenizer: PreTrainedTokenizerFast, examples: Sequence[tuple[str, str]]
) -> list[Looks]:
    """For each pair of a rude and a polite sentence, the weights of cross-attention while the model
    is asked for the end of the polite one."""
    batch = hidden_pieces("spans", tokenizer, *zip(*examples, strict=True))
    layer, seen = model.decoder.blocks[-1].cross, []
    layer.on_weights = seen.append
    try:
        there = to_model_device(model, batch)
        model(there.inputs, decoder_ids=there.decoder_inputs, keep_mask=there.keep_mask)
    finally:
        layer.on_weights = None
    looks = []
    for read, said, keep, weights in zip(  # weights: H S T
        batch.inputs, batch.labels, batch.keep_mask, seen[0].float().cpu(), strict=True
    ):
        target = said != IGNORE
        words = [[tokenizer.decode([i]) for i in ids] for ids in (read[keep], said[target])]
        looks.append(Looks(*words, weights[:, target][..., keep]))
    return looks


def copying_heads(looks: Sequence[Looks]) -> tuple[Float[Tensor, " H"], float]:
    """Return for each head the mean of `copying` over the pairs, and the mean of `chance`."""
    heads = torch.stack([look.copying() for look in looks]).nanmean(0)
    chances = torch.tensor([look.chance() for look in looks])
    return heads, chances.nanmean().item()
