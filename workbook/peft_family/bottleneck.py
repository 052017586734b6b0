"""Bottleneck adapters: a narrow network behind each half of a layer (Houlsby et al., 2019).

h becomes h + W_up f(W_down h), where W_down has few rows. W_up and its bias start at zero, so the
model computes at first what it did. Two of them a layer, one behind attention and one behind the
feed-forward part, of 2 d m + d + m weights each. They stay in the way at inference: a
non-linearity cannot be merged into a matrix. Left out: the paper's training of the layer norms,
which `attach_chosen` of `selective.py` does, and adapters in parallel. Lesson 11.

Shapes: B batch, T time, I inputs of a layer, C channels, M width of the bottleneck.
"""
# ruff: noqa: F722 - the strings in the annotations are shapes

from __future__ import annotations

from collections.abc import Callable, Sequence
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


class Bottleneck(nn.Module):
    """A frozen linear layer with a bottleneck behind it: `B T I` to `B T C`."""

    def __init__(
        self, layer: Any, width: int, activation: Callable[[Tensor], Tensor] | None = None
    ) -> None:
        super().__init__()
        hidden_size = sizes(layer)[0]
        self.layer = layer
        place = {"device": layer.weight.device, "dtype": adapter_dtype(layer)}
        self.down = nn.Linear(hidden_size, width).to(**place)
        self.up = nn.Linear(width, hidden_size).to(**place)
        self.activation = activation or nn.functional.gelu
        nn.init.zeros_(self.up.weight)
        nn.init.zeros_(self.up.bias)

    @property
    def weight(self) -> Tensor:
        """The frozen layer's own, which T5 asks for its dtype."""
        return self.layer.weight

    def forward(self, x: Float[Tensor, "B T I"]) -> Float[Tensor, "B T C"]:
        out = self.layer(x)  # B T C
        h = out.to(self.down.weight.dtype)
        return out + self.up(self.activation(self.down(h))).to(out.dtype)


def attach_bottleneck(
    model: PreTrainedModel, width: int = 16, targets: Sequence[str] | None = None, seed: int = 0
) -> Attachment:
    """Put a bottleneck of `width` behind each of the meant linear layers.

    targets: ends of names; by default the layers that end attention and the feed-forward part.
    seed: of the first values of W_down. Raises ValueError for a width below 1.
    """
    if width < 1:
        raise ValueError(f"a bottleneck is at least 1 wide, not {width}.")
    if targets is None:
        targets = (*layout_of(model).attention_out, *layout_of(model).feedforward_out)
    names = linear_names(model, tuple(targets))
    attachment = Attachment(model, "bottleneck", {"width": width, "targets": list(targets)})
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        for name in names:
            layer = model.get_submodule(name)
            module = Bottleneck(layer, width).train(model.training)
            replace(model, name, module)
            attachment.undo.append(partial(replace, model, name, layer))
            for part in ("down", "up"):
                for key, weight in getattr(module, part).named_parameters():
                    attachment.weights[f"{name}.{part}.{key}"] = weight
    return attachment
