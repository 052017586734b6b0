"""Adapters as files, in peft's own format: what is saved here loads there, and the other way round.

A folder holds `adapter_config.json` and `adapter_model.safetensors`, a few kB to MB. The weights'
names are those of the layers in the model, after `base_model.model.`. We add a few of the base's
weights to the file's metadata, which peft passes over, so that the wrong base is noticed. Left out:
adapters of embeddings, and whole layers saved beside the adapter. Lesson 10.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from workbook.core.runs.files import replacing, write_atomically
from workbook.lora.adapters import (
    DEFAULT,
    Model,
    active_adapter,
    attach,
    lora_layers,
    refuse_shared,
    switch_adapter,
)
from workbook.lora.layer import LoraLinear, LowRank, Variant
from workbook.lora.weights import is_four_bit, is_turned, read_weight
from workbook.training.checkpoint import disk_errors
from workbook.training.modules import ends_with, linear_names, sizes

CONFIG, WEIGHTS = "adapter_config.json", "adapter_model.safetensors"
PREFIX = "base_model.model."
PARTS = {"A": "lora_A.weight", "B": "lora_B.weight", "magnitude": "lora_magnitude_vector"}
SAMPLED_LAYERS, SAMPLES = 16, 16  # of the base: layers looked at, and weights of each
SAMPLE_KEY = "base_sample"
SAME = {False: 0.005, True: 0.25}  # largest relative difference of one base; True: either in 4 bits
# Keys of peft's config that change what an adapter computes, with the values that we compute.
PLAIN: Mapping[str, tuple[Any, ...]] = {
    "bias": ("none",), "lora_bias": (False, None), "modules_to_save": (None, []),
    "layer_replication": (None,), "use_qalora": (False, None), "use_bdlora": (None, False),
    "target_parameters": (None, []), "trainable_token_indices": (None,), "arrow_config": (None,),
    "alora_invocation_tokens": (None,), "kasa_config": (None,), "monteclora_config": (None,),
    "velora_config": (None,), "init_lora_weights": (True, False, "gaussian", "orthogonal", "eva"),
}  # fmt: skip


def save_adapter(
    model: nn.Module,
    folder: str | Path,
    name: str | None = None,
    trained: Mapping[str, Tensor] | None = None,
) -> Path:
    """Write an adapter (by default the one in use) for `load_adapter` and for peft.

    trained: its weights by their names in the model, where they lie elsewhere, as in shards.
    Returns the folder. Raises ValueError where there is no such adapter or the disk refuses.
    """
    from safetensors.torch import save

    name = active_adapter(model) if name is None else name
    layers = {n: each for n, each in lora_layers(model).items() if name in each.adapters}
    if not layers:
        raise ValueError(f"no adapter is called {name!r}: there is nothing to save.")
    found = dict(model.named_parameters()) if trained is None else trained
    tensors = {
        f"{PREFIX}{layer}.{PARTS[part]}": found[f"{layer}.adapters.{name}.{part}"]
        .detach().cpu().contiguous()
        for layer, each in layers.items()
        for part, _ in each.adapter(name).named_parameters()
    }  # fmt: skip
    sample = json.dumps(_sample(model, list(layers)))
    folder = Path(folder)
    with disk_errors(folder):
        with replacing(folder / WEIGHTS) as draft:
            draft.write_bytes(save(tensors, {"format": "pt", SAMPLE_KEY: sample}))
        config = _config(model, layers, name)
        write_atomically(folder / CONFIG, json.dumps(config, indent=2, sort_keys=True) + "\n")
    return folder


def _config(model: nn.Module, layers: Mapping[str, LoraLinear], name: str) -> dict[str, Any]:
    """Return what peft's `LoraConfig` reads."""
    first = next(iter(layers.values()))
    adapter = first.adapter(name)
    shape = getattr(model, "config", None)
    two = getattr(shape, "is_encoder_decoder", False)
    generates = hasattr(model, "prepare_inputs_for_generation")
    return {
        "peft_type": "LORA",
        "task_type": ("SEQ_2_SEQ_LM" if two else "CAUSAL_LM") if generates else None,
        "base_model_name_or_path": getattr(shape, "_name_or_path", None) or None,
        "r": adapter.rank,
        "lora_alpha": adapter.alpha,
        "lora_dropout": adapter.dropout.p,
        "target_modules": _targets(model, list(layers)),
        "use_rslora": adapter.variant == "rslora",
        "use_dora": adapter.variant == "dora",
        "fan_in_fan_out": is_turned(first.base),
        "bias": "none",
        "inference_mode": True,
        "init_lora_weights": True,
    }


