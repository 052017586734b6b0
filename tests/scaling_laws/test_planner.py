"""Plans: budgets come back, no neighbour is better, and models beside their optimum."""

import math

import pytest

from workbook.scaling_laws import planner, published

LAW = published.law("besiroglu")


def test_a_budget_in_days_or_dollars_comes_back():
    flops = planner.flops_of("H100", 64, days=10)
    assert planner.plan(flops, LAW, "H100", 64).bill.days == pytest.approx(10)
    flops = planner.flops_of("A100", dollars=5000)
    assert planner.plan(flops, LAW, "A100").bill.dollars == pytest.approx(5000)
    for wrong in ({}, {"days": 1, "dollars": 1}):
        with pytest.raises(ValueError, match="days or dollars"):
            planner.flops_of("H100", **wrong)
    with pytest.raises(ValueError, match="no card"):
        planner.flops_of("abacus", days=1)


def test_a_plan_spends_its_budget_and_no_neighbour_is_better():
    made = planner.plan(1e22, LAW)
    assert 6 * made.parameters * made.tokens == pytest.approx(1e22)
    for factor in (0.8, 1.25):
        assert LAW.loss(made.parameters * factor, made.tokens / factor) > made.loss
    assert made.tokens_per_parameter == pytest.approx(made.tokens / made.parameters)
    assert made.text_share == pytest.approx(made.tokens / 3e14)
    with pytest.raises(ValueError, match="a budget is above 0"):
        planner.plan(0, LAW)


def test_models_are_placed_beside_their_optimum():
    placed = {one.name: one for one in planner.place(published.law("besiroglu"))}
    assert placed["GPT-3 175B"].over < 0.15 and placed["PaLM 540B"].over < 0.15
    assert placed["Chinchilla"].over == pytest.approx(1, abs=0.2)
    assert placed["Llama 3.1 8B"].over > 50
    assert all(one.loss >= one.best_loss for one in placed.values())
    assert {"GPT", "LLaMA", "BERT", "PaLM", "BLOOM", "T5"} <= {o.family for o in placed.values()}
    gpt3 = placed["GPT-3 175B"]
    assert gpt3.flops == pytest.approx(3.14e23, rel=1e-2)
    assert math.isclose(6 * gpt3.best_parameters * gpt3.best_tokens, gpt3.flops)
