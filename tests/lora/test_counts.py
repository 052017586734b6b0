"""Counts of an adapter's weights against published figures and real adapters."""

import pytest
from tiny_lora import TARGETS, gpt2, t5

from workbook.lora import adapter_parameters, attach
from workbook.lora.counts import (
    PUBLISHED,
    break_even_rank,
    count,
    flan_t5_base,
    llama_2_7b,
    lora_weights,
    published_table,
)


def test_the_published_counts():
    """Hu et al. (2021), Tables 4 and 5, and the course's labs; each figure as it is stated."""
    counted = {row.what: row.count() for row in PUBLISHED}
    assert list(counted.values()) == [
        4_608, 8_192, 4_718_592, 18_874_368, 37_748_736, 3_538_944, 14_155_776, 3_539_713,
        4_194_304,
    ]  # fmt: skip
    for row in PUBLISHED:
        number = float(row.stated.rstrip("M").replace(",", "") or 0)
        if row.stated.endswith("M"):
            assert number == pytest.approx(row.count() / 1e6, abs=0.9 if number == 18 else 0.05)
        elif "file" in row.what:  # a saved file has a header besides its numbers
            assert 0 < number - row.count() < 100_000
        elif row.stated:
            assert number == row.count()
    table = published_table()
    assert table.loc["FLAN-T5-base, q and v, rank 32", "of"] == "251,116,800"
    assert table.loc["FLAN-T5-base, q and v, rank 32", "share"] == "1.4093%"
    assert table.loc["512 x 64, rank 8", "share"] == "14.0625%"


@pytest.mark.parametrize(
    ("make", "targets", "rank", "wanted"),
    [(flan_t5_base, ("q", "v"), 32, 3_538_944), (llama_2_7b, ("q_proj", "v_proj"), 8, 4_194_304)],
)
def test_counts_are_those_of_a_real_adapter_on_the_whole_model(make, targets, rank, wanted):
    model = attach(make(), rank, rank, targets)
    assert sum(p.numel() for p in model.parameters() if p.requires_grad) == wanted


@pytest.mark.parametrize("family", TARGETS)
def test_counting_without_attaching_is_attaching_and_counting(family):
    make, targets = TARGETS[family]
    assert count(make(), 5, targets) == adapter_parameters(attach(make(), 5, 1, targets))


def test_the_break_even_rank():
    assert break_even_rank(512, 64) == pytest.approx(56.889, abs=1e-3)
    for outputs, inputs in ((512, 64), (512, 512), (7, 300)):
        rank = int(break_even_rank(outputs, inputs))
        assert lora_weights(outputs, inputs, rank) <= outputs * inputs
        assert lora_weights(outputs, inputs, rank + 1) > outputs * inputs


def test_a_count_follows_the_layers_that_are_meant():
    """GPT-2: two layers of 16 to 48. T5: queries of two encoder and twice two decoder layers."""
    assert count(gpt2(), 1, ("c_attn",)) == 2 * (16 + 48)
    assert count(t5(), 1, ("q",)) == 6 * (16 + 16)
