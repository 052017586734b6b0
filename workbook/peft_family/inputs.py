"""The inputs of a model of transformers, when a method puts something in front of them.

A mask grows by the places in front, and positions count from behind them. Left out: masks of four
dimensions, which are made by hand for one model. Used by prompt and prefix tuning (lesson 11).

Shapes: B batch, T time, N places in front.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn


def named_inputs(args: tuple, inputs: dict[str, Any]) -> dict[str, Any]:
    """Return a model's inputs by name; ids alone may be given without theirs."""
    return {**inputs, "input_ids": args[0]} if args else dict(inputs)


def in_float32(start: Tensor) -> Tensor:
    """Return first values in float32 at least: in 16 bits steps below 1/256 would be lost."""
    return start.to(torch.promote_types(start.dtype, torch.float32))


def refuse_checkpointing(model: nn.Module) -> None:
    """Raise ValueError where the backward pass would read a cache that has grown since."""
    if model.training and any(getattr(m, "gradient_checkpointing", False) for m in model.modules()):
        raise ValueError(
            "a prefix sits in the cache, which activation checkpointing would fill twice: call "
            "model.gradient_checkpointing_disable() before you train it."
        )


def started(inputs: dict[str, Any]) -> bool:
    """True where a cache holds tokens already, so that these inputs go on with a text."""
    cache = inputs.get("past_key_values")
    return cache is not None and cache.get_seq_length() > 0


def widen(
    inputs: dict[str, Any],
    by: int,
    new_places: bool = False,
    read: int = 0,
    mask_name: str = "attention_mask",
) -> None:
    """Add `by` visible places in front to a mask `B T`, and count positions `B T` from there.

    new_places: the inputs themselves have grown in front, so positions grow too. read: the places
    they have then; a mask that has as many already stays as it is.
    """
    mask, positions = inputs.get(mask_name), inputs.get("position_ids")
    if mask is not None and (not read or mask.shape[1] != read):
        inputs[mask_name] = torch.cat([mask.new_ones(len(mask), by), mask], 1)
    if positions is not None:
        positions = positions + by
        if new_places:
            first = torch.arange(by, device=positions.device).expand(len(positions), -1)
            positions = torch.cat([first, positions], 1)
        inputs["position_ids"] = positions
