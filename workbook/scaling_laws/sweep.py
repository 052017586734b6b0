"""Small Llamas trained on the town with given budgets of compute: one run is one point of a fit.

`run` trains one size from nothing with the course's own `fit` and measures its loss on documents
that no run reads, beside what their generator paid for them, the entropy bound. The schedule ends
with the run, as it must (Hoffmann et al. 2022, section 3.1). Left out: which runs there are
(`experiment.py`) and a learning rate sought for each size, which Muon makes less urgent. Lesson 06.

Shapes: B batch, T time, V vocabulary.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from workbook.core.runs.seeding import seed_everything
from workbook.pretraining import data
from workbook.pretraining.entropy_bound import HeldOut, causal_loss_on, held_out, milestones
from workbook.scaling_laws.counting import count_flops, count_parameters
from workbook.training import FitConfig, fit
from workbook.training.losses import causal_loss
from workbook.training.packing import Example, Rows

if TYPE_CHECKING:
    from transformers import LlamaConfig, PreTrainedTokenizerFast

BATCH, LENGTH = 4, 256  # rows of a step, tokens of a row
TEXT_SEED, HELD_OUT_SEED = 606, 777
HELD_OUT = 96  # documents
SPANS = (1, 2, 4, 8, 16)  # tokens in a row that are all to be right
SETTINGS: dict[str, Any] = {
    "optimiser": "muon", "learning_rate": 0.01, "muon_learning_rate": 0.03, "warmup": 10,
    "decay_fraction": 0.4,
}  # fmt: skip


@dataclass(frozen=True)
class Size:
    """A Llama with tied embeddings; its name is its hidden size and layers."""

    hidden_size: int  # C
    layers: int
    heads: int
    ffn_dim: int

    @property
    def name(self) -> str:
        return f"{self.hidden_size}x{self.layers}"


LADDER = (
    Size(8, 1, 1, 24), Size(12, 1, 1, 36), Size(16, 1, 1, 48), Size(24, 2, 2, 64),
    Size(32, 2, 2, 96), Size(48, 2, 3, 128), Size(64, 2, 4, 176), Size(96, 3, 4, 256),
    Size(128, 3, 4, 352),
)  # fmt: skip
SIZES = {size.name: size for size in LADDER}


def llama_config(size: Size, tokenizer: PreTrainedTokenizerFast) -> LlamaConfig:
    """Return the configuration of a size with the town's vocabulary."""
    from transformers import LlamaConfig

    return LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=size.hidden_size,
        intermediate_size=size.ffn_dim,
        num_hidden_layers=size.layers,
        num_attention_heads=size.heads,
        num_key_value_heads=size.heads,
        max_position_embeddings=2 * LENGTH,
        tie_word_embeddings=True,
        pad_token_id=tokenizer.pad_token_id,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
    )


def flops_a_token(config: LlamaConfig, length: int = LENGTH) -> float:
    """Return forward and backward FLOPs of a token in a row of `length`, counted, not 6 N."""
    return count_flops(config, 1, length).total / length


def steps_for(budget: float, config: LlamaConfig, batch_size: int = BATCH) -> int:
    """Return the steps that a budget of FLOPs allows; ValueError where it is not one."""
    steps = round(budget / (flops_a_token(config) * batch_size * LENGTH))
    if steps < 1:
        raise ValueError(f"{budget:.3g} FLOPs are less than one step of this size.")
    return steps


class Library:
    """The town's documents as examples, read on as far as anybody asks."""

    def __init__(self, tokenizer: PreTrainedTokenizerFast, seed: int = TEXT_SEED) -> None:
        self.tokenizer, self.seed = tokenizer, seed
        self.examples: list[Example] = []
        self.source: Iterator[Any] = data.town_documents(seed)

    def first(self, tokens: int) -> list[Example]:
        """Return the first documents that hold so many tokens together, the same every time."""
        total, count = 0, 0
        while total < tokens:
            if count == len(self.examples):
                ids = data.document_ids(next(self.source).text, self.tokenizer)
                self.examples.append(Example(ids, ids))
            if len(self.examples[count].ids) <= LENGTH:
                total += len(self.examples[count].ids)
            count += 1
        return self.examples[:count]


@lru_cache(maxsize=1)
def library() -> Library:
    """Return the one library that all runs of a process read from."""
    return Library(data.tokenizer())


