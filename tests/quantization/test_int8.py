"""Products of whole numbers: W8A8 with scales of each kind, and outlier columns in float."""

import copy

import pytest
import torch
from torch import nn

from workbook.core.runs.seeding import generator
from workbook.quantization.int8 import Int8Linear, LLMInt8Linear, int8_matmul, quantize_static
from workbook.quantization.layers import quantize_model
from workbook.quantization.quantizers import Scheme, round_trip


@pytest.mark.parametrize(("shape"), [(1, 64, 48), (5, 33, 17), (40, 100, 64)])
def test_int8_products_are_exact(shape):
    count, inputs, outputs = shape
    a = torch.randint(-127, 128, (count, inputs), generator=generator(3)).to(torch.int8)
    b = torch.randint(-127, 128, (outputs, inputs), generator=generator(4)).to(torch.int8)
    assert torch.equal(int8_matmul(a, b), a.int() @ b.int().T)


@pytest.mark.parametrize("count", [1, 5])
@pytest.mark.parametrize("kind", ["token", "tensor"])
def test_w8a8_is_the_product_of_both_roundings(kind, count, linear, rows):
    layer, x = linear(), rows(count)
    per = {"token": "channel", "tensor": "tensor"}[kind]
    weight = round_trip(layer.weight.detach(), Scheme(8, per))
    inputs = round_trip(x, Scheme(8, per))
    torch.testing.assert_close(
        Int8Linear(layer, kind)(x),
        nn.functional.linear(inputs, weight, layer.bias),
        rtol=1e-3,
        atol=1e-4,
    )


@pytest.mark.parametrize("make", [Int8Linear, LLMInt8Linear])
def test_inputs_of_zeros_give_the_bias_in_their_own_type(make, linear):
    layer = linear()
    found = make(layer)(torch.zeros(2, 3, 64, dtype=torch.bfloat16))
    assert found.dtype == torch.bfloat16
    assert torch.equal(found, layer.bias.bfloat16().expand(2, 3, 48))


def test_static_scales_clip_what_calibration_did_not_see(tiny_llama, token_ids):
    dynamic, static = copy.deepcopy(tiny_llama), copy.deepcopy(tiny_llama)
    quantize_model(dynamic, Int8Linear)
    quantize_static(static, [token_ids()])
    layer = static.model.layers[0].mlp.down_proj
    seen = layer.static.item()
    x = torch.full((1, layer.in_features), seen)
    torch.testing.assert_close(layer(10 * x), layer(x))
    with torch.no_grad():
        exact = tiny_llama(token_ids()).logits
        for model in (dynamic, static):
            assert (model(token_ids()).logits - exact).norm() / exact.norm() < 0.05


def test_llm_int8_keeps_outlier_columns_in_float(linear, rows):
    layer, x = linear(), rows()
    x[:, 7] *= 60
    exact = layer(x)
    kinds = {"absmax": Int8Linear(layer, "tensor"), "rows": Int8Linear(layer)}
    kinds["split"] = LLMInt8Linear(layer)
    errors = {name: (kind(x) - exact).norm() / exact.norm() for name, kind in kinds.items()}
    assert errors["split"] < errors["rows"] / 3 and errors["split"] < errors["absmax"] / 3
    split = LLMInt8Linear(layer)
    split(x)
    assert split.outlier_columns == 1
    split(x.clamp(-5, 5))
    assert split.outlier_columns == 0


def test_llm_int8_is_bitsandbytes(linear, rows):
    """Their layer on the CPU, in half precision as they insist, against ours."""
    import bitsandbytes as bnb

    layer, x = linear(64, 48), rows(8)
    x[:, 7] *= 20
    peer = bnb.nn.Linear8bitLt(64, 48, has_fp16_weights=False, threshold=6.0)
    peer.load_state_dict(layer.state_dict())
    theirs = peer.to("cpu")(x.half()).float().detach()
    ours = LLMInt8Linear(layer)(x.half().float())
    assert (theirs - ours).norm() / ours.norm() < 0.01


def test_a_threshold_of_zero_is_refused():
    with pytest.raises(ValueError, match=r"above 0, not 0.0"):
        LLMInt8Linear(nn.Linear(64, 48), 0.0)
