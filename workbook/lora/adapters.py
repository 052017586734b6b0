"""Adapters on a whole model: attach, switch, turn off, merge, unmerge.

`attach` puts a LoRA layer around every linear layer that is meant, in the model at hand: ours,
Llama, Qwen2, GPT-2, T5 or any other. The model keeps its class and its methods. Several adapters
can share one base; one of them is in use. Left out: files (`files.py`), rows of a batch with
different adapters (`rows.py`), a base in 4 bits (`four_bit.py`). Lesson 10.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from statistics import fmean
from typing import NamedTuple, TypeVar, get_args

import torch
from torch import nn

from workbook.lora.layer import LoraLinear, LowRank, Variant
from workbook.training.modules import linear_names, replace

DEFAULT = "default"  # name of an adapter that is given none
Model = TypeVar("Model", bound=nn.Module)


class Merge(NamedTuple):
    """What a merge did: layers changed, and the part of each update that rounding lost."""

    lost: Mapping[str, float]  # layer's name -> length of the rounding error / of the update

    @property
    def worst(self) -> float:
        """The largest part lost in one layer; 0 where nothing was merged."""
        return max(self.lost.values(), default=0.0)

    def __str__(self) -> str:
        if not self.lost:
            return "Nothing to merge: no adapter is in use, or it is merged already."
        mean = fmean(self.lost.values())
        return (
            f"{len(self.lost)} layers merged; rounding lost {mean:.2%} of an update on average, "
            f"{self.worst:.2%} at most."
        )


def attach(
    model: Model,
    rank: int,
    alpha: float,
    targets: str | Iterable[str],
    dropout: float = 0.0,
    *,
    name: str = DEFAULT,
    variant: Variant = "lora",
    seed: int = 0,
) -> Model:
    """Put a new adapter beside the meant layers of `model` itself, use it, and return the model.

    The first adapter freezes all weights that are there; what is added to the model later, such as
    a value head, can be trained beside it. The output does not change until the first step.

    Args:
        rank: of the update, at least 1.
        alpha: the update is scaled by alpha / rank.
        targets: ends of layer names such as ("q_proj", "v_proj"), one regular expression for whole
            names, or "all-linear", as in peft's `target_modules`.
        dropout: of the adapter's input, in training.
        name: of the adapter; one model can have several.
        variant: "lora", "rslora" (scale alpha / sqrt(rank)) or "dora" (magnitudes learned too).
        seed: of A's first numbers.
    Raises ValueError where a setting makes no sense, the name is taken, a layer keeps 8-bit codes
    or is never called, or shares its weight with another module, which a merge would tear apart.
    """
    check_settings(rank, alpha, dropout, name, variant)
    names = linear_names(model, targets)
    for layer_name in names:
        layer = model.get_submodule(layer_name)
        if isinstance(layer, LoraLinear) and name in layer.adapters:
            raise ValueError(f"{layer_name} has an adapter {name!r} already: give another name=.")
        refuse_layer(layer_name, layer)
        refuse_shared(model, layer_name)
    if not lora_layers(model):
        model.requires_grad_(False)
    source = torch.Generator().manual_seed(seed)
    for layer_name in names:
        layer = wrapped(model, layer_name)
        adapter = LowRank(layer.base, rank, alpha, dropout, variant, source)
        layer.adapters[name] = adapter.train(layer.training)
    switch_adapter(model, name)
    return model


def wrapped(model: nn.Module, name: str) -> LoraLinear:
    """Return the LoRA layer of this name; put one around the linear layer that is there."""
    layer = model.get_submodule(name)
    if isinstance(layer, LoraLinear):
        layer.unmerge()
        return layer
    around = LoraLinear(layer).train(layer.training)
    replace(model, name, around)
    return around


def lora_layers(model: nn.Module) -> dict[str, LoraLinear]:
    """Return the LoRA layers of a model by their names."""
    return {name: layer for name, layer in model.named_modules() if isinstance(layer, LoraLinear)}


def adapter_names(model: nn.Module) -> list[str]:
    """Return the names of a model's adapters, in the order in which they came."""
    return list(dict.fromkeys(n for layer in lora_layers(model).values() for n in layer.adapters))


def switch_adapter(model: nn.Module, name: str) -> None:
    """Use this adapter from now on, and train it alone; a merged one is unmerged first.

    Layers that have no adapter of this name run without. Raises ValueError for an unknown name.
    """
    there = adapter_names(model)
    if name not in there:
        raise ValueError(f"no adapter is called {name!r}; there are {', '.join(there) or 'none'}.")
    for layer in lora_layers(model).values():
        layer.unmerge()
        layer.active = name if name in layer.adapters else None
        for other, adapter in layer.adapters.items():
            adapter.requires_grad_(other == name)


