"""The exercises of lesson 05: a format, absmax, the straight-through step, and five more.

Each comes with its checks, its hints and a reference answer; reading on is reading the answers.
How an exercise is asked and judged is explained in `workbook.core.exercises.exercise`.

Shapes: B rows, I inputs, O outputs of a layer, G weights of a group.
"""

from __future__ import annotations

import math

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

# --- reference answers --------------------------------------------------------------------------


def decode_e4m3(bits: int) -> float:
    """Return the number that 8 bits stand for: 1 sign, 4 exponent (bias 7), 3 fraction bits."""
    sign = -1.0 if bits & 0x80 else 1.0
    exponent, fraction = (bits >> 3) & 0xF, bits & 0x7
    if exponent == 15 and fraction == 7:
        return math.nan
    if exponent == 0:
        return sign * fraction / 8 * 2.0**-6
    return sign * (1 + fraction / 8) * 2.0 ** (exponent - 7)


def encode_e4m3(value: float) -> int:
    """Return the pattern nearest to a number; of two as near, the even one; too large: 448."""
    sign = 0x80 if math.copysign(1.0, value) < 0 else 0
    best = min(range(0x7F), key=lambda bits: (abs(decode_e4m3(bits) - abs(value)), bits % 2))
    return sign | best


def absmax_groups(weight: Tensor, bits: int, group: int) -> tuple[Tensor, Tensor]:
    """Return (codes `O I`, scales `O I/G`) of symmetric quantization by groups within a row."""
    top = 2 ** (bits - 1) - 1
    groups = weight.reshape(len(weight), -1, group)  # O I/G G
    scales = groups.abs().amax(-1) / top  # O I/G
    codes = (groups / scales[..., None]).round()
    return codes.reshape(weight.shape), scales


def fake_quantize(x: Tensor, scale: float) -> Tensor:
    """Return `x` on the grid of a scale, with the gradient of `x` itself."""
    rounded = (x / scale).round() * scale
    return x + (rounded - x).detach()


PARAMETERS = 7_000_000_000
FORMATS = ("fp32", "bf16", "int8", "int4 in groups of 32")


def model_gigabytes() -> tuple[float, ...]:
    """GB (10^9 bytes) of 7 billion weights in FORMATS; a group of 32 has a 16-bit scale."""
    return tuple(PARAMETERS * bits / 8 / 1e9 for bits in (32, 16, 8, 4 + 16 / 32))


def cache_gigabytes(
    layers: int, key_heads: int, head_size: int, seq_len: int, batch_size: int, bits: int
) -> float:
    """Return the GB (10^9 bytes) of the keys and values of a whole batch."""
    return 2 * layers * key_heads * head_size * seq_len * batch_size * bits / 8 / 1e9


def round_by_chance(x: Tensor, chance: Tensor) -> Tensor:
    """Return whole numbers: up where `chance` is below the distance to the floor, else down."""
    return x.floor() + (chance < x - x.floor())


def split_matmul(x: Tensor, weight: Tensor, threshold: float) -> Tensor:
    """Return `x weight^T`: columns with an outlier as they are, the rest rounded to 8 bits."""
    is_outlier = x.abs().amax(0) >= threshold  # I
    rest = x.masked_fill(is_outlier, 0.0)
    return x[:, is_outlier] @ weight[:, is_outlier].T + rounded_rows(rest) @ rounded_rows(weight).T


def rounded_rows(x: Tensor) -> Tensor:
    """Return `x` as 8 bits keep it, one absmax scale for each row."""
    scales = x.abs().amax(-1, keepdim=True).clamp(min=1e-12) / 127
    return (x / scales).round() * scales


def gptq_column(left: Tensor, upper: Tensor, column: int, scale: float) -> tuple[Tensor, Tensor]:
    """Return (the column rounded `O`, the weights `O I` with its error spread behind it)."""
    rounded = (left[:, column] / scale).round() * scale
    error = (left[:, column] - rounded) / upper[column, column]
    after = left.clone()
    after[:, column] = rounded
    after[:, column + 1 :] -= error[:, None] * upper[column, column + 1 :]
    return rounded, after


# --- checks -------------------------------------------------------------------------------------


