"""What attention costs as texts grow: bytes, seconds and operations, and the law through them."""

import pytest
import torch

from workbook.attention import cost


def test_a_device_that_is_no_cuda_device_is_waited_for(monkeypatch):
    """Guards against torch.cuda called for every device but the CPU, such as Apple's mps."""
    waited = []
    monkeypatch.setattr(torch.accelerator, "synchronize", lambda: waited.append(1))
    x = torch.ones(3)
    assert cost._seconds(lambda y: y + 1, [x], "mps") >= 0 and len(waited) == 2
    assert cost.peak_bytes(lambda: torch.zeros(1000), "mps") == 4000
    assert cost._seconds(lambda y: y + 1, [x], "cpu") >= 0 and len(waited) == 2


def test_peak_bytes_of_known_allocations():
    assert cost.peak_bytes(lambda: torch.zeros(1000)) == 4000
    assert cost.peak_bytes(lambda: torch.zeros(1000).add(1)) == 8000
    assert cost.peak_bytes(lambda: torch.zeros(1000).add_(1)) == 4000
    given = torch.zeros(500)
    assert cost.peak_bytes(lambda: given.view(50, 10).t()) == 0, "a view of an input is free"

    def chain():
        x = torch.zeros(1000)
        for _ in range(5):
            x = x + 1  # the one before is let go
        return x

    assert cost.peak_bytes(chain) == 8000


def test_naive_memory_is_quadratic_and_fused_is_linear():
    threads, during = torch.get_num_threads(), []

    def watch(lengths):
        during.append(torch.get_num_threads())
        return lengths

    rows = cost.measure([64, 128, 256, 512], repeats=1, progress=watch)
    assert during == [1] and torch.get_num_threads() == threads, "waiting threads are no work"
    laws = {
        way: cost.fit(mine.length.tolist(), mine.bytes.tolist())
        for way, mine in rows.groupby("way")
    }
    assert laws["naive"].exponent == pytest.approx(2, abs=0.02)
    assert laws["fused"].exponent == pytest.approx(1, abs=0.1)
    assert laws["chunked"].exponent < laws["naive"].exponent
    assert (rows.seconds >= 0).all()


def test_a_power_law_is_found_again():
    law = cost.fit([1, 2, 4, 8], [3.0 * n**1.7 for n in (1, 2, 4, 8)])
    assert law.exponent == pytest.approx(1.7) and law.factor == pytest.approx(3.0)
    assert str(law).startswith("1.70 ± ")
    for lengths, values in (([1, 2], [1, 2]), ([1, 2, 3], [1, 0, 2])):
        with pytest.raises(ValueError, match="at least three points"):
            cost.fit(lengths, values)


@pytest.mark.parametrize("kind", ["attention", "GRU"])
@pytest.mark.parametrize("length, hidden_size", [(8, 4), (16, 12), (33, 6)])
def test_operations_are_those_torch_counts(kind, length, hidden_size):
    by_formula = cost.layer_operations(kind, length, hidden_size)
    assert cost.counted_operations(kind, length, hidden_size) == sum(by_formula.values())
    assert by_formula["pairs"] == (2 * length**2 * hidden_size if kind == "attention" else 0)


def test_a_recurrent_layer_is_linear_in_length_and_attention_is_not():
    def doubling(kind):
        long, short = (cost.layer_operations(kind, time, 64) for time in (4096, 2048))
        return sum(long.values()) / sum(short.values())

    assert doubling("GRU") == 2 and 3.5 < doubling("attention") < 4
    with pytest.raises(ValueError, match="no layer 'LSTM'"):
        cost.layer_operations("LSTM", 1, 1)
