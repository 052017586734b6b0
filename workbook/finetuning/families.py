"""What a tuned model is put to: the eight shared tasks and the lesson's new one.

The cases are about people and places that no training split has. `measure` asks a model greedily
and scores every answer from 0 to 1; a baseline is what a rule of thumb would say, a ceiling the
reference itself, which every score gives 1. The tasks themselves are in `workbook.tasks`. Left out:
questions from memory, which for somebody you never met only a guess can answer. Lesson 08.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from workbook.finetuning.data import NEW
from workbook.finetuning.log_entry_task import NOBODY, log_chat
from workbook.inference import complete
from workbook.tasks import TASKS, Case, Task
from workbook.tasks import score as score_answers
from workbook.tasks.scores import lines_right, rouge
from workbook.tasks.suite import draw_cases

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerFast

__all__ = [
    "FAMILIES", "FAMILIES_ASKED", "OLD_SKILLS", "ask", "baseline", "cases", "measure",
    "measure_baseline", "new_skill", "old_skills", "rouge", "score",
]  # fmt: skip
SEED = 808  # of the cases, apart from every training stream
OLD_SKILLS = (
    "open_book", "extract", "sentiment", "polite", "translate", "arithmetic", "entailment",
)  # fmt: skip
FAMILIES_ASKED = ("summarise", *OLD_SKILLS)


def _nobody_else(_: str) -> str:
    return f"Named: {NOBODY}\nPlace: {NOBODY}"


FAMILIES: Mapping[str, Task] = {
    **TASKS,
    NEW: Task(
        NEW, "enter a talk in the log book", "lines right", 60, True, lines_right, _nobody_else,
        write=log_chat,
    ),
}  # fmt: skip


def cases(
    family: str, count: int, seed: int = SEED, split: str = "test", phrasings: str = "train"
) -> list[Case]:
    """Return `count` cases of a family, the same for every model.

    split: whose people and places ("test", or "validation" to choose settings on). phrasings:
    "train" asks about them in known words, "test" and "validation" in new ones too.
    Raises ValueError for a family that is not asked.
    """
    stream = f"finetuning/cases/{family}/{split}/{phrasings}/{seed}"
    return draw_cases(Task.by_name(FAMILIES, family), count, stream, split, phrasings)


def score(family: str, answers: Sequence[str], cases: Sequence[Case]) -> list[float]:
    """Return the score of each answer, 0 to 1. Raises ValueError unless there is one for a case."""
    return score_answers(Task.by_name(FAMILIES, family), answers, cases)


def measure(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerFast,
    families: Sequence[str] = FAMILIES_ASKED,
    count: int = 32,
    **which: object,
) -> dict[str, list[float]]:
    """Return a model's scores, greedily, on `count` cases of each family; `which` as in `cases`."""
    found = {}
    for family in families:
        asked = cases(family, count, **which)
        found[family] = score(family, ask(model, tokenizer, family, asked), asked)
    return found


def ask(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerFast, family: str, cases: Sequence[Case]
) -> list[str]:
    """Return what the model says to each case, in its chat template, greedily."""
    training = model.training
    limit = Task.by_name(FAMILIES, family).max_new_tokens
    try:
        answers = complete(model.eval(), tokenizer, [case.prompt for case in cases], limit)
    finally:
        model.train(training)
    return [answer.text for answer in answers]


def measure_baseline(
    families: Sequence[str] = FAMILIES_ASKED, count: int = 32, **which: object
) -> dict[str, list[float]]:
    """Return the scores of the baselines on the same cases as `measure`."""
    found = {}
    for family in families:
        asked = cases(family, count, **which)
        found[family] = score(family, [baseline(case) for case in asked], asked)
    return found


def baseline(case: Case) -> str:
    """Return what a baseline says: the first two turns, "Yes.", the largest number."""
    return Task.by_name(FAMILIES, case.task).baseline(case.prompt)


def new_skill(run: Mapping[str, Any]) -> float:
    """Return the mean score in the new task of a run with `scores` by family."""
    return mean(run["scores"][NEW])


def old_skills(run: Mapping[str, Any]) -> float:
    """Return the mean score over the seven old families, each weighing the same."""
    return mean([mean(run["scores"][family]) for family in OLD_SKILLS])


def mean(values: Sequence[float]) -> float:
    """Return the mean of scores."""
    return sum(values) / len(values)
