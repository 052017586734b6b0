"""The town suite's eight tasks: what is asked, how an answer is scored, what no thought would say.

In the spirit of GLUE and HELM, with the difference that every right answer is known. The cases are
about people, places and phrasings that the town's models never met. Left out: questions from
memory, which for somebody you never met only a guess can answer (lesson 15 measures them).
Lesson 09 runs the suite; `workbook/evaluation/suite.py` is the runner.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass

from workbook.evaluation.answers import exact_match
from workbook.evaluation.overlap import lcs_length, rouge_tokens
from workbook.evaluation.rouge_metric import rouge_l
from workbook.finetuning.families import (
    first_name,
    largest_number,
    last_number_right,
    lead,
    lines_right,
)

SEED = 909  # of the suite's cases, apart from every training stream


@dataclass(frozen=True)
class Case:
    """One question of the suite."""

    id: str  # "open_book/17"
    prompt: str
    reference: str
    kept: tuple[str, ...] = ()  # tokens of the prompt that an answer in other words must keep


@dataclass(frozen=True)
class Task:
    """score: (answer, case) -> 0 to 1. floor: prompt -> what a rule without thought would say."""

    name: str
    asks: str  # in words, for the table
    measure: str  # in words, what the score is
    limit: int  # new tokens that an answer may have
    one_answer: bool  # whether a single answer is right, so that calibration means something
    score: Callable[[str, Case], float]
    floor: Callable[[str], str]
    labels: tuple[str, ...] = ()  # right answers that take turns, so that a constant gets no luck


def cases(task: str, count: int, seed: int = SEED) -> list[Case]:
    """`count` cases of a task, the same for every system; ValueError for an unknown task."""
    from workbook.town import build_town
    from workbook.town.random import Source
    from workbook.town.texts.instructions import instruction
    from workbook.town.writer import Writer

    if task not in TASKS:
        raise ValueError(f"no task is called {task!r}; there are {', '.join(TASKS)}.")
    if count < 1:
        raise ValueError(f"a task needs at least one case, not {count}.")
    found, labels = [], TASKS[task].labels
    for index in itertools.count():
        if len(found) == count:
            return found
        source = Source(f"suite/{task}/{seed}/{index}")
        chat = instruction(Writer(source, build_town(), "test"), task).fields["messages"]
        prompt, reference = (message["content"] for message in chat[:2])
        if labels and reference != labels[len(found) % len(labels)]:
            continue
        kept = shared_run(prompt, reference) if task == "polite" else ()
        found.append(Case(f"{task}/{index}", prompt, reference, kept))


def shared_run(first: str, second: str) -> tuple[str, ...]:
    """The longest run of words that stands in both texts."""
    a, b = rouge_tokens(first), rouge_tokens(second)
    best, end = 0, 0
    lengths = [0] * (len(b) + 1)
    for i, word in enumerate(a, 1):
        lengths = [0, *(lengths[j] + 1 if word == b[j] else 0 for j in range(len(b)))]
        if max(lengths) > best:
            best, end = max(lengths), i
    return tuple(a[end - best : end])


def same(answer: str, case: Case) -> float:
    """1.0 for an exact match, once both are normalised."""
    return exact_match(answer, case.reference)


def _rouge_l(answer: str, case: Case) -> float:
    return rouge_l(rouge_tokens(answer), rouge_tokens(case.reference)).f1


def _courteous(answer: str, case: Case) -> float:
    """The share of the message that is kept, in order; 0 when the answer is not all courtesy."""
    from workbook.town.texts.politeness import politeness

    if politeness(answer) < 1 or not case.kept:
        return 0.0
    return lcs_length(case.kept, rouge_tokens(answer)) / len(case.kept)


_ALL = (
    Task("open_book", "answer from a passage", "exact match", 40, True, same,
         lambda prompt: "The passage does not say."),
    Task("summarise", "sum up a talk", "ROUGE-L", 110, False, _rouge_l, lead),
    Task("extract", "find facts in a message", "lines right", 60, True, lines_right, first_name),
    Task("sentiment", "positive, negative or mixed", "exact match", 8, True, same,
         lambda prompt: "Positive."),
    Task("polite", "say it politely", "message kept, courteous", 60, False, _courteous,
         lambda prompt: f"Please. {prompt}"),
    Task("translate", "put it into the dialect", "exact match", 60, True, same,
         lambda prompt: prompt),
    Task("arithmetic", "solve a word problem", "right number", 60, True, last_number_right,
         largest_number),
    Task("entailment", "does it follow, yes or no", "exact match", 8, True, same,
         lambda prompt: "Yes.", ("Yes.", "No.")),
)  # fmt: skip
TASKS: dict[str, Task] = {task.name: task for task in _ALL}
