"""One method's weights as a small folder: saved, loaded on its base, switched, refused elsewhere.

`adapter_model.safetensors` holds the trained weights, `adapter_config.json` says what they are; for
prompts, prefixes and (IA)^3 both are peft's own format, read and written, and LoRA's are lesson
10's. The header of the weights also names the base and holds a few of its numbers: those of another
model would load without a word, and answer nonsense. Left out: the base itself. Lesson 11.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from workbook import lora
from workbook.core.runs.files import replacing
from workbook.lora import base_sample
from workbook.lora.files import base_name
from workbook.peft_family.attachment import Attachment, refuse_second
from workbook.peft_family.methods import attach, lora_attachment

if TYPE_CHECKING:
    from transformers import PreTrainedModel

WEIGHTS, CONFIG = "adapter_model.safetensors", "adapter_config.json"
PEFT_TYPES = {"prompt": "PROMPT_TUNING", "prefix": "PREFIX_TUNING", "ia3": "IA3"}
PEFT_NAMES = {"prompt": "soft_prompt.embedding", "prefix": "prefix.rows"}  # its prompt_embeddings


def save(attachment: Attachment, folder: str | Path) -> int:
    """Save what a method has trained to a folder, all or nothing; returns the bytes written."""
    from safetensors.torch import save_file

    folder, model, method = Path(folder), attachment.model, attachment.method
    if method == "lora":
        return _size(lora.save_adapter(model, folder))
    name = base_name(model) or "unnamed"
    about = {
        "method": method,
        "settings": json.dumps(attachment.settings),
        "base": name,
        "base_weights": base_sample.write(base_sample.sample_weights(attachment.base)),
    }
    weights = {
        _to_peft(method, key): _shaped(attachment, key, weight).contiguous().cpu()
        for key, weight in attachment.kept.items()
    }
    with replacing(folder) as draft:
        draft.mkdir()
        save_file(weights, draft / WEIGHTS, metadata=about)
        config = json.dumps(_config(attachment, name), indent=2)
        (draft / CONFIG).write_text(config, encoding="utf-8")
    return _size(folder)


def _size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.iterdir())


def load(model: PreTrainedModel, folder: str | Path, any_base: bool = False) -> Attachment:
    """Attach the method that a folder holds, with its weights.

    any_base: load it even where the base is not the one that it was trained on. Raises ValueError,
    in one sentence, for another base, missing or surplus weights, wrong shapes, or no such folder.
    """
    refuse_second(model)
    folder = Path(folder)
    method, settings, about, weights = _read(folder)
    if method == "lora":
        return lora_attachment(model, partial(lora.load_adapter, folder=folder, any_base=any_base))
    if about and not any_base:
        saved = _saved_base(about, folder)
        other = base_sample.unlike(saved, base_sample.sample_base(model), strict=True)
        if other is not None:
            raise ValueError(
                f"{folder.name} was trained on {about['base']}, and this model has other weights "
                f"(they differ most in {other}): load it on that base, or say any_base=True."
            )
    attachment = attach(model, method, **settings)
    try:
        _fill(attachment, weights, folder.name)
    except ValueError:
        attachment.detach()
        raise
    return attachment


def _saved_base(about: Mapping[str, str], folder: Path) -> dict[str, base_sample.Seen]:
    try:
        return base_sample.read(about["base_weights"])
    except (KeyError, ValueError) as error:
        raise ValueError(
            f"{folder.name} does not say of which base it is: load it with any_base=True."
        ) from error


def switch(model: PreTrainedModel, folder: str | Path) -> Attachment:
    """Take out what the model carries, if anything, and load another; as `load`."""
    carried = getattr(model, "attachment", None)
    if carried is not None:
        carried.detach()
    return load(model, folder)


def _read(folder: Path) -> tuple[str, dict[str, Any], Mapping[str, str], dict[str, Tensor]]:
    """Method, settings, what the header says (peft writes none), weights by our names."""
    from safetensors import SafetensorError, safe_open

    try:
        config = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
        with safe_open(folder / WEIGHTS, "pt") as file:
            about = file.metadata() or {}
            weights = {key: file.get_tensor(key) for key in file.keys()}
        method, settings, about = _meaning(config, about)
    except (OSError, ValueError, SafetensorError) as error:
        reason = str(error).strip().split("\n")[0]
        raise ValueError(f"{folder} holds no adapter that can be read ({reason}).") from error
    for key, weight in weights.items():
        if not weight.isfinite().all():
            raise ValueError(f"{folder} holds {key} with numbers that are not finite.")
    return method, settings, about, {_from_peft(method, k): w for k, w in weights.items()}


def _meaning(
    config: Any, about: Mapping[str, str]
) -> tuple[str, dict[str, Any], Mapping[str, str]]:
    """Method, settings and header of a folder. ValueError where the config is none of a method."""
    if not isinstance(config, dict):
        raise ValueError(f"its config is a {type(config).__name__}, and no set of settings")
    if "method" in about:
        return about["method"], json.loads(about["settings"]), about
    kind = str(config.get("peft_type"))
    if kind == "LORA":
        return "lora", {}, {}
    method = next((method for method, name in PEFT_TYPES.items() if name == kind), None)
    if method is None:
        raise ValueError(f"a {kind} is not read here")
    length = config.get("num_virtual_tokens")
    if method != "ia3" and not isinstance(length, int):
        raise ValueError(f"its config has num_virtual_tokens={length!r}")
    return method, {} if method == "ia3" else {"length": length}, {}


@torch.no_grad()
def _fill(attachment: Attachment, weights: Mapping[str, Tensor], name: str) -> None:
    missing, surplus = attachment.weights.keys() - weights, weights.keys() - attachment.weights
    if missing or surplus:
        what, where = (missing, "lacks") if missing else (surplus, "has")
        which = "which this model needs" if missing else "which this model has no place for"
        raise ValueError(f"{name} {where} {min(what)}, {which}: it is of another base.")
    for key, weight in attachment.weights.items():
        given = weights[key]
        is_vector = attachment.method == "ia3" and given.numel() == weight.numel()
        if given.shape != weight.shape and not is_vector:
            raise ValueError(
                f"{name} has {key} as {list(given.shape)}, and this model makes it "
                f"{list(weight.shape)}: it is of another base."
            )
        weight.copy_(given.view(weight.shape))


def _shaped(attachment: Attachment, name: str, weight: Tensor) -> Tensor:
    """(IA)^3's factors as peft keeps them: a row on inputs, a column on outputs."""
    if attachment.method != "ia3":
        return weight
    layer: Any = attachment.model.get_submodule(name.removesuffix(".factors"))
    return weight[None] if layer.is_input else weight[:, None]


