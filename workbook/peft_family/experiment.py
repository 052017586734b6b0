"""The lesson's long runs: every method on one new task of the town, and prompts on larger models.

`workbook record peft_family` runs what is not in `data/runs/peft_family/` yet; name a part behind
it to make that one alone, and seeds with --seeds. "rates" compares learning rates on the validation
split with one seed; "methods" tunes each method at its best rate and asks the test split about the
new task and the old ones; "sizes" tunes prompts and whole models on every rung of the ladder that
is bundled. Left out: what is tuned live, which the lesson does with `tune_method` too. Lesson 11.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from workbook.core.hub import bundled
from workbook.core.runs import Experiment, Job, job
from workbook.finetuning.data import NEW, chats, examples, pad_id
from workbook.finetuning.families import OLD_SKILLS, measure, measure_baseline
from workbook.finetuning.tuning import TuneConfig, train_on
from workbook.peft_family.attachment import Attachment
from workbook.peft_family.methods import METHODS, attach
from workbook.training import causal_loss
from workbook.training.losses import mean_loss
from workbook.training.packing import collate

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerFast

    from workbook.training import Run

CHOICE_SEED = 100  # of the runs that learning rates are chosen by
STEPS, BATCH = 120, 2  # of every run; chats in a step
CASES, OLD_CASES = 32, 8  # of the new task, and of each old one
HELD_OUT = 32  # chats that the loss is measured on
TEXT = "Enter this conversation in the log book: present, named, place."  # a prompt may start so
LADDER = "town-instruct"  # the rungs are called by this name and their size
ENDS = ("before", "baseline")  # the model untouched, and a fixed rule


@dataclass(frozen=True)
class Variant:
    """One way to tune: a method, its settings, the learning rates to choose from."""

    method: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    rates: tuple[float, ...] = (1e-3, 3e-3, 1e-2)
    text: str = ""  # that a prompt starts as

    @property
    def group(self) -> str:
        """What kind of method it is; the whole model is a kind of its own."""
        return "full" if self.method == "chosen" and not self.settings else _group(self.method)


def _group(method: str) -> str:
    return METHODS[method].group


LARGE = (3e-2, 1e-1, 3e-1, 1.0)  # learning rates of prompts; Lester et al. took .3
VARIANTS: Mapping[str, Variant] = {
    "full": Variant("chosen", rates=(1e-4, 3e-4, 1e-3, 3e-3)),
    "last layer": Variant("last", {"layers": 1}),
    "biases": Variant("bias", {"add": True}, (3e-3, 1e-2, 3e-2, 1e-1)),
    "norms": Variant("chosen", {"modules": ("input_layernorm", "post_attention_layernorm")},
                     (1e-2, 3e-2, 1e-1)),
    "bottleneck": Variant("bottleneck", {"width": 16}),
    "LoRA": Variant("lora", {"rank": 8}),
    "(IA)^3": Variant("ia3", rates=(1e-2, 3e-2, 1e-1)),
    "prefix": Variant("prefix", {"length": 10}, LARGE),
    "prefix by a network": Variant("prefix", {"length": 10, "hidden": 64}),
    "prompt, noise": Variant("prompt", {"length": 20, "start": "noise"}, LARGE),
    "prompt, vocabulary": Variant("prompt", {"length": 20}, LARGE),
    "prompt, text": Variant("prompt", {"length": 20, "start": "text"}, LARGE, TEXT),
}  # fmt: skip
SIZED = ("full", "prompt, vocabulary")  # tuned on every rung


def rungs() -> list[str]:
    """Return the bundled models of the ladder, the smallest first; the course's own is one."""
    from workbook.core.hub import assets

    folders = (assets.root() / "models").glob(f"{LADDER}*/model.safetensors")
    return [file.parent.name for file in sorted(folders, key=lambda file: file.stat().st_size)]


def attach_variant(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerFast, variant: Variant, seed: int = 0
) -> Attachment:
    """Attach a variant's method. seed: of its first values, where they are drawn."""
    settings = dict(variant.settings)
    if variant.text:
        settings["ids"] = tokenizer.encode(variant.text, add_special_tokens=False)
    if _group(variant.method) != "selective" and variant.method != "ia3":
        settings["seed"] = seed
    return attach(model, variant.method, **settings)