def _targets(model: nn.Module, layers: list[str]) -> list[str]:
    """Return the last words of the names where these mean no other layer, else the names."""
    ends = sorted({layer.rpartition(".")[2] for layer in layers})
    return ends if linear_names(model, ends) == layers else layers


def load_adapter(
    model: Model, folder: str | Path, name: str = DEFAULT, *, trainable: bool = True
) -> Model:
    """Put a saved adapter (ours or peft's) beside the layers of `model` itself, and use it.

    trainable: whether its weights may be trained on. Returns the model. Raises ValueError, in one
    sentence that names the thing, for a folder without an adapter, an adapter of another kind, a
    layer that the model lacks or has in another shape, missing or unknown weights, and a base with
    other weights than the adapter was trained on (where the file says so: ours do).
    """
    folder = Path(folder)
    config, tensors, sample = _read(folder)
    layers = _by_layer(tensors, folder)
    linears = linear_names(model, ".*")
    for layer, parts in layers.items():
        _refuse_layer(model, layer, parts, linears, config, folder)
    if sample:
        _refuse_other_base(model, sample, folder)
    variant: Variant = (
        "dora" if config.get("use_dora") else "rslora" if config.get("use_rslora") else "lora"
    )
    for layer, parts in layers.items():
        alpha = _setting(config, "alpha_pattern", layer, config["lora_alpha"])
        dropout, only = config.get("lora_dropout", 0.0), re.escape(layer)
        attach(model, len(parts["A"]), alpha, only, dropout, name=name, variant=variant)
        _fill(lora_layers(model)[layer].adapter(name), parts)
    switch_adapter(model, name)
    for each in lora_layers(model).values():
        if name in each.adapters:
            each.adapters[name].requires_grad_(trainable)
    return model


def _read(folder: Path) -> tuple[dict[str, Any], dict[str, Tensor], dict[str, list[float]]]:
    """Return an adapter's config, its weights, and the sample of its base, which may be {}."""
    from safetensors import SafetensorError, safe_open

    for file in (CONFIG, WEIGHTS):
        if not (folder / file).is_file():
            raise ValueError(f"{folder} holds no adapter: {file} is missing.")
    try:
        config = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
        with safe_open(folder / WEIGHTS, "pt") as file:
            tensors = {key: file.get_tensor(key) for key in file.keys()}
            sample = json.loads((file.metadata() or {}).get(SAMPLE_KEY, "{}"))
    except (json.JSONDecodeError, SafetensorError) as error:
        raise ValueError(f"the adapter in {folder} is torn: {error}.") from error
    kind = config.get("peft_type")
    if kind != "LORA":
        raise ValueError(f"{folder} holds an adapter of the kind {kind}, not LORA.")
    for key, values in PLAIN.items():
        if key in config and config[key] not in values:
            raise ValueError(
                f"the adapter in {folder} has {key}={config[key]!r}, which this course's LoRA does "
                "not compute: load it with peft."
            )
    return config, tensors, sample


def _by_layer(tensors: Mapping[str, Tensor], folder: Path) -> dict[str, dict[str, Tensor]]:
    """Return layer -> {"A": ..., "B": ..., maybe "magnitude": ...}."""
    layers: dict[str, dict[str, Tensor]] = {}
    for key, tensor in tensors.items():
        part = next((part for part, end in PARTS.items() if ends_with(key, end)), None)
        if part is None or not key.startswith(PREFIX):
            raise ValueError(f"{folder} holds {key}, which is no weight of a LoRA layer.")
        layer = key.removeprefix(PREFIX).removesuffix(f".{PARTS[part]}")
        layers.setdefault(layer, {})[part] = tensor
    if not layers:
        raise ValueError(f"{folder} holds no weights.")
    return layers


