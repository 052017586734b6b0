"""A model as the judge of two texts, and how to find out whether it judges the texts.

Every pair is shown in both orders. A judge that looks at the texts names the same one twice; what
is left over is position bias, and the mean of both orders is free of it (Zheng et al. 2023).
`Reader` asks a model for a letter, `LikelierText` lets it say how likely each text is.
Left out: rubrics, several judges, a judge that writes its reasons. Lesson 09 measures both judges.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

from workbook.core.runs.intervals import Interval
from workbook.evaluation.bootstrap import bootstrap

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

QUESTION = (
    "{task}\n\nSummary A: {first}\n\nSummary B: {second}\n\n"
    "Which summary is better, A or B? Answer with one letter."
)
BATCH = 16  # texts read at once


class Pair(NamedTuple):
    """Two texts for one task, of which the first is known to be better."""

    task: str
    better: str
    worse: str


class Judge(Protocol):
    """P(the text shown first is the better one), for many questions."""

    def __call__(self, asked: Sequence[tuple[str, str, str]]) -> list[float]: ...


class Verdict(NamedTuple):
    """P(the better text wins), when it is shown first and when it is shown second."""

    shown_first: float
    shown_second: float

    @property
    def debiased(self) -> float:
        """The mean of both orders."""
        return (self.shown_first + self.shown_second) / 2

    @property
    def consistent(self) -> bool:
        """Whether both orders name the same text."""
        return (self.shown_first > 0.5) == (self.shown_second > 0.5)


def judge_pairs(judge: Judge, pairs: Sequence[Pair]) -> list[Verdict]:
    """Both orders of every pair."""
    first = judge([(task, better, worse) for task, better, worse in pairs])
    second = judge([(task, worse, better) for task, better, worse in pairs])
    return [Verdict(one, 1 - other) for one, other in zip(first, second, strict=True)]


def summary(verdicts: Sequence[Verdict]) -> dict[str, Interval]:
    """What a report on a judge must hold, with 95 % intervals over the pairs.

    position bias: how much more likely a text is to win for being shown first (0: not at all,
    1: the first always wins); right: share of pairs decided rightly, in one order and in the mean.
    """
    return {
        "right, better text first": bootstrap([float(v.shown_first > 0.5) for v in verdicts]),
        "right, better text second": bootstrap([float(v.shown_second > 0.5) for v in verdicts]),
        "same verdict in both orders": bootstrap([float(v.consistent) for v in verdicts]),
        "position bias": bootstrap([v.shown_first - v.shown_second for v in verdicts]),
        "right, mean of both orders": bootstrap([float(v.debiased > 0.5) for v in verdicts]),
    }


class Reader:
    """Shows both texts to a model and compares its probabilities of the letters A and B."""

    def __init__(self, model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase):
        self.model, self.tokenizer = model, tokenizer

    def __call__(self, asked: Sequence[tuple[str, str, str]]) -> list[float]:
        texts = [QUESTION.format(task=t, first=one, second=two) for t, one, two in asked]
        rows = first_token_log_probs(self.model, self.tokenizer, texts, "AB")
        return [_sigmoid(a - b) for a, b in rows]


class LikelierText:
    """Never shows the texts side by side: the one with the likelier tokens, on average, wins."""

    def __init__(self, model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase):
        self.model, self.tokenizer = model, tokenizer

    def __call__(self, asked: Sequence[tuple[str, str, str]]) -> list[float]:
        first = self.scores([(task, one) for task, one, _ in asked])
        second = self.scores([(task, other) for task, _, other in asked])
        return [_sigmoid(a - b) for a, b in zip(first, second, strict=True)]

    def scores(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        """Mean ln p per token of each answer, given its task."""
        rows = answer_log_probs(self.model, self.tokenizer, pairs)
        return [sum(row) / len(row) for row in rows]


def _sigmoid(x: float) -> float:
    return (1 + math.tanh(x / 2)) / 2  # no overflow, however large x is


def first_token_log_probs(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    prompts: Sequence[str],
    letters: Sequence[str],
) -> list[list[float]]:
    """Return ln p of each letter as the first token of a reply, a row for each prompt."""
    from workbook.inference import padded_logits

    tokens = [tokenizer.encode(letter, add_special_tokens=False)[-1] for letter in letters]
    found: list[list[float]] = []
    for start in range(0, len(prompts), BATCH):
        some = [(prompt, "") for prompt in prompts[start : start + BATCH]]
        ids, keep_mask, _ = _batch(model, tokenizer, some)
        logits = padded_logits(model, ids, keep_mask, last=1)[:, -1]  # B V
        found += logits.log_softmax(-1)[:, tokens].tolist()
    return found


def answer_log_probs(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    pairs: Sequence[tuple[str, str]],
) -> list[list[float]]:
    """Return ln p of each token of an answer to a prompt, for each pair (prompt, answer)."""
    from workbook.inference import token_log_probs

    found: list[list[float]] = []
    for start in range(0, len(pairs), BATCH):
        ids, keep_mask, answers = _batch(model, tokenizer, pairs[start : start + BATCH])
        log_probs = token_log_probs(model, ids, keep_mask)  # B T-1
        found += [row[-n:].tolist() for row, n in zip(log_probs, answers, strict=True)]
    return found


def dialogue_pairs(count: int, seed: int = 0) -> list[Pair]:
    """The town's talks with their true summary and one in which the two speakers are exchanged."""
    from workbook.town import document
    from workbook.town.texts.instruction_phrases import SUMMARISE

    request, pairs, index = SUMMARISE.all[0], [], 0
    while len(pairs) < count:
        fields = document("dialogue", "test", seed, index).fields
        index += 1
        wrong = exchanged(fields["summary"], *fields["names"][:2])
        if wrong != fields["summary"]:
            task = request.format(dialogue=fields["dialogue"])
            pairs.append(Pair(task, fields["summary"], wrong))
    return pairs


def exchanged(text: str, first: str, second: str) -> str:
    """The text with two names exchanged wherever they stand."""
    swap = {first: second, second: first}
    return re.sub(
        rf"\b(?:{re.escape(first)}|{re.escape(second)})\b", lambda m: swap[m.group()], text
    )


def _batch(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, pairs: Sequence[tuple[str, str]]
):
    """(ids `B T`, keep_mask `B T`, tokens of each answer): chats padded on the left."""
    from workbook.inference import chat_ids, pad

    rows, lengths = [], []
    for task, answer in pairs:
        ids = tokenizer.encode(answer, add_special_tokens=False)
        rows.append(chat_ids(tokenizer, task) + ids)
        lengths.append(len(ids))
    ids, keep_mask = pad(rows, tokenizer.pad_token_id or 0, "left")
    return ids.to(model.device), keep_mask.to(model.device), lengths
