"""The life of a project with a language model: scope, select, adapt and align, integrate.

For each stage the question it answers, what you decide, which lessons belong to it, and what it
costs, worked out for a model of any size instead of quoted. The assumptions are the constants
below. Left out: people's time, data licences and prices, which differ too much. Lesson 00.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas

GPU_SPEED = 102e12  # operations a second that an A100 did in training (Wu et al. 2023, table 4)
READING_SPEED = 320e9  # bytes a second from the memory of an NVIDIA T4, by its data sheet
TOKENS_EACH = 20  # training tokens for each parameter (Hoffmann et al. 2022)
TUNING_TOKENS = 10e6  # a set of some 20,000 to 50,000 instructions
WEIGHT, TRAINED = 2, 16  # bytes a parameter: to run in 16 bits; to train with Adam, mixed precision


@dataclass(frozen=True)
class Stage:
    """One stage, in words; `cost` puts figures into words for a number of parameters."""

    name: str
    asks: str
    decides: str
    lessons: str
    cost: Callable[[float], str]


def training_seconds(parameters: float, tokens: float) -> float:
    """On one GPU: 6 operations a parameter and token (Kaplan et al. 2020)."""
    return 6 * parameters * tokens / GPU_SPEED


def duration(seconds: float) -> str:
    """Seconds in the unit that gives a short number: 7200 -> "2 hours"."""
    units = (("years", 365 * 86400), ("days", 86400), ("hours", 3600), ("minutes", 60))
    for unit, length in units:
        if seconds >= 2 * length:
            return f"{seconds / length:,.0f} {unit}"
    return f"{seconds:.0f} seconds"


def _scope_cost(_parameters: float) -> str:
    return "no GPU. Some days of yours, to write down 100 questions with the answers you want."


def _select_cost(parameters: float) -> str:
    alone = duration(training_seconds(parameters, TOKENS_EACH * parameters))
    fetched = WEIGHT * parameters / 1e9
    return (
        f"to take one, {fetched:,.1f} GB to fetch; to train one from nothing, {alone} of one GPU."
    )


def _adapt_cost(parameters: float) -> str:
    once = duration(training_seconds(parameters, TUNING_TOKENS))
    memory = TRAINED * parameters / 1e9
    return (
        f"a prompt, nothing; tuning all weights on {TUNING_TOKENS / 1e6:.0f} million tokens, "
        f"{once} of one GPU, {memory:,.0f} GB of memory and more for the activations."
    )


def _integrate_cost(parameters: float) -> str:
    memory, rate = WEIGHT * parameters / 1e9, READING_SPEED / (WEIGHT * parameters)
    return (
        f"{memory:,.1f} GB of memory; at a T4's memory speed at most {rate:,.0f} tokens a second."
    )


STAGES = (
    Stage(
        "Scope",
        "What exactly shall it do, and how will you know that it does?",
        "One task or many; what a wrong answer costs; how you will measure.",
        "00 welcome, 09 evaluation",
        _scope_cost,
    ),
    Stage(
        "Select",
        "Which model do you start from: one that exists, or your own?",
        "Size, licence, languages, context length; pretraining only if nothing fits.",
        "01 attention, 02 pretraining, 03 sampling, 05 quantization, 06 scaling laws, "
        "07 distributed, 17 flows and diffusion",
        _select_cost,
    ),
    Stage(
        "Adapt and align",
        "What is the least that makes it good enough?",
        "First a better prompt, then fine-tuning, then human feedback; measure after each, and "
        "go round again.",
        "04 prompting, 08 fine-tuning, 09 evaluation, 10 LoRA, 11 PEFT family, 12 RLHF, "
        "13 alignment",
        _adapt_cost,
    ),
    Stage(
        "Integrate",
        "How does it serve people, and what does it need around it?",
        "Smaller and faster; documents to look things up in; tools to act with; what it may not "
        "do.",
        "14 compression, 15 RAG, 16 ReAct, 18 application",
        _integrate_cost,
    ),
)
NAMES = tuple(stage.name for stage in STAGES)


def find(name: str) -> Stage:
    """The stage of that name; ValueError that lists them."""
    for stage in STAGES:
        if stage.name == name:
            return stage
    raise ValueError(f"There is no stage {name!r}; the stages are {', '.join(NAMES)}.")


def sizes(models: Mapping[str, float]) -> pandas.DataFrame:
    """Name -> parameters, as a table: how many times the one before, memory, time on one GPU."""
    import pandas as pd

    counts = pd.Series(models, dtype=float)
    return pd.DataFrame(
        {
            "parameters": counts.map("{:,.0f}".format),
            "times the one before": counts.div(counts.shift()).map(_times),
            "GB to run": counts.mul(WEIGHT / 1e9).map(_short),
            "GB to train": counts.mul(TRAINED / 1e9).map(_short),
            "one GPU trains it in": counts.map(
                lambda n: duration(training_seconds(n, TOKENS_EACH * n))
            ),
        }
    )


def _times(ratio: float) -> str:
    return "" if ratio != ratio else f"{ratio:,.0f}"


def _short(number: float) -> str:
    return f"{number:,.0f}" if number >= 100 else f"{number:.2g}"
