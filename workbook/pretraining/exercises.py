"""The exercises of lesson 02: a prediction, an objective of your own, and two measurements.

Each comes with its checks, its hints and a reference answer; reading on is reading the answers.
How an exercise is asked and judged is explained in `workbook.core.exercises.exercise`.

Shapes: T time.
"""

from __future__ import annotations

import math
import random
from functools import partial
from typing import Any

import torch
from torch import Tensor

from workbook.core.exercises.exercise import Check, Exercise, like, predicted, untouched
from workbook.core.runs.seeding import generator
from workbook.pretraining.objectives import corrupted_lengths, noise_and_spans
from workbook.training.packing import IGNORE

# --- reference answers --------------------------------------------------------------------------

PREDICTED = ("the tokens corrupted", "the spans", "the input's length", "the target's length")


def span_counts() -> tuple[int, int, int, int]:
    """A text of 200 tokens under T5's rule: corrupted tokens, spans, inputs, targets."""
    return *noise_and_spans(200), *corrupted_lengths(200)


def fill_in_the_middle(
    ids: Tensor, start: int, stop: int, marks: tuple[int, int, int]
) -> tuple[Tensor, Tensor]:
    """The text with its middle moved to the end, for a causal model (Bavarian et al. 2022).

    ids: `T`. marks: the ids that open prefix, suffix and middle. Returns inputs and labels, both
    `T+3`; labels stand where a causal model's do and ask for the middle alone.
    """
    prefix, suffix, middle = (torch.tensor([mark]) for mark in marks)
    gone = ids[start:stop]
    inputs = torch.cat([prefix, ids[:start], suffix, ids[stop:], middle, gone])
    labels = torch.full_like(inputs, IGNORE)
    labels[-len(gone) - 1 : -1] = gone
    return inputs, labels


def candidate_probability(similarity: float, bands: int, rows: int) -> float:
    """The chance that LSH proposes a pair: one band, at least, agrees in all its rows."""
    return 1 - (1 - similarity**rows) ** bands


def bits_per_byte(loss: float, tokens: int, size: int) -> float:
    """A loss in nats a token, as bits for each byte of the text; size: of the text, in bytes."""
    return loss * tokens / math.log(2) / size


# --- checks -------------------------------------------------------------------------------------


def _number(place: int) -> Check:
    """Is one of the predicted numbers right?"""
    says, form = PREDICTED[place], "(tokens, spans, inputs, targets)"
    return predicted(place, says, says, span_counts, form)


def _is_pair(got: Any, want: Any) -> str | None:
    """Of a pair of tensors: is the answer one too, and of token ids?"""
    if not isinstance(want, tuple):
        return None
    if not isinstance(got, tuple) or len(got) != len(want):
        return "the result is not a pair (inputs, labels)."
    for name, part in zip(("inputs", "labels"), got, strict=True):
        if not isinstance(part, Tensor):
            return f"the {name} are of type {type(part).__name__}; they should be a tensor."
        if part.dtype != torch.int64:
            return f"the {name} are of type {part.dtype}; token ids are whole numbers, torch.int64."
    return None


_like = partial(like, form=_is_pair)


def _text(seed: int) -> tuple:
    source = generator(seed)
    start = int(torch.randint(2, 6, (1,), generator=source))
    stop = start + int(torch.randint(1, 5, (1,), generator=source))
    marks = (100 + torch.randperm(50, generator=source)[:3]).tolist()
    return torch.randint(10, 99, (14,), generator=source), start, stop, tuple(marks)


def _from_the_start(seed: int) -> tuple:
    ids, _, stop, marks = _text(seed)
    return ids, 0, stop, marks


def _to_the_end(seed: int) -> tuple:
    ids, start, _, marks = _text(seed)
    return ids, start, len(ids), marks


def _pair(seed: int) -> tuple:
    source = random.Random(seed)
    return source.uniform(0.3, 0.8), source.randint(8, 30), source.randint(3, 7)


def _one_band(seed: int) -> tuple:
    similarity, _, rows = _pair(seed)
    return similarity, 1, rows


