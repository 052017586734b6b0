"""The exercises of lesson 01: a prediction, a mask, a bias, a measurement, and a puzzle.

Each comes with its checks, its hints and a reference answer; reading on is reading the answers.
How an exercise is asked and judged is explained in `workbook.core.exercises.exercise`.

Shapes: B batch, H heads, T time.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import torch
from torch import Tensor

from workbook.attention.bpe import BytePairEncoder
from workbook.attention.dot_product import sliding_mask
from workbook.core.exercises.checks import tensor_form
from workbook.core.exercises.exercise import Check, Exercise, Inputs, compare, like, untouched
from workbook.core.runs.seeding import generator

Rows = Sequence[tuple[float, int, int]]  # (published millions, parameters without table, channels)

# --- reference answers --------------------------------------------------------------------------

MERGE_TEXT, MERGE_WORD = "hug pug hugs bun", "hugs"


def first_merges() -> tuple[str, str, int]:
    """The first two tokens learned from MERGE_TEXT, and the number of tokens of MERGE_WORD then."""
    encoder = BytePairEncoder.train(MERGE_TEXT, 258)
    first, second = (left + right for left, right in encoder.merges)
    return first.decode(), second.decode(), len(encoder.encode(MERGE_WORD))


def sink_mask(time: int, window: int, sinks: int) -> Tensor:
    """`T T`: a sliding window, and the first `sinks` tokens for all later ones (Xiao 2023)."""
    first = torch.arange(time) < sinks
    causal = torch.ones(time, time, dtype=torch.bool).tril()
    return sliding_mask(time, window) | (first & causal)


def alibi_bias(heads: int, time: int) -> Tensor:
    """`H T T`: minus the distance, times 2^(-8 h / H) for head h = 1 ... H (Press et al. 2022)."""
    slopes = 2.0 ** (-8 * torch.arange(1, heads + 1) / heads)
    place = torch.arange(time)
    return -slopes[:, None, None] * (place[:, None] - place).abs()


def mean_distance(weights: Tensor) -> Tensor:
    """`B H`: how many tokens back the weights `B H T T` look, averaged over all queries."""
    place = torch.arange(weights.shape[-1])
    back = (place[:, None] - place).to(weights)
    return (weights * back).sum(-1).mean(-1)


def implied_vocabulary(rows: Rows) -> tuple[int, int] | None:
    """(smallest, largest) vocabulary that every row's published size allows, None if none does.

    A row is published millions, rounded to a whole one, then body and channels: the model has
    body + vocabulary * channels parameters.
    """
    low = max(math.ceil(((million - 0.5) * 1e6 - body) / width) for million, body, width in rows)
    high = min(math.floor(((million + 0.5) * 1e6 - body) / width) for million, body, width in rows)
    return (low, high) if low <= high else None


# --- checks -------------------------------------------------------------------------------------


def _predicted(place: int, says: str) -> Check:
    """Is one part of the prediction right?"""

    def test(answer: Any, _seed: int) -> str | None:
        if not isinstance(answer, (tuple, list)) or len(answer) != 3:
            return 'the answer has another form than ("first", "second", number).'
        if answer[place] == first_merges()[place]:
            return None
        return f"{says} is another."

    return Check(says, test)


def _same_shape(got: Any, want: Tensor) -> str | None:
    wrong = tensor_form(got, want)
    if wrong is None and got.shape != want.shape:
        return f"the result has shape {tuple(got.shape)}, it should be {tuple(want.shape)}."
    return wrong


_like = partial(like, form=_same_shape)


def _range(says: str, inputs: Inputs) -> Check:
    """Is the range of vocabularies right?"""

    def test(answer: Callable, seed: int) -> str | None:
        got, want = answer(*inputs(seed)), implied_vocabulary(*inputs(seed))
        if want is None or got is None:
            return None if got is want else "whether any vocabulary fits all rows is wrong."
        if not isinstance(got, (tuple, list)) or len(got) != 2:
            return "the answer is neither None nor (smallest, largest)."
        return compare("the smallest vocabulary", got[0], want[0], 1e-9) or compare(
            "the largest vocabulary", got[1], want[1], 1e-9
        )

    return Check(says, test)


def _draw(seed: int, low: int, high: int) -> int:
    return int(torch.randint(low, high, (1,), generator=generator(seed)))


def _masks(seed: int) -> tuple[int, int, int]:
    return _draw(seed, 9, 14), _draw(seed + 1, 2, 4), _draw(seed + 2, 2, 5)


def _weights(seed: int) -> tuple[Tensor]:
    scores = 2 * torch.randn(2, 3, 8, 8, generator=generator(seed))
    hidden = torch.ones(8, 8, dtype=torch.bool).triu(1)
    return (scores.masked_fill(hidden, -torch.inf).softmax(-1),)


def _one_back(seed: int) -> tuple[Tensor]:
    time = _draw(seed, 4, 9)
    return (torch.eye(time).roll(-1, 1).tril().expand(1, 2, time, time),)


def _models(seed: int, count: int = 4) -> tuple[Rows]:
    """Rows that one vocabulary explains."""
    vocabulary, rows = _draw(seed, 20_000, 60_000), []
    for place in range(count):
        body, width = _draw(seed + place + 1, 10**7, 10**8), 256 << (place % 3)
        rows.append((round((body + vocabulary * width) / 1e6), body, width))
    return (rows,)


def _between(seed: int) -> tuple[Rows]:
    """One row whose ends lie between whole vocabularies, .3 and .8 above one."""
    vocabulary, width = _draw(seed, 20_000, 60_000), 640
    body = _draw(seed + 1, 10, 100) * 10**6 + 500_000 - (vocabulary * width + 192) % 10**6
    million = (body + vocabulary * width + 192 + 500_000) // 10**6
    return ([(million, body, width)],)


def _contradicting(seed: int) -> tuple[Rows]:
    (million, body, width), *rest = _models(seed)[0]
    return ([(million + 40, body, width), *rest],)


# --- the exercises ------------------------------------------------------------------------------

_ALL = (
    Exercise(
        id="attention.first_merges",
        title="Two merges",
        points=1,
        difficulty=1,
        minutes=5,
        checks=(
            _predicted(0, "the first new token"),
            _predicted(1, "the second new token"),
            _predicted(2, "the number of tokens"),
        ),
        hints=(
            "Write the words one under the other, letter by letter, and count neighbours.",
            "One pair occurs three times. Once it is joined, count again with it as one token.",
            "Only the second new token and what is left of the word: nothing else was learned.",
        ),
        reference=first_merges,
        wants="value",
    ),
    Exercise(
        id="attention.sink_mask",
        title="A window that keeps the beginning",
        points=2,
        difficulty=2,
        minutes=10,
        checks=(
            _like("shows as many keys as it should", "the number of keys a query sees", sink_mask,
                  _masks, lambda mask: mask.sum(-1)),
            _like("shows the right ones", "the mask", sink_mask, _masks),
            _like("without sinks it is a sliding window", "the mask", sink_mask,
                  lambda seed: (*_masks(seed)[:2], 0)),
            _like("more sinks than tokens show all that is past", "the mask", sink_mask,
                  lambda seed: (6, 2, 9)),
        ),
        hints=(
            "Two masks, and a key is seen if either shows it.",
            "The first `sinks` keys are a condition on the column only. Who must not see them?",
            "sliding_mask(time, window) | ((torch.arange(time) < sinks) & causal), where causal "
            "is torch.ones(time, time, dtype=torch.bool).tril().",
        ),
        reference=sink_mask,
    ),
    Exercise(
        id="attention.alibi_bias",
        title="Positions without positions",
        points=2,
        difficulty=3,
        minutes=15,
        checks=(
            _like("is 0 on the diagonal", "the bias of a token to itself", alibi_bias,
                  lambda seed: (4, _draw(seed, 5, 9)), lambda b: b.diagonal(0, 1, 2)),
            _like("the last head", "the bias of the last head", alibi_bias,
                  lambda seed: (8, _draw(seed, 5, 9)), lambda b: b[-1]),
            _like("every head has its slope", "the bias one token back", alibi_bias,
                  lambda seed: (8, _draw(seed, 5, 9)), lambda b: b[:, 1, 0]),
            _like("all of it", "the bias", alibi_bias, lambda seed: (2, _draw(seed, 5, 9))),
        ),
        hints=(
            "First the distances, `T T`: |i - j|. Then one number for each head.",
            "The slopes fall from head to head by the factor 2^(-8 / H); the last is 2^-8.",
            "slopes = 2.0 ** (-8 * torch.arange(1, heads + 1) / heads); return "
            "-slopes[:, None, None] * distances.",
        ),
        reference=alibi_bias,
    ),
    Exercise(
        id="attention.mean_distance",
        title="How far back does a head look?",
        points=2,
        difficulty=2,
        minutes=10,
        checks=(
            _like("a head that looks one back, but at the start", "the mean distance",
                  mean_distance, _one_back),
            _like("any weights", "the mean distance", mean_distance, _weights),
            _like("one number for each text and head", "the sum over heads", mean_distance,
                  _weights, lambda out: out.sum(-1)),
            untouched(_weights),
        ),
        hints=(
            "For one query it is a weighted mean: of what, and with which weights?",
            "Query i and key j are i - j tokens apart; make a table of that, `T T`.",
            "(weights * table).sum(-1) is `B H T`: one mean for each query. Average the queries.",
        ),
        reference=mean_distance,
    ),
    Exercise(
        id="attention.implied_vocabulary",
        title="The vocabulary of 2017",
        points=3,
        difficulty=3,
        minutes=20,
        checks=(
            _range("one row", lambda seed: _models(seed, 1)),
            _range("several rows", _models),
            _range("ends that are no whole vocabularies", _between),
            _range("rows that contradict each other", _contradicting),
        ),
        hints=(
            "A size of 65 million may be anything from 64.5 to 65.5 million.",
            "Each row gives a range of vocabularies, (size - body) / channels. All must hold.",
            "The largest lower end, rounded up, and the smallest upper end, rounded down.",
        ),
        reference=implied_vocabulary,
    ),
)  # fmt: skip

EXERCISES = {each.id: each for each in _ALL}