def _patterns(says: str, patterns: range) -> Check:
    """Is every pattern of a range decoded right?"""

    def test(answer, _seed: int) -> str | None:
        got = [answer(bits) for bits in patterns]
        return compare("the number", got, [decode_e4m3(bits) for bits in patterns])

    return Check(says, test)


def _only_nan(answer, _seed: int) -> str | None:
    numbers = [answer(bits) for bits in range(256)]
    nan = [bits for bits, number in enumerate(numbers) if math.isnan(number)]
    return None if nan == [0x7F, 0xFF] else f"{len(nan)} patterns are NaN, not two."


def _encoded(says: str, values) -> Check:
    """Is every number of a list encoded right? values: seed -> numbers."""

    def test(answer, seed: int) -> str | None:
        numbers = values(seed)
        wanted = [encode_e4m3(number) for number in numbers]
        return compare("the pattern", [answer(number) for number in numbers], wanted)

    return Check(says, test)


def _values_of_the_format(_seed: int) -> list[float]:
    return [decode_e4m3(bits) for bits in (0x01, 0x08, 0x38, 0x7E, 0x81, 0xC5, 0xFE)]


def _between(seed: int) -> list[float]:
    return (torch.randn(8, generator=generator(seed)) * 20).tolist()


def _middles(_seed: int) -> list[float]:
    return [(decode_e4m3(bits) + decode_e4m3(bits + 1)) / 2 for bits in (0x10, 0x11, 0x3C, 0x3D)]


def _weight(seed: int, bits: int = 4, group: int = 8) -> tuple:
    return torch.randn(6, 32, generator=generator(seed)), bits, group


def _gradient(answer, seed: int) -> str | None:
    x = torch.randn(12, generator=generator(seed)).requires_grad_()
    weights = torch.randn(12, generator=generator(seed + 1))
    result = answer(x, 0.25)
    if not getattr(result, "requires_grad", False):
        return "no gradient flows back: the result does not depend on x for autograd."
    (result * weights).sum().backward()
    return compare("the gradient of x", x.grad, weights)


def _numbers(seed: int) -> tuple:
    return torch.randn(40, generator=generator(seed)), 0.25


def _chances(seed: int) -> tuple:
    source = generator(seed)
    return 5 * torch.randn(60, generator=source), torch.rand(60, generator=source)


def _on_average(answer, seed: int) -> str | None:
    chance = torch.rand(20_000, generator=generator(seed))
    mean = answer(torch.full((20_000,), 0.3), chance).mean()
    return compare("the mean of many roundings of 0.3", mean, 0.3, 0.02)


def _with_outliers(seed: int, factor: float = 20.0) -> tuple:
    source = generator(seed)
    x = torch.randn(5, 24, generator=source).clamp(-3, 3)
    x[:, 3], x[0, 9] = 3.0 * factor, 2.5 * factor
    return x, torch.randn(7, 24, generator=source), 6.0


def _columns(seed: int, column: int = 2) -> tuple:
    source = generator(seed)
    x = torch.randn(50, 8, generator=source)
    inverse = torch.linalg.inv(x.T @ x / 50 + 0.1 * torch.eye(8))
    upper = torch.linalg.cholesky(inverse, upper=True)
    return torch.randn(4, 8, generator=source), upper, column, 0.3


def _pair(got, _want) -> str | None:
    is_pair = isinstance(got, tuple) and len(got) == 2
    return None if is_pair else "the result is not a pair of tensors."


def _predicted_size(place: int) -> Check:
    says = f"7 billion weights in {FORMATS[place]}"
    return predicted(place, says, "the number of GB", model_gigabytes, "(GB, GB, GB, GB)", 0.02)


def _cache(seed: int, **changes: int) -> tuple:
    sizes = torch.randint(1, 9, (2,), generator=generator(seed)).tolist()
    known = {"layers": 4 * sizes[0], "key_heads": sizes[1], "head_size": 64,
             "seq_len": 1_000_000, "batch_size": 3, "bits": 16} | changes  # fmt: skip
    return tuple(known.values())


# --- the exercises ------------------------------------------------------------------------------

