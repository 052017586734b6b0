"""Bills: units by hand, published energy and carbon, and the assumptions that one can change."""

import pytest

from workbook.scaling_laws import bill, published
from workbook.training import mfu as training_mfu


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


def test_energy_and_carbon_of_llama_come_out():
    """Table 15; its BLOOM row is printed 475 where the formula gives 476."""
    for row in published.rows("energy"):
        spent = bill.energy(row["gpu_hours"], row["watts"])
        assert spent == pytest.approx(row["megawatt_hours"], abs=1.5)
        assert round(bill.carbon(spent)) == row["tonnes"]


def test_more_cards_take_fewer_days_and_the_same_money_and_energy():
    one, eight = (bill.bill(1e22, "H100", cards) for cards in (1, 8))
    assert eight.days == pytest.approx(one.days / 8)
    for name in ("gpu_hours", "dollars", "megawatt_hours", "tonnes", "pf_days"):
        assert getattr(eight, name) == getattr(one, name), name
    assert bill.pf_days(3 * 1e15 * 86_400) == 3


def test_what_is_assumed_can_be_changed():
    """A card of one's own for an hour at its peak: 2 kW, 3 kW with the building, half a kilo."""
    card = bill.Card("own", 1e15, 2000, 7.0)
    found = bill.bill(3.6e18, card, share=1.0, pue=1.5, kg_per_kwh=0.5)
    assert (found.card, found.gpu_hours, found.dollars) == ("own", pytest.approx(1), 7.0)
    assert found.megawatt_hours == pytest.approx(0.003)
    assert found.tonnes == pytest.approx(0.0015)