def _one_row(seed: int) -> tuple:
    similarity, bands, _ = _pair(seed)
    return similarity / 4, bands, 1


def _measured(seed: int) -> tuple:
    source = random.Random(seed)
    tokens = source.randint(500, 900)
    return source.uniform(0.5, 3.0), tokens, tokens * source.randint(2, 5)


def _bytes_as_tokens(seed: int) -> tuple:
    loss, tokens, _ = _measured(seed)
    return loss, tokens, tokens


def _by_chance(_seed: int) -> tuple:
    return math.log(256), 400, 400


# --- the exercises ------------------------------------------------------------------------------

_ALL = (
    Exercise(
        id="pretraining.predict_spans",
        title="How long are input and target?",
        points=1,
        difficulty=1,
        minutes=5,
        checks=tuple(_number(place) for place in range(len(PREDICTED))),
        hints=(
            "First the number of corrupted tokens: 15 % of the text.",
            "A span has 3 tokens on average, and each span costs one sentinel on both sides.",
            "The input is what was not corrupted, the target what was; add the sentinels and one "
            "end token to each.",
        ),
        reference=span_counts,
        wants="value",
    ),
    Exercise(
        id="pretraining.fill_in_the_middle",
        title="A decoder that fills gaps",
        points=3,
        difficulty=3,
        minutes=15,
        checks=(
            _like("prefix, suffix and middle stand in this order", "the input's tokens",
                  fill_in_the_middle, _text, lambda out: out[0]),
            _like("the loss falls on as many tokens as are missing", "the number of labels",
                  fill_in_the_middle, _text, lambda out: (out[1] != IGNORE).sum()),
            _like("each label stands where the model speaks", "the labels", fill_in_the_middle,
                  _text, lambda out: out[1]),
            _like("a gap at the end leaves an empty suffix", "the input's tokens",
                  fill_in_the_middle, _to_the_end, lambda out: out[0]),
            _like("a gap at the start leaves an empty prefix", "the input's tokens",
                  fill_in_the_middle, _from_the_start, lambda out: out[0]),
            untouched(_text),
        ),
        hints=(
            "Cut the ids into three pieces at start and stop, and write the middle last.",
            "A causal model says the token after the one it reads: the first token of the middle "
            "is said at the middle's mark.",
            "inputs = cat(prefix, ids[:start], suffix, ids[stop:], middle, gone); labels are -100 "
            "but for labels[-len(gone) - 1 : -1] = gone.",
        ),
        reference=fill_in_the_middle,
    ),
    Exercise(
        id="pretraining.candidate_probability",
        title="What hashing lets through",
        points=2,
        difficulty=2,
        minutes=10,
        checks=(
            _like("any pair", "the probability", candidate_probability, _pair),
            _like("one band: all rows must agree", "the probability", candidate_probability,
                  _one_band),
            _like("one row: any agreement is enough", "the probability", candidate_probability,
                  _one_row),
        ),
        hints=(
            "Two signatures agree in one place with a probability equal to the similarity.",
            "A band agrees if all its rows do; the pair is proposed if any band agrees.",
            "The chance that no band agrees is (1 - similarity ** rows) ** bands.",
        ),
        reference=candidate_probability,
    ),
    Exercise(
        id="pretraining.bits_per_byte",
        title="A unit without a tokenizer",
        points=2,
        difficulty=2,
        minutes=10,
        checks=(
            _like("any loss", "the number of bits", bits_per_byte, _measured),
            _like("a token a byte: only the unit changes", "the number of bits", bits_per_byte,
                  _bytes_as_tokens),
            _like("256 bytes, all alike", "the number of bits", bits_per_byte, _by_chance),
        ),
        hints=(
            "How many nats did the whole text cost?",
            "A nat is 1 / ln 2 bits.",
            "loss * tokens nats; divide by ln 2 and by the number of bytes.",
        ),
        reference=bits_per_byte,
    ),
)  # fmt: skip

EXERCISES = {each.id: each for each in _ALL}
