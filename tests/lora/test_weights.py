"""The weight of a linear layer reads the same however the layer keeps it."""

import pytest
import torch
from tiny_lora import gpt2, llama
from torch import nn

from workbook.lora.four_bit import quantize_base
from workbook.lora.weights import (
    adapter_dtype,
    is_four_bit,
    is_turned,
    read_weight,
    stored_weight,
)


def test_a_stored_weight_reads_back():
    for layer in (nn.Linear(6, 4), gpt2().transformer.h[0].attn.c_attn):
        matrix = torch.randn(read_weight(layer).shape)
        layer.weight = stored_weight(layer, matrix)
        assert torch.equal(read_weight(layer), matrix)


def test_a_turned_weight_is_read_as_outputs_by_inputs():
    layer = gpt2().transformer.h[0].attn.c_attn
    assert is_turned(layer) and not is_turned(nn.Linear(16, 48))
    assert layer.weight.shape == (16, 48)
    weight = read_weight(layer)
    x = torch.randn(5, 16)
    torch.testing.assert_close(x @ weight.T + layer.bias, layer(x))
    assert stored_weight(layer, weight).shape == (16, 48)


def test_what_is_stored_is_frozen_and_rounded_to_the_layers_type():
    layer = nn.Linear(6, 4).bfloat16()
    matrix = torch.full((4, 6), 1 + 1 / 1024)
    kept = stored_weight(layer, matrix)
    assert kept.dtype == torch.bfloat16 and not kept.requires_grad
    assert (kept == 1).all(), "bfloat16 has eight bits of a number"
    layer.weight = kept
    assert read_weight(layer).dtype == torch.float32


def test_a_four_bit_layer_quantizes_again_with_its_own_settings():
    model = llama(hidden_size=64, intermediate_size=64)
    quantize_base(model)
    layer = model.model.layers[0].self_attn.q_proj
    assert is_four_bit(layer) and not is_four_bit(nn.Linear(64, 64))
    old, matrix = read_weight(layer), torch.randn(64, 64)
    layer.weight = stored_weight(layer, matrix)
    assert is_four_bit(layer) and layer.weight.quant_type == "nf4"
    lost = (read_weight(layer) - matrix).norm() / matrix.norm()
    assert 0.02 < lost < 0.15
    layer.weight = stored_weight(layer, old)
    torch.testing.assert_close(read_weight(layer), old, atol=1e-3, rtol=0.02)


@pytest.mark.parametrize(
    ("of_the_layer", "of_its_adapter"),
    [
        (torch.float64, torch.float64),
        (torch.float32, torch.float32),
        (torch.bfloat16, torch.float32),
        (torch.float16, torch.float32),
    ],
)
def test_an_adapter_computes_in_32_bits_at_least(of_the_layer, of_its_adapter):
    assert adapter_dtype(nn.Linear(2, 2).to(of_the_layer)) == of_its_adapter
