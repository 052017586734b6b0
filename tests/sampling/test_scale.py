"""Estimates for a larger machine, by hand."""

import pytest
import torch

from workbook.sampling.scale import QWEN_HALF_BILLION, ModelSize, plan, size_of


def test_size_is_read_off_a_model(tiny_llama):
    size = size_of(tiny_llama, "tiny")
    assert (size.layers, size.kv_heads, size.head_size, size.bytes_each) == (2, 2, 8, 4)
    assert size.parameters == sum(tensor.numel() for tensor in tiny_llama.state_dict().values())


def test_the_cache_is_as_large_as_the_one_transformers_keeps(tiny_llama):
    """3 rows of 7 tokens."""
    with torch.no_grad():
        past = tiny_llama(torch.full((3, 7), 5), use_cache=True).past_key_values
    kept = sum(layer.keys.nbytes + layer.values.nbytes for layer in past.layers)
    assert size_of(tiny_llama, "tiny").cache(3 * 7) == kept


def test_published_count_of_qwen():
    """Its configuration: C 896, 14 heads, 2 key-value heads, inner 4,864, V 151,936, tied; biases
    on queries, keys and values only."""
    attention = 2 * 896 * 896 + 896 + 2 * (896 * 128 + 128)
    layer = attention + 3 * 896 * 4864 + 2 * 896
    assert QWEN_HALF_BILLION.parameters == 24 * layer + 151_936 * 896 + 896
    assert QWEN_HALF_BILLION.cache(1) == 12_288, "24 layers, 2 heads of 64, key and value, 2 bytes"


def test_a_batch_shares_one_reading_of_the_weights():
    """1,000 bytes of weights and 8 bytes of cache a token, at 10,000 bytes a second."""
    size = ModelSize("toy", 500, layers=1, kv_heads=1, head_size=2)
    assert size.tokens_a_second(1, 0, 1e4) == 10
    assert size.tokens_a_second(8, 0, 1e4) == 80
    assert size.tokens_a_second(5, 25, 1e4) == pytest.approx(5 * 1e4 / 2000)


def test_plan_prices_a_million_tokens():
    """10 tokens a second are 36,000 an hour: a million takes 27.8 hours."""
    table = plan([ModelSize("toy", 500, 1, 1, 2)], 1, 0, 1e4, price=0.36)
    assert table.loc["toy", "tokens a second, at most"] == 10
    assert table.loc["toy", "price of a million tokens, at least"] == pytest.approx(10.0)
