"""The exercises of lesson 06: count FLOPs, fit a law, find a budget's best size, and what follows.

Each comes with its checks, its hints and a reference answer; reading on is reading the answers.
How an exercise is asked and judged is explained in `workbook.core.exercises.exercise`.

Shapes: P points (runs).
"""

from __future__ import annotations

import torch
from torch import Tensor

from workbook.core.exercises.exercise import (
    Check,
    Exercise,
    exercise_set,
    like,
    predicted,
    untouched,
)
from workbook.core.runs.seeding import generator

# --- reference answers --------------------------------------------------------------------------


def units() -> tuple[float, float, float]:
    """PF-days of 8 V100 in a day at their peak, A100s for the same, PF-days of 6 N D of GPT-3."""
    return 8 * 125e12 / 1e15, 1e15 / 312e12, 6 * 175e9 * 300e9 / (1e15 * 86_400)


def forward_flops(width: int, ffn_dim: int, layers: int, vocabulary: int, tokens: int) -> int:
    """FLOPs of one text through a Llama whose queries, keys and values all have `width` channels.

    Matrix products alone: each layer has four width x width matrices, three of width x ffn_dim,
    and attention; then comes the output layer. Returns the forward pass.
    """
    matrices = layers * (4 * width * width + 3 * width * ffn_dim) + vocabulary * width
    attention = layers * 2 * tokens * tokens * width
    return 2 * tokens * matrices + 2 * attention


def huber_sum(
    constants: Tensor, log_n: Tensor, log_d: Tensor, log_loss: Tensor, delta: float
) -> Tensor:
    """The objective of Hoffmann et al. (2022, equation 3).

    constants: a, b, e, alpha, beta. log_n, log_d, log_loss: P, natural logarithms. Returns the sum
    of Huber losses of log_loss less log-sum-exp(a - alpha log_n, b - beta log_d, e).
    """
    a, b, e, alpha, beta = constants
    terms = torch.stack([a - alpha * log_n, b - beta * log_d, e.expand_as(log_n)])  # 3 P
    error = (log_loss - terms.logsumexp(0)).abs()
    return torch.where(error <= delta, error**2 / 2, delta * (error - delta / 2)).sum()


def best_size(sizes: Tensor, losses: Tensor) -> Tensor:
    """N at the bottom of the parabola through losses against log N; sizes, losses: P, P >= 3."""
    x = sizes.log()
    powers = torch.stack([x**2, x, torch.ones_like(x)], 1)  # P 3
    square, linear, _ = torch.linalg.lstsq(powers, losses[:, None]).solution[:, 0]
    return (-linear / (2 * square)).exp()


def best_split(flops: float, A: float, B: float, alpha: float, beta: float) -> tuple[float, float]:
    """(N*, D*) for flops = 6 N D (Hoffmann et al. 2022, equation 4)."""
    ratio = (alpha * A / (beta * B)) ** (1 / (alpha + beta))
    parameters = ratio * (flops / 6) ** (beta / (alpha + beta))
    return parameters, flops / 6 / parameters


def epochs_worth(unique: float, epochs: float, star: float) -> float:
    """Fresh tokens that `epochs` passes over `unique` tokens are worth (Muennighoff et al. 2023).

    star: R*_D. Less than one pass reads only a part, in full worth.
    """
    if epochs <= 1:
        return unique * epochs
    repeats = torch.tensor(epochs - 1, dtype=torch.float64)
    return float(unique + unique * star * (1 - torch.exp(-repeats / star)))


def break_even(large: float, large_tokens: float, small: float, small_tokens: float) -> float:
    """Tokens of use from which the smaller of two equally good models takes less compute in all.

    large, small: parameters; the others: tokens of training. 0 where it takes less at once.
    """
    dearer = 6 * (small * small_tokens - large * large_tokens)
    return max(0.0, dearer / (2 * (large - small)))


def limit_of_three(first: float, second: float, third: float) -> float:
    """E of L = E + K / C^g from the losses at three budgets that grow by one factor each."""
    return (first * third - second**2) / (first + third - 2 * second)