def tune_method(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerFast,
    rate: float,
    steps: int = STEPS,
    seed: int = 0,
    family: str = NEW,
    **watched: Any,
) -> Run:
    """Train what a model's attachment has freed, on one task; every chat has a row of its own.

    A soft prompt stands in front of a row, so rows are not packed for any method. watched:
    `progress` and `on_step` of `fit`.
    """
    config = TuneConfig(learning_rate=rate, batch_size=BATCH, packed=False)
    found = chats(family, steps * BATCH, seed=seed)
    return train_on(model, tokenizer, found, steps, seed, config, **watched)[1]


def held_out_loss(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerFast, split: str, family: str = NEW
) -> float:
    """Return the mean loss on the answers of chats of a split, nats a token."""
    import torch

    rows = [[one] for one in examples(tokenizer, chats(family, HELD_OUT, split, seed=1))]
    batches = [collate(rows[i : i + 8], pad_id(tokenizer)) for i in range(0, len(rows), 8)]
    with torch.no_grad():
        return mean_loss(causal_loss, batches)(model.eval())


def run_variant(
    name: str, rate: float, split: str, seed: int, steps: int = STEPS, old: bool = True
) -> dict[str, Any]:
    """Tune town-instruct in one way on the new task; its scores, its loss and what it cost.

    "before" is the model untouched, "baseline" a fixed rule. old: ask the old tasks too.
    """
    model, tokenizer = bundled(LADDER)
    if name == "baseline":
        row: dict[str, Any] = {
            **measure_baseline((NEW,), CASES, split=split),
            **measure_baseline(OLD_SKILLS, OLD_CASES, split=split),
        }
        return {"variant": name, "rate": rate, "split": split, "scores": _rounded(row)}
    cost, attachment = {}, None
    try:
        if name != "before":
            attachment = attach_variant(model, tokenizer, VARIANTS[name], seed)
            started = time.process_time()
            tune_method(model, tokenizer, rate, steps, seed, progress=False)
            cost = costs(attachment, time.process_time() - started, steps)
        scores = measure(model, tokenizer, (NEW,), CASES, split=split)
        if old:
            scores |= measure(model, tokenizer, OLD_SKILLS, OLD_CASES, split=split)
        loss = held_out_loss(model, tokenizer, split)
    finally:
        if attachment is not None:
            attachment.detach()
    return {
        "variant": name, "rate": rate, "split": split, **cost,
        "loss": round(loss, 4), "scores": _rounded(scores),
    }  # fmt: skip


def costs(attachment: Attachment, seconds: float, steps: int) -> dict[str, Any]:
    """Return what a run cost: trained weights, bytes of gradients and moments, of a file, time.

    seconds: of processor time, which other work on the machine does not lengthen.
    """
    kept = sum(weight.numel() * weight.element_size() for weight in attachment.kept.values())
    return {
        "steps": steps,
        "trained": attachment.trained,
        "kept_bytes": kept,
        "training_bytes": attachment.training_bytes,
        "step_seconds": round(seconds / steps, 4),
    }


def run_size(rung: str, name: str, seed: int, steps: int = STEPS) -> dict[str, Any]:
    """Tune one rung of the ladder in one way on the new task, or not at all ("before")."""
    model, tokenizer = bundled(rung)
    attachment = None
    try:
        if name != "before":
            variant = VARIANTS[name]
            attachment = attach_variant(model, tokenizer, variant, seed)
            tune_method(model, tokenizer, best_rate(name), steps, seed, progress=False)
        loss = held_out_loss(model, tokenizer, "test")
        scores = measure(model, tokenizer, (NEW,), CASES, split="test")
    finally:
        if attachment is not None:
            attachment.detach()
    weights = sum(p.numel() for p in model.parameters())
    return {
        "rung": rung, "variant": name, "weights": weights, "loss": round(loss, 4),
        "scores": _rounded(scores),
    }  # fmt: skip


