"""Packed layers: what they compute, in whole models, and in files."""

import copy

import pytest
import torch
from torch import nn

from workbook.core.runs.seeding import generator
from workbook.quantization.int8 import Int8Linear
from workbook.quantization.layers import (
    KEPT,
    NF4Linear,
    QuantizedLinear,
    load,
    quantize_model,
    save,
    weight_bytes,
)
from workbook.quantization.quantizers import Scheme, round_trip
from workbook.training.modules import linear_names

SCHEMES = [
    Scheme(8),
    Scheme(4, 16, scale_dtype=KEPT),
    Scheme(3, 16, "mse"),
    Scheme(2, 16, "zero_point"),
]


@pytest.mark.parametrize("scheme", SCHEMES, ids=str)
def test_a_packed_layer_computes_with_the_rounded_weight(scheme, linear, rows):
    layer = linear()
    packed = QuantizedLinear.from_linear(layer, scheme)
    kept = round_trip(layer.weight.detach(), scheme)
    torch.testing.assert_close(packed.weight(), kept, rtol=1e-6, atol=1e-7)
    x = rows().reshape(1, 5, 64)
    torch.testing.assert_close(packed(x), nn.functional.linear(x, kept, layer.bias))
    assert packed.packed.nbytes == 48 * 64 * scheme.bits // 8


def test_conv1d_is_taken_the_right_way_round(rows):
    from transformers.pytorch_utils import Conv1D

    layer = Conv1D(48, 64)
    packed = QuantizedLinear.from_linear(layer, Scheme(8))
    torch.testing.assert_close(packed(rows()), layer(rows()), rtol=0.02, atol=0.01)


def test_nf4_layers_with_and_without_double_quantization(linear, rows):
    layer = linear()
    for double in (False, True):
        packed = NF4Linear.from_linear(layer, double=double)
        error = (packed(rows()) - layer(rows())).norm() / layer(rows()).norm()
        assert 0.01 < error < 0.15
    assert NF4Linear.from_linear(layer).weight().shape == (48, 64)


def test_a_model_is_swapped_by_name_and_the_head_stays(tiny_llama):
    before = copy.deepcopy(tiny_llama)
    names = quantize_model(tiny_llama, Scheme(4, 16))
    assert names == linear_names(before) and len(names) == 14
    assert isinstance(tiny_llama.lm_head, nn.Linear)
    assert weight_bytes(tiny_llama) < 0.6 * weight_bytes(before)
    few = copy.deepcopy(before)
    assert len(quantize_model(few, "nf4", ("q_proj",))) == 2
    assert isinstance(few.model.layers[0].self_attn.q_proj, NF4Linear)
    assert isinstance(few.model.layers[0].self_attn.k_proj, nn.Linear)


@pytest.mark.parametrize("how", [Scheme(3, 16), "nf4", Int8Linear], ids=str)
def test_a_saved_model_comes_back_the_same(tiny_llama, tmp_path, how):
    """Codes and scales to the bit; what was not quantized in bfloat16."""
    other = copy.deepcopy(tiny_llama)
    quantize_model(tiny_llama, how)
    size = save(tiny_llama, tmp_path / "a.safetensors")
    assert size == (tmp_path / "a.safetensors").stat().st_size
    for weight in other.parameters():  # nothing of the copy itself may survive
        weight.data = torch.randn(weight.shape, generator=generator(7))
    quantize_model(other, how)
    load(other, tmp_path / "a.safetensors")
    kept, found = tiny_llama.state_dict(), other.state_dict()
    weights = {name for name, _ in tiny_llama.named_parameters(remove_duplicate=False)}
    for name, tensor in kept.items():
        peer = tensor.bfloat16().float() if name in weights else tensor
        assert torch.equal(found[name], peer), name


def test_a_file_of_another_kind_is_refused(tiny_llama, tmp_path):
    other = copy.deepcopy(tiny_llama)
    quantize_model(tiny_llama, "nf4")
    save(tiny_llama, tmp_path / "a.safetensors")
    quantize_model(other, Scheme(4, 16))
    with pytest.raises(ValueError, match=r"a.safetensors belongs to a model quantized in another"):
        load(other, tmp_path / "a.safetensors")


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (
            lambda: QuantizedLinear.from_linear(nn.Embedding(3, 4), Scheme(4)),
            "Embedding is not a linear",
        ),
        (lambda: quantize_model(nn.Sequential(nn.Linear(64, 48)), "nf5"), "not 'nf5'"),
    ],
)
def test_bad_input_gets_one_sentence(act, words):
    with pytest.raises(ValueError, match=words):
        act()
