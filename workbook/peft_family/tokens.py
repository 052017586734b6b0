"""Prompt tuning from the other side: a fixed text of new tokens, whose embeddings are trained.

The vocabulary gets N new tokens, V to V + N - 1, and every text begins with them, always the same
ones. The model, its embeddings and its output layer stay as they are; only the new rows are
trained. `fixed_input` writes the tokens in front. Gradients and logits equal those of the soft
prompt in `prompt.py`: a soft prompt is nothing but the retrained embeddings of a fixed input.
Left out: new tokens that the model could say. Lesson 11.

Shapes: B batch, T time, T2 with the new tokens, C channels, N new tokens, V vocabulary.
"""
# ruff: noqa: F722 - the strings in the annotations are shapes

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from workbook.peft_family.attachment import Attachment
from workbook.peft_family.inputs import in_float32
from workbook.peft_family.prompt import prompt_start

if TYPE_CHECKING:
    from transformers import PreTrainedModel


class NewTokens(nn.Module):
    """An embedding table with trained rows below the frozen ones: ids `B T` to `B T C`."""

    def __init__(self, table: nn.Embedding, start: Float[Tensor, "N C"]) -> None:
        super().__init__()
        self.table, self.rows = table, nn.Parameter(in_float32(start))

    @property
    def weight(self) -> Float[Tensor, "V C"]:
        """The frozen rows, `V C`."""
        return self.table.weight

    def forward(self, ids: Int[Tensor, "B T"]) -> Float[Tensor, "B T C"]:
        new = ids >= len(self.weight)
        old = self.table(ids.masked_fill(new, 0))
        rows = self.rows[(ids - len(self.weight)).clamp(min=0)]
        return torch.where(new[..., None], rows.to(old.dtype), old)


def attach_tokens(
    model: PreTrainedModel,
    length: int = 20,
    start: str = "vocabulary",
    ids: Sequence[int] = (),
    seed: int = 0,
) -> Attachment:
    """Give the model `length` new tokens with trained embeddings; arguments as `attach_prompt`."""
    table: Any = model.get_input_embeddings()
    new = NewTokens(table, prompt_start(table.weight, length, start, ids, seed))
    attachment = Attachment(model, "tokens", {"length": length})
    model.set_input_embeddings(new)  # type: ignore[arg-type]  # a table and rows below it
    attachment.undo.append(lambda: model.set_input_embeddings(table))
    attachment.weights = {"new_tokens.rows": new.rows}
    return attachment


def fixed_input(attachment: Attachment, ids: Int[Tensor, "B T"]) -> Int[Tensor, "B T2"]:
    """Return `B N+T` ids: the new tokens in front of each row of `ids` (`B T`)."""
    table: Any = attachment.model.get_input_embeddings()
    first = len(table.weight)
    new = torch.arange(first, first + attachment.settings["length"], device=ids.device)
    return torch.cat([new.expand(len(ids), -1), ids], 1)
