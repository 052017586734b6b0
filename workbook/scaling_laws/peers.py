"""The same counts and fits by a library: torch's FLOP counter, scipy's curve fit.

`measured` runs a real model of transformers on the meta device, where tensors have shapes and no
numbers, so that a model of seven billion parameters is counted on any laptop. `curve_fit` is what
one would try first for the law, with squared errors of the loss itself. Left out: attention in one
fused kernel, which the counter counts in its own way on each device. Lesson 06.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from workbook.scaling_laws.chinchilla import Law
from workbook.scaling_laws.counting import Flops

CLASSES = {
    "llama": "LlamaForCausalLM",
    "qwen2": "Qwen2ForCausalLM",
    "qwen3": "Qwen3ForCausalLM",
    "mistral": "MistralForCausalLM",
    "gemma": "GemmaForCausalLM",
    "gpt2": "GPT2LMHeadModel",
    "bert": "BertModel",
    "roberta": "RobertaModel",
    "distilbert": "DistilBertModel",
    "t5": "T5ForConditionalGeneration",
}


def build_without_numbers(config: Any) -> Any:
    """Return the model of a configuration on the meta device: shapes, and no memory taken."""
    import transformers

    config._attn_implementation = "eager"
    with torch.device("meta"):
        return getattr(transformers, CLASSES[config.model_type])(config)


def measured(config: Any, batch_size: int, seq_len: int, written: int = 0) -> tuple[int, Flops]:
    """Return (parameters, FLOPs of a forward and a backward pass) of the real model.

    Shapes: B `batch_size`, T `seq_len`, S `written` (of T5's decoder).
    """
    from torch.utils.flop_counter import FlopCounterMode

    model = build_without_numbers(config)
    ids = torch.zeros(batch_size, seq_len, dtype=torch.int64, device="meta")
    given = {"input_ids": ids}
    if CLASSES[config.model_type].endswith(
        ("CausalLM", "LMHeadModel")
    ):  # else a decoder would look into its positions
        given["attention_mask"] = torch.ones_like(ids)
    if written:
        given["decoder_input_ids"] = ids.new_zeros(batch_size, written)
    with FlopCounterMode(display=False) as forward:
        out = model(**given)
    if hasattr(out, "logits"):
        total = out.logits.sum()
    else:  # an encoder without a head
        total = out.last_hidden_state.sum()
        if getattr(out, "pooler_output", None) is not None:
            total = total + out.pooler_output.sum()
    with FlopCounterMode(display=False) as backward:
        total.backward()
    parameters = sum(weight.numel() for weight in model.parameters())
    return parameters, Flops(forward.get_total_flops(), backward.get_total_flops())


def curve_fit(
    parameters: Sequence[float], tokens: Sequence[float], loss: Sequence[float], start: Law
) -> Law:
    """Return the law that scipy's `curve_fit` finds: least squares on the loss, from one start."""
    import numpy as np
    from scipy import optimize

    def predict(sizes: Any, a: float, b: float, e: float, alpha: float, beta: float) -> Any:
        return e + np.exp(a - alpha * np.log(sizes[0])) + np.exp(b - beta * np.log(sizes[1]))

    sizes = np.array([parameters, tokens], dtype=float)
    first = (np.log(start.A), np.log(start.B), start.E, start.alpha, start.beta)
    (a, b, e, alpha, beta), _ = optimize.curve_fit(predict, sizes, loss, first, maxfev=20_000)
    return Law(float(np.exp(a)), float(np.exp(b)), float(e), float(alpha), float(beta))
