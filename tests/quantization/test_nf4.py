"""NF4 and 8-bit blocks against bitsandbytes' compiled kernels, byte for byte."""

import bitsandbytes.functional as bnb
import pytest
import torch

from workbook.core.runs.seeding import generator
from workbook.quantization.nf4 import (
    NF4,
    blockwise_quantize,
    double_quantization_bits,
    dynamic_codebook,
    nf4_quantize,
)
from workbook.quantization.quantizers import Scheme, quantize

SHAPES = [(64, 128), (192, 512), (333, 58)]
COARSE = 2.0**-15  # bitsandbytes' kernel looks a number up in a table of this width


def weight(shape, seed=0):
    return torch.randn(shape, generator=generator(seed)) * 0.7


@pytest.mark.parametrize("block", [64, 128])
@pytest.mark.parametrize("shape", SHAPES)
def test_nf4_is_bitsandbytes_byte_for_byte(shape, block):
    x = weight(shape)
    packed, state = bnb.quantize_4bit(x, blocksize=block, quant_type="nf4")
    ours = nf4_quantize(x, block)
    assert torch.equal(ours.packed, packed.flatten())
    assert torch.equal(ours.absmax, state.absmax)
    torch.testing.assert_close(
        ours.dequantize(), bnb.dequantize_4bit(packed, state), rtol=1e-6, atol=1e-6
    )


@pytest.mark.parametrize("shape", SHAPES)
def test_double_quantization_is_bitsandbytes(shape):
    x = weight(shape)
    packed, state = bnb.quantize_4bit(x, quant_type="nf4", compress_statistics=True)
    ours = nf4_quantize(x, double=True)
    assert torch.equal(ours.packed, packed.flatten())
    torch.testing.assert_close(ours.offset, state.offset)
    torch.testing.assert_close(ours.absmax.absmax, state.state2.absmax)
    off = ours.absmax.codes.int() - state.absmax.int()
    assert off.abs().max() <= 1 and (off != 0).float().mean() < 0.01


def test_the_dynamic_table_is_bitsandbytes():
    assert len(dynamic_codebook()) == 256
    torch.testing.assert_close(dynamic_codebook(), bnb.create_dynamic_map(), rtol=1e-6, atol=1e-8)


def test_blockwise_codes_are_bitsandbytes_but_at_the_middles():
    """Their compiled kernel decides by a coarse table, so only a number that lies within 2^-15 of
    the middle between two values may get the other neighbour."""
    x = weight((100, 1024))
    codes, state = bnb.quantize_blockwise(x, blocksize=256)
    ours = blockwise_quantize(x, 256)
    assert torch.equal(ours.absmax, state.absmax)
    table = dynamic_codebook()
    middles = (table[1:] + table[:-1]) / 2
    units = (x.reshape(-1, 256) / ours.absmax[:, None]).flatten()
    gap = (
        units[:, None] - middles[torch.searchsorted(middles, units).clamp(max=254)][:, None]
    ).abs()
    before = (units - middles[(torch.searchsorted(middles, units) - 1).clamp(min=0)]).abs()
    is_clear = torch.minimum(gap[:, 0], before) > COARSE
    assert is_clear.float().mean() > 0.95
    assert torch.equal(ours.codes.flatten()[is_clear], codes.flatten()[is_clear])
    assert (ours.codes.int() - codes.int()).abs().max() <= 1


def test_row_wise_int8_is_bitsandbytes():
    """LLM.int8()'s vector-wise codes; they multiply in another order, so ties may differ."""
    x = weight((64, 256)).half()
    codes, scales, _ = bnb.int8_vectorwise_quant(x)
    ours = quantize(x, Scheme(8))
    torch.testing.assert_close(ours.scales.flatten() * 127, scales, rtol=1e-6, atol=0)
    off = ours.codes.int() - 128 - codes.int()
    assert off.abs().max() <= 1 and (off != 0).float().mean() < 1e-3


def test_what_double_quantization_costs_and_saves():
    """Dettmers et al. 2023, section 3: from 0.5 to 0.127 bits a parameter."""
    assert double_quantization_bits() == pytest.approx(0.127, abs=5e-4)
    assert 32 / 64 - double_quantization_bits() == pytest.approx(0.373, abs=5e-4)
    x = weight((1024, 1024))
    assert nf4_quantize(x).bits_per_number == 4.5
    assert nf4_quantize(x, double=True).bits_per_number == pytest.approx(4.127, abs=5e-4)


def test_a_short_last_block_and_zeros():
    x = weight((1, 100))
    assert nf4_quantize(x).dequantize().shape == x.shape
    assert torch.equal(nf4_quantize(torch.zeros(3, 64)).dequantize(), torch.zeros(3, 64))
    assert isinstance(nf4_quantize(x, double=True), NF4)
    with pytest.raises(ValueError, match="NaN or infinity"):
        nf4_quantize(torch.tensor([float("inf")]))


def test_nf4_loses_less_than_int4_on_normal_weights():
    """The order of QLoRA's Table 2 at 4 bits, here by squared error."""
    x = weight((256, 256))
    nf4 = (nf4_quantize(x).dequantize() - x).square().mean()
    int4 = (quantize(x, Scheme(4, 64)).dequantize() - x).square().mean()
    assert nf4 < 0.9 * int4
