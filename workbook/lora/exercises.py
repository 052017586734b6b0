"""The exercises of lesson 10: the LoRA layer, its first numbers, the merge, and four more.

Each comes with its checks, its hints and a reference answer; reading on is reading the answers.
How an exercise is asked and judged is explained in `workbook.core.exercises.exercise`.

Shapes: N tokens, I inputs and O outputs of a layer, R rank, B rows, T time, K adapters.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import torch
import torch.nn.functional as F
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

# --- reference answers --------------------------------------------------------------------------


def lora_forward(x: Tensor, weight: Tensor, A: Tensor, B: Tensor, alpha: float) -> Tensor:
    """Return W x + (alpha / R) B A x for every token. x: `N I`; weight: `O I`; A: `R I`; B: `O R`.

    x goes through A first: B A is never built.
    """
    return F.linear(x, weight) + alpha / len(A) * F.linear(F.linear(x, A), B)


def first_matrices(
    outputs: int, inputs: int, rank: int, source: torch.Generator
) -> tuple[Tensor, Tensor]:
    """Return A `R I`, uniform up to 1 / sqrt(I) in size, and B `O R`, all zeros."""
    A = (torch.rand(rank, inputs, generator=source) * 2 - 1) / math.sqrt(inputs)
    return A, torch.zeros(outputs, rank)


def merged_weight(weight: Tensor, A: Tensor, B: Tensor, alpha: float) -> Tensor:
    """Return W' = W + (alpha / R) B A, `O I`; W stays as it is."""
    return weight + alpha / len(A) * (B @ A)


WIDTH, HEADS, RANK, INNER = 768, 12, 4, 3072  # of the layers asked about
PREDICTED = (
    "the adapter's weights on q, seen as one 768 x 768 matrix",
    "the adapter's weights on a matrix of 3072 x 768",
    "the largest rank whose adapter is smaller than the 768 x 768 matrix",
)


def lora_counts() -> tuple[int, int, int]:
    """Weights of rank 4 on 768 x 768 and on 3072 x 768; the largest rank that saves anything."""
    whole = WIDTH * WIDTH
    largest = math.ceil(whole / (2 * WIDTH)) - 1  # r * 2 * width < whole
    return RANK * 2 * WIDTH, RANK * (WIDTH + INNER), largest


def least_rank(update: Tensor, part: float) -> int:
    """Return the least rank that keeps this part of an update's squared length. update: `O I`."""
    squares = torch.linalg.svdvals(update).square()
    kept = squares.cumsum(0) / squares.sum()
    return int((kept < part - 1e-6).sum()) + 1


def dora_weight(weight: Tensor, magnitude: Tensor, A: Tensor, B: Tensor, alpha: float) -> Tensor:
    """Return DoRA's weight: row i of W + (alpha / R) B A, made magnitude[i] long."""
    changed = weight + alpha / len(A) * (B @ A)
    return magnitude[:, None] * changed / changed.norm(dim=1, keepdim=True)


def updates_per_row(x: Tensor, A: Tensor, B: Tensor, adapter: Tensor) -> Tensor:
    """Return each row's update by its own adapter, `B T O`, scale 1.

    x: `B T I`. A: `K R I` and B: `K O R`, one of each adapter. adapter: `B`, the number of each
    row's.
    """
    low = torch.einsum("bti,bri->btr", x, A[adapter])
    return torch.einsum("btr,bor->bto", low, B[adapter])


# --- checks -------------------------------------------------------------------------------------


def _matrices(seed: int, outputs: int = 6, inputs: int = 9, rank: int = 3) -> tuple:
    source = generator(seed)
    drawn = [torch.randn(*s, generator=source) for s in
             ((outputs, inputs), (rank, inputs), (outputs, rank))]  # fmt: skip
    return *drawn, 2.0 * rank


def _forward(seed: int) -> tuple:
    weight, A, B, alpha = _matrices(seed)
    return torch.randn(5, 9, generator=generator(seed + 1)), weight, A, B, alpha


def _zero_b(seed: int) -> tuple:
    x, weight, A, B, alpha = _forward(seed)
    return x, weight, A, torch.zeros_like(B), alpha


def _other_alpha(seed: int) -> tuple:
    *rest, _ = _forward(seed)
    return *rest, 5.0


def _square(seed: int) -> tuple:
    return _matrices(seed, 8, 8, 4)


def _same_layer(answer: Callable, seed: int) -> str | None:
    x, weight, A, B, alpha = _forward(seed)
    out = F.linear(x, answer(weight, A, B, alpha))
    return compare("the output", out, lora_forward(x, weight, A, B, alpha), 1e-4)


