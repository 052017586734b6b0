"""The weight matrix of a linear layer, however the layer keeps it.

`nn.Linear` keeps it as (out, in), GPT-2's `Conv1D` turned, a 4-bit layer as codes and scales.
`read_weight` gives the matrix as (out, in) in float32; `stored_weight` makes what the layer would
keep of another matrix, rounded to its precision. Lesson 10 merges adapters with them.

Shapes: O outputs, I inputs of a layer.
"""
# ruff: noqa: F722 - the strings in the annotations are shapes

from __future__ import annotations

import copy
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn

Layer = Any  # a linear layer: nn.Linear, Conv1D, or one with 4 bits a weight


def is_turned(layer: Layer) -> bool:
    """True where a layer keeps its weight as (in, out), as GPT-2's `Conv1D` does."""
    return type(layer).__name__ == "Conv1D"


def is_four_bit(layer: Layer) -> bool:
    """True where a layer keeps codes of 4 bits (of bitsandbytes) in the place of its weight."""
    return hasattr(layer.weight, "quant_state")


def read_weight(layer: Layer) -> Float[Tensor, "O I"]:
    """Return the weight as `O I` in float32, dequantized where it has 4 bits."""
    weight = layer.weight
    if is_four_bit(layer):
        import bitsandbytes.functional as F

        codes, state = weight.data, weight.quant_state
        if getattr(state, "packing_format_for_cpu", False):  # laid out by a forward pass on a CPU
            codes, state = F._convert_weight_packed_for_cpu_inverse(codes, copy.copy(state))
        return F.dequantize_4bit(codes, state).float()
    full = weight.detach().float()
    return full.T if is_turned(layer) else full


def stored_weight(layer: Layer, matrix: Float[Tensor, "O I"]) -> nn.Parameter:
    """Return what a layer would keep of a matrix `O I`: in its type and layout, frozen.

    A 16-bit layer rounds it, a 4-bit layer quantizes it again with its own settings.
    """
    old = layer.weight
    if is_four_bit(layer):
        import bitsandbytes as bnb

        fresh = bnb.nn.Params4bit(
            matrix.to(old.quant_state.dtype).cpu(), requires_grad=False, quant_type=old.quant_type,
            blocksize=old.blocksize, compress_statistics=old.compress_statistics,
            quant_storage=old.quant_storage,
        )  # fmt: skip
        return fresh.to(device=old.device)  # type: ignore[misc]
    laid_out = matrix.T if is_turned(layer) else matrix
    return nn.Parameter(laid_out.to(old.dtype).contiguous(), requires_grad=False)


def adapter_dtype(layer: Layer) -> torch.dtype:
    """Return the type of an adapter's weights: float32 unless the layer computes in float64.

    In 16 bits an update below 1/256 of a weight would be lost; peft does the same.
    """
    return torch.float64 if layer.weight.dtype == torch.float64 else torch.float32
