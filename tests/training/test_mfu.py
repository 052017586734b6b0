"""How much of a chip the loop uses: the work of a token, the peak of the chip, the share."""

from __future__ import annotations

import math

import pytest
import torch

from workbook.training import mfu
from workbook.training.mfu import Size, Use


def test_the_work_of_a_token_is_counted_as_torch_counts_it():
    """Against torch's own FLOP counter; it sees the whole square of attention, we its half."""
    from torch.utils.flop_counter import FlopCounterMode

    from workbook.training.losses import causal_loss

    size = Size("tiny", 64, 3, 4, 160, batch_size=2, seq_len=32)
    model = mfu.make(size)
    ids = torch.randint(mfu.VOCABULARY, (size.batch_size, size.seq_len))
    with FlopCounterMode(display=False) as counter:
        causal_loss(model, {"ids": ids, "labels": ids}).total.backward()
    counted = counter.get_total_flops() / ids.numel()
    attention = 6.0 * size.layers * size.hidden_size * size.seq_len
    assert counted == pytest.approx(mfu.flops_per_token(size) + attention, rel=0.02)


def test_the_sizes_are_those_they_are_called():
    named = {"124M": 124e6, "350M": 350e6, "1.3B": 1.3e9}
    for size in mfu.SIZES:
        with torch.device("meta"):
            parameters = sum(p.numel() for p in mfu.make(size).parameters())
        assert parameters == pytest.approx(named[size.name], rel=0.1)


def test_utilisation_is_measured_on_any_device(monkeypatch):
    tiny = Size("tiny", 16, 1, 2, 16, batch_size=2, seq_len=8)
    use = mfu.measure(tiny, compiled=False, steps=4, warmup=2)
    assert use.tokens_per_second > 0 and use.first_loss == pytest.approx(math.log(32_000), rel=0.1)
    assert math.isnan(use.mfu)  # nobody has written down this processor's peak
    known_chip = mfu.machine.Accelerator("cpu", "NVIDIA H100 80GB HBM3")
    monkeypatch.setattr(mfu.machine, "find_accelerator", lambda: known_chip)
    known = mfu.measure(tiny, compiled=False, steps=4, warmup=2)
    assert known.mfu == pytest.approx(known.tokens_per_second * mfu.flops_per_token(tiny) / 989e12)
    assert mfu.peak("NVIDIA H200") == 989e12 and math.isnan(mfu.peak("abacus"))


@pytest.mark.parametrize(
    "name, teraflops",
    [
        ("NVIDIA H100 80GB HBM3", 989),
        ("NVIDIA H100 PCIe", 756),
        ("NVIDIA H100 NVL", 835),
        ("NVIDIA A100-SXM4-80GB", 312),
        ("NVIDIA A100 80GB PCIe", 312),
        ("NVIDIA L40S", 362),
        ("NVIDIA L40", 181),
        ("NVIDIA L4", 121),
        ("NVIDIA GeForce RTX 4090", 165),
        ("NVIDIA GeForce RTX 4090 Laptop GPU", None),
        ("NVIDIA GH200 480GB", None),
        ("NVIDIA H100 80GB HBM3 MIG 1g.10gb", None),
        ("NVIDIA A100-SXM4-40GB MIG 1g.5gb", None),
    ],
)
def test_a_peak_is_of_the_very_chip(name, teraflops):
    """Guards against a word in the name: an L40 is no L4, an H100 PCIe no H100 SXM."""
    found = mfu.peak(name)
    assert math.isnan(found) if teraflops is None else found == teraflops * 1e12


def test_the_work_of_a_token_by_hand():
    """6 a weight that multiplies: 2 layers of 4 C^2 + 3 C F, V C at the end; and 6 L C T."""
    tiny = Size("tiny", 8, 2, 2, 16, batch_size=1, seq_len=10)
    weights = 2 * (4 * 64 + 3 * 8 * 16) + mfu.VOCABULARY * 8
    assert mfu.flops_per_token(tiny) == 6 * weights + 6 * 2 * 8 * 10


def test_a_row_compares_compiled_with_eager_in_percent(monkeypatch):
    asked = []

    def measure(size, compiled):
        asked.append((size.name, compiled))
        rate, share = (300.0, 0.3) if compiled else (200.0, 0.2)
        return Use(size.name, 1, rate, share, 0, compiled, 1.0)

    monkeypatch.setattr(mfu, "measure", measure)
    (row,) = mfu.run(quick=True)
    assert (row.name, row.unit) == ("124M: MFU compiled, against eager", "% of peak")
    assert (row.ours, row.peer, row.ratio) == (pytest.approx(30), pytest.approx(20), 1.5)
    assert asked == [("124M", False), ("124M", True)]
    assert len(mfu.run()) == len(mfu.SIZES) == 3
