"""The exercises of lesson 11: a prediction, four mechanisms, a merge and a measurement.

Each comes with its checks, its hints and a reference answer; reading on is reading the answers.
How an exercise is asked and judged is explained in `workbook.core.exercises.exercise`.

Shapes: B batch, T time, C channels, D head size, N places in front, M width of a bottleneck.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from workbook.core.exercises.exercise import (
    Check,
    Exercise,
    compare,
    exercise_set,
    like,
    predicted,
    untouched,
)
from workbook.core.runs.seeding import generator
from workbook.peft_family import counts

# --- reference answers --------------------------------------------------------------------------


def bottleneck(h: Tensor, down: Tensor, up: Tensor) -> Tensor:
    """Return h + W_up gelu(W_down h). h: `B T C`, down: `M C`, up: `C M`."""
    return h + torch.nn.functional.gelu(h @ down.T) @ up.T


def put_in_front(prompt: Tensor, embedded: Tensor, keep_mask: Tensor) -> tuple[Tensor, Tensor]:
    """Return embeddings `B N+T C` and their mask `B N+T`, the prompt in front of every row.

    prompt: `N C`, embedded: `B T C`, keep_mask: `B T`, true on real tokens.
    """
    rows, length = len(embedded), len(prompt)
    wide = torch.cat([prompt.expand(rows, -1, -1), embedded], 1)
    return wide, torch.cat([keep_mask.new_ones(rows, length), keep_mask], 1)


def attend_with_prefix(
    q: Tensor, k: Tensor, v: Tensor, prefix_k: Tensor, prefix_v: Tensor
) -> Tensor:
    """Return causal attention `T D` over a prefix and the text. q, k, v: `T D`; prefix: `N D`."""
    keys, values = torch.cat([prefix_k, k]), torch.cat([prefix_v, v])
    scores = q @ keys.T / q.shape[-1] ** 0.5  # T N+T
    later = torch.ones(len(q), len(k), dtype=torch.bool).triu(1)
    hidden = torch.cat([torch.zeros(len(q), len(prefix_k), dtype=torch.bool), later], 1)
    return scores.masked_fill(hidden, -torch.inf).softmax(-1) @ values


def scale_attention(q: Tensor, k: Tensor, v: Tensor, l_k: Tensor, l_v: Tensor) -> Tensor:
    """Return attention `T D` without a mask, with factors on keys and values (`D` each)."""
    return (q @ (k * l_k).T / q.shape[-1] ** 0.5).softmax(-1) @ (v * l_v)


LARGE = (36, 1280)  # layers and hidden size of GPT-2 large, which no table of the lesson has
LENGTH, WIDTH = 30, 48
PREDICTED = (
    "the weights of a prompt of 30",
    "the weights of a prefix of 30",
    "the weights of bottlenecks 48 wide",
)


def family_counts() -> tuple[int, int, int]:
    """Of GPT-2 large: a prompt of 30, a prefix of 30, bottlenecks of width 48."""
    layers, hidden_size = LARGE
    return (
        counts.prompt_weights(LENGTH, hidden_size),
        counts.prefix_weights(LENGTH, layers, hidden_size),
        counts.bottleneck_weights(layers, hidden_size, WIDTH),
    )


def merge_factors(weight: Tensor, factors: Tensor, is_input: bool) -> Tensor:
    """Return a new weight `O I` that does what factors on its input, or its output, did."""
    return weight * factors if is_input else weight * factors[:, None]


def gap_closed(
    frozen: Sequence[float], tuned: Sequence[float], full: Sequence[float]
) -> list[float]:
    """Return, size by size, the part of the way from frozen to full that a method went.

    Losses, lower is better: (frozen - tuned) / (frozen - full).
    """
    return [(a - b) / (a - c) for a, b, c in zip(frozen, tuned, full, strict=True)]


# --- checks -------------------------------------------------------------------------------------


def _number(place: int) -> Check:
    """Is one of the predicted numbers right?"""
    return predicted(
        place, PREDICTED[place], "your number", family_counts, "(prompt, prefix, bottlenecks)"
    )


def _hidden(seed: int) -> tuple:
    source = generator(seed)
    shapes = ((2, 5, 8), (3, 8), (8, 3))
    return tuple(torch.randn(shape, generator=source) for shape in shapes)


def _silent(seed: int) -> tuple:
    h, down, up = _hidden(seed)
    return h, down, torch.zeros_like(up)


def _embedded(seed: int) -> tuple:
    source = generator(seed)
    prompt = torch.randn(3, 4, generator=source)
    keep_mask = torch.ones(2, 5, dtype=torch.bool)
    keep_mask[1, :2] = False
    return prompt, torch.randn(2, 5, 4, generator=source), keep_mask


def _text(seed: int, prefix: int = 3) -> tuple:
    source = generator(seed)
    shapes = ((5, 4), (5, 4), (5, 4), (prefix, 4), (prefix, 4))
    return tuple(torch.randn(shape, generator=source) for shape in shapes)


def _factored(seed: int) -> tuple:
    source = generator(seed)
    parts = [torch.randn(5, 4, generator=source) for _ in range(3)]
    return (*parts, *(0.5 + torch.rand(4, generator=source) for _ in range(2)))


def _keys_alone(seed: int) -> tuple:
    q, k, v, l_k, _ = _factored(seed)
    return q, k, v, l_k, torch.ones(4)


def _values_alone(seed: int) -> tuple:
    q, k, v, _, l_v = _factored(seed)
    return q, k, v, torch.ones(4), l_v


def _weight(seed: int, is_input: bool) -> tuple:
    source = generator(seed)
    factors = 0.5 + torch.rand(3 if is_input else 6, generator=source)
    return torch.randn(6, 3, generator=source), factors, is_input


def _ones(seed: int) -> tuple:
    weight, factors, is_input = _weight(seed, True)
    return weight, torch.ones_like(factors), is_input


def _losses(seed: int, count: int = 4) -> tuple:
    source = generator(seed)
    drawn = torch.rand(3, count, generator=source).tolist()
    frozen = [6 + x for x in drawn[0]]
    return frozen, [2 + x for x in drawn[1]], [0.2 + x for x in drawn[2]]


def _untouched_model(answer: Callable, seed: int) -> str | None:
    frozen, _, full = _losses(seed)
    return compare("the part of the way of a model that was not tuned",
                   answer(frozen, frozen, full), [0.0] * 4)  # fmt: skip


def _whole_model(answer: Callable, seed: int) -> str | None:
    frozen, _, full = _losses(seed)
    return compare(
        "the part of the way of full tuning itself", answer(frozen, full, full), [1.0] * 4
    )


def _shape(answer: Callable, seed: int) -> str | None:
    out = answer(*_embedded(seed))
    if not isinstance(out, tuple) or len(out) != 2:
        return "the result is not a pair: the embeddings, then the mask."
    wide, mask = out
    if tuple(wide.shape) != (2, 8, 4):
        return f"the embeddings have shape {tuple(wide.shape)}; they should be B N+T C."
    if tuple(mask.shape) != (2, 8):
        return f"the mask has shape {tuple(mask.shape)}; it should be B N+T."
    return None


def _part(place: int) -> Callable:
    return lambda out: out[place]


# --- the exercises ------------------------------------------------------------------------------

EXERCISES = exercise_set(
    "peft_family",
    Exercise(
        id="peft_family.predict_counts",
        title="How many weights?",
        points=1,
        difficulty=1,
        minutes=5,
        checks=tuple(_number(place) for place in range(len(PREDICTED))),
        hints=(
            "A prompt enters once, a prefix in all 36 layers, and there as keys and as values.",
            "A bottleneck has two matrices and two biases, 2 d m + d + m, and a layer has two.",
            "n d; 2 n L d; 2 L (2 d m + d + m), with L = 36, d = 1280, n = 30, m = 48.",
        ),
        reference=family_counts,
        wants="value",
    ),
    Exercise(
        id="peft_family.bottleneck",
        title="An adapter",
        points=2,
        difficulty=2,
        minutes=10,
        checks=(
            like("h plus the output of the bottleneck", "the output", bottleneck, _hidden),
            like("with W_up = 0 the output is h itself", "the output", bottleneck, _silent),
            untouched(_hidden),
        ),
        hints=(
            "Apply one matrix, GELU, then the other matrix. Add h at the end.",
            "h is B T C and down is M C: h @ down.T is B T M.",
            "return h + torch.nn.functional.gelu(h @ down.T) @ up.T",
        ),
        reference=bottleneck,
    ),
    Exercise(
        id="peft_family.scale_attention",
        title="Factors on keys and values",
        points=2,
        difficulty=2,
        minutes=10,
        checks=(
            like("factors on the keys alone", "the output", scale_attention, _keys_alone),
            like("factors on the values alone", "the output", scale_attention, _values_alone),
            like("both", "the output", scale_attention, _factored),
            untouched(_factored),
        ),
        hints=(
            "Each factor belongs to a channel, so it multiplies one column of the keys or values.",
            "Scores are q (l_k k)^T / sqrt(D). Softmax, then multiply by the scaled values.",
            "return (q @ (k * l_k).T / q.shape[-1] ** 0.5).softmax(-1) @ (v * l_v)",
        ),
        reference=scale_attention,
    ),
    Exercise(
        id="peft_family.merge_factors",
        title="Factors into the weight",
        points=2,
        difficulty=3,
        minutes=10,
        checks=(
            like("factors on the input", "the weight", merge_factors,
                 lambda seed: _weight(seed, True)),
            like("factors on the output", "the weight", merge_factors,
                 lambda seed: _weight(seed, False)),
            like("factors of 1 change nothing", "the weight", merge_factors, _ones),
            untouched(lambda seed: _weight(seed, True)),
            untouched(lambda seed: _weight(seed, False)),
        ),
        hints=(
            "y = W x. Which of the two indices of W belongs to the input, which to the output?",
            "W is O I: a factor on input i multiplies column i, a factor on output o row o.",
            "return weight * factors if is_input else weight * factors[:, None]",
        ),
        reference=merge_factors,
    ),
    Exercise(
        id="peft_family.put_in_front",
        title="A prompt of vectors",
        points=2,
        difficulty=2,
        minutes=10,
        checks=(
            Check("a pair, embeddings and mask, each N places longer", _shape),
            like("every row begins with the prompt", "the tensor of embeddings", put_in_front,
                 _embedded, _part(0), lambda got, want: None),
            like("the mask: true on the prompt, then as it was", "the mask", put_in_front,
                 _embedded, _part(1), lambda got, want: None),
            untouched(_embedded),
        ),
        hints=(
            "The same N vectors stand in front of each of the B rows: expand them.",
            "torch.cat along the second dimension, twice: vectors, then the mask.",
            "rows, length = len(embedded), len(prompt)\n"
            "wide = torch.cat([prompt.expand(rows, -1, -1), embedded], 1)\n"
            "return wide, torch.cat([keep_mask.new_ones(rows, length), keep_mask], 1)",
        ),
        reference=put_in_front,
    ),
    Exercise(
        id="peft_family.attend_with_prefix",
        title="Attention with a prefix",
        points=4,
        difficulty=4,
        minutes=20,
        checks=(
            like("a prefix of three places", "the output", attend_with_prefix, _text),
            like("no prefix: plain causal attention", "the output", attend_with_prefix,
                 lambda seed: _text(seed, 0)),
            like("the first token sees the prefix and itself", "the first row",
                 attend_with_prefix, _text, lambda out: out[0]),
            untouched(_text),
        ),
        hints=(
            "A prefix is just more keys and values: put it in front of k and v. Leave q alone.",
            "Scores are T by N+T. A token may see the whole prefix, and the text up to itself.",
            "scores = q @ torch.cat([prefix_k, k]).T / q.shape[-1] ** 0.5\n"
            "hidden = torch.ones(scores.shape, dtype=torch.bool).triu(len(prefix_k) + 1)\n"
            "return scores.masked_fill(hidden, -torch.inf).softmax(-1) @ torch.cat([prefix_v, v])",
        ),
        reference=attend_with_prefix,
    ),
    Exercise(
        id="peft_family.gap_closed",
        title="How much of the way?",
        points=2,
        difficulty=2,
        minutes=10,
        checks=(
            like("four sizes", "the list of parts", gap_closed, _losses),
            Check("a model that was not tuned went no part of the way", _untouched_model),
            Check("full tuning went all of it", _whole_model),
        ),
        hints=(
            "How long is the whole way, from the loss of the frozen model to that of full tuning?",
            "And how far did the method get? Both are differences from the frozen loss. Divide.",
            "return [(a - b) / (a - c) for a, b, c in zip(frozen, tuned, full)]",
        ),
        reference=gap_closed,
    ),
)  # fmt: skip
