"""Adapters as files, in peft's own format: what is saved here loads there, and the other way round.

A folder holds `adapter_config.json` and `adapter_model.safetensors`, a few kB to MB. The weights'
names are those of the layers in the model, after `base_model.model.`. We add a few numbers of the
base's weights to the file's header, which peft passes over, so that the wrong base is noticed. Left
out: adapters of embeddings, and whole layers saved beside the adapter. Lesson 10.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from workbook.core.runs.files import replacing
from workbook.lora import adapter_config, base_sample
from workbook.lora.adapters import (
    DEFAULT,
    Model,
    active_adapter,
    adapter_names,
    attach,
    check_settings,
    lora_layers,
    refuse_shared,
    switch_adapter,
)
from workbook.lora.layer import LoraLinear, LowRank, Variant
from workbook.lora.weights import is_turned
from workbook.training.checkpoint import disk_errors
from workbook.training.modules import ends_with, linear_names, sizes

CONFIG, WEIGHTS = "adapter_config.json", "adapter_model.safetensors"
PREFIX = "base_model.model."
PARTS = {"A": "lora_A.weight", "B": "lora_B.weight", "magnitude": "lora_magnitude_vector"}
SAMPLE_KEY = "base_weights"


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
    header = {"format": "pt", SAMPLE_KEY: base_sample.write(base_sample.sample_base(model))}
    config = json.dumps(_config(model, layers, name), indent=2, sort_keys=True) + "\n"
    folder = Path(folder)
    with disk_errors(folder):
        _write(folder, {WEIGHTS: save(tensors, header), CONFIG: config.encode()})
    return folder


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write all files of an adapter or none, so that weights never meet another save's config.

    A folder that holds more, such as a tokenizer, stays: then each file is replaced by itself.
    """
    alone = not folder.is_dir() or all(file.name in files for file in folder.iterdir())
    with replacing(folder) if alone else nullcontext(folder) as place:
        place.mkdir(exist_ok=True)
        for name, content in files.items():
            with replacing(place / name) as draft:
                draft.write_bytes(content)


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
        "base_model_name_or_path": base_name(model) or None,
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


def base_name(model: nn.Module) -> str:
    """Return what a model is called, "" if nothing: no folder of this machine, but its name alone.

    A name on the Hub, such as "Qwen/Qwen2.5-0.5B", is kept whole.
    """
    name = str(getattr(getattr(model, "config", None), "_name_or_path", "") or "")
    is_folder = Path(name).exists() or name.startswith(("/", ".")) or len(_parts(name)) > 2
    return _parts(name)[-1] if is_folder and name else name


def _parts(path: str) -> list[str]:
    return re.split(r"[/\\]", path.rstrip("/\\"))


def _targets(model: nn.Module, layers: list[str]) -> list[str]:
    """Return the last words of the names where these mean no other layer, else the names."""
    ends = sorted({layer.rpartition(".")[2] for layer in layers})
    return ends if linear_names(model, ends) == layers else layers


def load_adapter(
    model: Model,
    folder: str | Path,
    name: str = DEFAULT,
    *,
    trainable: bool = True,
    any_base: bool = False,
) -> Model:
    """Put a saved adapter (ours or peft's) beside the layers of `model` itself, and use it.

    trainable: whether its weights may be trained on. any_base: load it on other weights than those
    that it was trained on, too. Returns the model. Raises ValueError, in one
    sentence that names the thing, for a folder without an adapter, an adapter of another kind, a
    layer that the model lacks or has in another shape, missing or unknown weights, a name that is
    taken, and a base with other weights than the adapter was trained on (where the file says so:
    ours do). What is refused leaves the model as it was.
    """
    folder = Path(folder)
    config, tensors, sample = _read(folder)
    layers = _by_layer(tensors, folder)
    linears = linear_names(model, ".*")
    for layer, parts in layers.items():
        _refuse_layer(model, layer, parts, linears, config, folder)
    adapter_config.refuse_missing(config, list(layers), linears, folder)
    if name in adapter_names(model):
        raise ValueError(f"the model has an adapter {name!r} already: give another name=.")
    other = None if any_base else base_sample.unlike(sample, base_sample.sample_base(model))
    if other is not None:
        raise ValueError(
            f"the adapter in {folder} was trained on a base with other weights (they differ most "
            f"in {other}): load that base first."
        )
    settings = {layer: _settings(config, layer, parts, name) for layer, parts in layers.items()}
    for layer, (rank, alpha, dropout, variant) in settings.items():
        attach(model, rank, alpha, re.escape(layer), dropout, name=name, variant=variant)
        _fill(lora_layers(model)[layer].adapter(name), layers[layer])
    switch_adapter(model, name)
    for each in lora_layers(model).values():
        if name in each.adapters:
            each.adapters[name].requires_grad_(trainable)
    return model


def _settings(
    config: Mapping[str, Any], layer: str, parts: Mapping[str, Tensor], name: str
) -> tuple[int, float, float, Variant]:
    """Return rank, alpha, dropout and variant of a saved layer. ValueError where they are wrong."""
    dora, rslora = config.get("use_dora"), config.get("use_rslora")
    variant: Variant = "dora" if dora else "rslora" if rslora else "lora"
    alpha = adapter_config.setting(config, "alpha_pattern", layer, config["lora_alpha"])
    rank, dropout = len(parts["A"]), config.get("lora_dropout") or 0.0
    check_settings(rank, alpha, dropout, name, variant)
    return rank, alpha, dropout, variant


def _read(
    folder: Path,
) -> tuple[dict[str, Any], dict[str, Tensor], dict[str, base_sample.Seen]]:
    """Return an adapter's config, its weights, and the sample of its base, which may be {}."""
    from safetensors import SafetensorError, safe_open

    for file in (CONFIG, WEIGHTS):
        if not (folder / file).is_file():
            raise ValueError(f"{folder} holds no adapter: {file} is missing.")
    try:
        config = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
        with safe_open(folder / WEIGHTS, "pt") as file:
            tensors = {key: file.get_tensor(key) for key in file.keys()}
            sample = base_sample.read((file.metadata() or {}).get(SAMPLE_KEY, "{}"))
    except (ValueError, SafetensorError) as error:
        raise ValueError(f"the adapter in {folder} is torn: {error}.") from error
    adapter_config.refuse(config, folder)
    for key, tensor in tensors.items():
        if not torch.isfinite(tensor).all():
            raise ValueError(f"{folder} holds {key} with numbers that are not finite.")
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
    rank = adapter_config.setting(config, "rank_pattern", layer, config["r"])
    outputs, inputs = sizes(base)
    shapes = {"A": (rank, inputs), "B": (outputs, rank), "magnitude": (outputs,)}
    for part, tensor in parts.items():
        if tuple(tensor.shape) != shapes[part]:
            raise ValueError(
                f"the adapter in {folder} does not fit this model: {PARTS[part]} of {layer} is "
                f"{tuple(tensor.shape)}, and {shapes[part]} is needed."
            )


def _fill(adapter: LowRank, parts: Mapping[str, Tensor]) -> None:
    with torch.no_grad():
        for part, weight in adapter.named_parameters():
            weight.copy_(parts[part])