def _init(view: Callable[[Tensor, Tensor], str | None]) -> Callable[[Callable, int], str | None]:
    """A check of the two first matrices of a layer of 40 x 100, rank 30."""

    def test(answer: Callable, seed: int) -> str | None:
        out = answer(40, 100, 30, generator(seed))
        if not (isinstance(out, tuple) and len(out) == 2):
            return "the result is not a pair (A, B)."
        A, B = out
        if tuple(A.shape) != (30, 100) or tuple(B.shape) != (40, 30):
            given = f"A has shape {tuple(A.shape)} and B {tuple(B.shape)}"
            return f"{given}; A comes first and is `R I`, B is `O R`."
        return view(A, B)

    return test


def _changes_nothing(A: Tensor, B: Tensor) -> str | None:
    return compare("the product B A", B @ A, torch.zeros(40, 100))


def _can_learn(A: Tensor, B: Tensor) -> str | None:
    """With both at zero no gradient would reach either."""
    wrong = "A and B are both zero, so neither gets a gradient."
    return None if A.abs().max() > 0 or B.abs().max() > 0 else wrong


def _spread(A: Tensor, B: Tensor) -> str | None:
    """3,000 uniform numbers up to 0.1: the largest is above 0.099, the deviation near 0.0577."""
    if B.abs().max() > 0:
        return "B has entries other than zero: only A is drawn."
    largest, deviation = float(A.abs().max()), float(A.std())
    if largest > 0.1 + 1e-6:
        return "A has numbers beyond 1 / sqrt(inputs) in size."
    wrong = "A is not spread evenly from -1 / sqrt(inputs) to 1 / sqrt(inputs)."
    return None if largest > 0.098 and 0.054 < deviation < 0.062 else wrong


def _same_source(answer: Callable, seed: int) -> str | None:
    one, two = (answer(4, 6, 2, generator(seed))[0] for _ in range(2))
    return compare("A from the same generator", one, two, 0.0)


def _with_spectrum(seed: int, values: Sequence[float]) -> Tensor:
    """A matrix with these singular values."""
    source = generator(seed)
    u, _ = torch.linalg.qr(torch.randn(8, len(values), generator=source))
    v, _ = torch.linalg.qr(torch.randn(7, len(values), generator=source))
    return u @ torch.diag(torch.tensor(values)) @ v.T


def _slow(seed: int) -> tuple:
    return _with_spectrum(seed, (4.0, 3.0, 2.0, 1.0, 0.5)), 0.9


def _fast(seed: int) -> tuple:
    return _with_spectrum(seed, (5.0, 0.5, 0.4, 0.1)), 0.9


def _nearly_all(seed: int) -> tuple:
    return _with_spectrum(seed, (4.0, 3.0, 2.0, 1.0, 0.5)), 0.99


def _dora(seed: int) -> tuple:
    weight, A, B, alpha = _matrices(seed)
    return weight, torch.rand(6, generator=generator(seed + 1)) + 0.5, A, B, alpha


def _dora_at_start(seed: int) -> tuple:
    weight, A, B, alpha = _matrices(seed)
    return weight, weight.norm(dim=1), A, torch.zeros_like(B), alpha


def _length(answer: Callable, seed: int) -> str | None:
    given = _dora(seed)
    return compare("the length of each row", answer(*given).norm(dim=1), given[1])


def _rows(seed: int, adapters: int = 3, rows: int = 5) -> tuple:
    source = generator(seed)
    shapes = ((rows, 4, 9), (adapters, 2, 9), (adapters, 6, 2))
    x, A, B = (torch.randn(*shape, generator=source) for shape in shapes)
    order = torch.arange(rows).flip(0) % adapters
    return x, A, B, order


def _one_adapter(seed: int) -> tuple:
    return _rows(seed, 1, 3)


def _more_adapters(seed: int) -> tuple:
    return _rows(seed, 7, 4)


def _number(place: int) -> Check:
    form = "(weights on q, weights on 3072 x 768, rank)"
    return predicted(place, PREDICTED[place], "this number", lora_counts, form)


# --- the exercises ------------------------------------------------------------------------------