def _refuse_layer(
    model: nn.Module,
    layer: str,
    parts: Mapping[str, Tensor],
    linears: list[str],
    config: Mapping[str, Any],
    folder: Path,
) -> None:
    """Raise ValueError where a saved layer does not fit the model."""
    wanted = ["A", "B"] + ["magnitude"] * bool(config.get("use_dora"))
    for part in wanted:
        if part not in parts:
            raise ValueError(f"{folder} lacks {PREFIX}{layer}.{PARTS[part]}.")
    if layer not in linears:
        raise ValueError(
            f"the adapter in {folder} is of another model: it has a layer {layer}, and this "
            f"{type(model).__name__} has none of that name."
        )
    refuse_shared(model, layer)
    module = model.get_submodule(layer)
    base = module.base if isinstance(module, LoraLinear) else module
    rank = _setting(config, "rank_pattern", layer, config["r"])
    outputs, inputs = sizes(base)
    shapes = {"A": (rank, inputs), "B": (outputs, rank), "magnitude": (outputs,)}
    for part, tensor in parts.items():
        if tuple(tensor.shape) != shapes[part]:
            raise ValueError(
                f"the adapter in {folder} does not fit this model: {PARTS[part]} of {layer} is "
                f"{tuple(tensor.shape)}, and {shapes[part]} is needed."
            )


def _setting(config: Mapping[str, Any], key: str, layer: str, otherwise: Any) -> Any:
    """Return a layer's own rank or alpha where the config has a pattern that meets its name."""
    patterns = config.get(key) or {}
    for pattern, value in patterns.items():
        if re.match(rf"(.*\.)?({pattern.removeprefix('^')})$", layer):
            return value
    return otherwise


def _fill(adapter: LowRank, parts: Mapping[str, Tensor]) -> None:
    with torch.no_grad():
        for part, weight in adapter.named_parameters():
            weight.copy_(parts[part])


def _sample(model: nn.Module, layers: list[str]) -> dict[str, list[float]]:
    """Return a few weights of a few layers of the frozen base, as they are without an update."""
    step = max(1, len(layers) // SAMPLED_LAYERS)
    return {layer: _some_weights(model.get_submodule(layer)) for layer in layers[::step]}


def _some_weights(layer: nn.Module) -> list[float]:
    if isinstance(layer, LoraLinear):
        merged = layer.base.weight if layer.is_merged else None
        layer.unmerge()
        flat = read_weight(layer.base).flatten()
        if merged is not None:
            layer.remerge(merged)
    else:
        flat = read_weight(layer).flatten()
    places = torch.linspace(0, flat.numel() - 1, SAMPLES, device=flat.device).long()
    return [float(f"{value:.6g}") for value in flat[places].tolist()]


def _refuse_other_base(model: nn.Module, sample: Mapping[str, list[float]], folder: Path) -> None:
    """Raise ValueError where the base is not the one that the adapter was trained on.

    A base in 16 bits differs from itself in float32 by 0.2 %, one in 4 bits by about 10 %.
    """
    there = {layer: _some_weights(model.get_submodule(layer)) for layer in sample}
    saved, here = (
        torch.tensor([value for layer in sample for value in group[layer]])
        for group in (sample, there)
    )
    layers = (model.get_submodule(layer) for layer in sample)
    four = any(is_four_bit(e.base if isinstance(e, LoraLinear) else e) for e in layers)
    if (saved - here).norm() > SAME[four] * saved.norm():
        layer = max(sample, key=lambda n: _distance(sample[n], there[n]))
        raise ValueError(
            f"the adapter in {folder} was trained on a base with other weights (they differ most "
            f"in {layer}): load that base first."
        )


def _distance(one: list[float], two: list[float]) -> float:
    return sum((a - b) ** 2 for a, b in zip(one, two, strict=True))
