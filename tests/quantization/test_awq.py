"""AWQ: input scales from activations, the power that is searched, and the layers it makes."""

import copy

import pytest
import torch

from workbook.quantization.awq import awq_model, input_scales, search_scales
from workbook.quantization.calibration import gather_inputs, output_error
from workbook.quantization.layers import QuantizedLinear
from workbook.quantization.quantizers import Scheme, quantize


@pytest.mark.parametrize("method", ["absmax", "mse"])
def test_awq_is_never_worse_than_rounding_to_nearest(layer_data, method):
    for seed in range(3):
        weight, hessian, magnitude = layer_data(seed)
        scheme = Scheme(3, 16, method)
        nearest = output_error(weight, quantize(weight, scheme).dequantize(), hessian)
        scales, power, error = search_scales(weight, magnitude, hessian, scheme)
        assert error < 0.9 * nearest and power > 0
        kept = quantize(weight * scales, scheme).dequantize() / scales
        assert output_error(weight, kept, hessian) == pytest.approx(error)


def test_awq_scales_are_a_power_of_the_activations():
    scales = input_scales(torch.tensor([1.0, 4.0, 16.0]), 0.5)
    assert (scales / scales[0]).tolist() == [1.0, 2.0, 4.0]
    assert (scales.max() * scales.min()).item() == pytest.approx(1.0)
    assert input_scales(torch.tensor([1.0, 9.0]), 0.0).tolist() == [1.0, 1.0]


def test_an_input_that_is_always_zero_gets_a_scale_that_can_be_divided_by():
    scales = input_scales(torch.tensor([0.0, 1.0]), 1.0)
    assert scales.tolist() == pytest.approx([1e-3, 1e3])


def test_inputs_of_one_size_leave_the_weights_as_they_are(layer_data):
    weight, hessian, _ = layer_data()
    scheme = Scheme(3, 16)
    scales, power, error = search_scales(weight, torch.full((64,), 2.0), hessian, scheme)
    assert power == 0.0 and torch.equal(scales, torch.ones(64))
    nearest = quantize(weight, scheme).dequantize()
    assert error == output_error(weight, nearest, hessian)


def test_the_errors_told_are_those_of_the_layers_that_were_put_in(tiny_llama, token_ids):
    """Guards: the search rounded by absmax, the layers by least error, and some were worse."""
    before, scheme = copy.deepcopy(tiny_llama), Scheme(3, 16, "mse")
    names = ("o_proj", "down_proj")
    errors = awq_model(tiny_llama, [token_ids()], scheme, names)
    for name, seen in gather_inputs(before, list(errors), [token_ids()]).items():
        weight, layer = before.get_submodule(name).weight, tiny_llama.get_submodule(name)
        put_in = output_error(weight, layer.weight() / layer.input_scale, seen.hessian)
        assert errors[name] == pytest.approx(put_in, rel=1e-4)
        plain = quantize(weight, scheme).dequantize()
        assert put_in <= output_error(weight, plain, seen.hessian) + 1e-9


def test_a_models_layers_divide_their_inputs_and_compute_nearly_the_same(tiny_llama, token_ids):
    """In 8 bits, so that weights and inputs that are not scaled in opposite ways are seen."""
    before = copy.deepcopy(tiny_llama)
    errors = awq_model(tiny_llama, [token_ids()], Scheme(8, 16), ("o_proj", "down_proj"))
    layers = {n: m for n, m in tiny_llama.named_modules() if isinstance(m, QuantizedLinear)}
    assert list(layers) == list(errors) and len(errors) == 4
    assert any(layer.input_scale.unique().numel() > 1 for layer in layers.values())
    for name, layer in layers.items():
        x = torch.randn(20, layer.in_features)
        want = before.get_submodule(name)(x)
        assert (layer(x) - want).norm() < 0.02 * want.norm()
