"""Hadamard matrices, and layers in rotated coordinates."""

import pytest
import torch
from torch import nn

from workbook.core.runs.seeding import generator
from workbook.quantization.int8 import Int8Linear
from workbook.quantization.rotation import RotatedLinear, hadamard, peak_to_rms


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


def test_a_rotation_spreads_one_large_number_evenly():
    x = torch.zeros(1, 64)
    x[0, 7] = 8.0
    assert peak_to_rms(x) == pytest.approx(8.0)  # 8 over the root of 64 / 64
    spread = x @ hadamard(64)
    assert peak_to_rms(spread) == pytest.approx(1.0) and spread.abs().max().item() == 1.0
    assert peak_to_rms(torch.tensor([3.0, -4.0, 0.0, 0.0])) == pytest.approx(4 / 2.5)


@pytest.mark.parametrize("size", [0, 7, 28])
def test_a_size_without_a_matrix_is_one_sentence(size):
    with pytest.raises(ValueError, match=f"no Hadamard matrix of size {size}: take 2.k, or"):
        hadamard(size)
