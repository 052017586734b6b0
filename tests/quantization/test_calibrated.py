"""GPTQ, AWQ and rotations: each lowers the error that it says it lowers."""

import copy

import pytest
import torch
from torch import nn

from workbook.core.runs.seeding import generator
from workbook.quantization.awq import awq_model, input_scales, search_scales
from workbook.quantization.calibration import output_error
from workbook.quantization.gptq import gptq_model, gptq_quantize
from workbook.quantization.int8 import Int8Linear
from workbook.quantization.quantizers import Scheme, quantize
from workbook.quantization.rotation import RotatedLinear, hadamard, peak_to_rms

SCHEMES = [Scheme(4), Scheme(3, 16), Scheme(2, 16, "mse"), Scheme(4, 16, "zero_point")]


def layer_data(seed=0, inputs=64, outputs=32, count=400):
    """A weight, and the Hessian of correlated inputs, some of them large."""
    weight = torch.randn(outputs, inputs, generator=generator(seed))
    mix = torch.randn(inputs, inputs, generator=generator(seed + 1)) / 8
    x = torch.randn(count, inputs, generator=generator(seed + 2)) @ (mix + torch.eye(inputs))
    x[:, :3] *= 8
    return weight, (x.T @ x).double() / count, x.abs().mean(0)


@pytest.mark.parametrize("scheme", SCHEMES, ids=str)
def test_gptq_beats_rounding_to_nearest_on_the_layers_output(scheme):
    for seed in range(3):
        weight, hessian, _ = layer_data(seed)
        nearest = output_error(weight, quantize(weight, scheme).dequantize(), hessian)
        ours = output_error(weight, gptq_quantize(weight, hessian, scheme).dequantize(), hessian)
        assert ours < 0.8 * nearest


def test_gptq_of_independent_inputs_is_rounding_to_nearest():
    """With H = I no column can help another."""
    weight, _, _ = layer_data()
    found = gptq_quantize(weight, torch.eye(64), Scheme(4, 16))
    nearest = quantize(weight, Scheme(4, 16))
    assert torch.equal(found.codes, nearest.codes)


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


def test_awq_is_never_worse_than_rounding_to_nearest():
    for seed in range(3):
        weight, hessian, magnitude = layer_data(seed)
        scheme = Scheme(3, 16)
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


@pytest.mark.parametrize("with_data", [gptq_model, awq_model])
def test_whole_models_come_out_closer_than_rounded_ones(tiny_llama, with_data):
    from workbook.quantization.layers import quantize_model

    with torch.no_grad():
        for module in tiny_llama.modules():
            if isinstance(module, nn.Linear):
                module.weight.mul_(8)  # a fresh model's blocks add next to nothing
    ids = [torch.randint(3, 97, (8, 40), generator=generator(n)) for n in range(6)]
    scheme = Scheme(3, 16)
    nearest, ours = copy.deepcopy(tiny_llama), copy.deepcopy(tiny_llama)
    quantize_model(nearest, scheme)
    errors = with_data(ours, ids, scheme)
    assert len(errors) == 14 and all(0 < error < 1 for error in errors.values())
    test = torch.randint(3, 97, (8, 40), generator=generator(99))
    with torch.no_grad():
        exact = tiny_llama(test).logits.log_softmax(-1)
        gaps = [
            nn.functional.kl_div(m(test).logits.log_softmax(-1), exact, log_target=True).item()
            for m in (nearest, ours)
        ]
    assert gaps[1] < gaps[0]


@pytest.mark.parametrize("size", [1, 2, 12, 20, 64, 192, 256, 320, 512, 768])
def test_hadamard_matrices_rotate(size):
    matrix = hadamard(size)
    torch.testing.assert_close(matrix @ matrix.T, torch.eye(size), rtol=0, atol=1e-5)
    torch.testing.assert_close(matrix.abs(), torch.full((size, size), size**-0.5))


def test_sylvesters_matrix_is_scipys():
    from scipy.linalg import hadamard as peer

    assert torch.equal((hadamard(16) * 4).int(), torch.tensor(peer(16)).int())


def test_a_rotated_layer_computes_the_same_and_has_no_outliers():
    layer = nn.Linear(64, 32)
    x = torch.randn(50, 64, generator=generator(5))
    x[:, 7] *= 60
    rotated = RotatedLinear(layer, lambda inner: inner)
    torch.testing.assert_close(rotated(x), layer(x), rtol=1e-4, atol=1e-4)
    assert peak_to_rms(x @ rotated.rotation) < peak_to_rms(x) / 3
    exact = layer(x)
    errors = [
        (m(x) - exact).norm()
        for m in (
            Int8Linear(layer, "tensor"),
            RotatedLinear(layer, lambda n: Int8Linear(n, "tensor")),
        )
    ]
    assert errors[1] < errors[0] / 2


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (lambda: hadamard(7), "no Hadamard matrix of size 7"),
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
