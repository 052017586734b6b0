"""How many weights an adapter has, from shapes alone, and the published counts it must reproduce.

A matrix of O x I gets r (O + I) weights, which is fewer than O I as long as r stays below O I /
(O + I), the break-even rank. `PUBLISHED` counts adapters on real models without loading one: a
model on torch's "meta" device has shapes and no numbers. Left out: memory (`memory.py`). Lesson 10.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import nn

from workbook.training.modules import linear_names, sizes

if TYPE_CHECKING:
    import pandas

GPT3 = {
    "layers": 96,
    "hidden_size": 12_288,
    "weights": 175_255_800_000,
}  # weights as Table 4 has them
LAB = "Labs 2 and 3 of the course Generative AI with LLMs (2023)"
HU = "Hu et al. (2021)"


def lora_weights(outputs: int, inputs: int, rank: int) -> int:
    """Return the weights of A (rank x inputs) and B (outputs x rank) together."""
    return rank * (outputs + inputs)


def break_even_rank(outputs: int, inputs: int) -> float:
    """Return the rank at which A and B have as many weights as the matrix itself."""
    return outputs * inputs / (outputs + inputs)


def count(model: nn.Module, rank: int, targets: str | Iterable[str]) -> int:
    """Return the weights of an adapter without attaching one; targets as in `attach`."""
    layers = (model.get_submodule(name) for name in linear_names(model, targets))
    return sum(lora_weights(*sizes(layer), rank) for layer in layers)


def all_weights(model: nn.Module) -> int:
    """Return a model's weights, tied ones once."""
    return sum(p.numel() for p in model.parameters())


def flan_t5_base() -> nn.Module:
    """Return FLAN-T5-base as shapes without numbers."""
    from transformers import T5Config, T5ForConditionalGeneration

    config = T5Config(
        vocab_size=32_128, d_model=768, d_kv=64, d_ff=2048, num_layers=12, num_heads=12,
        feed_forward_proj="gated-gelu",
    )  # fmt: skip
    config.tie_word_embeddings = False  # of the output layer; the three input tables are one
    with torch.device("meta"):
        model = T5ForConditionalGeneration(config)
    model.encoder.embed_tokens = model.decoder.embed_tokens = model.shared
    return model


def llama_2_7b() -> nn.Module:
    """Return Llama-2-7B as shapes without numbers."""
    from transformers import LlamaConfig, LlamaForCausalLM

    config = LlamaConfig(
        vocab_size=32_000, hidden_size=4096, intermediate_size=11_008, num_hidden_layers=32,
        num_attention_heads=32, num_key_value_heads=32, tie_word_embeddings=False,
    )  # fmt: skip
    with torch.device("meta"):
        return LlamaForCausalLM(config)


def gpt3_lora(rank: int, matrices: int) -> int:
    """Return an adapter's weights on so many of GPT-3's square attention matrices a layer."""
    return GPT3["layers"] * matrices * lora_weights(GPT3["hidden_size"], GPT3["hidden_size"], rank)


@dataclass(frozen=True)
class Published:
    """A count that somebody published, and how it is counted again."""

    what: str
    stated: str
    source: str
    count: Callable[[], int]
    of: Callable[[], int] | None = None  # all weights of the model, the adapter's where it has one


PUBLISHED = (
    Published("512 x 64, rank 8", "4,608", "the course's worked example",
              lambda: lora_weights(512, 64, 8), lambda: 512 * 64),
    Published("512 x 512 (all 8 heads), rank 8", "", "the whole matrix",
              lambda: lora_weights(512, 512, 8), lambda: 512 * 512),
    Published("GPT-3, q and v, rank 1", "4.7M", f"{HU}, Table 4",
              lambda: gpt3_lora(1, 2), lambda: GPT3["weights"]),
    Published("GPT-3, 18M: rank 8 on one, 4 on two or 2 on four", "18M", f"{HU}, Table 5",
              lambda: gpt3_lora(4, 2), lambda: GPT3["weights"]),
    Published("GPT-3, q and v, rank 8", "37.7M", f"{HU}, Table 4",
              lambda: gpt3_lora(8, 2), lambda: GPT3["weights"]),
    Published("FLAN-T5-base, q and v, rank 32", "3,538,944", LAB,
              lambda: count(flan_t5_base(), 32, ("q", "v")),
              lambda: all_weights(flan_t5_base()) + count(flan_t5_base(), 32, ("q", "v"))),
    Published("its file in bytes, of float32", "14,208,525", LAB,
              lambda: 4 * count(flan_t5_base(), 32, ("q", "v"))),
    Published("FLAN-T5-base with a value head", "3,539,713", LAB,
              lambda: count(flan_t5_base(), 32, ("q", "v")) + value_head(flan_t5_base())),
    Published("Llama-2-7B, q and v, rank 8", "4,194,304", "peft's print_trainable_parameters",
              lambda: count(llama_2_7b(), 8, ("q_proj", "v_proj")),
              lambda: all_weights(llama_2_7b()) + count(llama_2_7b(), 8, ("q_proj", "v_proj"))),
)  # fmt: skip


def value_head(model: nn.Module) -> int:
    """Return the weights of a head that gives one number a token: C and a bias."""
    return model.config.d_model + 1  # type: ignore[union-attr,operator,return-value]


def published_table() -> pandas.DataFrame:
    """Return the published counts, counted again, and their share of the weights."""
    import pandas as pd

    rows: dict[str, Mapping[str, str]] = {}
    for row in PUBLISHED:
        counted, whole = row.count(), row.of() if row.of else None
        rows[row.what] = {
            "stated": row.stated, "counted": f"{counted:,}",
            "of": f"{whole:,}" if whole else "",
            "share": f"{counted / whole:.4%}" if whole else "", "source": row.source,
        }  # fmt: skip
    return pd.DataFrame(rows).T
