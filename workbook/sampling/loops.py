"""A small model that goes round in circles, watched while it learns not to.

The course's model has learned its town so well that no greedy text of it loops. A model of two
layers, read from its first steps on, shows what Holtzman et al. (2020) found in GPT-2: greedy text
loops, drawn text does not, and penalties break the circle. Left out: the counts on the course's own
model (`workbook.sampling.experiment`). Lesson 03 reads the record; `workbook record sampling` makes
it in about two minutes on one core.

Shapes: B batch, T time, N new tokens.
"""
# ruff: noqa: F722 - the strings in the annotations are shapes

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any

from workbook.core.runs.seeding import generator
from workbook.inference import decode
from workbook.sampling.generate import generate
from workbook.sampling.measure import distinct, loops

if TYPE_CHECKING:
    from jaxtyping import Int
    from torch import Tensor
    from transformers import LlamaForCausalLM, PreTrainedTokenizerBase

    from workbook.training.packing import Rows

STEPS = (25, 50, 100, 200, 400)  # at which the model is read
NEW_TOKENS = 120
SETTINGS: dict[str, dict[str, Any]] = {
    "greedy": {"temperature": 0},
    "repetition penalty 1.3": {"temperature": 0, "repetition_penalty": 1.3},
    "frequency penalty 0.5": {"temperature": 0, "frequency_penalty": 0.5},
    "presence penalty 1": {"temperature": 0, "presence_penalty": 1.0},
    "T = 0.5": {"temperature": 0.5},
    "top-p 0.9": {"top_p": 0.9},
    "T = 1": {},
}
SHAPE = {"hidden_size": 96, "layers": 2, "heads": 3, "ffn_dim": 256, "seq_len": 256}
BATCH, SEQ_LEN, DOCUMENTS, LEARNING_RATE = 8, 128, 1200, 3e-3


def train_and_read(
    tokenizer: PreTrainedTokenizerBase,
    prompts: Int[Tensor, "B T"],
    seed: int,
    steps: Iterable[int] = STEPS,
    documents: int = DOCUMENTS,
) -> dict[str, Any]:
    """Train a small model on the town, and read what it makes of prompts `B T` at some steps."""
    from workbook.training import FitConfig, causal_loss, fit
    from workbook.training.models import small_llama, special_ids

    steps = set(steps)
    ends: dict[str, Any] = special_ids(tokenizer)
    model = small_llama(len(tokenizer), seed=seed, **SHAPE, **ends)
    read: list[dict[str, Any]] = []

    def watch(record: Mapping[str, Any]) -> None:
        if record["step"] in steps:
            found = read_model(model, tokenizer, prompts, seed)
            read.append({"step": record["step"], "loss": round(record["loss"], 3), **found})

    config = FitConfig(
        steps=max(steps), learning_rate=LEARNING_RATE, schedule="constant", seed=seed
    )
    rows = town_rows(tokenizer, documents, seed)
    fit(model, rows, causal_loss, config, progress=False, on_step=watch)
    return {"parameters": model.num_parameters(), "read": read}


def town_rows(tokenizer: PreTrainedTokenizerBase, documents: int, seed: int) -> Rows:
    """Return rows of raw town text, each document apart."""
    from workbook.town import RAW_MIXTURE, mixture
    from workbook.training.examples import raw_example
    from workbook.training.packing import Rows

    texts = islice(mixture(RAW_MIXTURE, "train", seed), documents)
    examples = [raw_example(tokenizer, document.text) for document in texts]
    return Rows(examples, BATCH, SEQ_LEN, tokenizer.pad_token_id or 0, seed)


def read_model(
    model: LlamaForCausalLM,
    tokenizer: PreTrainedTokenizerBase,
    prompts: Int[Tensor, "B T"],
    seed: int,
) -> dict[str, Any]:
    """Return the share of texts that loop and distinct-2 of every setting, and a greedy text."""
    prompts = prompts.to(model.device)
    start = prompts.shape[1]
    said: dict[str, Tensor] = {
        name: generate(
            model, prompts, max_new_tokens=NEW_TOKENS, generator=generator(seed), **setting
        )
        for name, setting in SETTINGS.items()
    }
    new = {name: ids[:, start:].tolist() for name, ids in said.items()}
    return {
        "loops": {name: round(loops(rows), 4) for name, rows in new.items()},
        "distinct_2": {name: round(distinct(rows, 2), 4) for name, rows in new.items()},
        "text": decode(tokenizer, said["greedy"][:1], start)[0][:300],
    }
