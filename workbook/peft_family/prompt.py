"""Prompt tuning: a few trained vectors in front of the embedded text (Lester et al., 2021).

The model reads them as if they were words, but they are words of no vocabulary. They start as
noise, as the embeddings of tokens drawn from the vocabulary, or as those of a text. All else is
frozen: N C weights. `attach_tokens` is the same thing seen from the other side: new tokens that are
put in front of every text, and only their embeddings are trained. An encoder-decoder gets the
vectors in front of what its encoder reads. Left out: a prompt for the decoder too. Lesson 11.

Shapes: B batch, T time, C channels, N vectors of the prompt, V vocabulary.
"""
# ruff: noqa: F722 - the strings in the annotations are shapes

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import torch
from jaxtyping import Float
from torch import Tensor, nn

from workbook.core.runs.seeding import generator
from workbook.peft_family.attachment import Attachment
from workbook.peft_family.inputs import in_float32, named_inputs, started, widen

if TYPE_CHECKING:
    from transformers import PreTrainedModel

STARTS = ("noise", "vocabulary", "text")


def prompt_start(
    table: Float[Tensor, "V C"],
    length: int,
    start: str = "vocabulary",
    ids: Sequence[int] = (),
    seed: int = 0,
) -> Float[Tensor, "{length} C"]:
    """Return the first values of a prompt, `N C`.

    table: the embeddings, `V C`. start: "noise", normal numbers as large as the embeddings are on
    average; "vocabulary", `length` different tokens' rows; "text", the rows of `ids`, repeated or
    cut to `length`. Raises ValueError for another start, a text without ids, or length < 1.
    """
    if start not in STARTS or length < 1 or (start == "text" and not ids):
        raise ValueError(
            f"a prompt has 1 vector or more and starts as {', '.join(STARTS)} (of some ids), not "
            f"{length} as {start!r} of {len(ids)} ids."
        )
    if start == "text":
        return table[[ids[place % len(ids)] for place in range(length)]].detach().clone()
    source = generator(seed)
    if start == "noise":
        drawn = torch.randn(length, table.shape[1], generator=source)
        return drawn.to(table) * table.detach().std()
    return table[torch.randperm(len(table), generator=source)[:length]].detach().clone()


class SoftPrompt(nn.Module):
    """The trained vectors, and the hooks that put them in front of a text and take them off."""

    def __init__(self, start: Float[Tensor, "N C"]) -> None:
        super().__init__()
        self.embedding = nn.Parameter(in_float32(start))  # N C
        self.read = 0  # places of the last text with the prompt in front; 0: it had none

    def put_in_front(self, reader: Any, args: tuple, inputs: dict[str, Any]) -> Any:
        """Turn ids `B T` into embeddings `B N+T C`; later tokens only count the prompt's places."""
        inputs, length = named_inputs(args, inputs), len(self.embedding)
        self.read = 0
        if not started(inputs):
            ids, embedded = inputs.pop("input_ids", None), inputs.get("inputs_embeds")
            embedded = reader.get_input_embeddings()(ids) if embedded is None else embedded
            prompt = self.embedding.to(embedded).expand(len(embedded), -1, -1)
            inputs["inputs_embeds"] = torch.cat([prompt, embedded], 1)
            self.read = inputs["inputs_embeds"].shape[1]
        widen(inputs, length, new_places=self.read > 0, read=self.read)
        return (), inputs

    def take_off(self, _head: nn.Module, args: tuple) -> Any:
        """Hand the output layer the text's own places: `B N+T C` to `B T C`."""
        hidden = args[0]
        if self.read and hidden.shape[1] == self.read:
            return (hidden[:, len(self.embedding) :], *args[1:])
        return None  # a model that was asked for its last places only

    def widen_only(self, _model: PreTrainedModel, args: tuple, inputs: dict[str, Any]) -> Any:
        """Let an encoder-decoder's cross-attention see the prompt's places."""
        inputs = named_inputs(args, inputs)
        widen(inputs, len(self.embedding))
        return (), inputs


def attach_prompt(
    model: PreTrainedModel,
    length: int = 20,
    start: str = "vocabulary",
    ids: Sequence[int] = (),
    seed: int = 0,
) -> Attachment:
    """Put `length` trained vectors in front of every text that the model reads.

    start, ids, seed: as in `prompt_start`. The model's logits keep the text's own length.
    """
    table: Any = model.get_input_embeddings()
    prompt = SoftPrompt(prompt_start(table.weight, length, start, ids, seed))
    attachment = Attachment(model, "prompt", {"length": length})
    attachment.insert("soft_prompt", prompt)
    if getattr(model.config, "is_encoder_decoder", False):
        hooks = [
            model.register_forward_pre_hook(prompt.widen_only, with_kwargs=True),
            model.get_encoder().register_forward_pre_hook(prompt.put_in_front, with_kwargs=True),
        ]
    else:
        hooks = [
            model.register_forward_pre_hook(prompt.put_in_front, with_kwargs=True),
            model.get_output_embeddings().register_forward_pre_hook(prompt.take_off),
        ]
    attachment.undo += [hook.remove for hook in hooks]
    return attachment