# --- checks -------------------------------------------------------------------------------------


def _unit(place: int, says: str) -> Check:
    form = "(PF-days a day, A100s, PF-days of GPT-3)"
    return predicted(place, says, "that number", units, form, tolerance=0.01)


def _decoder(seed: int) -> tuple:
    source = generator(seed)
    pick = lambda low, high: int(torch.randint(low, high, (1,), generator=source))  # noqa: E731
    return 16 * pick(2, 9), 16 * pick(20, 40), pick(2, 6), 100 * pick(3, 30), pick(20, 90)


def _long(seed: int) -> tuple:
    return (*_decoder(seed)[:4], 5000)


def _no_layers(seed: int) -> tuple:
    width, ffn_dim, _, vocabulary, tokens = _decoder(seed)
    return width, ffn_dim, 0, vocabulary, tokens


def _no_output(seed: int) -> tuple:
    width, ffn_dim, layers, _, tokens = _decoder(seed)
    return width, ffn_dim, layers, 0, tokens


def _objective(seed: int, error: float = 0.02, delta: float = 1e-3) -> tuple:
    source = generator(seed)
    log_n, log_d = 10 + 5 * torch.rand(2, 20, generator=source, dtype=torch.float64)
    constants = torch.tensor([5.0, 6.0, 0.3, 0.35, 0.4], dtype=torch.float64)
    a, b, e, alpha, beta = constants
    terms = torch.stack([a - alpha * log_n, b - beta * log_d, e.expand_as(log_n)])
    noise = error * (1 + torch.rand(20, generator=source, dtype=torch.float64))
    sign = torch.tensor([1.0, -1.0], dtype=torch.float64).repeat(10)
    return constants, log_n, log_d, terms.logsumexp(0) + sign * noise, delta


def _parabola(seed: int) -> tuple:
    source = generator(seed)
    start, bottom, depth = torch.rand(3, generator=source, dtype=torch.float64)
    x = 11 + 2 * start + torch.tensor([0.0, 0.5, 0.9, 1.7, 2.6], dtype=torch.float64)
    return x.exp(), 2 + (0.1 + depth) * (x - x[0] - 0.4 - 1.6 * bottom) ** 2


def _bent(seed: int) -> tuple:
    """Losses that are no parabola, so that the lowest run is not the bottom."""
    sizes, losses = _parabola(seed)
    return sizes, losses + torch.tensor([0.0, 0.04, -0.03, 0.02, 0.0], dtype=torch.float64)


def _constants(seed: int) -> tuple:
    a, b, alpha, beta, flops = torch.rand(5, generator=generator(seed)).tolist()
    return (
        10 ** (12 + 8 * flops),
        50 + 500 * a,
        700 + 2000 * b,
        0.25 + 0.2 * alpha,
        0.5 + 0.2 * beta,
    )


def _epochs(seed: int, low: float = 2.0, high: float = 40.0) -> tuple:
    unique, epochs, star = torch.rand(3, generator=generator(seed)).tolist()
    return 1e6 * (1 + unique), low + (high - low) * epochs, 4 + 12 * star


def _pair(seed: int) -> tuple:
    size, share, more = torch.rand(3, generator=generator(seed)).tolist()
    large, tokens = 1e9 * (5 + 10 * size), 1e11 * (1 + size)
    small = large * (0.4 + 0.2 * share)
    return large, tokens, small, tokens * large / small * (1.2 + more)


def _cheap(seed: int) -> tuple:
    large, tokens, small, _ = _pair(seed)
    return large, tokens, small, tokens


def _three(seed: int, factor: float = 4.0) -> tuple:
    e, k, g = torch.rand(3, generator=generator(seed), dtype=torch.float64).tolist()
    limit, amount, power = 0.3 + 2 * e, 1 + 2 * k, 0.2 + 0.4 * g
    first, second, third = (limit + amount * factor ** (-power * step) for step in range(3))
    return first, second, third


# --- the exercises ------------------------------------------------------------------------------

