"""Does a model use what it has read? The end of a polite sentence, with its rude one and another's.

A pair of the town says the same thing twice, once rudely and once politely, so the end of the
polite sentence can be copied from the rude one: names, things, times. The loss on that end is
measured twice, once with the rude sentence it belongs to and once with another's; the difference is
what the model gained by looking back. Nothing is tuned. `cross_attention` shows where an
encoder-decoder looks. Left out: which head does it (lesson 01 switches heads off). Lesson 02.

Shapes: B batch, H heads, S time of the decoder, T time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from workbook.pretraining.data import document_ids
from workbook.pretraining.models import SHARE, Corrupter
from workbook.pretraining.objectives import (
    Corrupted,
    objective_loss,
    pad_rows,
    padded,
)
from workbook.pretraining.tasks import pairs
from workbook.training.packing import IGNORE

if TYPE_CHECKING:
    import pandas
    from transformers import PreTrainedTokenizerFast

    from workbook.attention import Transformer

COUNT = 64  # pairs


@torch.no_grad()
def evidence_losses(
    objective: str, model: nn.Module, tokenizer: PreTrainedTokenizerFast, count: int = COUNT
) -> tuple[float, float]:
    """Nats a token on the hidden ends: given the rude sentence, and given another's."""
    rude, polite = zip(*pairs(count), strict=True)
    found = []
    for evidence in (rude, rude[1:] + rude[:1]):
        total, tokens, *_ = objective_loss(
            model, hidden_ends(objective, tokenizer, evidence, polite)
        )
        found.append(float(total / tokens))
    return found[0], found[1]


def gained(objective: str, model: nn.Module, tokenizer: PreTrainedTokenizerFast) -> float:
    """Nats a token that the right evidence saves; 0 for a model that does not look back."""
    own, other = evidence_losses(objective, model, tokenizer)
    return other - own


def hidden_ends(
    objective: str,
    tokenizer: PreTrainedTokenizerFast,
    rude: Sequence[str],
    polite: Sequence[str],
) -> Corrupted:
    """A batch that asks for the last part, of the size `SHARE`, of each pair, as the objective
    asks it. The polite sentence alone decides what is hidden, so that losses can be compared."""
    tools = Corrupter(objective, torch.zeros(1, 1), tokenizer)
    rows = []
    for evidence, answer in zip(rude, polite, strict=True):
        ids = document_ids(f"Rude: {evidence}\nPolite: {answer}", tokenizer)
        after = tokenizer.encode(answer, add_special_tokens=False)
        hidden = round(2 * SHARE * len(after))  # a pair is about twice as long
        rows.append(_hidden_end(tools, ids[:-hidden], ids[-hidden:]))
    batch = padded([row.inputs for row in rows], [row.labels for row in rows], tools.pad_id)
    if objective == "spans":
        starts = [row.decoder_inputs for row in rows]
        batch = batch._replace(decoder_inputs=pad_rows(starts, tools.pad_id))
    return batch


def _hidden_end(tools: Corrupter, kept: list[int], gone: list[int]) -> Corrupted:
    """One text, tensors of one dimension."""
    quiet = [IGNORE] * len(kept)
    if tools.objective == "causal":
        return Corrupted(torch.tensor(kept + gone[:-1]), torch.tensor(quiet[1:] + gone))
    if tools.objective == "masked":
        return Corrupted(
            torch.tensor(kept + [tools.mask_id] * len(gone)), torch.tensor(quiet + gone)
        )
    first = tools.sentinels[0]
    return Corrupted(
        torch.tensor([*kept, first, tools.end_id]),
        torch.tensor([IGNORE, *gone]),
        torch.tensor([tools.start_id, first, *gone[:-1]]),
    )


@dataclass(frozen=True)
class Looks:
    """Where the decoder's last block looks among what the encoder read."""

    read: list[str]  # T
    said: list[str]  # S, the token that is to be written next
    weights: Tensor  # H S T

    def copying(self) -> Tensor:
        """For each head `H`: the weight on tokens equal to the one to be written, on average over
        those that stand in what was read."""
        same = torch.tensor([[a == b for b in self.read] for a in self.said])  # S T
        asked = same.any(1)
        return (self.weights * same).sum(-1)[:, asked].mean(-1)

    def table(self, head: int) -> pandas.DataFrame:
        """For each token to be written, the token that the head looks at most, and its weight."""
        import pandas as pd

        weight, place = self.weights[head].max(-1)
        looked = [self.read[each] for each in place.tolist()]
        columns = {"to be written": self.said, "looked at most": looked}
        return pd.DataFrame(columns | {"weight": weight.numpy().round(2)})


@torch.no_grad()
def cross_attention(
    model: Transformer, tokenizer: PreTrainedTokenizerFast, rude: str, polite: str
) -> Looks:
    """The weights of cross-attention while the model is asked for the end of a polite sentence."""
    batch = hidden_ends("spans", tokenizer, [rude], [polite])
    layer, seen = model.decoder.blocks[-1].cross, []
    layer.watch = seen.append
    try:
        model(batch.inputs, batch.decoder_inputs, batch.keep_mask)
    finally:
        layer.watch = None
    read = [tokenizer.decode([each]) for each in batch.inputs[0].tolist()]
    said = [tokenizer.decode([each]) for each in batch.labels[0, 1:].tolist()]
    return Looks(read, said, seen[0][0, :, 1:])