EXERCISES = exercise_set(
    "quantization",
    Exercise(
        id="quantization.decode_e4m3",
        title="From 8 bits to a number",
        points=2,
        difficulty=2,
        minutes=10,
        checks=(
            _patterns("normal numbers", range(0x08, 0x78)),
            _patterns("subnormal numbers and zero", range(0x08)),
            _patterns("the largest exponent holds numbers too", range(0x78, 0x7F)),
            _patterns("negative numbers", range(0x81, 0xFF)),
            Check("two patterns are NaN", _only_nan),
        ),
        hints=(
            "Cut the pattern with >> and &: 1 sign bit, 4 bits of exponent, 3 of fraction.",
            "With exponent 0 there is no leading 1, and the power is that of exponent 1: "
            "fraction / 8 * 2**-6.",
            "import math\n"
            "sign = -1.0 if bits & 0x80 else 1.0\n"
            "exponent, fraction = (bits >> 3) & 0xF, bits & 0x7\n"
            "if exponent == 15 and fraction == 7:\n"
            "    return math.nan  # all seven bits are 1\n"
            "if exponent == 0:\n"
            "    return sign * fraction / 8 * 2.0**-6\n"
            "return sign * (1 + fraction / 8) * 2.0 ** (exponent - 7)",
        ),
        reference=decode_e4m3,
    ),
    Exercise(
        id="quantization.encode_e4m3",
        title="From a number to 8 bits",
        points=3,
        difficulty=3,
        minutes=15,
        checks=(
            _encoded("a number of the format gets its own pattern", _values_of_the_format),
            _encoded("any other number gets the nearest", _between),
            _encoded("half-way goes to the even pattern", _middles),
            _encoded("too large becomes the largest", lambda _seed: [449.0, 1e6, -1e6, 470.0]),
            _encoded("-0.0 keeps its sign bit", lambda _seed: [0.0, -0.0]),
        ),
        hints=(
            "There are only 127 patterns without a sign: you may try them all.",
            "Take the one nearest to abs(value); of two equally near ones, the even pattern wins.",
            "import math\n"
            "far = lambda bits: (abs(decode_e4m3(bits) - abs(value)), bits % 2)\n"
            "return min(range(0x7F), key=far) + (0x80 if math.copysign(1.0, value) < 0 else 0)",
        ),
        reference=encode_e4m3,
    ),
    Exercise(
        id="quantization.absmax_groups",
        title="Absmax by groups",
        points=3,
        difficulty=2,
        minutes=10,
        checks=(
            like("the codes", "the tensor of codes", absmax_groups, _weight, lambda out: out[0],
                 _pair),
            like("the scales", "the tensor of scales", absmax_groups, _weight, lambda out: out[1],
                 _pair),
            like("3 bits, groups of 16", "the tensor of codes", absmax_groups,
                 lambda seed: _weight(seed, 3, 16), lambda out: out[0], _pair),
            like("one group in each row", "the tensor of scales", absmax_groups,
                 lambda seed: _weight(seed, 8, 32), lambda out: out[1], _pair),
            untouched(_weight),
        ),
        hints=(
            "Give each group a row of its own: weight.reshape(O, I // group, group).",
            "Its largest magnitude must become the largest code, 2 ** (bits - 1) - 1.",
            "groups = weight.reshape(len(weight), -1, group)\n"
            "scales = groups.abs().amax(-1) / (2 ** (bits - 1) - 1)\n"
            "return (groups / scales[..., None]).round().reshape(weight.shape), scales",
        ),
        reference=absmax_groups,
    ),
    Exercise(
        id="quantization.fake_quantize",
        title="The straight-through step",
        points=2,
        difficulty=3,
        minutes=10,
        checks=(
            like("forward, the numbers are rounded", "the result", fake_quantize, _numbers),
            Check("backward, the gradient passes as if they were not", _gradient),
            untouched(_numbers),
        ),
        hints=(
            "Rounding has gradient 0. What if autograd sees only that you add a constant to x?",
            "The constant is rounded - x; .detach() hides where it came from.",
            "rounded = (x / scale).round() * scale; return x + (rounded - x).detach()",
        ),
        reference=fake_quantize,
    ),
    Exercise(
        id="quantization.predict_sizes",
        title="How large is a 7B model?",
        points=1,
        difficulty=1,
        minutes=5,
        checks=tuple(_predicted_size(place) for place in range(len(FORMATS))),
        hints=(
            "Bytes are bits / 8; a GB here is 10^9 bytes.",
            "fp32 takes 4 bytes a weight: 28 GB. bf16 takes half of that, int8 a quarter.",
            "A group of 32 shares a scale of 16 bits, so a weight costs 4 + 16 / 32 bits.",
        ),
        reference=model_gigabytes,
        wants="value",
    ),
    Exercise(
        id="quantization.cache_gigabytes",
        title="The cache of a long text",
        points=2,
        difficulty=2,
        minutes=10,
        checks=(
            like("16 bits", "the number of GB", cache_gigabytes, _cache),
            like("4 bits", "the number of GB", cache_gigabytes, lambda s: _cache(s, bits=4)),
            like("one key head for all queries", "the number of GB", cache_gigabytes,
                 lambda s: _cache(s, key_heads=1, head_size=128)),
        ),
        hints=(
            "The cache holds a key and a value for each token, in every layer, for every key head.",
            "Each key and each value has head_size numbers of bits / 8 bytes.",
            "return 2 * layers * key_heads * head_size * seq_len * batch_size * bits / 8 / 1e9",
        ),
        reference=cache_gigabytes,
    ),
    Exercise(
        id="quantization.round_by_chance",
        title="Stochastic rounding",
        points=2,
        difficulty=2,
        minutes=10,
        checks=(
            like("up exactly where chance is below the distance down", "the result",
                 round_by_chance, _chances),
            Check("right on average", _on_average),
            like("whole numbers stay", "the result", round_by_chance,
                 lambda seed: (torch.arange(-5.0, 5.0), _chances(seed)[1][:10])),
            untouched(_chances),
        ),
        hints=(
            "The distance to the whole number below is x - x.floor(), for negative numbers too.",
            "Go up with that probability: chance is uniform between 0 and 1, so compare it.",
            "return x.floor() + (chance < x - x.floor())",
        ),
        reference=round_by_chance,
    ),
    Exercise(
        id="quantization.split_matmul",
        title="LLM.int8() by hand",
        points=4,
        difficulty=4,
        minutes=20,
        checks=(
            like("outlier columns are multiplied as they are", "the product", split_matmul,
                 _with_outliers),
            like("without outliers every column is rounded", "the product", split_matmul,
                 lambda seed: _with_outliers(seed, 1.0)),
            like("with a threshold of 0 no column is rounded", "the product", split_matmul,
                 lambda seed: (*_with_outliers(seed)[:2], 0.0)),
            untouched(_with_outliers),
        ),
        hints=(
            "A column is an outlier for all rows of x as soon as one row reaches the threshold.",
            "Set those columns of x to 0 before you round its rows, or they still set the scale; "
            "round weight as a whole.",
            "out = x.abs().amax(0) >= threshold\n"
            "rest = rounded_rows(x.masked_fill(out, 0.0)) @ rounded_rows(weight).T\n"
            "return x[:, out] @ weight[:, out].T + rest",
        ),
        reference=split_matmul,
    ),
    Exercise(
        id="quantization.gptq_column",
        title="One column of GPTQ",
        points=4,
        difficulty=5,
        minutes=25,
        checks=(
            like("the column is rounded", "the column", gptq_column, _columns, lambda out: out[0],
                 _pair),
            like("the later columns make up for it", "the tensor of weights", gptq_column, _columns,
                 lambda out: out[1], _pair),
            like("the first column", "the tensor of weights", gptq_column, lambda s: _columns(s, 0),
                 lambda out: out[1], _pair),
            untouched(_columns),
        ),
        hints=(
            "The error of the column is divided by upper[column, column] first.",
            "From a later column j, subtract error * upper[column, j]; earlier columns stay.",
            "rounded = (left[:, column] / scale).round() * scale\n"
            "error = (left[:, column] - rounded) / upper[column, column]\n"
            "after = left.clone()\n"
            "after[:, column] = rounded\n"
            "after[:, column + 1:] -= error[:, None] * upper[column, column + 1:]\n"
            "return rounded, after",
        ),
        reference=gptq_column,
    ),
)  # fmt: skip
