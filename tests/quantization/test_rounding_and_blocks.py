"""Whole tensors rounded to a format, and blocks that share a scale: torch and torchao as peers."""

import json
import math
from pathlib import Path

import pytest
import torch

from workbook.core.runs.seeding import generator
from workbook.quantization import FORMATS, from_bits, to_bits
from workbook.quantization.blocks import from_e8m0, mx_quantize, nvfp4_quantize
from workbook.quantization.quantizers import Scheme, quantize
from workbook.quantization.rounding import round_to

TORCHAO = json.loads(
    (Path(__file__).parent / "torchao_codes.json").read_text(encoding="utf-8")
)  # what torchao 0.18 makes of one weight; torchao itself is not installed beside the course
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


@pytest.mark.parametrize("element", [name for name in TORCHAO["blocks"] if name != "nvfp4"])
def test_mx_blocks_are_torchaos(element):
    weight, peer = (torch.tensor(x) for x in (TORCHAO["weight"], TORCHAO["blocks"][element]))
    ours = mx_quantize(weight, element)
    assert torch.equal(ours.dequantize(), peer)
    assert (ours.scales.log2() % 1 == 0).all()


def test_nvfp4_blocks_are_torchaos():
    weight, peer = (torch.tensor(x) for x in (TORCHAO["weight"], TORCHAO["blocks"]["nvfp4"]))
    ours = nvfp4_quantize(weight)
    torch.testing.assert_close(ours.dequantize(), peer, rtol=1e-6, atol=0)
    assert ours.bits == 4.5 and mx_quantize(weight).bits == 4.25


@pytest.mark.parametrize(
    ("name", "bits", "per"), [("int8", 8, "channel"), ("int4_g32", 4, 32), ("int3_g32", 3, 32)]
)
def test_weight_only_integers_are_torchaos(name, bits, per):
    weight = torch.tensor(TORCHAO["weight"])
    ours = quantize(weight, Scheme(bits, per, full_range=True))
    codes = ours.codes.int().reshape(weight.shape) - 2 ** (bits - 1)
    assert codes.tolist() == TORCHAO["integers"][name]["codes"]
    assert ours.scales.flatten().tolist() == TORCHAO["integers"][name]["scales"]


def test_blocks_of_zeros_stay_zeros():
    zeros = torch.zeros(2, 32)
    assert torch.equal(mx_quantize(zeros).dequantize(), zeros)
    assert torch.equal(nvfp4_quantize(zeros).dequantize(), zeros)


def test_shared_scales_are_powers_of_two():
    assert [from_e8m0(bits) for bits in (0, 127, 128, 254)] == [2.0**-127, 1.0, 2.0, 2.0**127]
    assert math.isnan(from_e8m0(255))


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (lambda: round_to(torch.ones(1), "fp9"), "no format 'fp9'"),
        (lambda: round_to(torch.ones(1), "fp16", "up"), "not 'up'"),
        (lambda: mx_quantize(torch.ones(33)), "33 numbers do not fill blocks of 32"),
        (lambda: mx_quantize(torch.ones(32), "bf16"), "an MX block holds fp8_e4m3"),
        (lambda: nvfp4_quantize(torch.ones(8)), "do not fill blocks of 16"),
        (lambda: from_e8m0(256), "patterns 0 to 255, not 256"),
    ],
)
def test_bad_input_gets_one_sentence(act, words):
    with pytest.raises(ValueError, match=words):
        act()
