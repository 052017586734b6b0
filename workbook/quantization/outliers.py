"""One outlier column: planted in a model without changing what it computes.

Large models have a few input features whose magnitude is far above all others (Dettmers et al.
2022); models as small as the town's have none. `plant_outlier` makes one: a channel of a norm is
multiplied by a factor, and the columns of the weights that read it are divided by it. In exact
arithmetic nothing changes; in 8 bits everything does. Left out: how outliers come about in
training. Lesson 05 reproduces the shape of the paper's Table 1 with it.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

import torch
from torch import nn

from workbook.quantization.int8 import Int8Linear, LLMInt8Linear
from workbook.quantization.layers import quantize_model
from workbook.quantization.rotation import RotatedLinear

if TYPE_CHECKING:
    from transformers import PreTrainedModel

# Norm -> the layers that read it, as Llama, Mistral and Qwen2 call them.
READERS = {
    "input_layernorm": ("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"),
    "post_attention_layernorm": ("mlp.gate_proj", "mlp.up_proj"),
}
W8A8: Mapping[str, Callable[[nn.Module], nn.Module]] = {
    "absmax": partial(Int8Linear, rows="tensor"),
    "vector-wise": Int8Linear,
    "LLM.int8()": LLMInt8Linear,
    "rotated": lambda layer: RotatedLinear(layer, Int8Linear),
}
# Perplexity on C4, from Dettmers et al. 2022, Table 1: columns by size.
PUBLISHED_SIZES = ("125M", "1.3B", "2.7B", "6.7B", "13B")
PUBLISHED = {
    "32-bit float": (25.65, 15.91, 14.43, 13.30, 12.45),
    "absmax": (87.76, 16.55, 15.11, 14.59, 19.08),
    "vector-wise": (35.84, 16.82, 14.98, 14.13, 16.48),
    "LLM.int8()": (25.83, 15.93, 14.44, 13.24, 12.45),
}


@torch.no_grad()
def plant_outlier(model: PreTrainedModel, factor: float, channel: int = 7) -> PreTrainedModel:
    """Return a copy of a model that computes the same with one outlier feature in every block.

    factor: how much larger the channel is after each norm. Raises ValueError for a model whose
    blocks are not named as Llama's, and for a channel that it does not have.
    """
    copied = copy.deepcopy(model).float().eval()
    blocks = [module for module in copied.modules() if hasattr(module, "input_layernorm")]
    if not blocks:
        raise ValueError("an outlier is planted in blocks named as Llama's; this model has none.")
    for block in blocks:
        for norm, readers in READERS.items():
            scale = block.get_submodule(norm).get_parameter("weight")
            if not 0 <= channel < len(scale):
                raise ValueError(f"the model has channels 0 to {len(scale) - 1}, not {channel}.")
            scale[channel] *= factor
            for name in readers:
                block.get_submodule(name).get_parameter("weight")[:, channel] /= factor
    return copied


def w8a8(model: PreTrainedModel, kind: str) -> PreTrainedModel:
    """Return a copy of a model with 8-bit weights and activations: one of `W8A8`."""
    if kind not in W8A8:
        raise ValueError(f"there is no {kind!r}; there are {', '.join(W8A8)}.")
    copied = copy.deepcopy(model)
    quantize_model(copied, W8A8[kind])
    return copied
