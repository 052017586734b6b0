"""Blocks of small floats that share a scale: by hand, and as torchao makes them."""

import math

import pytest
import torch

from workbook.core.runs.seeding import generator
from workbook.quantization import from_bits, to_bits
from workbook.quantization.blocks import (
    MX_ELEMENTS,
    from_e8m0,
    mx_quantize,
    nvfp4_quantize,
    to_e8m0,
)


@pytest.mark.parametrize("element", MX_ELEMENTS)
def test_mx_blocks_are_torchaos(element, torchao):
    weight, peer = (torch.tensor(x) for x in (torchao["weight"], torchao["blocks"][element]))
    ours = mx_quantize(weight, element)
    assert torch.equal(ours.dequantize(), peer)
    assert (ours.scales.log2() % 1 == 0).all()


def test_nvfp4_blocks_are_torchaos(torchao):
    weight, peer = (torch.tensor(x) for x in (torchao["weight"], torchao["blocks"]["nvfp4"]))
    ours = nvfp4_quantize(weight)
    torch.testing.assert_close(ours.dequantize(), peer, rtol=1e-6, atol=0)
    assert ours.bits == 4.5 and mx_quantize(weight).bits == 4.25


def test_an_mx_block_by_hand():
    """The largest number is 13, from 8 on; FP4's is 6, from 4 on: the scale is 8 / 4."""
    block = torch.zeros(2, 32)
    block[0, :4] = torch.tensor([13.0, -1.0, 0.6, 0.4])
    block[1] = block[0] / 8
    found = mx_quantize(block)
    assert found.scales.tolist() == [[2.0], [0.25]]
    assert found.elements[0, :4].tolist() == [6.0, -0.5, 0.5, 0.0]  # 6.5 does not fit
    kept = found.dequantize()
    assert kept.shape == block.shape and kept[0, :4].tolist() == [12.0, -1.0, 1.0, 0.0]
    assert torch.equal(kept[1], kept[0] / 8)


def test_nvfp4_blocks_by_hand():
    """A largest number of 448 * 6 makes the tensor's own scale 1."""
    x = torch.zeros(2, 16)
    x[0, :2] = torch.tensor([2688.0, -1344.0])
    x[1, :4] = torch.tensor([6.0, 3.0, -0.5, 0.2])
    found = nvfp4_quantize(x)
    assert found.scales.tolist() == [[448.0], [1.0]]
    assert found.dequantize()[0, :2].tolist() == [2688.0, -1344.0]
    assert found.dequantize()[1, :4].tolist() == [6.0, 3.0, -0.5, 0.0]
    larger = nvfp4_quantize(x * 2**20).scales  # more than E4M3 holds: the float32 follows
    assert larger.tolist() == [[448.0 * 2**20], [2.0**20]]


def test_blocks_of_zeros_stay_zeros():
    zeros = torch.zeros(2, 32)
    assert torch.equal(mx_quantize(zeros).dequantize(), zeros)
    assert torch.equal(nvfp4_quantize(zeros).dequantize(), zeros)


def test_shared_scales_are_powers_of_two():
    assert [from_e8m0(bits) for bits in (0, 127, 128, 254)] == [2.0**-127, 1.0, 2.0, 2.0**127]
    assert math.isnan(from_e8m0(255)) and to_e8m0(math.nan) == 255
    assert [to_e8m0(from_e8m0(bits)) for bits in range(255)] == list(range(255))


@pytest.mark.parametrize("element", MX_ELEMENTS)
def test_a_block_is_its_bit_patterns_and_its_scale(element):
    x = torch.randn(4, 32, generator=generator(0))
    x[0, :2] = torch.tensor([0.0, -0.0])
    blocks = mx_quantize(x, element)
    rows = zip(blocks.codes().tolist(), blocks.scales.flatten().tolist(), strict=True)
    back = [[from_bits(code, element) * from_e8m0(to_e8m0(scale)) for code in codes]
            for codes, scale in rows]  # fmt: skip
    assert torch.equal(torch.tensor(back), blocks.dequantize())
    negative_zero = to_bits(-0.0, element)
    assert blocks.codes()[0, :2].tolist() == [0, negative_zero] and negative_zero > 0


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (lambda: mx_quantize(torch.ones(33)), "33 numbers do not fill blocks of 32"),
        (lambda: mx_quantize(torch.ones(32), "bf16"), "an MX block holds fp8_e4m3"),
        (lambda: nvfp4_quantize(torch.ones(8)), "do not fill blocks of 16"),
        (lambda: mx_quantize(torch.full((32,), math.inf)), "NaN or infinity"),
        (lambda: nvfp4_quantize(torch.full((16,), math.nan)), "NaN or infinity"),
        (lambda: to_e8m0(3.0), "powers of two from 2\\^-127 to 2\\^127, not 3"),
        (lambda: to_e8m0(0.0), "not 0"),
        (lambda: from_e8m0(256), "patterns 0 to 255, not 256"),
    ],
)
def test_bad_input_gets_one_sentence(act, words):
    with pytest.raises(ValueError, match=words):
        act()
