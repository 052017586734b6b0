"""Two tasks in which a model has to write: continue a text, and rewrite a sentence politely.

A continuation is judged by the course's large town model: how surprised is it, in nats a token, by
what was written? Rewriting is learned from pairs for a few steps; what counts is how well the true
polite sentence is foreseen, and how much of that comes from reading the rude one. `probing.py` has
the tasks of reading. Left out: a judge of meaning (lesson 09). Lesson 02.

Shapes: B batch, T time, N new tokens, R rows of text, V vocabulary.
"""
# ruff: noqa: F722 - the strings in the annotations are shapes

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from workbook.core.runs.seeding import generator
from workbook.inference import token_log_probs
from workbook.pretraining.data import SEEN, UNSEEN, town_documents
from workbook.pretraining.models import ObjectiveBatches, to_model_device
from workbook.pretraining.objectives import ObjectiveBatch, collate, objective_loss
from workbook.pretraining.probing import counted_shares, probe_shares
from workbook.town import stream
from workbook.training import FitConfig, fit
from workbook.training.packing import IGNORE

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

    from workbook.attention import Transformer

PROMPT, NEW = 24, 24  # tokens
ASKED = 300  # blanks, in either half
TUNING_STEPS, TUNING_BATCH = 60, 8
PAIR_SEED = 2023


def all_tasks(
    objective: str,
    model: nn.Module,
    tokenizer: PreTrainedTokenizerFast,
    seed: int,
    judge: nn.Module,
) -> dict[str, Any]:
    """The figures of probes and of writing; None where the architecture cannot do it."""
    found: dict[str, Any] = {**probes(objective, model, tokenizer)}
    prompts, _ = beginnings(tokenizer)
    said = continued(objective, model, tokenizer, prompts, seed)
    found["surprise"] = mean_nll(judge, prompts, said)
    rewritten = rewriting(objective, model, tokenizer, seed)
    return found | rewritten


def probes(
    objective: str, model: nn.Module, tokenizer: PreTrainedTokenizerFast
) -> dict[str, float]:
    """What a linear probe of the frozen states gets right, by question and number of labels."""
    return _by_task(partial(probe_shares, objective, model, tokenizer))


def counted_probes(tokenizer: PreTrainedTokenizerFast) -> dict[str, float]:
    """The same of counted tokens: what no model is needed for."""
    return _by_task(partial(counted_shares, tokenizer))


def _by_task(shares: Callable[[str], dict[str, float]]) -> dict[str, float]:
    tone = shares("tone")
    return {
        "probe": tone["many"], "probe_few": tone["few"],
        "probe_sentiment": shares("sentiment")["many"], "probe_order": shares("order")["many"],
    }  # fmt: skip


def beginnings(
    tokenizer: PreTrainedTokenizerFast, count: int = 32
) -> tuple[Int[Tensor, "B T"], Int[Tensor, "B N"]]:
    """Return prompts from new texts, and how the town goes on."""
    rows = []
    for document in town_documents(PAIR_SEED):
        ids = tokenizer.encode(document.text, add_special_tokens=False)
        if len(ids) >= PROMPT + NEW:
            rows.append([tokenizer.bos_token_id, *ids[: PROMPT + NEW - 1]])
        if len(rows) == count:
            break
    ids = torch.tensor(rows)
    return ids[:, :PROMPT], ids[:, PROMPT:]


@torch.no_grad()
def continued(
    objective: str,
    model: nn.Module,
    tokenizer: PreTrainedTokenizerFast,
    prompts: Int[Tensor, "B T"],
    seed: int,
) -> Int[Tensor, "B N"]:
    """Draw NEW tokens from the model, one by one.

    The encoder is asked for a mask behind the text, the encoder-decoder for a span that is missing
    behind it. Special tokens are never drawn.
    """
    tools = ObjectiveBatches(objective, prompts, tokenizer)
    source, said = generator(seed), prompts.new_empty(len(prompts), 0)
    for _ in range(NEW):
        batch = to_model_device(model, _asking(tools, torch.cat([prompts, said], 1), said, prompts))
        logits = model(batch.inputs, decoder_ids=batch.decoder_inputs)[:, -1].float().cpu()  # B V
        logits[:, tools.special] = -torch.inf
        said = torch.cat([said, torch.multinomial(logits.softmax(-1), 1, generator=source)], 1)
    return said


def _asking(tools: ObjectiveBatches, text: Tensor, said: Tensor, prompts: Tensor) -> ObjectiveBatch:
    """A batch whose last logits are for the next token."""

    def column(token: int) -> Tensor:
        return torch.full_like(text[:, :1], token)

    if tools.objective == "causal":
        return ObjectiveBatch(text, text)
    if tools.objective == "masked":
        return ObjectiveBatch(torch.cat([text, column(tools.mask_id)], 1), text)
    first = column(tools.sentinels[0])
    reads = torch.cat([prompts, first, column(tools.end_id)], 1)
    return ObjectiveBatch(reads, text, torch.cat([column(tools.start_id), first, said], 1))


