"""What several files of this folder compute with: layers, inputs, token ids, torchao's numbers."""

import json
from pathlib import Path

import pytest
import torch
from torch import nn

from workbook.core.runs.seeding import generator


@pytest.fixture
def linear():
    """Makes a linear layer with weights as large as a model's."""

    def make(inputs=64, outputs=48, seed=0):
        layer = nn.Linear(inputs, outputs)
        layer.weight.data = torch.randn(outputs, inputs, generator=generator(seed)) * 0.1
        return layer

    return make


@pytest.fixture
def rows():
    """Makes inputs of a layer, `B I`."""

    def make(count=5, inputs=64, seed=1):
        return torch.randn(count, inputs, generator=generator(seed))

    return make


@pytest.fixture
def token_ids():
    """Makes token ids `B T` for the tiny Llama."""

    def make(batch=2, time=20):
        return torch.randint(3, 97, (batch, time), generator=generator(2))

    return make


@pytest.fixture
def layer_data():
    """Makes a weight, and the Hessian and mean sizes of correlated inputs, some of them large."""

    def make(seed=0, inputs=64, outputs=32, count=400):
        weight = torch.randn(outputs, inputs, generator=generator(seed))
        mix = torch.randn(inputs, inputs, generator=generator(seed + 1)) / 8
        x = torch.randn(count, inputs, generator=generator(seed + 2)) @ (mix + torch.eye(inputs))
        x[:, :3] *= 8
        return weight, (x.T @ x).double() / count, x.abs().mean(0)

    return make


@pytest.fixture(scope="session")
def torchao():
    """What torchao 0.18 makes of one weight; torchao itself is not installed beside the course."""
    file = Path(__file__).parent / "torchao_codes.json"
    return json.loads(file.read_text(encoding="utf-8"))
