"""What an adapter's `adapter_config.json` says, checked before a model is touched.

peft's `LoraConfig` has many keys; those that change what an adapter computes are refused unless
they say what this course computes. Left out: writing one (`files.py`). Lesson 10.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from workbook.training.modules import ALL, ends_with

# Keys of peft's config that change what an adapter computes, with the values that we compute.
PLAIN: Mapping[str, tuple[Any, ...]] = {
    "bias": ("none",), "lora_bias": (False, None), "modules_to_save": (None, []),
    "layer_replication": (None,), "use_qalora": (False, None), "use_bdlora": (None, False),
    "target_parameters": (None, []), "trainable_token_indices": (None,), "arrow_config": (None,),
    "alora_invocation_tokens": (None,), "kasa_config": (None,), "monteclora_config": (None,),
    "velora_config": (None,), "init_lora_weights": (True, False, "gaussian", "orthogonal", "eva"),
}  # fmt: skip
NUMBERS: Mapping[str, Any] = {
    "r": int,
    "lora_alpha": (int, float),
}  # keys that must be there, and their types


def refuse(config: Any, folder: Path) -> None:
    """Raise ValueError, in one sentence, for a config that is none or means something else."""
    if not isinstance(config, dict):
        what = type(config).__name__
        raise ValueError(f"the adapter's config in {folder} is a {what}, and no set of settings.")
    kind = config.get("peft_type")
    if kind != "LORA":
        raise ValueError(f"{folder} holds an adapter of the kind {kind}, not LORA.")
    for key, types in NUMBERS.items():
        if key not in config:
            raise ValueError(f"the adapter's config in {folder} lacks {key}.")
        if not isinstance(config[key], types) or isinstance(config[key], bool):
            raise ValueError(f"the adapter's config in {folder} has {key}={config[key]!r}.")
    for key in ("rank_pattern", "alpha_pattern"):
        if not isinstance(config.get(key) or {}, dict):
            raise ValueError(f"the adapter's config in {folder} has {key}={config[key]!r}.")
    for key, values in PLAIN.items():
        if key in config and config[key] not in values:
            raise ValueError(
                f"the adapter in {folder} has {key}={config[key]!r}, which this course's LoRA does "
                "not compute: load it with peft."
            )


def setting(config: Mapping[str, Any], key: str, layer: str, otherwise: Any) -> Any:
    """Return a layer's own rank or alpha where the config has a pattern that meets its name."""
    patterns = config.get(key) or {}
    for pattern, value in patterns.items():
        if re.match(rf"(.*\.)?({pattern.removeprefix('^')})$", layer):
            return value
    return otherwise


def refuse_missing(
    config: Mapping[str, Any], saved: Iterable[str], linears: Iterable[str], folder: Path
) -> None:
    """Raise ValueError where the config means a layer of the model that has no weights in the file.

    saved: layers with weights. linears: all linear layers of the model.
    """
    there = set(saved)
    missing = [name for name in linears if name not in there and _is_meant(config, name)]
    if missing:
        raise ValueError(
            f"{folder} lacks the weights of {missing[0]}"
            f"{f' and of {len(missing) - 1} more layers' if missing[1:] else ''}, which its config "
            "names."
        )


def _is_meant(config: Mapping[str, Any], name: str) -> bool:
    """True for a layer that peft would put an adapter beside."""
    targets, excluded = config.get("target_modules"), config.get("exclude_modules")
    if not targets or targets == ALL or not _meets(targets, name):
        return False  # without names nothing can be said of what is missing
    return not (excluded and _meets(excluded, name)) and _is_chosen(config, name)


def _meets(names: str | Iterable[str], name: str) -> bool:
    if isinstance(names, str):
        return re.fullmatch(names, name) is not None
    return any(ends_with(name, end) for end in names)


def _is_chosen(config: Mapping[str, Any], name: str) -> bool:
    """False for a layer of a block that is not among `layers_to_transform`."""
    chosen = config.get("layers_to_transform")
    if chosen is None or chosen == []:
        return True
    patterns = config.get("layers_pattern") or [r"[^.]*"]
    for pattern in [patterns] if isinstance(patterns, str) else patterns:
        if block := re.match(rf".*\.{pattern}\.(\d+)\.", name):
            return int(block[1]) in ([chosen] if isinstance(chosen, int) else chosen)
    return False
