"""Temperature before or after the filter: what both orders keep, and the explorer of it."""

import math

import pytest
import torch

from workbook.sampling.explorers_order import (
    FILTERS,
    ORDERS,
    SHOWN,
    Orders,
    describe,
    draw,
    order_explorer,
)

LOGITS = torch.tensor([[4.0, 3.0, 2.0, 1.0, 0.0, -1.0, -2.0]])
WORDS = list("abcdefg")


def kept_by_hand(probs, p):
    """How many of the likeliest tokens reach a sum of p."""
    total = 0.0
    for number, each in enumerate(sorted(probs, reverse=True), start=1):
        total += each
        if total >= p:
            return number
    return len(probs)


@pytest.mark.parametrize("temperature", [0.5, 1.0, 1.6, 2.4])
def test_both_orders_by_hand(temperature):
    orders = Orders(LOGITS, WORDS)
    cold = LOGITS[0].softmax(-1).tolist()
    heated = (LOGITS[0] / temperature).softmax(-1).tolist()
    found = orders(temperature, "top-p", 0.9)
    assert found.kept == (kept_by_hand(heated, 0.9), kept_by_hand(cold, 0.9))
    gap, per_heat = -math.log(0.1), temperature
    found = orders(temperature, "min-p", 0.1)
    assert found.kept == (
        sum(n <= gap * per_heat for n in range(7)),
        sum(n <= gap for n in range(7)),
    )
    found = orders(temperature, "top-k", 0.15)  # k = 3
    assert found.kept == (3, 3) and found.probs[0] == pytest.approx(found.probs[1])
    for probs in found.probs:
        assert sum(probs) == pytest.approx(1)


def test_at_temperature_1_the_order_does_not_matter():
    for kind in FILTERS:
        found = Orders(LOGITS, WORDS)(1.0, kind, 0.5)
        assert found.kept[0] == found.kept[1] and found.probs[0] == pytest.approx(found.probs[1])


def test_the_explorer_shows_what_it_computes():
    explorer = order_explorer(LOGITS, WORDS)
    figure = explorer.figure(temperature=2.0, kind="top-p", amount=0.9)
    found = Orders(LOGITS, WORDS)(2.0, "top-p", 0.9)
    for bars, name, kept, probs in zip(figure.data, ORDERS, found.kept, found.probs, strict=True):
        assert bars.name == f"{name}: {kept:,} tokens stay"
        assert list(bars.y) == pytest.approx(probs)
        assert f"{name}, {kept} tokens stay" in figure.layout.meta["alt"]
    assert [frame.name for frame in explorer.static_figure().frames][-1] == "2.0"


def test_the_number_of_tokens_is_twenty_times_the_share_and_never_none():
    logits = torch.arange(40.0)[None]
    orders = Orders(logits, list("ab"))
    for amount, k in ((0.01, 1), (0.05, 1), (0.06, 1), (0.09, 2), (0.5, 10), (1.0, 20)):
        found = orders(0.7, "top-k", amount)
        assert found.kept == (k, k) and found.says == f"T = 0.7, top-k {k}"
    assert orders(0.7, "min-p", 0.05).says == "T = 0.7, min-p 0.05"


def test_heat_first_lets_more_through_and_cold_first_fewer():
    """Guards against the two orders in each other's place."""
    orders = Orders(LOGITS, WORDS)
    for kind, amount in (("top-p", 0.9), ("min-p", 0.1)):
        hot, cold = orders(2.4, kind, amount), orders(0.4, kind, amount)
        assert hot.kept[0] > hot.kept[1] and cold.kept[0] < cold.kept[1]
        assert hot.kept[1] == cold.kept[1], "what is cut first knows nothing of the temperature"


def test_tokens_are_named_likeliest_first_and_readable():
    logits = torch.tensor([[0.0, 3.0, 1.0]])
    found = Orders(logits, [" b", "\n"])(1.0, "top-k", 1.0)
    assert found.tokens == ("␣b", "⏎")
    assert found.probs[0] == pytest.approx(logits.softmax(-1)[0, [1, 2]].tolist())
    figure = draw(found)
    assert list(figure.layout.xaxis.ticktext) == ["␣b", "⏎"]
    assert figure.layout.title.text == found.says and figure.layout.yaxis.range == (0, 1.02)
    assert figure.layout.yaxis.title.text == "probability"
    first = found.probs[0][0]
    assert f"{ORDERS[0]}, 3 tokens stay and ␣b has probability {first:.2f}" in describe(found)


def test_every_end_of_every_control_can_be_computed():
    logits = torch.linspace(4, -4, 50)[None]
    explorer = order_explorer(logits, [str(number) for number in range(50)])
    heat, amount = explorer.controls["temperature"], explorer.controls["amount"]
    assert explorer.controls["kind"].options == FILTERS
    for temperature in (heat.low, *heat.grid, heat.high):
        for kind in FILTERS:
            for share in (amount.low, amount.high):
                found = explorer.compute(temperature, kind, share)
                assert len(found.tokens) == SHOWN and min(found.kept) >= 1
                assert all(math.isfinite(each) for probs in found.probs for each in probs)


def test_the_table_has_a_row_for_each_order_and_counts_in_numbers():
    """Fault: the counts were in the names of seven columns, most of them empty; "1 tokens stay"."""
    table = order_explorer(LOGITS, WORDS).static_table()
    assert list(table.columns) == ["Temperature", "order", "tokens that stay", *WORDS]
    assert len(table) == 2 * table.Temperature.nunique() and not table.isna().any(axis=None)
    found = Orders(LOGITS, WORDS)(0.4, "top-p", 0.9)
    first = table[table.Temperature == 0.4].iloc[0]
    assert first["tokens that stay"] == found.kept[0] == 1
    assert first[WORDS].tolist() == pytest.approx(found.probs[0])
    assert draw(found).data[0].name == "temperature first: 1 token stays"
    assert "temperature first, 1 token stays" in describe(found)
    assert list(order_explorer(LOGITS, ["'s", " <"]).static_table())[-2:] == ["'s", "␣<"]
