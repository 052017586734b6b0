"""What a decoder costs at real sizes: against torch's own counter and a cache that is there."""

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from workbook.attention import GrowingKVCache, Transformer, TransformerConfig, counts, scale


def test_operations_of_gpt2_are_the_published_integer():
    """291,648,307,200 for a text of 1,024 tokens (nanoGPT, transformer_sizing.ipynb)."""
    gpt2_small = counts.KNOWN[1].config
    done = scale.operations(gpt2_small, 1024)
    assert sum(done.values()) == 291_648_307_200 and done["pairs"] == 38_654_705_664


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"kv_heads": 1, "tied": False},
        {"positions": "learned", "norm": "layer", "feed_forward": "gelu", "ffn_bias": True},
        {"norm_first": False, "attention_bias": True, "out_bias": True, "head_size": 8},
    ],
)
def test_operations_are_those_torch_counts_in_a_whole_model(changes):
    config = TransformerConfig(50, hidden_size=24, layers=3, heads=2, **changes)
    counter = FlopCounterMode(display=False)
    with torch.device("meta"), counter:
        Transformer(config)(torch.zeros(1, 17, dtype=torch.long))
    assert counter.get_total_flops() == sum(scale.operations(config, 17).values())


def test_pairs_overtake_weights_at_the_even_length():
    config = counts.LLAMA_2_7B
    even = scale.even_length(config)
    below, above = (scale.operations(config, int(even * factor)) for factor in (0.99, 1.01))
    assert below["pairs"] < below["weights"] and above["pairs"] > above["weights"]


@torch.no_grad()
def test_the_cache_is_as_large_as_counted():
    config = TransformerConfig(50, hidden_size=24, layers=3, heads=4, kv_heads=2)
    cache, model = GrowingKVCache(), Transformer(config)
    model(torch.zeros(1, 9, dtype=torch.long), cache=cache)
    held = sum(part.nbytes for pair in cache.kept.values() for part in pair)
    assert held == scale.cache_bytes(config, 9, each=4)
    table = scale.scale_table(counts.LLAMA_2_7B, (2048, 4096))
    assert table["cache, GB"].iloc[0] == pytest.approx(4 * table["cache with K = 8, GB"].iloc[0])
    assert table["scores of a layer, GB"].iloc[1] == pytest.approx(2 * 32 * 4096**2 / 1e9)


def test_the_table_has_a_row_for_each_length_and_the_share_of_the_pairs():
    config = counts.LLAMA_2_7B
    table = scale.scale_table(config, (1000, 2000))
    assert list(table.index) == ["T = 1,000", "T = 2,000"]
    done = scale.operations(config, 2000)
    row = table.loc["T = 2,000"]
    assert row["10^12 operations"] == pytest.approx((done["weights"] + done["pairs"]) / 1e12)
    odds = row["pairs, share"] / (1 - row["pairs, share"])
    assert odds == pytest.approx(2000 / scale.even_length(config))
    assert row["cache, GB"] == pytest.approx(2 * 2 * 32 * 4096 * 2000 / 1e9)
