"""Bills and plans: units by hand, and budgets that come back."""

import pytest

from workbook.scaling_laws import bill, planner, published
from workbook.training import mfu as training_mfu

LAW = published.law("besiroglu")


def test_a_petaflop_day_and_its_cards():
    """8 V100 are 1 PF/s at their peak; of the A100 it takes 3.2, not 2."""
    assert bill.PF_DAY == 8.64e19
    peaks = {name: card.peak for name, card in bill.CARDS.items()}
    assert 8 * peaks["V100"] == 1e15
    assert 1e15 / peaks["A100"] == pytest.approx(3.2, abs=0.01)


@pytest.mark.parametrize(
    ("name", "whole"), [("A100", "A100-SXM4-80GB"), ("H100", "H100 80GB HBM3"), ("L4", "L4")]
)
def test_peaks_agree_with_the_benchmarks_table(name, whole):
    assert bill.CARDS[name].peak == training_mfu.peak(f"NVIDIA {whole}")


def test_a_bill_by_hand():
    found = bill.bill(312e12 * 0.5 * 3600 * 1000, "A100", cards=10, share=0.5)
    assert found.gpu_hours == pytest.approx(1000)
    assert found.days == pytest.approx(1000 / 240)
    assert found.dollars == pytest.approx(2000)
    assert found.megawatt_hours == pytest.approx(0.44)
    assert found.tonnes == pytest.approx(0.1694)
    assert bill.mfu(found.flops, 100 * 3600, 10, 312e12) == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"card": "A1"}, "no card is called 'A1'; there are V100"),
        ({"share": 0.0}, "share is a part of the peak"),
        ({"share": 1.2}, "share is a part of the peak"),
        ({"cards": 0}, "cards is a whole number of at least 1"),
    ],
)
def test_a_wrong_bill_is_one_sentence(given, words):
    with pytest.raises(ValueError, match=words):
        bill.bill(1e20, **given)


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
