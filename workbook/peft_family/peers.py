"""The same methods in the library: peft's models with exactly our weights in them.

`peft_model` wraps a base of its own in what peft calls the method, and copies an attachment's
weights there, so that logits and gradients can be compared number by number. Left out: bottleneck
adapters, which peft does not have, and LoRA (lesson 10). Lesson 11.
"""
# ruff: noqa: F722 - the strings in the annotations are shapes

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import torch
from jaxtyping import Float
from torch import Tensor

from workbook.peft_family.attachment import Attachment

if TYPE_CHECKING:
    from peft import PeftModel
    from transformers import PreTrainedModel

IN_PEFT = ("prompt", "prefix", "ia3", "chosen")


def peft_model(base: PreTrainedModel, attachment: Attachment) -> PeftModel:
    """Return peft's model of the same method around `base`, with the attachment's weights.

    base: another copy of the attachment's base; peft changes it in place. "chosen" stands for
    layer norms alone, which peft calls LN tuning. Raises ValueError for a method peft lacks.
    """
    if attachment.method not in IN_PEFT:
        raise ValueError(f"peft has no {attachment.method!r}; it has {', '.join(IN_PEFT)}.")
    with _quiet():
        return _wrapped(base, attachment)


@contextmanager
def _quiet() -> Iterator[None]:
    """Without the remarks that peft's import and its wrapping make about optional packages."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)


def _wrapped(base: PreTrainedModel, attachment: Attachment) -> PeftModel:
    import peft

    two_parts = bool(base.config.is_encoder_decoder)
    task: dict[str, Any] = {"task_type": "SEQ_2_SEQ_LM" if two_parts else "CAUSAL_LM"}
    module: Any = attachment.model.get_submodule
    if attachment.method == "prompt":
        count = attachment.settings["length"]
        config: Any = peft.PromptTuningConfig(
            num_virtual_tokens=count, num_transformer_submodules=1, **task
        )
        model: Any = peft.get_peft_model(base, config)
        _copy(model.prompt_encoder["default"].embedding.weight, module("soft_prompt").embedding)
    elif attachment.method == "prefix":
        model = _prefix_model(base, module("prefix"), attachment.settings["length"], task)
    elif attachment.method == "ia3":
        places = {n.removesuffix(".factors"): w for n, w in attachment.weights.items()}
        inside = [name for name in places if module(name).is_input]
        # named, as peft's own choice for Qwen2 is queries in the place of keys
        config = peft.IA3Config(target_modules=[*places], feedforward_modules=inside, **task)
        model = peft.get_peft_model(base, config)
        for name, weight in places.items():
            _copy(model.get_submodule(f"base_model.model.{name}").ia3_l["default"], weight)
    else:
        config = peft.LNTuningConfig(target_modules=attachment.settings["modules"], **task)
        model = peft.get_peft_model(base, config)
        for name, weight in attachment.weights.items():
            path, _, leaf = name.rpartition(".")
            layers = model.get_submodule(f"base_model.model.{path}").ln_tuning_layers
            _copy(getattr(layers["default"], leaf), weight)
    return model


def _prefix_model(
    base: PreTrainedModel, prefix: Any, length: int, task: dict[str, Any]
) -> PeftModel:
    import peft

    network = prefix.network
    config: Any = peft.PrefixTuningConfig(
        num_virtual_tokens=length,
        prefix_projection=network is not None,
        **({} if network is None else {"encoder_hidden_size": network[0].out_features}),
        **task,
    )
    model: Any = peft.get_peft_model(base, config)
    encoder = model.prompt_encoder["default"]
    _copy(encoder.embedding.weight, prefix.rows)
    if network is not None:
        for theirs, ours in zip(encoder.transform.parameters(), network.parameters(), strict=True):
            _copy(theirs, ours)
    return model


@torch.no_grad()
def _copy(theirs: Tensor, ours: Tensor) -> None:
    theirs.copy_(ours.detach().view(theirs.shape))


def trained_gradients(model: PreTrainedModel) -> list[Float[Tensor, " _"]]:
    """Return the gradients of a model's trained weights, flat, largest tensors first."""
    found = [p.grad.flatten() for p in model.parameters() if p.requires_grad and p.grad is not None]
    return sorted(found, key=lambda grad: (-len(grad), float(grad.abs().sum())))
