"""Find and replace the linear layers of any model by name.

LoRA, the other adapters and quantization all put a layer of their own where a linear one was, in
our Transformer, Llama, GPT-2, T5 or any other model, without a copy of its code. Left out: what
the new layers compute, which is each lesson's own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from torch import nn

ALL = "all-linear"


def is_linear(module: nn.Module) -> bool:
    """True for a linear layer: `nn.Linear`, or GPT-2's `Conv1D`, which keeps its weight turned.

    A layer put around one counts as one where its class says so (`wraps_linear = True`): the name
    stays the same, however many adapters the layer has.
    """
    wraps = getattr(module, "wraps_linear", False)
    return isinstance(module, nn.Linear) or type(module).__name__ == "Conv1D" or wraps


def _linear_layers(model: nn.Module) -> list[str]:
    """Return the names of all linear layers but those within a layer that wraps one."""
    names: list[str] = []
    wrappers: tuple[str, ...] = ()
    for name, module in model.named_modules():
        if name and is_linear(module) and not name.startswith(wrappers or ("\n",)):
            names.append(name)
            if getattr(module, "wraps_linear", False):
                wrappers += (f"{name}.",)
    return names


def linear_names(model: nn.Module, targets: str | Iterable[str] = ALL) -> list[str]:
    """Return the full names of the linear layers that are meant, in the model's order.

    targets: ends of names, such as ("q_proj", "v_proj"); or one string, a regular expression for
    whole names; or "all-linear": every one but the output layer. As in peft's `target_modules`.
    Raises ValueError where a target meets no linear layer; it names those there are.
    """
    names = _linear_layers(model)
    if targets == ALL:
        head = getattr(model, "get_output_embeddings", lambda: None)()
        return [name for name in names if model.get_submodule(name) is not head]
    if isinstance(targets, str):
        chosen = [name for name in names if re.fullmatch(targets, name)]
        missing = [] if chosen else [targets]
    else:
        ends = tuple(targets)
        chosen = [name for name in names if any(ends_with(name, end) for end in ends)]
        missing = [end for end in ends if not any(ends_with(name, end) for name in names)]
    if missing or not chosen:
        there = sorted({name.rpartition(".")[2] for name in names})
        raise ValueError(
            f"no linear layer is called {' or '.join(missing) or 'anything asked for'}; this model "
            f"has {', '.join(there) or 'none'}."
        )
    return chosen


def sizes(layer: Any) -> tuple[int, int]:
    """Return a linear layer's numbers of outputs and inputs, O and I, however its weight lies."""
    if hasattr(layer, "in_features"):
        return layer.out_features, layer.in_features
    inputs, outputs = layer.weight.shape
    return outputs, inputs


def ends_with(name: str, end: str) -> bool:
    """True where a module's full name is `end` or ends in it after a dot."""
    return name == end or name.endswith(f".{end}")


def replace(model: nn.Module, name: str, module: nn.Module) -> None:
    """Put `module` where the one of this full name was."""
    parent, _, leaf = name.rpartition(".")
    setattr(model.get_submodule(parent), leaf, module)


def replace_linears(
    model: nn.Module, make: Callable[[nn.Module], nn.Module], targets: str | Iterable[str] = ALL
) -> list[str]:
    """Put `make(layer)` where each of the meant linear layers was; returns their names."""
    names = linear_names(model, targets)
    for name in names:
        replace(model, name, make(model.get_submodule(name)))
    return names
