"""Training through rounding: its gradients, its conversion, and what it wins back."""

import pytest
import torch
from torch import nn

from workbook.core.runs.seeding import generator
from workbook.quantization.layers import KEPT, QuantizedLinear, quantize_model
from workbook.quantization.qat import (
    QATLinear,
    convert,
    fake_quantize,
    prepare,
    straight_through,
    train_quantized,
)
from workbook.quantization.quantizers import Scheme
from workbook.training.packing import Example, Rows

SCHEME = Scheme(3, 16, "mse", scale_dtype=KEPT)


def test_the_straight_through_step():
    x = torch.tensor([0.4, 1.6, -2.5], requires_grad=True)
    y = straight_through(x.round(), x)
    (y * torch.tensor([1.0, 2.0, 3.0])).sum().backward()
    assert y.tolist() == [0.0, 2.0, -2.0] and x.grad.tolist() == [1.0, 2.0, 3.0]


def test_gradients_of_lsq_as_published():
    """Esser et al. 2020, equations 3 and 5: the scale gets round(w/s) - w/s inside, +-q outside."""
    blocks = torch.tensor([[0.3, -0.26, 5.0, -9.0]], requires_grad=True)
    scales = torch.tensor([[0.25]], requires_grad=True)
    fake_quantize(blocks, scales, 3).sum().backward()
    inside = (torch.tensor([1.2, -1.04]).round() - torch.tensor([1.2, -1.04])).sum()
    assert scales.grad.item() == pytest.approx(inside.item() + 3 - 3, abs=1e-5)
    assert blocks.grad.tolist() == [[1.0, 1.0, 0.0, 0.0]]


@pytest.mark.parametrize("scheme", [SCHEME, Scheme(4), Scheme(2, 16)], ids=str)
def test_what_is_trained_is_what_is_packed(scheme):
    layer = nn.Linear(64, 48)
    trained = QATLinear(layer, scheme)
    with torch.no_grad():
        trained.weight += 0.05 * torch.randn(48, 64, generator=generator(0))
        trained.scales *= 1.1
    x = torch.randn(5, 64, generator=generator(1))
    packed = trained.convert()
    assert isinstance(packed, QuantizedLinear)
    torch.testing.assert_close(packed(x), trained(x), rtol=1e-5, atol=1e-6)


def rows():
    """Sixteen texts without any order, to be learned by heart: that takes exact weights."""
    source = generator(3)
    texts = [torch.randint(3, 97, (24,), generator=source).tolist() for _ in range(16)]
    return Rows([Example(ids, ids) for ids in texts], 16, 24, 0, packed=False)


def loss(model):
    with torch.no_grad():
        batch = rows().batch(0)
        return model(input_ids=batch["ids"], labels=batch["ids"]).loss.item()


def test_training_wins_back_what_two_bits_lost(tiny_llama):
    from workbook.training import FitConfig, causal_loss, fit

    fit(tiny_llama, rows(), causal_loss, FitConfig(steps=150, learning_rate=0.01), progress=False)
    tiny_llama.eval()
    scheme = Scheme(2, scale_dtype=KEPT)
    rounded = prepare(tiny_llama, scheme)
    before = loss(rounded)
    trained, run = train_quantized(
        tiny_llama, rows(), scheme, steps=60, learning_rate=0.005, progress=False
    )
    assert run.step == 60 and not any(isinstance(m, QATLinear) for m in trained.modules())
    exact = loss(tiny_llama)
    assert before > exact + 0.5
    assert loss(trained) < exact + 0.4 * (before - exact)


def test_before_any_step_it_is_rounding_to_nearest(tiny_llama):
    ids = torch.randint(3, 97, (2, 12), generator=generator(2))
    prepared = prepare(tiny_llama, SCHEME).eval()
    quantize_model(tiny_llama, SCHEME)
    with torch.no_grad():
        torch.testing.assert_close(prepared(ids).logits, tiny_llama(ids).logits)
        logits = prepared(ids).logits
        torch.testing.assert_close(convert(prepared)(ids).logits, logits, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("scheme", [Scheme(4, "tensor"), Scheme(4, method="zero_point")])
def test_schemes_that_cannot_be_trained_are_refused(scheme):
    with pytest.raises(ValueError, match="symmetric codes and scales per channel or group"):
        QATLinear(nn.Linear(4, 4), scheme)