def active_adapter(model: nn.Module) -> str:
    """Return the name of the adapter in use. Raises ValueError where a model has none."""
    names = [layer.active for layer in lora_layers(model).values() if layer.active is not None]
    if not names:
        raise ValueError("this model has no adapter: `attach` one, or load one.")
    return names[0]


@contextmanager
def adapters_off(model: nn.Module) -> Iterator[None]:
    """Within the block the model is its frozen base, bit for bit, also where one is merged.

        with adapters_off(policy):
            reference_logits = policy(ids).logits

    Raises ValueError where a model has no adapter: then there is no base to go back to.
    """
    layers = lora_layers(model).values()
    if not layers:
        raise ValueError("this model has no adapter: there is nothing to turn off.")
    before = [(layer, layer.enabled, layer.base.weight if layer.is_merged else None)
              for layer in layers]  # fmt: skip
    try:
        for layer, *_ in before:
            layer.unmerge()
            layer.enabled = False
        yield
    finally:
        for layer, enabled, weight in before:
            layer.enabled = enabled
            if weight is not None:
                layer.remerge(weight)


def merge(model: nn.Module) -> Merge:
    """Add the adapter in use to the frozen weights: W' = W + s B A; then it costs no time.

    A second merge does nothing. The weights from before are kept beside until `unmerge`. Returns
    what rounding lost: nothing to speak of in float32, more in 16 bits, most in 4. Raises
    ValueError within `adapters_off` and `adapter_per_row`, whose base would no longer be the base.
    """
    layers = lora_layers(model)
    if any(not layer.enabled or layer.rows is not None for layer in layers.values()):
        raise ValueError("merge outside of `adapters_off` and `adapter_per_row`, not within them.")
    waiting = {n: each for n, each in layers.items() if each.active and not each.is_merged}
    return Merge({name: layer.merge() for name, layer in waiting.items()})


def unmerge(model: nn.Module) -> None:
    """Give every layer the weights from before the merge, bit for bit."""
    for layer in lora_layers(model).values():
        layer.unmerge()


def merge_and_unload(model: Model) -> Model:
    """Merge the adapter in use and take all adapters away: the plain model, with new weights.

    All its weights are frozen; `model.requires_grad_()` lets them be trained again.
    """
    merge(model)
    return _without_wrappers(model)


def unload(model: Model) -> Model:
    """Take all adapters away: the model that was there before, bit for bit."""
    unmerge(model)
    return _without_wrappers(model)


def _without_wrappers(model: Model) -> Model:
    for name, layer in lora_layers(model).items():
        replace(model, name, layer.base)
    return model


def adapter_parameters(model: nn.Module, name: str | None = None) -> int:
    """Return how many weights an adapter has; by default the one in use."""
    name = active_adapter(model) if name is None else name
    adapters = (layer.adapter(name) for layer in lora_layers(model).values()
                if name in layer.adapters)  # fmt: skip
    return sum(p.numel() for adapter in adapters for p in adapter.parameters())


def check_settings(rank: int, alpha: float, dropout: float, name: str, variant: str) -> None:
    """Raise ValueError, in one sentence, for settings that make no sense."""
    if not isinstance(rank, int) or isinstance(rank, bool) or rank < 1:
        raise ValueError(f"rank is a whole number of at least 1, not {rank!r}.")
    if not (alpha > 0 and math.isfinite(alpha)):
        raise ValueError(f"alpha is a number above 0, not {alpha!r}.")
    if not 0 <= dropout < 1:
        raise ValueError(f"dropout is a share from 0 to below 1, not {dropout!r}.")
    if not name or "." in name:
        raise ValueError(f"an adapter's name is a word without dots, not {name!r}.")
    if variant not in get_args(Variant):
        raise ValueError(f"variant is one of {', '.join(get_args(Variant))}, not {variant!r}.")


def refuse_layer(name: str, layer: nn.Module) -> None:
    """Raise ValueError for a kind of layer beside which an adapter would compute nonsense."""
    kind = type(layer).__name__
    if kind == "Linear8bitLt":
        raise ValueError(f"{name} keeps 8-bit codes: load the base in 16 bits or in 4 instead.")
    if kind == "NonDynamicallyQuantizableLinear":
        raise ValueError(
            f"{name} is never called: torch's MultiheadAttention reads its weight instead; leave "
            "it out of the targets."
        )


def refuse_shared(model: nn.Module, name: str) -> None:
    """Raise ValueError where a layer, or its weight, has a second place in the model."""
    weight = model.get_submodule(name).weight
    within = f"{name}."
    for other, parameter in model.named_parameters(remove_duplicate=False):
        if parameter is weight and not other.startswith(within):
            owner = other.rpartition(".")[0]
            raise ValueError(
                f"{name} shares its weight with {owner}: an adapter of one would change both once "
                "it is merged; leave it out of the targets."
            )
