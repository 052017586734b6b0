"""Temperature before or after the filter, the model that loops, and the figures of both."""

import math

import pytest
import torch

from workbook.core.hub import bundled
from workbook.sampling import charts, loops
from workbook.sampling.experiment import EXPERIMENT
from workbook.sampling.explorers_order import FILTERS, ORDERS, Orders, order_explorer

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


def test_the_recorded_model_loops_greedily_and_not_when_drawn():
    runs = EXPERIMENT.read("loops")
    assert len(runs) == 3
    for run in runs:
        steps = {each["step"]: each["loops"] for each in run["read"]}
        assert tuple(steps) == loops.STEPS
        assert steps[100]["greedy"] > 0.5 > steps[400]["greedy"]
        assert all(
            step["top-p 0.9"] == step["frequency penalty 0.5"] == 0 for step in steps.values()
        )


def test_a_short_training_has_the_record_s_form():
    _, tokenizer = bundled("town-lm")
    prompts = torch.tensor([tokenizer.encode("Bridor Mossbrock is")] * 2)
    found = loops.train_and_read(tokenizer, prompts, seed=0, steps=(1, 3), documents=40)
    assert [each["step"] for each in found["read"]] == [1, 3]
    for each in found["read"]:
        assert each["loops"].keys() == each["distinct_2"].keys() == loops.SETTINGS.keys()
        assert all(0 <= share <= 1 for share in each["loops"].values())
    assert found["read"][0]["loss"] == pytest.approx(math.log(len(tokenizer)), rel=0.05)


def test_the_curves_are_means_over_the_seeds():
    runs = EXPERIMENT.read("loops")
    figure = charts.loops_chart(runs, ("greedy", "top-p 0.9"))
    greedy, drawn = figure.data
    assert list(greedy.x) == list(loops.STEPS) and set(drawn.y) == {0}
    at_100 = [run["read"][2]["loops"]["greedy"] for run in runs]
    assert greedy.y[2] == pytest.approx(sum(at_100) / 3)


def test_what_is_accepted_and_what_is_drawn_instead_make_p():
    p, q = [0.5, 0.3, 0.2], [0.2, 0.7, 0.1]
    accepted, refused, instead = charts.draft_chart(list("abc"), p, q).data
    assert [a + b for a, b in zip(accepted.y, instead.y, strict=True)] == pytest.approx(p)
    assert [a + b for a, b in zip(accepted.y, refused.y, strict=True)] == pytest.approx(q)
    assert sum(refused.y) == pytest.approx(sum(instead.y))


def test_the_diagram_has_every_station_in_order():
    figure = charts.chain_diagram()
    told = [each.text for each in figure.layout.annotations if each.text]
    places = [
        next(n for n, text in enumerate(told) if text.startswith(f"<b>{name}</b>"))
        for name, _ in charts.STATIONS
    ]
    assert places == sorted(places) and len(figure.layout.shapes) == len(charts.STATIONS)