EXERCISES = exercise_set(
    "scaling_laws",
    Exercise(
        id="scaling_laws.units",
        title="A petaflop/s for a day",
        points=1,
        difficulty=1,
        minutes=5,
        checks=(
            _unit(0, "(a) PF-days of 8 V100 in a day"),
            _unit(1, "(b) A100s that make one PF-day in a day"),
            _unit(2, "(c) PF-days of training GPT-3"),
        ),
        hints=(
            "A PF-day is 10^15 FLOPs a second for 86,400 seconds.",
            "One card makes its peak / 10^15 PF-days in a day; training takes 6 N D FLOPs.",
            "8 x 125e12 / 1e15; 1e15 / 312e12; 6 x 175e9 x 300e9 / 8.64e19.",
        ),
        reference=units,
        wants="value",
    ),
    Exercise(
        id="scaling_laws.forward_flops",
        title="Count the FLOPs",
        points=3,
        difficulty=2,
        minutes=15,
        checks=(
            like("a small decoder", "the count", forward_flops, _decoder),
            like("a long text, where attention leads", "the count", forward_flops, _long),
            like("the output layer alone (layers = 0)", "the count", forward_flops, _no_layers),
            like("the layers alone (vocabulary = 0)", "the count", forward_flops, _no_output),
        ),
        hints=(
            "A token times a matrix of m x n takes 2 m n FLOPs: a multiplication and an addition.",
            "In each layer attention takes T x T x width multiply-adds twice: scores, and sums.",
            "matrices = layers * (4 * width**2 + 3 * width * ffn_dim) + vocabulary * width\n"
            "return 2 * tokens * matrices + 4 * layers * tokens**2 * width",
        ),
        reference=forward_flops,
    ),
    Exercise(
        id="scaling_laws.huber_sum",
        title="Chinchilla's objective",
        points=3,
        difficulty=3,
        minutes=20,
        checks=(
            like("small errors are squared", "the sum over all runs", huber_sum,
                 lambda seed: _objective(seed, 0.02, delta=1.0), view=lambda out: 1e4 * out),
            like("large errors count by their size", "the sum over all runs", huber_sum, _objective,
                 view=lambda out: 1e4 * out),
            like("small and large together", "the sum over all runs", huber_sum,
                 lambda seed: _objective(seed, 0.02, delta=0.03), view=lambda out: 1e4 * out),
            untouched(_objective),
        ),
        hints=(
            "constants: a, b, e, alpha, beta, in this order. torch.logsumexp adds the three terms.",
            "Huber: r^2 / 2 up to delta, delta (|r| - delta / 2) beyond; then sum over the runs.",
            "a, b, e, alpha, beta = constants\n"
            "terms = torch.stack([a - alpha * log_n, b - beta * log_d, e.expand_as(log_n)])\n"
            "error = (log_loss - terms.logsumexp(0)).abs()\n"
            "return torch.where(error <= delta, error**2 / 2, delta * (error - delta / 2)).sum()",
        ),
        reference=huber_sum,
    ),
    Exercise(
        id="scaling_laws.best_size",
        title="The bottom of the parabola",
        points=2,
        difficulty=2,
        minutes=15,
        checks=(
            like("an exact parabola", "the logarithm of the size you return", best_size, _parabola,
                 view=torch.log),
            like("losses with noise, where the lowest run is not the bottom",
                 "the logarithm of the size you return", best_size, _bent, view=torch.log),
            like("other sizes", "the logarithm of the size you return", best_size,
                 lambda seed: _parabola(seed + 1), view=torch.log),
            untouched(_parabola),
        ),
        hints=(
            "The parabola is in log N: take the logarithm first, and its inverse at the end.",
            "Three columns, x^2, x and 1, and torch.linalg.lstsq fit it.",
            "# The bottom of p x^2 + q x + r is at x = -q / (2 p).\n"
            "x = sizes.log()\n"
            "powers = torch.stack([x**2, x, torch.ones_like(x)], 1)\n"
            "p, q, r = torch.linalg.lstsq(powers, losses[:, None]).solution[:, 0]\n"
            "return (-q / (2 * p)).exp()",
        ),
        reference=best_size,
    ),
    Exercise(
        id="scaling_laws.best_split",
        title="Share out a budget",
        points=3,
        difficulty=3,
        minutes=20,
        checks=(
            like("the parameters", "the logarithm of N*", best_split, _constants,
                 view=lambda pair: torch.tensor(pair[0]).log()),
            like("the tokens", "the logarithm of D*", best_split, _constants,
                 view=lambda pair: torch.tensor(pair[1]).log()),
            like("6 N* D* is the budget", "6 N* D*, divided by the budget,", best_split,
                 lambda seed: (6e12, *_constants(seed)[1:]),
                 view=lambda pair: pair[0] * pair[1] / 1e12),
        ),
        hints=(
            "With D = C / (6 N) the loss depends on N alone; set its derivative to zero.",
            "At the optimum alpha A / N^alpha = beta B / D^beta.",
            "ratio = (alpha * A / (beta * B)) ** (1 / (alpha + beta))\n"
            "parameters = ratio * (flops / 6) ** (beta / (alpha + beta))\n"
            "return parameters, flops / 6 / parameters",
        ),
        reference=best_split,
    ),
    Exercise(
        id="scaling_laws.epochs_worth",
        title="Read it again",
        points=2,
        difficulty=2,
        minutes=10,
        checks=(
            like("a few passes", "the worth, in millions of tokens,", epochs_worth,
                 lambda seed: _epochs(seed, 2.0, 5.0), view=lambda out: out / 1e6),
            like("many passes", "the worth, in millions of tokens,", epochs_worth,
                 lambda seed: _epochs(seed, 20.0, 40.0), view=lambda out: out / 1e6),
            like("half a pass", "the worth, in millions of tokens,", epochs_worth,
                 lambda seed: _epochs(seed, 0.3, 0.6), view=lambda out: out / 1e6),
        ),
        hints=(
            "The first pass counts in full; what is repeated is epochs - 1.",
            "D' = U + U R* (1 - exp(-R / R*)), with R the repetitions.",
            "import math\n"
            "if epochs <= 1:\n"
            "    return unique * epochs\n"
            "return unique + unique * star * (1 - math.exp(-(epochs - 1) / star))",
        ),
        reference=epochs_worth,
    ),
    Exercise(
        id="scaling_laws.break_even",
        title="When the small model pays",
        points=2,
        difficulty=2,
        minutes=10,
        checks=(
            like("dearer to train, cheaper to use", "the demand, in units of 10^11,", break_even,
                 _pair, view=lambda out: out / 1e11),
            like("cheaper from the start, so 0", "the demand", break_even, _cheap),
            like("another pair", "the demand, in units of 10^11,", break_even,
                 lambda seed: _pair(seed + 1), view=lambda out: out / 1e11),
        ),
        hints=(
            "For each parameter and token, training takes 6 FLOPs and use takes 2.",
            "Set the two sums equal and solve for the tokens of use.",
            "saved = 6 * (small * small_tokens - large * large_tokens)\n"
            "return max(0.0, saved / (2 * (large - small)))",
        ),
        reference=break_even,
    ),
    Exercise(
        id="scaling_laws.limit_of_three",
        title="The limit from three runs",
        points=4,
        difficulty=4,
        minutes=30,
        checks=(
            like("budgets four times apart", "the limit", limit_of_three, _three),
            like("budgets ten times apart", "the limit", limit_of_three,
                 lambda seed: _three(seed, 10.0)),
            like("budgets twice apart", "the limit", limit_of_three,
                 lambda seed: _three(seed, 2.0)),
        ),
        hints=(
            "From each budget to the next, L - E is multiplied by the same number below 1.",
            "So (second - E) / (first - E) = (third - E) / (second - E).",
            "# Multiply out: E^2 cancels, and what is left is linear in E.\n"
            "return (first * third - second**2) / (first + third - 2 * second)",
        ),
        reference=limit_of_three,
    ),
)  # fmt: skip
