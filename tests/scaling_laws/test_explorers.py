"""The explorers of lesson 06: what they compute, and that they say what they draw."""

import math

import pytest

from workbook.scaling_laws import explorers, published
from workbook.scaling_laws.limits import DataLimited, muennighoff


def test_a_budget_becomes_a_plan_on_the_map():
    explorer = explorers.budget_explorer()
    data = explorer.compute(flops=1e24, law="besiroglu", card="A100", cards=1000, share=0.5)
    parameters, tokens = published.law("besiroglu").optimum(1e24)
    assert (data.plan.parameters, data.plan.tokens) == (parameters, tokens)
    assert data.plan.bill.days == pytest.approx(1e24 / (312e12 * 0.5 * 1000 * 86_400))
    figure = explorer.draw(data)
    star = next(trace for trace in figure.data if trace.name == "your plan")
    assert (star.x[0], star.y[0]) == (parameters, tokens)
    drawn = {name for trace in figure.data for name in trace.text or ()}
    assert {"GPT-3 175B", "Chinchilla", "LLaMA-13B", "BLOOM", "PaLM 540B", "T5-11B"} <= drawn
    assert "74.2 days" in figure.layout.title.text and "74.2 days" in explorer.alt(data)


def test_other_settings_give_another_plan():
    explorer = explorers.budget_explorer()
    explorer.set(law="hoffmann printed", flops=1e20)
    first = explorer.figure().layout.title.text
    explorer.set(law="besiroglu")
    assert explorer.figure().layout.title.text != first
    explorer.set(share=0.0)
    assert "share is a part of the peak" in explorer.error


def test_along_a_budget_the_lowest_point_is_the_optimum():
    explorer = explorers.isoflop_explorer()
    data = explorer.compute(flops=1e22, law="hoffmann", unique=1e30)
    assert data.fresh == pytest.approx(data.limited)  # text enough
    lowest = data.sizes[data.fresh.index(min(data.fresh))]
    assert lowest == pytest.approx(data.best[0], rel=0.12) and data.epochs == 1
    short = explorer.compute(flops=1e22, law="hoffmann", unique=1e10)
    repeated = muennighoff()
    law = DataLimited(published.law("hoffmann"), repeated.repetition, math.inf)
    assert short.limited[5] == law.loss(short.sizes[5], 1e22 / 6 / short.sizes[5], 1e10)
    assert short.best_limited[1] > data.best[1] and short.epochs > 1
    assert len(explorer.draw(short).data) == len(explorer.draw(data).data)


@pytest.mark.parametrize("name", ["budget_explorer", "isoflop_explorer"])
def test_it_does_without_a_kernel_and_makes_its_widget(name):
    explorer = getattr(explorers, name)()
    figure = explorer.static_figure()
    assert len(figure.frames) == len(explorer.controls["flops"].grid)
    assert figure.layout.meta["alt"].endswith(".")
    assert explorer.widget() is explorer.widget()
    assert len(explorer.static_table()) > 5


@pytest.mark.parametrize(
    ("number", "words"),
    [(1.234e12, "1.23 trillion"), (7e9, "7 billion"), (2.5e6, "2.5 million"), (1234.0, "1,234")],
)
def test_numbers_in_words(number, words):
    assert explorers.in_words(number) == words
