"""Selective tuning: some of the model's own weights are trained, the rest stay as they are.

"bias": all biases (BitFit, Zaken et al., 2022). "last": the last layers. "chosen": the modules that
you name, such as the norms. Nothing is added, so nothing is slower; what is kept for a task is the
new values of the weights that were free. A model without biases, like Llama, can be given some,
which start at zero. All of them keep the type of the model: a 16-bit one is made float32 before it
is tuned so. Left out: choosing weights by a rule, such as Fisher masks. Lesson 11.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from torch import Tensor, nn

from workbook.peft_family.attachment import Attachment
from workbook.peft_family.layout import blocks
from workbook.training.modules import ends_with, linear_names

if TYPE_CHECKING:
    from transformers import PreTrainedModel


def attach_bias(model: PreTrainedModel, add: bool = False) -> Attachment:
    """Train the biases alone. add: give a zero bias to each linear layer that has none.

    Raises ValueError where the model has no bias and none is to be added.
    """
    attachment = Attachment(model, "bias", {"add": add})
    for name in linear_names(model) if add else ():
        layer: Any = model.get_submodule(name)
        if layer.bias is None:
            layer.bias = nn.Parameter(layer.weight.new_zeros(len(layer.weight)))
            attachment.undo.append(partial(setattr, layer, "bias", None))
    biases = {n: p for n, p in model.named_parameters() if n.rpartition(".")[2] == "bias"}
    if not biases:
        attachment.detach()
        raise ValueError(f"{type(model).__name__} has no bias to train: add some with add=True.")
    return _free(attachment, biases)


def attach_last(model: PreTrainedModel, layers: int = 1) -> Attachment:
    """Train the last `layers` layers. Raises ValueError for none or more than there are."""
    found = blocks(model)
    if not 1 <= layers <= len(found):
        raise ValueError(f"this model has {len(found)} layers: train 1 to {len(found)} of them.")
    chosen = {id(p) for layer in found[len(found) - layers :] for p in layer.parameters()}
    attachment = Attachment(model, "last", {"layers": layers})
    return _free(attachment, {n: p for n, p in model.named_parameters() if id(p) in chosen})


def attach_chosen(model: PreTrainedModel, modules: Sequence[str] = ("",)) -> Attachment:
    """Train all weights of the modules whose names end so; the default is the whole model.

    modules: ends of full names, such as ("input_layernorm", "layers.5.mlp"). A matrix that is tied
    to another place changes there too. Raises ValueError for an end that no module has.
    """
    modules = (modules,) if isinstance(modules, str) else tuple(modules)
    names = [
        name for name, module in model.named_modules() if any(True for _ in module.parameters())
    ]
    for end in modules:
        if end and not any(ends_with(name, end) for name in names):
            there = sorted({name.rpartition(".")[2] for name in names} - {""})
            raise ValueError(f"no module is called {end!r}; this model has {', '.join(there)}.")
    attachment = Attachment(model, "chosen", {"modules": list(modules)})
    return _free(attachment, dict(_within(model, modules)))


def _within(model: PreTrainedModel, ends: Iterable[str]) -> Iterable[tuple[str, nn.Parameter]]:
    ends = tuple(ends)
    for name, parameter in model.named_parameters():
        owners = [name.rpartition(".")[0]]
        while owners[-1]:
            owners.append(owners[-1].rpartition(".")[0])
        if any(ends_with(owner, end) if end else True for owner in owners for end in ends):
            yield name, parameter


def _free(attachment: Attachment, chosen: Mapping[str, nn.Parameter]) -> Attachment:
    """Let these weights be trained; `detach` gives them their old values back."""
    for name, parameter in chosen.items():
        old = parameter.detach().clone()
        if name in attachment.base:
            attachment.base[name] = old
        attachment.undo.append(partial(_restore, parameter, old))
        attachment.undo.append(partial(setattr, parameter, "grad", None))
        parameter.requires_grad_(True)
    attachment.undo.insert(0, lambda: [p.requires_grad_(False) for p in chosen.values()])
    attachment.weights = dict(chosen)
    return attachment


def _restore(parameter: nn.Parameter, old: Tensor) -> None:
    parameter.data.copy_(old)