def best_rate(name: str, runs: Iterable[Mapping[str, Any]] | None = None) -> float:
    """Return the recorded rate with the lowest held-out loss; the middle one without a record."""
    runs = _so_far("rates") if runs is None else runs
    losses = {run["rate"]: run["loss"] for run in runs if run["variant"] == name}
    middle = VARIANTS[name].rates[len(VARIANTS[name].rates) // 2]
    return min(losses, key=losses.__getitem__) if losses else middle


def rate_choice(runs: Iterable[Mapping[str, Any]] | None = None) -> str:
    """Say how the recorded runs of "methods" came to their learning rates.

    runs: those of "rates". Only where each variant was tried at all of its rates, and then tuned
    at the best one, is that what is said.
    """
    tried = _so_far("rates") if runs is None else list(runs)
    found = {name: {r["rate"] for r in tried if r["variant"] == name} for name in VARIANTS}
    swept = all(found[name] >= set(variant.rates) for name, variant in VARIANTS.items())
    used = {(r["variant"], r["rate"]) for r in _so_far("methods") if r["variant"] in VARIANTS}
    if swept and all(rate == best_rate(name, tried) for name, rate in used):
        return "each at the best of the learning rates tried, compared on the validation split"
    return "each at a middle one of its learning rates, which are not compared yet"


def _rounded(scores: Mapping[str, Sequence[float]]) -> dict[str, list[float]]:
    return {family: [round(s, 3) for s in found] for family, found in scores.items()}


def rate_jobs(_seeds: Iterable[int]) -> Iterator[Job]:
    """Yield every variant at each of its rates, on the validation split, with one seed."""
    for name, variant in VARIANTS.items():
        for rate in variant.rates:
            make = partial(run_variant, name, rate, "validation", CHOICE_SEED, old=False)
            yield Job(f"{name}/{rate}/validation/{CHOICE_SEED}", make, CHOICE_SEED)


def method_jobs(seeds: Iterable[int]) -> Iterator[Job]:
    """Yield what to compare with once, then every variant at its best rate, seed by seed."""
    yield from (job(run_variant, name, 0.0, "test", seed=0) for name in ENDS)
    for seed in seeds:
        for name in VARIANTS:
            yield job(run_variant, name, best_rate(name), "test", seed=seed)


def size_jobs(seeds: Iterable[int]) -> Iterator[Job]:
    """Yield every rung that is bundled: untouched once, then tuned."""
    yield from (job(run_size, rung, "before", seed=0) for rung in rungs())
    for seed in seeds:
        for rung in rungs():
            yield from (job(run_size, rung, name, seed=seed) for name in SIZED)


def _so_far(part: str) -> list[dict[str, Any]]:
    """The recorded runs of a part, none where there is no record."""
    return recorded(part) if EXPERIMENT.path(part).exists() else []


def compared(steps: int = 30) -> list[dict[str, Any]]:
    """Return the recorded runs of "methods"; without a record, a few variants, tuned briefly."""
    runs = _so_far("methods")
    if any(run["variant"] in VARIANTS for run in runs):
        return runs
    names = ("before", "full", "bottleneck", "prompt, vocabulary")
    rates = [best_rate(name) if name in VARIANTS else 0.0 for name in names]
    return [
        run_variant(name, rate, "test", 0, steps, old=False)
        for name, rate in zip(names, rates, strict=True)
    ]


def sized(steps: int = 30) -> list[dict[str, Any]]:
    """Return the recorded runs of "sizes"; without a record, the smallest rung, tuned briefly."""
    runs = _so_far("sizes")
    whole = {run["rung"] for run in runs if run["variant"] == SIZED[-1]}  # the last of each rung
    if whole:
        return [run for run in runs if run["rung"] in whole]
    return [run_size(rungs()[0], name, 0, steps) for name in ("before", *SIZED)]


EXPERIMENT = Experiment(
    "peft_family", {"rates": rate_jobs, "methods": method_jobs, "sizes": size_jobs}
)
recorded = EXPERIMENT.read
