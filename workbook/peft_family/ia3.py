"""(IA)^3: factors on keys, values and the inside of the feed-forward part (Liu et al., 2022).

k becomes l_k * k, v becomes l_v * v, and what enters the last feed-forward matrix is multiplied by
l_ff, channel by channel. All factors start at 1. They can be multiplied into the weights, after
which nothing is slower. As in peft, GPT-2's one layer for queries, keys and values gets factors on
all three. Left out: factors on other activations. Lesson 11.

Shapes: B batch, T time, I inputs and O outputs of a layer.
"""
# ruff: noqa: F722 - the strings in the annotations are shapes

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import torch
from jaxtyping import Float
from torch import Tensor, nn

from workbook.lora.weights import adapter_dtype
from workbook.peft_family.attachment import Attachment
from workbook.peft_family.layout import layout_of
from workbook.training.modules import linear_names, replace, sizes

if TYPE_CHECKING:
    from transformers import PreTrainedModel


class Scaled(nn.Module):
    """A frozen linear layer whose output, or input, is multiplied by learned factors.

    is_input: the factors are on the input (I of them), else on the output (O).
    """

    def __init__(self, layer: Any, is_input: bool) -> None:
        super().__init__()
        self.layer, self.is_input = layer, is_input
        place = {"device": layer.weight.device, "dtype": adapter_dtype(layer)}
        self.factors = nn.Parameter(torch.ones(sizes(layer)[is_input], **place))

    @property
    def weight(self) -> Tensor:
        """The frozen layer's own, which T5 asks for its dtype."""
        return self.layer.weight

    def forward(self, x: Float[Tensor, "*rows I"]) -> Float[Tensor, "*rows O"]:
        if self.is_input:
            return self.layer((x * self.factors).to(x.dtype))
        out = self.layer(x)
        return (out * self.factors).to(out.dtype)

    @torch.no_grad()
    def merge(self) -> nn.Module:
        """Return the layer, its weight (and bias) multiplied by the factors."""
        rows_are_inputs = not isinstance(self.layer, nn.Linear)  # Conv1D: I O; Linear: O I
        by_row = self.is_input is rows_are_inputs
        self.layer.weight *= self.factors[:, None] if by_row else self.factors
        if not self.is_input and self.layer.bias is not None:
            self.layer.bias *= self.factors
        return self.layer


def attach_ia3(model: PreTrainedModel) -> Attachment:
    """Put factors of 1 on the keys, the values and the inside of the feed-forward part."""
    layout = layout_of(model)
    inside = set(linear_names(model, layout.feedforward_out))
    attachment = Attachment(model, "ia3", {})
    for name in linear_names(model, (*layout.keys_values, *layout.feedforward_out)):
        layer = model.get_submodule(name)
        scaled = Scaled(layer, is_input=name in inside).train(model.training)
        replace(model, name, scaled)
        attachment.undo.append(partial(replace, model, name, layer))
        attachment.weights[f"{name}.factors"] = scaled.factors
    return attachment


def merge_ia3(attachment: Attachment) -> PreTrainedModel:
    """Multiply the factors into the weights for good, and return the plain model.

    Raises ValueError for another method, which stays in the model.
    """
    model = attachment.model
    scaled = [module for module in model.modules() if isinstance(module, Scaled)]
    if not scaled:
        raise ValueError("this model carries no factors of (IA)^3 to merge.")
    for module in scaled:
        module.merge()
    attachment.detach()  # puts the layers, which are merged now, back in their places
    return model
