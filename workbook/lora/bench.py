"""Our LoRA against peft's: training and generation, tokens per second and peak memory.

The same base, the same rank, the same rows and AdamW; the two take turns in one process. Memory is
the most that tensors held at one time in a step, the same for both by the same meter. The last rows
put eight adapters in one batch against eight passes, and merged weights against unmerged. Run it as
`workbook bench lora`; lesson 10 quotes it. Left out: the quality, which is the same to rounding.

Shapes: B batch, T time, T2 with the new tokens.
"""
# ruff: noqa: F722 - the strings in the annotations are shapes

from __future__ import annotations

import copy
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import torch
from jaxtyping import Int
from torch import Tensor, nn

from workbook.core.hub import load_model
from workbook.core.runs.bench import Row, compare
from workbook.core.runs.seeding import generator
from workbook.lora.adapters import adapters_off, attach, lora_layers, merge, switch_adapter
from workbook.lora.memory import MeasuredPeak
from workbook.lora.rows import adapter_per_row
from workbook.training import causal_loss

if TYPE_CHECKING:
    from transformers import PreTrainedModel

RANK, ALPHA = 8, 16
BATCH, TOKENS = 4, 128
ADAPTERS = 8
NEW_TOKENS = 24


def run(quick: bool = False) -> list[Row]:
    """Return all comparisons on the model that fills the role "base"."""
    base = load_model("base", dtype=torch.float32)
    rounds = 5 if quick else 15
    return [*against_peft(base, rounds), *serving(base, rounds)]


def random_ids(model: PreTrainedModel, rows: int, tokens: int) -> Int[Tensor, "{rows} {tokens}"]:
    """Return rows of random token ids, `B T`."""
    ids = torch.randint(model.config.vocab_size, (rows, tokens), generator=generator(0))
    return ids.to(model.device)


def filled(model: nn.Module, name: str | None = None, seed: int = 0) -> nn.Module:
    """Give an adapter's B random numbers in place, so that it does something; return the model."""
    source = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for layer in lora_layers(model).values():
            b = layer.adapter(name or str(layer.active)).B
            b.copy_(torch.randn(b.shape, generator=source) * 0.02)
    return model


def pair(base: PreTrainedModel) -> tuple[Any, Any]:
    """Return copies of the base with our adapter and with peft's, beside every linear layer."""
    from peft import LoraConfig, get_peft_model

    config = LoraConfig(
        r=RANK, lora_alpha=ALPHA, target_modules="all-linear", task_type="CAUSAL_LM"
    )
    return (
        attach(copy.deepcopy(base), RANK, ALPHA, "all-linear"),
        get_peft_model(copy.deepcopy(base), config),
    )


def step_of(model: nn.Module, ids: Int[Tensor, "B T"]) -> Callable[[], object]:
    """Return one step of AdamW on a batch `B T`, as a function to be timed."""
    trained = [p for p in model.parameters() if p.requires_grad]
    optimiser = torch.optim.AdamW(trained, lr=1e-4, fused=True)
    batch = {"ids": ids, "labels": ids}

    def step() -> None:
        loss = causal_loss(model, batch)
        (loss.total / loss.tokens).backward()
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)

    return step


def against_peft(base: PreTrainedModel, rounds: int) -> list[Row]:
    """Return training and generation in tokens/s, and a step's peak memory."""
    ours, theirs = pair(base)
    ids = random_ids(base, BATCH, TOKENS)
    steps = [step_of(model.train(), ids) for model in (ours, theirs)]
    rows = [
        compare("training", *steps, rounds=rounds, work=ids.numel(), unit="tokens/s"),
        memory_row("training", [(ours, steps[0]), (theirs, steps[1])]),
    ]
    for name, batch in (("generation, 1 row", 1), ("generation, 8 rows", 8)):
        prompt = random_ids(base, batch, 16)
        each = [partial(generate, model.eval(), prompt) for model in (ours, theirs)]
        rows.append(compare(name, *each, rounds=rounds, work=batch * NEW_TOKENS, unit="tokens/s"))
    return rows


def memory_row(name: str, pairs: list[tuple[nn.Module, Callable[[], object]]]) -> Row:
    """Return a step's peak of ours and of peft's in MB; a ratio above 1 means that ours is less."""
    peaks = []
    for model, step in pairs:
        with MeasuredPeak(model) as measured:
            step()
            step()
        peaks.append(measured.peak / 1e6)
    ours, theirs = peaks
    ratio = theirs / ours
    return Row(f"peak memory, {name}", ours, theirs, ratio, ratio, ratio, "MB", 1)


@torch.inference_mode()
def generate(model: Any, prompt: Int[Tensor, "B T"]) -> Int[Tensor, "B T2"]:
    """Return greedy continuations of prompts `B T`, the model's own loop."""
    from transformers import GenerationConfig

    config = GenerationConfig(
        max_new_tokens=NEW_TOKENS, min_new_tokens=NEW_TOKENS, do_sample=False, pad_token_id=0
    )
    mask = torch.ones_like(prompt)
    return model.generate(input_ids=prompt, attention_mask=mask, generation_config=config)


def serving(base: PreTrainedModel, rounds: int, adapters: int = ADAPTERS) -> list[Row]:
    """Return one batch with an adapter a row against one row at a time, and merged against not."""
    model = copy.deepcopy(base).eval()
    names = [f"task{number}" for number in range(adapters)]
    for number, name in enumerate(names):
        filled(attach(model, RANK, ALPHA, "all-linear", name=name, seed=number), name, number)
    prompt = random_ids(base, adapters, 16)

    def together() -> None:
        with adapter_per_row(model, names):
            generate(model, prompt)

    def one_by_one() -> None:
        for number, name in enumerate(names):
            switch_adapter(model, name)
            generate(model, prompt[number : number + 1])

    work = adapters * NEW_TOKENS
    rows = [
        compare(f"{adapters} adapters: one batch, against one by one", together, one_by_one,
                rounds=rounds, work=work, unit="tokens/s")
    ]  # fmt: skip
    return [*rows, *latencies(model, prompt[:1], rounds)]


def latencies(model: Any, prompt: Int[Tensor, "1 T"], rounds: int) -> list[Row]:
    """Return generation from one prompt `1 T`: merged against unmerged, the base against merged.

    The merged model is a copy, so that merging is not timed.
    """
    whole = copy.deepcopy(model)
    merge(whole)

    def merged() -> None:
        generate(whole, prompt)

    def apart() -> None:
        generate(model, prompt)

    def base() -> None:
        with adapters_off(model):
            generate(model, prompt)

    compared = partial(compare, rounds=rounds, work=NEW_TOKENS, unit="tokens/s")
    return [
        compared("one row: merged, against unmerged", merged, apart),
        compared("one row: merged, against the base", merged, base),
    ]