EXERCISES = exercise_set(
    "lora",
    Exercise(
        id="lora.layer", title="The LoRA layer", points=2, difficulty=2, minutes=10,
        checks=(
            like("y = W x + (alpha / R) B A x", "the output", lora_forward, _forward),
            like("with B = 0 it is the frozen layer alone", "the output", lora_forward, _zero_b),
            like("another alpha gives another scale", "the output", lora_forward, _other_alpha),
            untouched(_forward),
        ),
        hints=(
            "Besides W x, two products with thin matrices: x through A, the result through B.",
            "F.linear(x, A) is `N R`. The rank is the number of A's rows.",
            "import torch.nn.functional as F\n"
            "return F.linear(x, weight) + alpha / len(A) * F.linear(F.linear(x, A), B)",
        ),
        reference=lora_forward,
    ),
    Exercise(
        id="lora.first_matrices", title="The first numbers", points=2, difficulty=2, minutes=10,
        checks=(
            Check("the output does not change", _init(_changes_nothing)),
            Check("something can learn", _init(_can_learn)),
            Check("A is uniform up to 1 / sqrt(inputs) in size, B is zero", _init(_spread)),
            Check("the same state of the generator gives the same A", _same_source),
        ),
        hints=(
            "One of the two must be zero, so that B A is; but if both were, neither would get a "
            "gradient.",
            "torch.rand(..., generator=source) lies in [0, 1): stretch it, and shift it to both "
            "sides of 0.",
            "return (torch.rand(rank, inputs, generator=source) * 2 - 1) / inputs**0.5, "
            "torch.zeros(outputs, rank)",
        ),
        reference=first_matrices,
    ),
    Exercise(
        id="lora.merge", title="The merge", points=1, difficulty=1, minutes=5,
        checks=(
            like("W' = W + (alpha / R) B A", "the merged weight", merged_weight, _matrices),
            like("the same with a square weight, where a transposed product would fit",
                 "the merged weight", merged_weight, _square),
            Check("the merged layer does what W and the adapter do side by side", _same_layer),
            untouched(_matrices),
        ),
        hints=(
            "The update has the shape of W: (outputs, rank) times (rank, inputs).",
            "Do not write into weight: += would change the one that was given.",
            "return weight + alpha / len(A) * (B @ A)",
        ),
        reference=merged_weight,
    ),
    Exercise(
        id="lora.counts", title="Count before you train", points=2, difficulty=2, minutes=8,
        checks=tuple(_number(place) for place in range(len(PREDICTED))),
        hints=(
            "Heads only divide the matrix up; its number of weights stays the same.",
            "A has rank x inputs weights, B has outputs x rank. For the last number, both together "
            "must have fewer than 768 * 768.",
            "answer(..., (4 * (768 + 768), 4 * (3072 + 768), 768 * 768 // (768 + 768) - 1))",
        ),
        reference=lora_counts, wants="value",
    ),
    Exercise(
        id="lora.least_rank", title="How much rank does it need?", points=2, difficulty=3,
        minutes=12,
        checks=(
            like("90 % of the squared length, singular values that fall slowly", "the rank",
                 least_rank, _slow),
            like("90 % of the squared length, singular values that fall fast", "the rank",
                 least_rank, _fast),
            like("99 % of the squared length", "the rank", least_rank, _nearly_all),
        ),
        hints=(
            "The closest matrix of rank r keeps the r largest singular values.",
            "Square torch.linalg.svdvals(update), which come sorted: how many of the largest "
            "make up that part of the sum of them all?",
            "s = torch.linalg.svdvals(update)**2; "
            "return int((s.cumsum(0) / s.sum() < part - 1e-6).sum()) + 1",
        ),
        reference=least_rank,
    ),
    Exercise(
        id="lora.dora", title="DoRA: direction and length apart", points=3, difficulty=4,
        minutes=20,
        checks=(
            like("rows of the merged weight, each as long as its magnitude", "the weight",
                 dora_weight, _dora),
            like("with B = 0 and the lengths of W's rows it is W", "the weight", dora_weight,
                 _dora_at_start),
            Check("the lengths of the rows are the magnitudes", _length),
            untouched(_dora),
        ),
        hints=(
            "LoRA's merged weight gives the direction of each row, magnitude its length.",
            "Divide each row by its own length, norm(dim=1, keepdim=True). magnitude[:, None] has "
            "a number for each row.",
            "changed = weight + alpha / len(A) * (B @ A); "
            "return magnitude[:, None] * changed / changed.norm(dim=1, keepdim=True)",
        ),
        reference=dora_weight,
    ),
    Exercise(
        id="lora.updates_per_row", title="A batch of many adapters", points=3, difficulty=4,
        minutes=20,
        checks=(
            like("each row goes through its own adapter", "the tensor of updates",
                 updates_per_row, _rows),
            like("there is one adapter, for all rows", "the tensor of updates",
                 updates_per_row, _one_adapter),
            like("there are more adapters than rows", "the tensor of updates",
                 updates_per_row, _more_adapters),
            untouched(_rows),
        ),
        hints=(
            "A[adapter] is `B R I`: for each row, the matrix A of its adapter.",
            "Then multiply row by row, with torch.bmm or torch.einsum: A first, then B.",
            "low = torch.einsum('bti,bri->btr', x, A[adapter]); "
            "return torch.einsum('btr,bor->bto', low, B[adapter])",
        ),
        reference=updates_per_row,
    ),
)  # fmt: skip
