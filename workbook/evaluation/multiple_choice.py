"""Multiple choice: one question, four options, and three ways to read off what a model chose.

`letter` compares the probabilities of A, B, C and D after the options were shown, as MMLU's authors
do; `whole` and `per token` never show the options and compare how likely each is as an answer, by
its sum or its mean (acc and acc_norm of lm-evaluation-harness, which divides by bytes). The same
model gets another score each way. Left out: letting it write, which needs a rule for reading.
Lesson 09.

Shapes: N questions, four options each.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from workbook.evaluation.judge import answer_log_probs, first_token_log_probs

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

LETTERS = "ABCD"
WAYS = ("letter", "whole", "per token")


class Question(NamedTuple):
    """A question with its options, each a whole answer, of which number `right` is the right."""

    prompt: str
    options: tuple[str, ...]
    right: int

    @property
    def shown(self) -> str:
        """The question as an examiner prints it, with the options and what to do."""
        lines = [f"{letter}. {text}" for letter, text in zip(LETTERS, self.options, strict=False)]
        return "\n".join([self.prompt, *lines, "Answer with one letter."])


def town_questions(count: int, seed: int = 0) -> list[Question]:
    """Questions about people the town's models have read of; the wrong options are real values."""
    from workbook.town import build_town
    from workbook.town.choices import ChoiceSource
    from workbook.town.texts.questions.recall import ask, facts_of
    from workbook.town.writer import Writer

    town, found = build_town(), []
    for index in range(count):
        source = ChoiceSource(f"multiple choice/{seed}/{index}")
        writer = Writer(source, town, "train", "train")
        fact = writer.pick(list(facts_of(town, writer.person())))
        values = sorted(
            {other.value for person in town.among("people", "train")
             for other in facts_of(town, person) if other.trait == fact.trait} - {fact.value}
        )  # fmt: skip
        options = [fact, *(fact._replace(value=v) for v in source.sample(values, 3))]
        mixed = source.shuffled(options)
        texts = tuple(option.answer for option in mixed)
        found.append(Question(ask(writer, fact), texts, mixed.index(fact)))
    return found


def choose(
    way: str,
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    questions: Sequence[Question],
) -> list[int]:
    """Return the number of the option that a model chooses, for each of N questions.

    Raises ValueError for a way that is not in WAYS.
    """
    if way not in WAYS:
        raise ValueError(f"no way to score is called {way!r}; there are {', '.join(WAYS)}.")
    if way == "letter":
        shown = [question.shown for question in questions]
        rows = first_token_log_probs(model, tokenizer, shown, LETTERS)
        scores = [row[: len(q.options)] for row, q in zip(rows, questions, strict=True)]
    else:
        pairs = [(question.prompt, text) for question in questions for text in question.options]
        found = iter(answer_log_probs(model, tokenizer, pairs))
        each = [[next(found) for _ in question.options] for question in questions]
        average = way == "per token"
        scores = [[sum(s) / (len(s) if average else 1) for s in row] for row in each]
    return [max(range(len(row)), key=row.__getitem__) for row in scores]
