"""Our `generate` against transformers' `model.generate`: tokens per second, in turns.

Greedy and sampled (temperature 0.8, top-p 0.95), batch 1 and batch 32, after prompts that the model
wrote itself. Greedy rows say how many tokens were the same. The peer is used as most people use it:
no compiling, no static cache. Left out: memory, and the time of the very first call, in which the
engine copies the weights (`compare` lets both have one turn that does not count).
Run it as `workbook bench sampling`; lesson 03 quotes it.

Shapes: B batch, T time.
"""
# ruff: noqa: F722 - the strings in the annotations are shapes

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import torch
from jaxtyping import Int
from torch import Tensor

from workbook.core.hub import load_model
from workbook.core.runs.bench import Row, compare
from workbook.core.runs.seeding import generator
from workbook.sampling.generate import generate

if TYPE_CHECKING:
    from transformers import PreTrainedModel

PROMPT = 32  # tokens
SAMPLED = {"temperature": 0.8, "top_p": 0.95}


def run(quick: bool = False) -> list[Row]:
    """The four comparisons on the model that fills the role "base"."""
    return measure(load_model("base"), new_tokens=64 if quick else 128, rounds=3 if quick else 9)


def measure(
    model: PreTrainedModel, new_tokens: int, rounds: int, batches: tuple[int, ...] = (1, 32)
) -> list[Row]:
    """Greedy and sampled rows for each batch; the model runs on, past any end token."""
    rows = []
    for batch in batches:
        ids = own_text(model, batch)
        for name, settings in (("greedy", {"temperature": 0}), ("sampled", SAMPLED)):
            ours = partial(generate, model, ids, max_new_tokens=new_tokens, **settings)
            peer = partial(theirs, model, ids, new_tokens, settings)
            if name == "greedy":
                same = int((ours() == peer())[:, PROMPT:].sum())
                name += f", {same:,} of {batch * new_tokens:,} tokens the same"
            rows.append(
                compare(
                    f"batch {batch}, {name}",
                    ours,
                    peer,
                    rounds=rounds,
                    work=batch * new_tokens,
                    unit="tokens/s",
                )
            )
    return rows


def own_text(model: PreTrainedModel, batch: int) -> Int[Tensor, "B 32"]:
    """Prompts `B 32` sampled from the model itself, the same every time."""
    start = torch.full((batch, 1), model.config.bos_token_id or 0)
    return generate(model, start, max_new_tokens=PROMPT - 1, generator=generator(0))


def theirs(
    model: PreTrainedModel, ids: Int[Tensor, "B T"], new_tokens: int, settings: dict
) -> Int[Tensor, "B T+{new_tokens}"]:
    """What a user of transformers writes after `B T`, with the same settings and no end token."""
    from transformers import GenerationConfig

    samples = {"do_sample": True, "top_k": 0, **settings} if settings["temperature"] else {}
    config = GenerationConfig(max_new_tokens=new_tokens, pad_token_id=0, **samples)
    before, model.generation_config = model.generation_config, GenerationConfig()
    try:
        mask = torch.ones_like(ids)
        return model.generate(ids, attention_mask=mask, generation_config=config)
    finally:
        model.generation_config = before
