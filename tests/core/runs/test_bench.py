"""The benchmark's arithmetic, and that the two sides really take turns."""

from __future__ import annotations

import gc
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbook.core.runs import bench


def test_the_two_take_turns_and_swap_the_lead():
    order = []
    row = bench.compare("x", lambda: order.append("o"), lambda: order.append("p"), rounds=4)
    assert "".join(order) == "op" + "op" + "po" + "op" + "po"  # the first pair warms up
    assert row.rounds == 4


def test_rates_ratio_and_quartiles_by_hand():
    pairs = [(1.0, 2.0), (2.0, 3.0), (4.0, 20.0)]  # ratios 2, 1.5, 5
    row = bench.summarise("x", pairs, work=100, unit="tokens/s")
    assert (row.ours, row.peer) == (50.0, 100 / 3)  # medians 2 s and 3 s
    assert row.ratio == 1.5
    assert (row.low, row.high) == (1.75, 3.5)
    assert (row.unit, row.rounds) == ("tokens/s", 3)


@given(st.lists(st.tuples(st.floats(0.01, 10), st.floats(0.01, 10)), min_size=2, max_size=20))
def test_swapping_the_sides_turns_the_ratio_over(pairs):
    row = bench.summarise("x", pairs)
    swapped = bench.summarise("x", [(b, a) for a, b in pairs])
    assert swapped.ratio == pytest.approx(1 / row.ratio)
    assert row.low <= statistics.median(b / a for a, b in pairs) * (1 + 1e-9)


def test_the_collector_waits_and_is_put_back():
    states = []
    bench.seconds(lambda: states.append(gc.isenabled()))
    assert states == [False] and gc.isenabled()
    with pytest.raises(ZeroDivisionError):
        bench.seconds(lambda: 1 / 0)
    assert gc.isenabled()


def test_a_spread_needs_two_rounds():
    with pytest.raises(ValueError, match="at least 2 rounds, not 1"):
        bench.compare("x", int, int, rounds=1)


def test_the_table_shows_every_number():
    from rich.console import Console

    row = bench.Row("batch 1", 300.0, 150.0, 2.0, 1.9, 2.15, "tokens/s", 7)
    console = Console(width=120, record=True, file=open("/dev/null", "w", encoding="utf-8"))
    console.print(bench.table([row], title="sampling"))
    text = console.export_text()
    for shown in ("sampling", "batch 1", "300.0", "150.0", "tokens/s", "2.00x", "1.90 to 2.15"):
        assert shown in text