def _to_peft(method: str, name: str) -> str:
    if method in PEFT_NAMES:
        return "prompt_embeddings"
    return f"base_model.model.{name.removesuffix('.factors')}.ia3_l" if method == "ia3" else name


def _from_peft(method: str, name: str) -> str:
    if method in PEFT_NAMES:
        return PEFT_NAMES[method]
    plain = name.removeprefix("base_model.model.").removesuffix(".ia3_l")
    return f"{plain}.factors" if method == "ia3" else name


def _config(attachment: Attachment, base: str) -> dict[str, Any]:
    """What peft asks for, where it has the method; else the method and its settings."""
    method, settings, config = attachment.method, attachment.settings, attachment.model.config
    if method not in PEFT_TYPES:
        return {"method": method, "settings": settings, "base_model_name_or_path": base}
    common = {
        "peft_type": PEFT_TYPES[method],
        "task_type": "SEQ_2_SEQ_LM" if config.is_encoder_decoder else "CAUSAL_LM",
        "base_model_name_or_path": base,
        "inference_mode": True,
    }
    if method == "ia3":
        names = {key.removesuffix(".factors") for key in attachment.weights}
        inside = sorted(name for name in names if attachment.model.get_submodule(name).is_input)
        return common | {"target_modules": sorted(names), "feedforward_modules": inside}
    return common | {"num_virtual_tokens": settings["length"], "num_transformer_submodules": 1}