@lru_cache(maxsize=1)
def texts() -> HeldOut:
    """Return the documents that losses are measured on."""
    return held_out(data.town_documents(HELD_OUT_SEED), data.tokenizer(), HELD_OUT)


def run(
    size: Size,
    steps: int,
    seed: int = 0,
    *,
    unique: int | None = None,
    batch_size: int = BATCH,
    books: Library | None = None,
    judged: HeldOut | None = None,
    marks: int = 10,
) -> dict[str, Any]:
    """Train one model from nothing and measure it.

    Args:
        steps: updates, of `batch_size` rows of LENGTH tokens each.
        unique: tokens of text to read again and again; None for text enough to read once.
        books, judged: the text to read and to be measured on; the town's by default.
        marks: how often the loss is measured on the way, for approach 1.

    Returns a row for a record: N with and without embeddings, D, FLOPs, loss and entropy bound in
    nats a token, accuracy by token and by span, the curve, seconds.
    """
    books, judged = books or library(), judged or texts()
    model, config = _new_model(size, books.tokenizer, seed)
    needed = steps * batch_size * LENGTH
    read = books.first(min(unique or needed, needed))
    rows = Rows(read, batch_size, LENGTH, books.tokenizer.pad_token_id, seed)
    at, curve = set(milestones(steps, marks)), []

    def watch(record: dict[str, Any]) -> None:
        if record["step"] in at and record["step"] < steps:
            model.eval()
            curve.append([record["tokens"], round(causal_loss_on(model, judged), 4)])
            model.train()

    start = time.perf_counter()
    settings = FitConfig(steps=steps, seed=seed, **SETTINGS)
    trained = fit(model, rows, causal_loss, settings, progress=False, on_step=watch)
    seconds = time.perf_counter() - start
    tokens = trained.records[-1]["tokens"]
    measured = _measures(model.eval(), config, tokens, judged)
    return {
        "size": size.name,
        **measured,
        "unique": min(unique or tokens, tokens),
        "curve": [*curve, [tokens, round(measured["loss"], 4)]],
        "steps": steps,
        "seconds": round(seconds, 1),
    }


def _new_model(
    size: Size, tokenizer: PreTrainedTokenizerFast, seed: int
) -> tuple[nn.Module, LlamaConfig]:
    from transformers import LlamaForCausalLM

    config = llama_config(size, tokenizer)
    seed_everything(seed)
    return LlamaForCausalLM(config), config


def _measures(
    model: nn.Module, config: LlamaConfig, tokens: int, judged: HeldOut
) -> dict[str, Any]:
    """What is said of a trained model, but for the way there."""
    parameters = count_parameters(config)
    return {
        "parameters": parameters,
        "without_embeddings": parameters - config.vocab_size * config.hidden_size,
        "tokens": tokens,
        "flops": tokens * flops_a_token(config),
        "loss": causal_loss_on(model, judged),
        "entropy_bound": judged.entropy_bound,
        "right": right_in_a_row(model, judged),
    }


@torch.no_grad()
def right_in_a_row(
    model: nn.Module, judged: HeldOut, spans: Sequence[int] = SPANS, rows: int = 32
) -> dict[str, float]:
    """Return, for each length, the share of spans whose tokens are all the model's first choice.

    A span is right exactly when greedy decoding from the text before it writes it, since then each
    token read is the token written. All spans within a document count.
    """
    hits: dict[int, list[float]] = {span: [0.0, 0.0] for span in spans}
    device = next(model.parameters()).device
    for ids, keep in zip(judged.ids.split(rows), judged.keep_mask.split(rows), strict=True):
        ids, keep = ids.to(device), keep.to(device)
        logits = model(input_ids=ids, attention_mask=keep.long(), use_cache=False).logits
        right = (logits[:, :-1].argmax(-1) == ids[:, 1:]) & keep[:, 1:]  # B T-1
        for span in spans:
            if span <= right.shape[1]:
                whole = _windows(right, span).all(-1)
                inside = _windows(keep[:, 1:], span).all(-1)
                hits[span][0] += float(whole.sum())
                hits[span][1] += float(inside.sum())
    return {str(span): right / max(count, 1.0) for span, (right, count) in hits.items()}


def _windows(marks: Tensor, span: int) -> Tensor:
    """All stretches of `span` marks, `B T` to `B T-span+1 span`."""
    return marks.unfold(1, span, 1)
