"""Is it true? What the model says about the town, compared with the town's own facts.

A statement is a question with the beginning of its answer; the model writes the rest, and the rest
is right or wrong, because the facts are known. For sampling with any temperature and filter the
share of right answers can also be computed exactly, from the probabilities. Left out: answers read
from a passage (lesson 04) and facts after the model's cutoff (lesson 15). Lesson 03 uses it.

Shapes: N statements.
"""
# ruff: noqa: F722 - the strings in the annotations are shapes

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from jaxtyping import Float
from torch import Tensor

from workbook.inference import encode, padded_logits
from workbook.sampling.settings import SamplingConfig
from workbook.town.choices import ChoiceSource
from workbook.town.entities import Town
from workbook.town.texts.questions.recall import ask, facts_of
from workbook.town.world import build_town
from workbook.town.writer import Writer

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase


@dataclass(frozen=True)
class Statement:
    """`prompt` ends where the fact begins; `value` is the fact, as the town has it."""

    prompt: str
    value: str
    trait: str  # "job", "street", ...


def statements(
    count: int, seed: int = 0, split: str = "train", town: Town | None = None
) -> list[Statement]:
    """`count` statements about the town's people, who and what drawn by the seed.

    split: "train" for people of whom the town's model has read.
    """
    town = town or build_town(0)
    drawn = []
    for index in range(count):
        writer = Writer(ChoiceSource(f"faithfulness/{split}/{seed}/{index}"), town, split)
        fact = writer.pick(list(facts_of(town, writer.person())))
        said = fact.answer[: fact.answer.rindex(fact.value)].rstrip()
        prompt = f"Question: {ask(writer, fact)}\nAnswer: {said}"
        drawn.append(Statement(prompt, fact.value, fact.trait))
    return drawn


def is_right(continuation: str, value: str) -> bool:
    """True if the continuation is the value and a full stop, whatever follows."""
    return continuation.lstrip().startswith(f"{value}.")


def blind_guess(town: Town, asked: Sequence[Statement], split: str = "train") -> float:
    """Return the accuracy of always naming the commonest value among the split's people."""
    counts: dict[str, Counter[str]] = {}
    for person in town.among("people", split):
        for fact in facts_of(town, person):
            counts.setdefault(fact.trait, Counter())[fact.value] += 1
    guess = {trait: values.most_common(1)[0][0] for trait, values in counts.items()}
    return sum(guess[s.trait] == s.value for s in asked) / len(asked)


@dataclass(frozen=True)
class AnswerLogits:
    """What the model gives for the tokens of the true answers (N statements, A answer tokens)."""

    logits: Tensor  # N A V
    answer_ids: Tensor  # N A
    keep_mask: Tensor  # N A, true on the answer's real tokens

    def probability(
        self,
        temperature: float = 1.0,
        top_k: int | None = None,
        top_p: float | None = None,
        min_p: float | None = None,
    ) -> Float[Tensor, " N"]:
        """p(true answer) of each statement, `N`, when drawing with these settings of `generate`."""
        config = SamplingConfig(temperature, top_k, top_p, min_p)
        logits = config.adjust(self.logits.flatten(0, 1))  # N*A V
        chosen = logits.log_softmax(-1).gather(1, self.answer_ids.reshape(-1, 1))
        chosen = chosen.view_as(self.answer_ids).masked_fill(~self.keep_mask, 0.0)
        return chosen.sum(1).exp()

    def accuracy(self, **settings: float | None) -> float:
        """The expected accuracy with these settings, exactly."""
        return self.probability(**settings).mean().item()


def answer_logits(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, asked: Sequence[Statement]
) -> AnswerLogits:
    """One pass over all statements with their true answers, up to the full stop.

    ValueError if the tokenizer does not keep the prompt's tokens when the answer follows.
    """
    device = str(model.device)
    ids, keep = encode(tokenizer, [f"{s.prompt} {s.value}." for s in asked], device)  # N T
    prompts, prompts_keep = encode(tokenizer, [s.prompt for s in asked], device)
    for row, statement in enumerate(asked):
        prompt = prompts[row, prompts_keep[row]]
        if not torch.equal(ids[row, keep[row]][: len(prompt)], prompt):
            raise ValueError(f"The tokens of {statement.prompt!r} change when its answer follows.")
    lengths = keep.sum(1) - prompts_keep.sum(1)  # N, tokens of each answer
    longest = int(lengths.max())
    logits = padded_logits(model, ids, keep, last=longest + 1)[:, :-1]  # N A V
    place = torch.arange(longest, device=ids.device)
    return AnswerLogits(logits, ids[:, -longest:], place >= longest - lengths[:, None])
