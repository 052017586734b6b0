"""Whole tensors rounded to a format: to nearest, toward zero, by chance; torch as a peer."""

import math

import pytest
import torch

from workbook.core.runs.seeding import generator
from workbook.quantization import FORMATS, from_bits, to_bits
from workbook.quantization.rounding import nearest_in, round_to

TORCH = {
    "fp16": torch.float16,
    "bf16": torch.bfloat16,
    "fp8_e4m3": torch.float8_e4m3fn,
    "fp8_e5m2": torch.float8_e5m2,
}


def numbers(count=4000):
    spread = torch.empty(count).uniform_(-40, 40, generator=generator(1)).exp2()
    signs = torch.randn(count, generator=generator(2))
    special = torch.tensor([0.0, -0.0, math.inf, -math.inf, math.nan, 464.0, 65520.0, 1e38, -1e-45])
    return torch.cat([spread * signs, special])


@pytest.mark.parametrize("name", TORCH)
def test_nearest_is_torchs_cast(name):
    x = numbers()
    peer = x.to(TORCH[name]).float()
    ours = round_to(x, name)
    assert torch.equal(ours.nan_to_num(123.0), peer.nan_to_num(123.0))
    assert torch.equal(ours.signbit() & ~x.isnan(), peer.signbit() & ~x.isnan())


@pytest.mark.parametrize("name", FORMATS)
def test_a_tensor_is_rounded_as_each_of_its_numbers(name):
    x = torch.randn(300, generator=generator(3)) * 3
    one_by_one = [from_bits(to_bits(value, name), name) for value in x.tolist()]
    assert round_to(x.double(), name).tolist() == one_by_one


@pytest.mark.parametrize("name", ["fp16", "bf16", "fp8_e4m3", "fp8_e5m2", "int8"])
def test_stochastic_rounding_is_right_on_average_and_never_leaves_the_neighbours(name):
    x = torch.tensor([0.3, 1.1, -2.7, 5.45, 100.3])
    many = x.expand(40_000, -1)
    drawn = round_to(many, name, "stochastic", generator(4))
    down, up = round_to(x.double(), name, "toward_zero"), drawn.abs().amax(0).copysign(x)
    for column in range(len(x)):
        assert len(drawn[:, column].unique()) <= 2
    assert (down.abs() <= x.abs()).all() and (x.abs() <= up.abs() + 1e-9).all()
    spread = drawn.double().std(0) / 200
    assert ((drawn.double().mean(0) - x).abs() <= 4.5 * spread + 1e-7).all()


def test_toward_zero_never_overflows():
    x = torch.tensor([70000.0, -1e30, 65519.0])
    assert round_to(x, "fp16", "toward_zero").tolist() == [65504.0, -65504.0, 65504.0]
    assert round_to(x, "fp16").tolist() == [math.inf, -math.inf, 65504.0]


@pytest.mark.parametrize(
    ("format", "saturate", "want"),
    [
        ("fp8_e4m3", None, 448.0),
        ("fp8_e4m3", False, math.nan),
        ("fp8_e5m2", None, math.inf),
        ("fp8_e5m2", True, 57344.0),
        ("fp4_e2m1", False, 6.0),
    ],
)
def test_what_does_not_fit_saturates_or_not_as_asked(format, saturate, want):
    x = torch.tensor([1e9, -1e9], dtype=torch.float32)
    found = round_to(x, format, saturate=saturate)
    assert found.dtype == x.dtype
    assert found.tolist() == pytest.approx([want, -want], nan_ok=True)


def test_whole_numbers_end_where_the_format_does_however_they_are_rounded():
    x = torch.tensor([200.0, -200.0, 2.9, -2.9])
    assert round_to(x, "int8", "toward_zero").tolist() == [127.0, -128.0, 2.0, -2.0]
    assert round_to(x, "int4", "stochastic", generator(0))[:2].tolist() == [7.0, -8.0]


def test_of_two_values_as_near_the_lower_one_is_taken():
    table = torch.tensor([-1.0, 0.0, 2.0])
    indices, values = nearest_in(torch.tensor([-9.0, -0.5, 0.9, 1.0, 1.1, 9.0]), table)
    assert indices.tolist() == [0, 0, 1, 1, 2, 2]
    assert values.tolist() == [-1.0, -1.0, 0.0, 0.0, 2.0, 2.0]


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (lambda: round_to(torch.ones(1), "fp9"), "no format 'fp9'"),
        (lambda: round_to(torch.ones(1), "fp16", "up"), "not 'up'"),
    ],
)
def test_bad_input_gets_one_sentence(act, words):
    with pytest.raises(ValueError, match=words):
        act()
