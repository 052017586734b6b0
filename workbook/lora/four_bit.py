"""A base in 4 bits, which makes LoRA into QLoRA (Dettmers et al., 2023).

Each linear layer's weight is kept as NF4 codes of 4 bits with a scale for every 64 of them, by
bitsandbytes, which computes on CPUs and GPUs; the adapters beside it stay in float32. Lesson 05
builds NF4 by hand. Left out: paged optimisers. Lesson 10.
"""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import nn

from workbook.lora.adapters import lora_layers
from workbook.lora.weights import Layer
from workbook.training.modules import ALL, linear_names, replace_linears


def quantize_base(
    model: nn.Module,
    targets: str | Iterable[str] = ALL,
    compute_dtype: torch.dtype = torch.float32,
    double: bool = True,
) -> list[str]:
    """Put NF4 layers in the place of linear ones, in `model` itself; return their names.

    Do this before `attach`. compute_dtype: of the products. double: quantize the scales too, which
    saves 0.37 bits a weight (section 3). Raises ValueError for a model that has adapters already,
    for GPT-2's Conv1D layers, and where bitsandbytes is missing.
    """
    if lora_layers(model):
        raise ValueError("quantize the base before an adapter is attached to it.")
    try:
        import bitsandbytes as bnb
    except ImportError as error:
        raise ValueError("4-bit layers need bitsandbytes: pip install bitsandbytes.") from error
    for name in linear_names(model, targets):
        if not isinstance(model.get_submodule(name), nn.Linear):
            raise ValueError(f"{name} is a Conv1D layer, which bitsandbytes has no 4-bit form of.")

    def make(layer: Layer) -> nn.Module:
        four = bnb.nn.Linear4bit(
            layer.in_features, layer.out_features, layer.bias is not None, compute_dtype,
            compress_statistics=double, quant_type="nf4",
        )  # fmt: skip
        weight = layer.weight.detach()
        four.weight = bnb.nn.Params4bit(
            weight.cpu(), requires_grad=False, quant_type="nf4", compress_statistics=double
        )
        four.bias = layer.bias
        # On some CPUs a forward pass in eval mode would lay the codes out anew and round to
        # bfloat16; what reads them later (peft's DoRA and merge, for two) takes the wrong weights.
        four.support_avx512bf16_for_cpu = False
        return four.to(weight.device).train(layer.training).requires_grad_(False)

    names = replace_linears(model, make, targets)
    model.is_loaded_in_4bit = True  # type: ignore[assignment]  # by this peft knows such a model
    return names


def bits_per_weight(block: int = 64, double: bool = True, double_block: int = 256) -> float:
    """Return the bits that NF4 takes for a weight: 4, and its part of the block's scale.

    The scale has 32 bits; quantized itself, 8 bits and its part of a second scale.
    """
    scale = 8 + 32 / double_block if double else 32
    return 4 + scale / block
