"""When the fast engine may be used, and with which weights.

`unsupported_reason` says why a model must be read the clear way. `open_llama` keeps the engine's
copies of a model's weights, one laid out for a single row and one for many, and makes new ones when
the weights have changed, by training, merging or loading: a fingerprint of their values shows it.
Left out: engines for other architectures. Lesson 03 uses this through `generate(engine="auto")`.
"""
# ruff: noqa: F722 - the strings in the annotations are shapes

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import torch
from jaxtyping import Float
from torch import Tensor

from workbook.core.system import memory
from workbook.sampling.engine import FusedLlama, LlamaReader, can_pack
from workbook.sampling.graph import GraphReader

if TYPE_CHECKING:
    from transformers import PreTrainedModel

ROPE = ("default", "linear", "llama3")  # kinds whose table does not depend on the text's length
PARTS = ("torch.nn.modules.", "transformers.models.llama.", "transformers.activations")
SHARE = 0.25  # of the free memory that a copy of the weights may take

# model -> (fingerprint, {packed: engine})
_built: WeakKeyDictionary[PreTrainedModel, tuple[tuple, dict[bool, FusedLlama]]] = (
    WeakKeyDictionary()
)


def unsupported_reason(model: PreTrainedModel) -> str | None:
    """Return why the engine cannot read a model, as half a sentence; None if it can."""
    if type(model).__name__ != "LlamaForCausalLM":
        return f"it is a {type(model).__name__}, not a LlamaForCausalLM"
    config = model.config
    if config.hidden_act != "silu" or config.rope_parameters["rope_type"] not in ROPE:
        return "its activation or its rotary positions are not those of a plain Llama"
    for name, module in model.named_modules():
        if not type(module).__module__.startswith(PARTS) or "forward" in vars(module):
            return f"{name or 'the model'} was replaced by a {type(module).__name__} of its own"
        if getattr(module, "bias", None) is not None:
            return f"{name} has a bias"
        if module._forward_hooks or module._forward_pre_hooks:
            return f"{name or 'the model'} has a hook, which the engine would pass by"
    weights = list(model.parameters())
    kinds = {(type(weight), weight.device, weight.dtype) for weight in weights}
    if len(kinds) != 1 or kinds.pop()[0] is not torch.nn.Parameter:
        return "its weights are of several kinds, or spread over several devices"
    if sum(weight.nbytes for weight in weights) > SHARE * memory.free(model.device.type):
        return "there is too little memory for a second copy of its weights"
    return None


def open_llama(model: PreTrainedModel, rows: int, graph: bool = True) -> LlamaReader:
    """Return a reader for a model without `unsupported_reason`, with its weights as they are now.

    rows: how many it will read at a time.
    """
    mark = fingerprint(model)
    if model not in _built or _built[model][0] != mark:
        _built[model] = (mark, {})  # the copies of older weights go
    return fused_reader(model, _built[model][1], rows, graph)


def fused_reader(
    model: PreTrainedModel, copies: dict[bool, FusedLlama], rows: int, graph: bool
) -> LlamaReader:
    """Return a reader with the copy that suits so many rows, which is made at its first use."""
    packed = rows > 1 and can_pack(model.lm_head.weight)
    if packed not in copies:
        with torch.inference_mode():
            copies[packed] = FusedLlama(model, packed)
    recorded = graph and model.device.type == "cuda"
    return (GraphReader if recorded else LlamaReader)(copies[packed])


@torch.no_grad()
def fingerprint(model: PreTrainedModel) -> tuple:
    """A few hundred bytes that change when a weight changes by more than rounding.

    One number per weight W: u'Wv, with random u and v. It costs one look at every number, about a
    millisecond for five million; version counters cost less but miss writes through `.data`.
    """
    numbers = []
    for weight in model.parameters():
        across = weight if weight.dim() == 1 else weight @ direction(weight.shape[1], weight, 0)
        numbers.append(across.float() @ direction(len(across), across.float(), 1))
    return (str(model.device), model.dtype, *torch.stack(numbers).tolist())


def direction(size: int, like: Float[Tensor, " ..."], side: int) -> Float[Tensor, " {size}"]:
    """A fixed random vector of the size, dtype and device wanted, another for each side.

    Were u and v the same, a square weight and its transpose would have one mark.
    """
    return _direction(size, like.dtype, str(like.device), side)


@lru_cache(maxsize=16)
def _direction(size: int, dtype: torch.dtype, device: str, side: int) -> Tensor:
    source = torch.Generator().manual_seed(2 * size + side)
    return torch.randn(size, generator=source).to(device, dtype)
