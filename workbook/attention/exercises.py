"""The exercises of lesson 01: attention, its mask, its heads, its positions, and five more.

Each comes with its checks, its hints and a reference answer; reading on is reading the answers.
How an exercise is asked and judged is explained in `workbook.core.exercises.exercise`.

Shapes: B batch, H heads, T time, D head size, C channels.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

import torch
from torch import Tensor

from workbook.attention.bpe import BytePairEncoder
from workbook.attention.dot_product import sliding_mask
from workbook.core.exercises.checks import tensor_form
from workbook.core.exercises.exercise import (
    Check,
    Exercise,
    Inputs,
    compare,
    exercise_set,
    like,
    untouched,
)
from workbook.core.runs.seeding import generator

Rows = Sequence[
    tuple[float, int, int]
]  # (published millions, parameters without table, hidden size)

# --- reference answers --------------------------------------------------------------------------

MERGE_TEXT, MERGE_WORD = "hug pug hugs bun", "hugs"


def first_merges() -> tuple[str, str, int]:
    """The first two tokens learned from MERGE_TEXT, and the number of tokens of MERGE_WORD then."""
    encoder = BytePairEncoder.train(MERGE_TEXT, 258)
    first, second = (left + right for left, right in encoder.merges)
    return first.decode(), second.decode(), len(encoder.encode(MERGE_WORD))


def scaled_dot_product(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """Return softmax(q k' / sqrt(D)) v, `... Tq Dv` (Vaswani et al. 2017, equation 1).

    q: `... Tq D`; k: `... Tk D`; v: `... Tk Dv`.
    """
    return (q @ k.transpose(-2, -1) / q.shape[-1] ** 0.5).softmax(-1) @ v


def causal_weights(scores: Tensor) -> Tensor:
    """Return attention weights `... Tq Tk` of scores, where no query sees a later key.

    The last query stands at the last key, also where there are more keys than queries.
    """
    queries, keys = scores.shape[-2:]
    seen = torch.ones(queries, keys, dtype=torch.bool).tril(keys - queries)
    return scores.masked_fill(~seen, -torch.inf).softmax(-1)


def multi_head(x: Tensor, W_Q: Tensor, W_K: Tensor, W_V: Tensor, W_O: Tensor, heads: int) -> Tensor:
    """Return what multi-head self-attention adds to x, `B T C`; every token sees all.

    x: `B T C`. W_Q, W_K, W_V, W_O: `C C`, used as x @ W; head h has the columns from h C / H on.
    """

    def split(y: Tensor) -> Tensor:
        return y.unflatten(-1, (heads, -1)).transpose(1, 2)  # B H T D

    mixed = scaled_dot_product(split(x @ W_Q), split(x @ W_K), split(x @ W_V))
    return mixed.transpose(1, 2).flatten(2) @ W_O


def rotate(x: Tensor, places: Tensor) -> Tensor:
    """Return x `T D` with channels i and i + D/2 turned by place / 10,000^(2i/D) (Su et al. 2021).

    places: `T`, where each row stands.
    """
    half = x.shape[-1] // 2
    angles = places[:, None] * 10_000 ** (-torch.arange(half) / half)
    a, b, cos, sin = x[:, :half], x[:, half:], angles.cos(), angles.sin()
    return torch.cat([a * cos - b * sin, b * cos + a * sin], -1)


def online_attention(pairs: Iterable[tuple[float, float]]) -> float:
    """Return the softmax-weighted mean of values from pairs (score, value) that come one by one."""
    largest, total, mixed = -math.inf, 0.0, 0.0
    for score, value in pairs:
        now = max(largest, score)
        old, new = math.exp(largest - now), math.exp(score - now)
        total, mixed, largest = total * old + new, mixed * old + new * value, now
    return mixed / total


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

    A row is published millions, rounded to a whole one, then body and hidden size: the model
    has body + vocabulary * hidden_size parameters.
    """
    low = max(math.ceil(((million - 0.5) * 1e6 - body) / width) for million, body, width in rows)
    high = min(math.floor(((million + 0.5) * 1e6 - body) / width) for million, body, width in rows)
    return (low, high) if low <= high else None


# --- checks -------------------------------------------------------------------------------------


def _predicted(place: int, says: str, advice: str) -> Check:
    """Is one part of the prediction right?"""

    def test(answer: Any, _seed: int) -> str | None:
        if not isinstance(answer, (tuple, list)) or len(answer) != 3:
            return 'the answer has another form than ("first", "second", number).'
        if answer[place] == first_merges()[place]:
            return None
        return f"it is another one. {advice}"

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


def _qkv(seed: int) -> tuple[Tensor, ...]:
    """Two texts, three heads, five queries, seven keys."""
    source = generator(seed)
    sizes = ((2, 3, 5, 8), (2, 3, 7, 8), (2, 3, 7, 4))
    return tuple(torch.randn(*size, generator=source) for size in sizes)


def _one_text(seed: int) -> tuple[Tensor, ...]:
    return tuple(torch.randn(3, 4, 6, generator=generator(seed)))


def _equal_values(seed: int) -> tuple[Tensor, ...]:
    q, k, v = _one_text(seed)
    return q, k, torch.ones_like(v)


def _wide(seed: int) -> tuple[Tensor, ...]:
    return tuple(torch.randn(3, 4, 256, generator=generator(seed)))


def _square_scores(seed: int) -> tuple[Tensor]:
    return (torch.randn(2, 3, 6, 6, generator=generator(seed)),)


def _more_keys(seed: int) -> tuple[Tensor]:
    return (torch.randn(2, 4, 9, generator=generator(seed)),)


def _layer(seed: int, heads: int = 4) -> tuple[Any, ...]:
    source = generator(seed)
    x = torch.randn(2, 5, 12, generator=source)
    return (x, *torch.randn(4, 12, 12, generator=source) / 12**0.5, heads)


def _moved(answer: Callable, seed: int) -> str | None:
    """Without a mask and without positions, tokens that trade places trade results."""
    x, *rest = _layer(seed)
    moved = answer(x.flip(1), *rest)
    return compare("the result of tokens in reverse order", moved, answer(x, *rest).flip(1), 1e-4)


def _placed(seed: int) -> tuple[Tensor, Tensor]:
    return torch.randn(6, 8, generator=generator(seed)), torch.arange(6) + _draw(seed, 1, 50)


def _first_channel(_seed: int) -> tuple[Tensor, Tensor]:
    return torch.eye(1, 8), torch.tensor([1])


def _distance_alone(answer: Callable, seed: int) -> str | None:
    """The product of a query and a key 4 apart, at two pairs of places."""
    q, k = torch.randn(2, 1, 8, generator=generator(seed))
    near, far = (
        float((answer(q, torch.tensor([at])) * answer(k, torch.tensor([at + 4]))).sum())
        for at in (2, 90)
    )
    return compare("the product of a query and a key 4 apart, moved by 88 tokens", far, near, 1e-3)


def _stream(answer: Callable, seed: int, size: float) -> str | None:
    """Pairs that can be read only once, the largest score last; large ones overflow alone."""
    scores, values = torch.randn(2, 30, generator=generator(seed)).double()
    scores = size * (scores.sort().values + 3)
    want = float((scores.softmax(0) * values).sum())
    got = answer(iter(list(zip(scores.tolist(), values.tolist(), strict=True))))
    return compare("the weighted mean", got, want, 1e-6)


# --- the exercises ------------------------------------------------------------------------------

EXERCISES = exercise_set(
    "attention",
    Exercise(
        id="attention.first_merges",
        title="Two merges",
        points=1,
        difficulty=1,
        minutes=5,
        checks=(
            _predicted(0, "the first new token", "Count neighbours in all the words."),
            _predicted(1, "the second new token", "Join the first pair, then count again."),
            _predicted(2, "the number of tokens", "Start from its letters and join."),
        ),
        hints=(
            "Write the words one under the other, letter by letter, and count neighbours.",
            "One pair occurs three times. Once it is joined, count again with it as one token.",
            'answer("attention.first_merges", ("ug", "hug", 2))',
        ),
        reference=first_merges,
        wants="value",
    ),
    Exercise(
        id="attention.dot_product", title="Scaled dot-product attention", points=3, difficulty=2,
        minutes=10,
        checks=(
            like("one text", "the result", scaled_dot_product, _one_text),
            like("equal values, so nothing to choose", "the mean of equal values",
                 scaled_dot_product, _equal_values),
            like("texts, heads, more keys than queries", "the result", scaled_dot_product, _qkv),
            like("long vectors, scores divided by √D", "the result", scaled_dot_product, _wide),
            untouched(_qkv),
        ),
        hints=(
            "Three steps: scores of each query with each key, weights, weighted mean of values.",
            "k.transpose(-2, -1) fits behind q @. Along which dimension must weights add up to 1?",
            "return (q @ k.transpose(-2, -1) / q.shape[-1] ** 0.5).softmax(-1) @ v",
        ),
        reference=scaled_dot_product,
        forbids=(
            "workbook.attention.dot_product.scaled_dot_product_attention",
            "workbook.attention.dot_product.fused_attention",
            "workbook.attention.dot_product.chunked_attention",
        ),
    ),
    Exercise(
        id="attention.causal_weights", title="The causal mask", points=2, difficulty=2, minutes=10,
        checks=(
            like("each query's weights add up to 1", "the sum over keys",
                 causal_weights, _square_scores, lambda out: out.sum(-1)),
            like("the first query sees itself alone", "the row of the first query",
                 causal_weights, _square_scores, lambda out: out[..., 0, :]),
            like("all weights", "the table of weights", causal_weights, _square_scores),
            like("the last query stands at the last key", "the table of 4 queries and 9 keys",
                 causal_weights, _more_keys),
            untouched(_square_scores),
        ),
        hints=(
            "What is hidden must have no weight, and the rest must still add up to 1.",
            "Set hidden scores to -torch.inf before the softmax. tril(n) keeps n more diagonals.",
            "queries, keys = scores.shape[-2:]; "
            "seen = torch.ones(queries, keys, dtype=torch.bool).tril(keys - queries); "
            "return scores.masked_fill(~seen, -torch.inf).softmax(-1)",
        ),
        reference=causal_weights,
    ),
    Exercise(
        id="attention.multi_head", title="Multi-head attention", points=3, difficulty=3, minutes=20,
        checks=(
            like("one head", "the result", multi_head, lambda seed: _layer(seed, 1)),
            like("four heads of D = C / 4", "the result", multi_head, _layer),
            Check("tokens that trade places trade results", _moved),
            like("as many heads as channels", "the result", multi_head,
                 lambda seed: _layer(seed, 12)),
            untouched(_layer),
        ),
        hints=(
            "Project x three times, split the channels into heads, attend, join them, project.",
            "y.unflatten(-1, (heads, -1)) is `B T H D`; attention needs `B H T D`. Then undo it.",
            "split = lambda y: y.unflatten(-1, (heads, -1)).transpose(1, 2); "
            "weights = (split(x @ W_Q) @ split(x @ W_K).transpose(-2, -1) "
            "/ (x.shape[-1] // heads) ** 0.5).softmax(-1); "
            "return (weights @ split(x @ W_V)).transpose(1, 2).flatten(2) @ W_O",
        ),
        reference=multi_head,
    ),
    Exercise(
        id="attention.rotate", title="Rotary positions", points=3, difficulty=3, minutes=15,
        checks=(
            like("no vector changes its length", "the length of the vectors", rotate, _placed,
                 lambda out: out.norm(dim=-1)),
            Check("only the distance counts in a product", _distance_alone),
            like("channel 0 alone, turned by one radian towards channel D/2", "the turned vector",
                 rotate, _first_channel),
            like("the first pair turns by one radian a token", "the pair of channels 0 and D/2",
                 rotate, _placed, lambda out: out[:, [0, 4]]),
            like("all channels, each pair at its own speed", "the result", rotate, _placed),
            untouched(_placed),
        ),
        hints=(
            "The pairs are channels i and i + D/2. One table of angles: place by pair, `T D/2`.",
            "A pair (a, b) turned by an angle is (a cos - b sin, b cos + a sin).",
            "half = x.shape[-1] // 2; "
            "angles = places[:, None] * 10_000 ** (-torch.arange(half) / half); "
            "a, b, cos, sin = x[:, :half], x[:, half:], angles.cos(), angles.sin(); "
            "return torch.cat([a * cos - b * sin, b * cos + a * sin], -1)",
        ),
        reference=rotate,
        forbids=("workbook.attention.positions.rotary_embedding",),
    ),
    Exercise(
        id="attention.online", title="A softmax that never sees all scores", points=3,
        difficulty=4, minutes=20,
        checks=(
            Check("small scores", partial(_stream, size=1.0)),
            Check("scores of several hundred and more", partial(_stream, size=300.0)),
            Check("one pair, with the score -800", lambda answer, seed: compare(
                "the mean of one value", answer(iter([(-800.0, 2.5)])), 2.5)),
        ),
        hints=(
            "Keep three numbers: the largest score, the sum of the exponentials, and the sum of "
            "exponential times value.",
            "Exponentials are taken relative to the largest score. When it rises, both sums "
            "shrink by the same factor, e to the power of old minus new.",
            "import math\n"
            "largest, total, mixed = -math.inf, 0.0, 0.0\n"
            "for score, value in pairs:\n"
            "    now = max(largest, score)\n"
            "    old, new = math.exp(largest - now), math.exp(score - now)\n"
            "    total, mixed, largest = total * old + new, mixed * old + new * value, now\n"
            "return mixed / total",
        ),
        reference=online_attention,
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
            "The first `sinks` keys are the first columns. Which queries must not see them?",
            "causal = torch.ones(time, time, dtype=torch.bool).tril(); "
            "return (causal & ~causal.tril(-window)) | ((torch.arange(time) < sinks) & causal)",
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
            _like("the last head, h = H", "the bias of the last head", alibi_bias,
                  lambda seed: (8, _draw(seed, 5, 9)), lambda b: b[-1]),
            _like("every head has its slope", "the bias one token back", alibi_bias,
                  lambda seed: (8, _draw(seed, 5, 9)), lambda b: b[:, 1, 0]),
            _like("also keys after the query", "the bias", alibi_bias,
                  lambda seed: (2, _draw(seed, 5, 9))),
        ),
        hints=(
            "First the distances, `T T`: |i - j|. Then one number for each head.",
            "The slopes fall from head to head by the factor 2^(-8 / H); the last is 2^-8.",
            "slopes = 2.0 ** (-8 * torch.arange(1, heads + 1) / heads); "
            "place = torch.arange(time); "
            "return -slopes[:, None, None] * (place[:, None] - place).abs()",
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
            _like("a head that looks one back, except at the start", "the mean distance",
                  mean_distance, _one_back),
            _like("any weights", "the mean distance", mean_distance, _weights),
            _like("one number for each text and head", "the sum over heads", mean_distance,
                  _weights, lambda out: out.sum(-1)),
            untouched(_weights),
        ),
        hints=(
            "For one query it is a weighted mean: of what, and with which weights?",
            "Query i and key j are i - j tokens apart; make a table of that, `T T`.",
            "place = torch.arange(weights.shape[-1]); "
            "return (weights * (place[:, None] - place)).sum(-1).mean(-1)",
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
            "Each row gives a range of vocabularies, (size - body) / hidden size. What fits all "
            "rows lies in all ranges.",
            "import math; "
            "low = max(math.ceil(((m - 0.5) * 1e6 - body) / width) for m, body, width in rows); "
            "high = min(math.floor(((m + 0.5) * 1e6 - body) / width) for m, body, width in rows); "
            "return (low, high) if low <= high else None",
        ),
        reference=implied_vocabulary,
    ),
)  # fmt: skip
