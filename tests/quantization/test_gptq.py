"""GPTQ: what it wins on a layer's output, two columns by hand, and a model block by block."""

import copy

import pytest
import torch

from workbook.quantization.calibration import gather_inputs, output_error
from workbook.quantization.gptq import gptq_model, gptq_quantize
from workbook.quantization.layers import QuantizedLinear, weight_of
from workbook.quantization.quantizers import Scheme, quantize
from workbook.training.modules import replace

SCHEMES = [Scheme(4), Scheme(3, 16), Scheme(2, 16, "mse"), Scheme(4, 16, "zero_point")]


@pytest.mark.parametrize("scheme", SCHEMES, ids=str)
def test_gptq_beats_rounding_to_nearest_on_the_layers_output(scheme, layer_data):
    for seed in range(3):
        weight, hessian, _ = layer_data(seed)
        nearest = output_error(weight, quantize(weight, scheme).dequantize(), hessian)
        ours = output_error(weight, gptq_quantize(weight, hessian, scheme).dequantize(), hessian)
        assert ours < 0.8 * nearest


def test_gptq_of_independent_inputs_is_rounding_to_nearest(layer_data):
    """With H = I no column can help another."""
    weight, _, _ = layer_data()
    found = gptq_quantize(weight, torch.eye(64), Scheme(4, 16))
    nearest = quantize(weight, Scheme(4, 16))
    assert torch.equal(found.codes, nearest.codes)


def test_inputs_that_were_never_there_are_rounded_to_nearest(layer_data):
    weight, _, _ = layer_data()
    found = gptq_quantize(weight, torch.zeros(64, 64), Scheme(4, 16, "zero_point"))
    assert torch.equal(found.codes, quantize(weight, Scheme(4, 16, "zero_point")).codes)


def test_gptq_of_two_columns_by_hand():
    """The second column takes over the first one's error: optimal brain surgery in closed form."""
    hessian = torch.tensor([[2.0, 1.0], [1.0, 2.0]])
    weight = torch.tensor([[1.4, 3.0]])
    found = gptq_quantize(weight, hessian, Scheme(8), damping=0.0)
    scale = 3.0 / 127
    first = round(1.4 / scale)
    gap = 1.4 - first * scale
    second = 3.0 + gap * 1.0 / 2.0  # H[1, 0] / H[1, 1] of the remaining problem
    assert (found.codes.int() - 128).tolist() == [[first, min(127, round(second / scale))]]


def test_a_block_is_calibrated_on_what_quantized_blocks_hand_it(tiny_llama, token_ids):
    names = [f"model.layers.{layer}.mlp.down_proj" for layer in range(2)]
    scheme, batches, by_hand = Scheme(2, 16), [token_ids()], copy.deepcopy(tiny_llama)
    errors = gptq_model(tiny_llama, batches, scheme, ("down_proj",))
    assert list(errors) == names
    for name in names:
        layer = by_hand.get_submodule(name)
        seen = gather_inputs(by_hand, [name], batches)[name]
        want = gptq_quantize(weight_of(layer), seen.hessian, scheme)
        assert torch.equal(tiny_llama.get_submodule(name).weight(), want.dequantize())
        assert errors[name] == output_error(weight_of(layer), want.dequantize(), seen.hessian)
        replace(by_hand, name, QuantizedLinear(want))


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (
            lambda: gptq_quantize(torch.ones(2, 4), torch.eye(4), Scheme(4, "tensor")),
            'not per "tensor"',
        ),
        (lambda: gptq_quantize(torch.ones(2, 10), torch.eye(10), Scheme(4, 4)), "groups of 4"),
    ],
)
def test_bad_input_gets_one_sentence(act, words):
    with pytest.raises(ValueError, match=words):
        act()
