"""Profiles: one name decides model, device, precision and budget, so that lessons never branch.

binder  a small shared container       laptop  two cores or more, no GPU       gpu  a CUDA device
The machine chooses, and a card of 40 GB or more gets larger models on the gpu profile.
WORKBOOK_PROFILE overrides the choice, WORKBOOK_DEVICE the device, and one variable per role
(WORKBOOK_BASE_MODEL, ..., WORKBOOK_DIALOGUES) what fills that role. Loading it is the business of
`workbook.core.hub`. Lesson 00 shows the profile in force.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from workbook.core.system import known_models, machine
from workbook.core.system.machine import Machine

PROFILES = ("binder", "laptop", "gpu")
DEVICES = ("cpu", "cuda", "mps")
ROLES = {  # role -> the field of Profile that it fills; the variable is WORKBOOK_ + the field
    "base": "base_model",
    "instruct": "instruct_model",
    "seq2seq": "seq2seq_model",
    "reward": "reward_model",
    "toxicity": "toxicity_model",
    "embedder": "embedder_model",
    "dialogues": "dialogues",
}
SMALL_MEMORY = 3 * 2**30  # bytes; below it a machine is treated like a Binder container


@dataclass(frozen=True)
class Profile:
    """What a lesson may use here. A role holds "bundled:name", a path, or "owner/name@revision"."""

    name: str  # "binder", "laptop" or "gpu"
    device: str = "cpu"  # torch device
    dtype: str = "float32"  # of the models' weights: "float32", "bfloat16" or "float16"
    base_model: str = "bundled:town-lm"
    instruct_model: str = "bundled:town-instruct"
    seq2seq_model: str | None = None  # None: the lesson that needs one trains it
    reward_model: str | None = None  # likewise, and so below
    toxicity_model: str | None = None
    embedder_model: str | None = None
    dialogues: str = "bundled:town"
    steps: int = 300  # optimiser steps of a lesson's training run
    batch_size: int = 16  # sequences per step
    seq_len: int = 128  # tokens per sequence
    seeds: tuple[int, ...] = (0, 1, 2)  # repetitions behind an interval
    threads: int = 1  # of torch on the CPU


LARGE_CARD = 38 * 2**30  # bytes; a card sold as 40 GB reports a little less
LARGE = {  # on the gpu profile with a large card, instead of the smaller ones
    "base_model": known_models.QWEN_LARGE,
    "instruct_model": known_models.QWEN_INSTRUCT_LARGE,
    "seq2seq_model": known_models.FLAN_LARGE,
}
BUDGETS = {
    "binder": Profile("binder", steps=150, batch_size=8),
    "laptop": Profile("laptop"),
    "gpu": Profile(
        "gpu",
        base_model=known_models.QWEN,
        instruct_model=known_models.QWEN_INSTRUCT,
        seq2seq_model=known_models.FLAN,
        reward_model=known_models.HATE,
        toxicity_model=known_models.HATE,
        embedder_model=known_models.MINILM,
        dialogues=known_models.DIALOGSUM,
        steps=2000,
        batch_size=32,
        seq_len=512,
    ),
}


def current() -> Profile:
    """The profile in force, from the machine and the environment as they are now.

    Raises ValueError when a WORKBOOK_... variable holds a value the course does not know.
    """
    return choose(machine.detect(), os.environ)


def choose(found: Machine, environment: Mapping[str, str]) -> Profile:
    """The profile for a machine and a set of environment variables; touches neither."""
    name = _pick(environment, "WORKBOOK_PROFILE", PROFILES) or fitting(found, environment)
    device = _pick(environment, "WORKBOOK_DEVICE", DEVICES) or default_device(name, found)
    if device not in ("cpu", found.device):
        raise ValueError(
            f"WORKBOOK_DEVICE={device}, but this machine has no such device; use {found.device}."
        )
    is_large = name == "gpu" and device == "cuda" and found.device_memory >= LARGE_CARD
    roles: dict[str, Any] = (LARGE if is_large else {}) | chosen_roles(environment)
    return replace(
        BUDGETS[name],
        device=device,
        dtype=best_dtype(device, found),
        threads=threads(found, environment),
        **roles,
    )


def fitting(found: Machine, environment: Mapping[str, str]) -> str:
    """The profile's name for a machine, when nobody asked for another."""
    if found.device == "cuda":
        return "gpu"
    on_binder = "BINDER_SERVICE_HOST" in environment
    return "binder" if on_binder or found.memory_total < SMALL_MEMORY else "laptop"


def default_device(name: str, found: Machine) -> str:
    """The GPU on the gpu profile where there is one, else the CPU: at town size it is as quick."""
    return found.device if name == "gpu" else "cpu"


def best_dtype(device: str, found: Machine) -> str:
    """bfloat16 only where the chip computes it, float16 on older CUDA cards, else float32."""
    if device != "cuda":
        return "float32"
    return "bfloat16" if found.has_bf16 else "float16"


def threads(found: Machine, environment: Mapping[str, str]) -> int:
    """Threads for torch: all usable cores but one, or as many as OMP_NUM_THREADS says.

    The last core is the browser's and the server's: torch's threads wait for each other by
    spinning, and one that has to share its core holds up all the others.
    """
    asked = environment.get("OMP_NUM_THREADS", "").strip()
    if asked.isdigit() and int(asked):
        return min(found.cores, int(asked))
    return max(1, found.cores - 1)


def chosen_roles(environment: Mapping[str, str]) -> dict[str, str]:
    """The roles that somebody filled by hand: {field: what fills it}."""
    asked = {field: environment.get(variable(role), "").strip() for role, field in ROLES.items()}
    return {field: value for field, value in asked.items() if value}


def variable(role: str) -> str:
    """The environment variable that fills a role: "base" -> "WORKBOOK_BASE_MODEL"."""
    return "WORKBOOK_" + ROLES[role].upper()


def _pick(environment: Mapping[str, str], name: str, valid: tuple[str, ...]) -> str | None:
    """A variable's value in lower case, None when unset; ValueError when it is not a valid one."""
    value = environment.get(name, "").strip().lower()
    if value and value not in valid:
        raise ValueError(f"{name}={value} is not known; use one of {', '.join(valid)}.")
    return value or None
