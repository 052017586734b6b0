"""Nine families of task that a tuned model is put to: cases, scores, floors.

The cases are about people and places that no training split has. `measure` asks a model greedily
and scores every answer from 0 to 1; a floor is what a rule without thought would say, a ceiling the
reference itself, which every score gives 1. Left out: questions from memory, which for somebody you
never met only a guess can answer. Lesson 08; lesson 09 makes a benchmark of eight of them.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from workbook.finetuning.data import NEW, write_chat
from workbook.finetuning.logbook import NOBODY
from workbook.town import build_town
from workbook.town.random import Source
from workbook.town.texts.politeness import politeness
from workbook.town.writer import Writer

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerFast

SEED = 808  # of the cases, apart from every training stream
OLD_SKILLS = (
    "open_book", "extract", "sentiment", "polite", "translate", "arithmetic", "entailment",
)  # fmt: skip
FAMILIES_ASKED = ("summarise", *OLD_SKILLS)
ROUGES = ("rouge1", "rouge2", "rougeL")
_TURN = re.compile(r"^[A-Z]\w*: (.+)$", re.MULTILINE)
_NAME = re.compile(r"\b[A-Z]\w+ [A-Z]\w+\b")
_NUMBER = re.compile(r"\d+")
_WORD = re.compile(r"[a-z0-9]+")


@dataclass(frozen=True)
class Case:
    """One question with its right answer."""

    family: str
    prompt: str
    reference: str


@dataclass(frozen=True)
class Family:
    """How one family is scored. score: (answer, case) -> 0 to 1. floor: prompt -> an answer."""

    measure: str  # what the score is, in words
    limit: int  # new tokens that an answer may have
    score: Callable[[str, Case], float]
    floor: Callable[[str], str]


def cases(
    family: str, count: int, seed: int = SEED, split: str = "test", phrasings: str = "train"
) -> list[Case]:
    """`count` cases of a family, the same for every model.

    split: whose people and places ("test", or "validation" to choose settings on). phrasings:
    "train" asks about them in known words, "test" and "validation" in new ones too.
    ValueError for a family that is not asked.
    """
    _family(family)
    found = []
    for index in range(count):
        source = Source(f"finetuning/cases/{family}/{split}/{phrasings}/{seed}/{index}")
        chat = write_chat(family, Writer(source, build_town(), split, phrasings))
        found.append(Case(family, *(message["content"] for message in chat[:2])))
    return found


def score(family: str, answers: Sequence[str], cases: Sequence[Case]) -> list[float]:
    """The score of each answer, from 0 to 1; ValueError unless there is one answer a case."""
    if len(answers) != len(cases):
        raise ValueError(f"{len(cases)} cases need as many answers, not {len(answers)}.")
    rule = _family(family).score
    return [rule(answer, case) for answer, case in zip(answers, cases, strict=True)]


def measure(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerFast,
    families: Sequence[str] = FAMILIES_ASKED,
    count: int = 32,
    **which: object,
) -> dict[str, list[float]]:
    """Scores of a model, greedily, on `count` cases of each family; `which` goes to `cases`."""
    found = {}
    for family in families:
        asked = cases(family, count, **which)
        found[family] = score(family, ask(model, tokenizer, family, asked), asked)
    return found


def ask(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerFast, family: str, cases: Sequence[Case]
) -> list[str]:
    """What the model says to each case, in its chat template, greedily."""
    from workbook.town_lm.quality import reply

    training = model.training
    try:
        return reply(
            model.eval(), tokenizer, [case.prompt for case in cases], _family(family).limit
        )
    finally:
        model.train(training)


def measure_floor(
    families: Sequence[str] = FAMILIES_ASKED, count: int = 32, **which: object
) -> dict[str, list[float]]:
    """Scores of the rules without thought on the same cases as `measure`."""
    found = {}
    for family in families:
        asked = cases(family, count, **which)
        found[family] = score(family, [floor(case) for case in asked], asked)
    return found


def floor(case: Case) -> str:
    """What a rule without thought answers: the first two turns, "Yes.", the largest number ..."""
    return _family(case.family).floor(case.prompt)


def rouge(answers: Sequence[str], references: Sequence[str]) -> dict[str, list[float]]:
    """ROUGE-1, -2 and -L (F1) of each answer, by Google's rouge_score, without stemming."""
    found = [_scorer().score(r, a) for r, a in zip(references, answers, strict=True)]
    return {name: [each[name].fmeasure for each in found] for name in ROUGES}


@cache
def _scorer():
    from rouge_score.rouge_scorer import RougeScorer

    return RougeScorer(list(ROUGES))


def _family(name: str) -> Family:
    if name not in FAMILIES:
        raise ValueError(f"no family {name!r} is asked; there are {', '.join(FAMILIES)}.")
    return FAMILIES[name]


# The rules.


def _same(answer: str, case: Case) -> float:
    return float(answer.strip() == case.reference.strip())


def _rouge_l(answer: str, case: Case) -> float:
    return rouge([answer], [case.reference])["rougeL"][0]


def lines_right(answer: str, case: Case) -> float:
    """Share of the wanted lines "field: value" that the answer has."""
    said = {line.strip() for line in answer.splitlines()}
    wanted = case.reference.splitlines()
    return sum(line in said for line in wanted) / len(wanted)


def last_number_right(answer: str, case: Case) -> float:
    """Whether the last number is right; the steps are free."""
    said, wanted = (_NUMBER.findall(text)[-1:] for text in (answer, case.reference))
    return float(said == wanted)


def _courteous(answer: str, case: Case) -> float:
    """The share of the message that is kept, in order; 0 when the answer is not all courtesy.

    The message is the longest run of words that the rude and the polite version share.
    """
    if politeness(answer) < 1:
        return 0.0
    rude, polite = (_WORD.findall(text.lower()) for text in (case.prompt, case.reference))
    run = difflib.SequenceMatcher(None, rude, polite, autojunk=False).find_longest_match()
    message = " ".join(rude[run.a : run.a + run.size])
    return _scorer().score(message, answer)["rougeL"].recall


def lead(prompt: str, turns: int = 2) -> str:
    """The first turns of the dialogue in a prompt: the summary of somebody who read no further."""
    return " ".join(_TURN.findall(prompt)[:turns])


def _nobody_else(_: str) -> str:
    return f"Named: {NOBODY}\nPlace: {NOBODY}"


def first_name(prompt: str) -> str:
    """The floor of `extract`: the first two words in capitals are somebody's name."""
    found = _NAME.search(prompt)
    return f"name: {found.group()}" if found else ""


def largest_number(prompt: str) -> str:
    """The floor of `arithmetic`: the largest number that stands there."""
    return max(_NUMBER.findall(prompt), key=int, default="0")


FAMILIES: Mapping[str, Family] = {
    "summarise": Family("ROUGE-L", 110, _rouge_l, lead),
    "open_book": Family("same string", 40, _same, lambda _: "The passage does not say."),
    "extract": Family("lines right", 60, lines_right, first_name),
    "sentiment": Family("same string", 8, _same, lambda _: "Positive."),
    "polite": Family("message kept, courteous", 60, _courteous, lambda prompt: f"Please. {prompt}"),
    "translate": Family("same string", 60, _same, lambda prompt: prompt),
    "arithmetic": Family("right number", 60, last_number_right, largest_number),
    "entailment": Family("same string", 8, _same, lambda _: "Yes."),
    NEW: Family("lines right", 60, lines_right, _nobody_else),
}