def mean_nll(judge: nn.Module, prompts: Int[Tensor, "B T"], said: Int[Tensor, "B N"]) -> float:
    """Return the mean -ln p of the tokens said after the prompts under the judge, in nats."""
    return token_nll(judge, prompts, said).mean().item()


def token_nll(
    judge: nn.Module, prompts: Int[Tensor, "B T"], said: Int[Tensor, "B N"]
) -> Float[Tensor, "B N"]:
    """Return -ln p of each token said after the prompts under the judge, in nats."""
    ids = torch.cat([prompts, said], 1).to(judge.device)
    log_probs = token_log_probs(judge, ids, torch.ones_like(ids))  # B T+N-1
    return -log_probs[:, prompts.shape[1] - 1 :].cpu()


def frequent_words(
    rows: Int[Tensor, "R T"], shape: tuple[int, int], seed: int = 0
) -> Int[Tensor, "B N"]:
    """Draw the baseline of continuation: tokens by their frequency in the rows alone.

    shape: B and N.
    """
    flat = rows.flatten()
    return flat[torch.randint(len(flat), shape, generator=generator(seed))]


def pairs(count: int, split: str = SEEN) -> list[tuple[str, str]]:
    """Rude sentences and their polite versions, new to every model."""
    documents = islice(stream("politeness", split, PAIR_SEED), count)
    return [(text.fields["rude"], text.fields["polite"]) for text in documents]


def pair_batch(
    objective: str, examples: Sequence[tuple[str, str]], tokenizer: PreTrainedTokenizerFast
) -> ObjectiveBatch:
    """Pairs as one batch: the loss falls on the polite sentence and its end."""
    start, end = tokenizer.bos_token_id, tokenizer.eos_token_id
    encode = partial(tokenizer.encode, add_special_tokens=False)
    rows = []
    for rude, polite in examples:
        if objective == "spans":
            target = [*encode(polite), end]
            parts = [[start, *encode(rude), end], target, [start, *target[:-1]]]
        else:
            before, target = encode(f"Rude: {rude}\nPolite:"), [*encode(f" {polite}"), end]
            parts = [[start, *before, *target[:-1]], [IGNORE] * len(before) + target]
        rows.append(ObjectiveBatch(*map(torch.tensor, parts)))
    return collate(rows, tokenizer.pad_token_id)


def tuned(
    objective: str, model: nn.Module, tokenizer: PreTrainedTokenizerFast, seed: int = 0
) -> nn.Module:
    """A copy of the model after a short tuning on pairs."""
    examples = pairs(TUNING_STEPS * TUNING_BATCH)
    groups = [examples[i : i + TUNING_BATCH] for i in range(0, len(examples), TUNING_BATCH)]
    batches = [pair_batch(objective, group, tokenizer) for group in groups]
    config = FitConfig(
        steps=TUNING_STEPS, optimiser="muon", learning_rate=0.005, muon_learning_rate=0.015,
        decay_fraction=0.5, seed=seed,
    )  # fmt: skip
    return fit(copy.deepcopy(model), batches, objective_loss, config, progress=False).model.eval()


@torch.no_grad()
def rewritten(
    objective: str,
    model: Transformer,
    tokenizer: PreTrainedTokenizerFast,
    rude: str,
    most: int = 40,
) -> str:
    """Return what a tuned decoder or encoder-decoder makes of a rude sentence, by greedy decoding.

    most: tokens, at most.
    """
    start, end = tokenizer.bos_token_id, tokenizer.eos_token_id
    device = next(model.parameters()).device
    encode = partial(tokenizer.encode, add_special_tokens=False)
    if objective == "spans":
        reads = torch.tensor([[start, *encode(rude), end]], device=device)
        begin = torch.tensor([[start]], device=device)
        said = model.greedy(reads, most, decoder_ids=begin, end_id=end)[0]
    else:
        reads = torch.tensor([[start, *encode(f"Rude: {rude}\nPolite:")]], device=device)
        said = model.greedy(reads, most, end_id=end)[0, reads.shape[1] :]
    return str(tokenizer.decode(said, skip_special_tokens=True)).strip()


@torch.no_grad()
def rewriting(
    objective: str, model: nn.Module, tokenizer: PreTrainedTokenizerFast, seed: int = 0
) -> dict[str, float | None]:
    """Loss on new polite sentences, nats a token: given the rude one, and given another's.

    An encoder alone has no way to write a sentence of unknown length: None.
    """
    if objective == "masked":
        return {"rewriting": None, "rewriting_blind": None}
    with torch.enable_grad():
        model = tuned(objective, model, tokenizer, seed)
    examples = pairs(64, UNSEEN)
    others = examples[1:] + examples[:1]
    swapped = [(rude, polite) for (rude, _), (_, polite) in zip(others, examples, strict=True)]
    found = {}
    for name, each in (("rewriting", examples), ("rewriting_blind", swapped)):
        batch = to_model_device(model, pair_batch(objective, each, tokenizer))
        total, tokens, *_ = objective_loss(model, batch)
        found[name] = float(total / tokens)
    return found
