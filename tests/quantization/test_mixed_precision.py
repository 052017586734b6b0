"""What breaks in fp16, and what mends it."""

import pytest
import torch

from workbook.quantization.mixed_precision import Precision, gradient_shares, train_in

HALF = torch.float16


@pytest.fixture(scope="module")
def last():
    """The last loss of each way to train."""
    ways = {
        "fp32": Precision(),
        "fp16": Precision(HALF),
        "fp16, scaled": Precision(HALF, scale=2.0**10),
        "bf16": Precision(torch.bfloat16),
        "fp16, overflow": Precision(HALF, scale=2.0**30),
        "fp16, dynamic": Precision(HALF, scale=2.0**30, dynamic=True),
    }
    return {name: train_in(how, steps=150) for name, how in ways.items()}


def test_fp16_alone_loses_gradients_and_stays_behind(last):
    assert sum(last["fp16"].zero_share) / 150 > 0.5
    assert last["fp16"].losses[-1] > 1.3 * last["fp32"].losses[-1]


def test_a_loss_scale_or_bf16_mends_it(last):
    for name in ("fp16, scaled", "bf16"):
        assert max(last[name].zero_share) < 0.05
        assert last[name].losses[-1] < 1.1 * last["fp32"].losses[-1]


def test_a_scale_that_is_too_large_skips_every_step_unless_it_can_fall(last):
    assert last["fp16, overflow"].skipped == 150
    assert last["fp16, overflow"].losses[0] == last["fp16, overflow"].losses[-1]
    assert 0 < last["fp16, dynamic"].skipped < 20
    assert last["fp16, dynamic"].scale < 2.0**30
    assert last["fp16, dynamic"].losses[-1] < last["fp16, dynamic"].losses[0]


def test_small_steps_vanish_without_a_master_copy():
    kept, lost = (train_in(Precision(torch.bfloat16, master=m)) for m in (True, False))
    assert lost.losses[-1] > 1.1 * kept.losses[-1]


def test_shares_of_gradients_agree_with_a_cast():
    gradients = torch.randn(5000) * 10.0 ** torch.empty(5000).uniform_(-9, 7)
    shares = gradient_shares(gradients)
    cast = gradients.half()
    assert shares["lost (0)"] == pytest.approx((cast == 0).double().mean().item(), abs=1e-9)
    assert shares["too large"] == pytest.approx(cast.isinf().double().mean().item(), abs=1e-9)
    assert sum(shares.values()) == pytest.approx(1.0)
    assert gradient_shares(gradients, 2.0**10)["lost (0)"] < shares["lost (0)"]
