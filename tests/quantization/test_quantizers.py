"""Quantizers: closed forms, torchao's codes, and what each method is for."""

import pytest
import torch

from workbook.core.runs.seeding import generator
from workbook.quantization.quantizers import Scheme, _quantile, quantize, round_trip

METHODS = ("absmax", "zero_point", "percentile", "mse")


def weight(seed=0, rows=24, columns=64):
    return torch.randn(rows, columns, generator=generator(seed)) * 0.05


def error(x, scheme):
    return (round_trip(x, scheme) - x).square().mean().item()


def test_absmax_by_hand():
    x = torch.tensor([[1.1, -2.0, 0.4], [7.0, 0.0, -3.5]])
    found = quantize(x, Scheme(4))
    assert found.scales[:, 0].tolist() == pytest.approx([2 / 7, 1.0])
    assert (found.codes.int() - 8).tolist() == [[4, -7, 1], [7, 0, -4]]  # -3.5 goes to the even -4
    assert found.dequantize()[0].tolist() == pytest.approx([8 / 7, -2.0, 2 / 7])


def test_zero_point_by_hand():
    """Both ends have a code, and zero has one exactly."""
    x = torch.tensor([[0.0, 3.0, -1.0, 0.5]])
    found = quantize(x, Scheme(2, method="zero_point"))
    assert found.scales.item() == pytest.approx(4 / 3) and found.zeros.item() == 1
    assert found.codes.tolist() == [[1, 3, 0, 1]]
    assert found.dequantize()[0, 0] == 0.0


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("per", ["tensor", "channel", 16])
@pytest.mark.parametrize("bits", [2, 3, 4, 8])
def test_codes_lie_in_their_range_and_the_error_within_half_a_step(bits, per, method):
    x = weight()
    found = quantize(x, Scheme(bits, per, method))
    assert 0 <= int(found.codes.min()) <= int(found.codes.max()) < 2**bits
    if method == "absmax":
        steps = (found.dequantize() - x).abs().reshape(found.codes.shape) / found.scales
        assert steps.max() <= 0.5 + 1e-4


@pytest.mark.parametrize("method", METHODS)
def test_smaller_groups_and_more_bits_never_hurt(method):
    x = weight()
    by_size = [error(x, Scheme(4, per, method)) for per in ("tensor", "channel", 16)]
    by_bits = [error(x, Scheme(bits, 16, method)) for bits in (2, 3, 4, 6, 8)]
    assert by_size == sorted(by_size, reverse=True)
    assert by_bits == sorted(by_bits, reverse=True)


def test_the_least_error_is_no_larger_than_absmax():
    for seed in range(5):
        x = weight(seed)
        for bits in (2, 3, 4):
            plain, least = (quantize(x, Scheme(bits, 16, m)) for m in ("absmax", "mse"))
            errors = [(q.dequantize() - x).square().reshape(-1, 16).sum(1) for q in (plain, least)]
            assert (errors[1] <= errors[0] + 1e-9).all()


def test_a_percentile_saves_the_many_from_one_outlier():
    x = weight(rows=1, columns=4096)
    x[0, 17] = 5.0
    kept = torch.ones_like(x, dtype=torch.bool)
    kept[0, 17] = False
    errors = [
        (round_trip(x, Scheme(4, "tensor", m)) - x)[kept].square().mean()
        for m in ("absmax", "percentile")
    ]
    assert errors[1] < errors[0] / 20


@pytest.mark.parametrize("share", [0.0, 0.37, 0.999, 1.0])
def test_a_percentile_is_torchs_and_has_no_largest_tensor(share):
    """Guards: torch.quantile refuses more than 2^24 numbers, fewer than one layer of a 7B model."""
    x = weight(rows=3, columns=501)
    torch.testing.assert_close(_quantile(x, share), torch.quantile(x, share, 1, keepdim=True))
    large = torch.zeros(1, 2**24 + 1)
    assert _quantile(large, share).item() == 0.0


def test_a_zero_point_wins_where_all_numbers_have_one_sign():
    x = weight().abs()
    assert error(x, Scheme(4, "channel", "zero_point")) < error(x, Scheme(4)) / 3


def test_zeros_stay_zeros_and_nothing_is_changed_in_place():
    x = torch.zeros(3, 8)
    for method in METHODS:
        assert torch.equal(round_trip(x, Scheme(3, method=method)), torch.zeros(3, 8))
    y = weight()
    before = y.clone()
    quantize(y, Scheme(4, 16, "mse"))
    assert torch.equal(y, before)


def test_what_a_number_costs():
    assert Scheme(4, 32, scale_dtype=torch.float16).bits_per_number((64, 64)) == 4.5
    assert Scheme(8).bits_per_number((64, 128)) == 8.25
    assert Scheme(4, 32, "zero_point", scale_dtype=torch.float16).bits_per_number((8, 64)) == 4.75


@pytest.mark.parametrize(
    ("name", "bits", "per"), [("int8", 8, "channel"), ("int4_g32", 4, 32), ("int3_g32", 3, 32)]
)
def test_weight_only_integers_are_torchaos(name, bits, per, torchao):
    weight = torch.tensor(torchao["weight"])
    ours = quantize(weight, Scheme(bits, per, full_range=True))
    codes = ours.codes.int().reshape(weight.shape) - 2 ** (bits - 1)
    assert codes.tolist() == torchao["integers"][name]["codes"]
    assert ours.scales.flatten().tolist() == torchao["integers"][name]["scales"]


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (lambda: Scheme(1), "2 to 8 bits, not 1"),
        (lambda: Scheme(4, "row"), "not 'row'"),
        (lambda: Scheme(4, 0), "not 0"),
        (lambda: Scheme(4, True), "not True"),
        (lambda: quantize(torch.ones(2, 0), Scheme(4)), "without a number"),
        (
            lambda: quantize(torch.full((1, 4), 1e9), Scheme(4, scale_dtype=torch.float16)),
            r"1.43e\+08 does not fit in float16",
        ),
        (lambda: Scheme(4, method="best"), "no method 'best'"),
        (lambda: quantize(torch.ones(2, 10), Scheme(4, 16)), "groups of 16 do not fill"),
        (lambda: quantize(torch.tensor([[float("nan")]]), Scheme(4)), "NaN or infinity"),
    ],
)
def test_bad_input_gets_one_sentence(act, words):
    with pytest.raises(ValueError, match=words):
        act()
