"""The life of a project with a language model: scope, select, adapt and align, integrate.

For each stage the question it answers, what you decide, which lessons belong to it, and what it
costs, worked out for a model of any size instead of quoted. The assumptions are the constants
below; time, data and skills are in orders of magnitude. `route` says what to try first: a prompt,
documents, tuning or alignment. Left out: prices, which change too fast. Lesson 00.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbook import LESSONS

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
    time: str
    data: str
    skills: str
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


def lessons_named(*numbers: int) -> str:
    """Return lessons with their titles: "04 Prompting (in preparation), 08 Fine-tuning"."""
    rows = [lesson for lesson in LESSONS if lesson.number in numbers]
    return ", ".join(f"{row.number:02} {row.title}{_state(row.number)}" for row in rows)


def _state(number: int) -> str:
    ready = {lesson.number: lesson.ready for lesson in LESSONS}
    return "" if ready[number] else " (in preparation)"


STAGES = (
    Stage(
        "Scope",
        "What exactly should it do, and how will you know that it does?",
        "One task or many; what a wrong answer costs; how you will measure.",
        "Days.",
        "About 100 questions with the answers you want.",
        "You know the work that is to be done; no machine learning.",
        lessons_named(0, 9),
        _scope_cost,
    ),
    Stage(
        "Select",
        "Which model do you start from: one that exists, or your own?",
        "Size, licence, languages, context length; pretraining only if nothing fits.",
        "Hours to try some; weeks to months to pretrain your own.",
        "None to choose; billions of tokens to pretrain.",
        "Little to choose; a team of specialists to pretrain.",
        lessons_named(1, 2, 3, 5, 6, 7, 17),
        _select_cost,
    ),
    Stage(
        "Adapt and align",
        "What is the least that makes it good enough?",
        "First a better prompt, then fine-tuning, then human feedback; measure after each, and "
        "go round again.",
        "Minutes for a prompt, hours for tuning, days for human feedback.",
        "A few examples for a prompt, 500 to 1,000 for one task, rankings for alignment.",
        "Writing for a prompt; some PyTorch for tuning; more for alignment.",
        lessons_named(4, 8, 9, 10, 11, 12, 13),
        _adapt_cost,
    ),
    Stage(
        "Integrate",
        "How does it serve people, and what does it need around it?",
        "Smaller and faster; documents to look things up in; tools to act with; what it may not "
        "do.",
        "Weeks, and then as long as it runs.",
        "Your documents; what users ask and complain about.",
        "Software engineering, security, operations.",
        lessons_named(14, 15, 16, 18),
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


def sizes(models: Mapping[str, tuple[float, float | None]]) -> pandas.DataFrame:
    """Return name -> size, memory and time on one GPU, as a table.

    models: name -> (parameters, tokens it was trained on; None where they are not known).
    """
    import pandas as pd

    counts = pd.Series({name: n for name, (n, _) in models.items()}, dtype=float)
    return pd.DataFrame(
        {
            "parameters": counts.map("{:,.0f}".format),
            "times the one before": counts.div(counts.shift()).map(_times),
            "GB to run": counts.mul(WEIGHT / 1e9).map(_short),
            "GB to train": counts.mul(TRAINED / 1e9).map(_short),
            "training tokens": [f"{t:,.0f}" if t else "" for _, t in models.values()],
            "one GPU trains it in": [
                duration(training_seconds(n, t)) if t else "" for n, t in models.values()
            ],
        }
    )


def candidates() -> pandas.DataFrame:
    """Return the models that the course names, and what you would ask before you choose one."""
    import pandas as pd

    from workbook.core.system.known_models import ENTRIES

    rows = {
        "town-instruct": ("3.0 million", "0.0061", "MIT", "your laptop; it knows one small town"),
    }
    for name, entry in ENTRIES.items():
        if entry.shape is not None and entry.shape.generates:
            count = entry.shape.parameters
            rows[name.partition("@")[0]] = (
                f"{count / 1e6:,.0f} million", _short(WEIGHT * count / 1e9), entry.licence,
                "your own machine, if the memory is there",
            )  # fmt: skip
    rows["a model behind an API"] = (
        "often not published", "0", "terms of service",
        "the provider's machines: nothing to install, but your data goes to them",
    )  # fmt: skip
    return pd.DataFrame(rows, index=["parameters", "GB to run", "licence", "where it runs"]).T


ROUTES = ("prompt", "documents", "tune", "align")
NEEDS = ("the form of the answer", "facts that it has not read", "better judgement and tone")


def route(need: str, examples: int, rankings: int = 0) -> tuple[str, str]:
    """Return (which of ROUTES to try first, why) for a project.

    need: what a plain prompt lacks, one of NEEDS. examples: pairs of question and wanted answer
    that you have. rankings: answers that people have put in order.
    Raises ValueError for another need.
    """
    if need not in NEEDS:
        raise ValueError(f"there is no need {need!r}; there are: {', '.join(NEEDS)}.")
    if need == NEEDS[1]:
        return "documents", (
            "Facts that change, or that it never read, belong in documents that it can look up: "
            f"lesson 15{_state(15)}. Tuning teaches how to answer, and is a poor place for facts."
        )
    if need == NEEDS[2] and rankings >= 1000:
        return "align", (
            "You can tell a better answer from a worse one, and have many such comparisons: "
            f"lessons 12{_state(12)} and 13{_state(13)}. Tune on good answers first."
        )
    if examples >= 500:
        return "tune", (
            "500 to 1,000 examples are enough to tune one task (lessons 08 and 10), and a tuned "
            "model needs no examples in every prompt."
        )
    return "prompt", (
        f"With few examples, put them into the prompt: lesson 04{_state(4)}. If more than five or "
        "six do not help, collect a few hundred and tune."
    )


def _times(ratio: float) -> str:
    return "" if ratio != ratio else f"{ratio:,.0f}"


def _short(number: float) -> str:
    return f"{number:,.0f}" if number >= 100 else f"{number:.2g}"
