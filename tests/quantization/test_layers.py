"""Quantized layers in whole models: packed storage, int8 products, LLM.int8(), KV cache."""

import copy

import pytest
import torch
from torch import nn

from workbook.core.runs.seeding import generator
from workbook.quantization.calibration import block_by_block, gather_inputs
from workbook.quantization.int8 import Int8Linear, LLMInt8Linear, int8_matmul, quantize_static
from workbook.quantization.kv_cache import cache_bytes, quantized_cache
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


def linear(inputs=64, outputs=48, seed=0):
    layer = nn.Linear(inputs, outputs)
    layer.weight.data = torch.randn(outputs, inputs, generator=generator(seed)) * 0.1
    return layer


def rows(count=5, inputs=64, seed=1):
    return torch.randn(count, inputs, generator=generator(seed))


def token_ids(batch=2, time=20):
    return torch.randint(3, 97, (batch, time), generator=generator(2))


@pytest.mark.parametrize("scheme", SCHEMES, ids=str)
def test_a_packed_layer_computes_with_the_rounded_weight(scheme):
    layer = linear()
    packed = QuantizedLinear.from_linear(layer, scheme)
    kept = round_trip(layer.weight.detach(), scheme)
    torch.testing.assert_close(packed.weight(), kept, rtol=1e-6, atol=1e-7)
    x = rows().reshape(1, 5, 64)
    torch.testing.assert_close(packed(x), nn.functional.linear(x, kept, layer.bias))
    assert packed.packed.nbytes == 48 * 64 * scheme.bits // 8


def test_conv1d_is_taken_the_right_way_round():
    from transformers.pytorch_utils import Conv1D

    layer = Conv1D(48, 64)
    packed = QuantizedLinear.from_linear(layer, Scheme(8))
    torch.testing.assert_close(packed(rows()), layer(rows()), rtol=0.02, atol=0.01)


def test_nf4_layers_with_and_without_double_quantization():
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


@pytest.mark.parametrize(("shape"), [(1, 64, 48), (5, 33, 17), (40, 100, 64)])
def test_int8_products_are_exact(shape):
    count, inputs, outputs = shape
    a = torch.randint(-127, 128, (count, inputs), generator=generator(3)).to(torch.int8)
    b = torch.randint(-127, 128, (outputs, inputs), generator=generator(4)).to(torch.int8)
    assert torch.equal(int8_matmul(a, b), a.int() @ b.int().T)


@pytest.mark.parametrize("count", [1, 5])
@pytest.mark.parametrize("kind", ["token", "tensor"])
def test_w8a8_is_the_product_of_both_roundings(kind, count):
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


def test_static_scales_clip_what_calibration_did_not_see(tiny_llama):
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


def test_llm_int8_keeps_outlier_columns_in_float():
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


def test_llm_int8_is_bitsandbytes(tiny_llama):
    """Their layer on the CPU, in half precision as they insist, against ours."""
    import bitsandbytes as bnb

    layer, x = linear(64, 48), rows(8)
    x[:, 7] *= 20
    peer = bnb.nn.Linear8bitLt(64, 48, has_fp16_weights=False, threshold=6.0)
    peer.load_state_dict(layer.state_dict())
    theirs = peer.to("cpu")(x.half()).float().detach()
    ours = LLMInt8Linear(layer)(x.half().float())
    assert (theirs - ours).norm() / ours.norm() < 0.01


def test_statistics_of_inputs(tiny_llama):
    names = linear_names(tiny_llama)
    seen = gather_inputs(tiny_llama, names, [token_ids(), token_ids(3, 7)])
    assert list(seen) == names
    first = seen[names[0]]
    assert first.rows == 2 * 20 + 3 * 7
    assert first.hessian.shape == (32, 32) and torch.equal(first.hessian, first.hessian.T)
    assert (first.magnitude <= first.largest).all()
    assert (first.hessian.diagonal().sqrt() <= first.largest.double() + 1e-6).all()
    assert [len(block) for block in block_by_block(names)] == [7, 7]
    assert block_by_block(["h.1.a", "h.11.a", "h.11.b", "x"]) == [
        ["h.1.a"],
        ["h.11.a", "h.11.b"],
        ["x"],
    ]


@pytest.mark.parametrize("pieces", [(40,), (33, 1, 1, 5), (1,) * 40])
def test_a_cache_in_8_bits_gives_the_same_text_and_fewer_bits_lose_more(tiny_llama, pieces):
    ids = token_ids(2, 40)
    with torch.no_grad():
        exact = tiny_llama(ids).logits
        errors = []
        for bits in (8, 4, 2):
            cache = quantized_cache(2, bits, block=8)
            parts = [
                tiny_llama(part, past_key_values=cache).logits for part in ids.split(pieces, 1)
            ]
            errors.append((torch.cat(parts, 1) - exact).norm() / exact.norm())
            assert cache.get_seq_length() == 40
    if pieces == (40,):  # a single call is answered before anything is rounded
        assert max(errors) < 1e-5
    else:
        assert errors[0] < 0.01 and errors == sorted(errors)


def test_a_cache_keeps_what_it_says(tiny_llama):
    from transformers import DynamicCache

    ids = token_ids(1, 64)
    sizes = {}
    with torch.no_grad():
        for name, cache in {
            "float": DynamicCache(),
            8: quantized_cache(2, 8),
            4: quantized_cache(2, 4),
        }.items():
            tiny_llama(ids, past_key_values=cache)
            sizes[name] = cache_bytes(cache)
    assert sizes["float"] == 2 * 2 * 2 * 8 * 64 * 4
    assert sizes[4] < 0.3 * sizes["float"] < sizes[8] < 0.42 * sizes["float"]


def test_generation_goes_through_the_cache(tiny_llama):
    ids = token_ids(1, 40)
    plain = tiny_llama.generate(ids, max_new_tokens=8, do_sample=False)
    packed = tiny_llama.generate(
        ids, max_new_tokens=8, do_sample=False, past_key_values=quantized_cache(2, 8)
    )
    assert torch.equal(plain, packed)


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (
            lambda: QuantizedLinear.from_linear(nn.Embedding(3, 4), Scheme(4)),
            "Embedding is not a linear",
        ),
        (lambda: quantize_model(nn.Sequential(linear()), "nf5"), "not 'nf5'"),
        (lambda: LLMInt8Linear(linear(), 0.0), "above 0, not 0.0"),
        (lambda: gather_inputs(nn.Sequential(linear()), ["0"], []), "at least one batch"),
        (lambda: quantized_cache(2, 9), "2 to 8 bits, not 9"),
    ],
)
def test_bad_input_gets_one_sentence(act, words):
    with pytest.raises(ValueError, match=words):
        act()
