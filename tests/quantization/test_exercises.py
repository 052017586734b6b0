"""The exercises of lesson 05: references right for every seed, wrong answers refused."""

import math

import pytest
import torch
from exercise_rules import rules

from workbook.core.runs.seeding import generator
from workbook.quantization import exercises as ours
from workbook.quantization import from_bits, to_bits
from workbook.quantization.exercises import EXERCISES
from workbook.quantization.gptq import gptq_quantize
from workbook.quantization.int8 import LLMInt8Linear
from workbook.quantization.quantizers import Scheme, quantize


def no_subnormals(bits):
    sign = -1.0 if bits & 0x80 else 1.0
    exponent, fraction = (bits >> 3) & 0xF, bits & 0x7
    return math.nan if bits & 0x7F == 0x7F else sign * (1 + fraction / 8) * 2.0 ** (exponent - 7)


def ieee(bits):
    return math.inf if (bits >> 3) & 0xF == 15 else ours.decode_e4m3(bits)


def ties_up(value):
    sign = 0x80 if math.copysign(1.0, value) < 0 else 0
    return sign | min(range(0x7F), key=lambda b: (abs(ours.decode_e4m3(b) - abs(value)), -b))


def nan_when_large(value):
    return 0x7F if abs(value) > 464 else ours.encode_e4m3(value)


def wide_range(weight, bits, group):
    groups = weight.reshape(len(weight), -1, group)
    scales = groups.abs().amax(-1) / (2 ** (bits - 1))
    return (groups / scales[..., None]).round().reshape(weight.shape), scales


def one_scale_a_row(weight, bits, group):
    scales = weight.abs().amax(-1, keepdim=True) / (2 ** (bits - 1) - 1)
    return (weight / scales).round(), scales.expand(-1, weight.shape[1] // group)


def any_element(x, weight, threshold):
    rest = x.masked_fill(x.abs() >= threshold, 0.0)
    return (x - rest) @ weight.T + ours.rounded_rows(rest) @ ours.rounded_rows(weight).T


def rounded_with_the_outliers(x, weight, threshold):
    out = x.abs().amax(0) >= threshold
    rounded = ours.rounded_rows(x)
    return x[:, out] @ weight[:, out].T + rounded[:, ~out] @ ours.rounded_rows(weight)[:, ~out].T


def undivided(left, upper, column, scale):
    rounded = (left[:, column] / scale).round() * scale
    after = left.clone()
    after[:, column] = rounded
    error = left[:, column] - rounded
    after[:, column + 1 :] -= error[:, None] * upper[column, column + 1 :]
    return rounded, after


def nothing_spread(left, upper, column, scale):
    rounded = (left[:, column] / scale).round() * scale
    after = left.clone()
    after[:, column] = rounded
    return rounded[:, None], after


WRONG = {
    "quantization.decode_e4m3": [no_subnormals, ieee],
    "quantization.encode_e4m3": [ties_up, nan_when_large],
    "quantization.absmax_groups": [wide_range, one_scale_a_row],
    "quantization.fake_quantize": [
        lambda x, scale: (x / scale).round() * scale,
        lambda x, scale: x,
    ],
    "quantization.predict_sizes": [(28, 14, 7, 3.5), (28e9, 14e9, 7e9, 3.9e9)],
    "quantization.cache_gigabytes": [
        lambda layers, key_heads, head_size, seq_len, batch_size, bits: (
            layers * key_heads * head_size * seq_len * batch_size * bits / 8 / 1e9
        ),
        lambda layers, key_heads, head_size, seq_len, batch_size, bits: (
            2 * layers * key_heads * head_size * seq_len * batch_size * 16 / 8 / 2**30
        ),
    ],
    "quantization.round_by_chance": [
        lambda x, chance: x.round(),
        lambda x, chance: x.floor() + (chance > x - x.floor()),
    ],
    "quantization.split_matmul": [any_element, rounded_with_the_outliers],
    "quantization.gptq_column": [undivided, nothing_spread],
}
globals().update(
    rules(EXERCISES, WRONG, decode_e4m3=ours.decode_e4m3, rounded_rows=ours.rounded_rows)
)


def test_the_format_is_the_packages():
    for bits in range(256):
        ours_, peer = ours.decode_e4m3(bits), from_bits(bits, "fp8_e4m3")
        assert ours_ == peer or (math.isnan(ours_) and math.isnan(peer))
    for value in (torch.randn(300, generator=generator(0)) * 100).tolist():
        assert ours.encode_e4m3(value) == to_bits(value, "fp8_e4m3")


def test_absmax_is_the_packages():
    weight = torch.randn(6, 32, generator=generator(1))
    codes, scales = ours.absmax_groups(weight, 4, 8)
    peer = quantize(weight, Scheme(4, 8))
    assert torch.equal(codes.reshape(-1, 8).int() + 8, peer.codes.int())
    assert torch.equal(scales.flatten(), peer.scales.flatten())


def test_the_split_is_the_packages():
    x, weight, threshold = ours._with_outliers(3)
    layer = torch.nn.Linear(24, 7, bias=False)
    layer.weight.data = weight
    gap = LLMInt8Linear(layer, threshold)(x) - ours.split_matmul(x, weight, threshold)
    assert gap.abs().max() < 0.02 * (x @ weight.T).abs().max()  # they round the outliers' weights


def test_gptq_is_the_packages_column_by_column():
    weight, upper, _, _ = ours._columns(4)
    hessian = torch.linalg.inv(upper.T @ upper)
    peer = gptq_quantize(weight, hessian, Scheme(8), damping=0.0)
    left = weight.clone()
    for column in range(8):
        columns = [ours.gptq_column(left[row : row + 1], upper, column, scale)[1]
                   for row, scale in enumerate(peer.scales.flatten().tolist())]  # fmt: skip
        left = torch.cat(columns)
    torch.testing.assert_close(left, peer.dequantize(), rtol=0, atol=0.03)


@pytest.mark.parametrize("place", range(4))
def test_sizes_by_hand(place):
    assert ours.model_gigabytes()[place] == pytest.approx((28, 14, 7, 3.9375)[place])
