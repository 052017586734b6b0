"""The one chain of filters: its order, what it needs, and that drawing goes by it."""

import pytest
import torch

from workbook.core.runs.seeding import generator
from workbook.sampling import SamplingConfig, filters, greedy

LOGITS = torch.tensor([[2.0, 1.0, 0.5, -1.0, 2.0], [0.0, 3.0, 2.9, 2.8, -2.0]])
IDS = torch.tensor([[0, 0, 1], [2, 1, 1]])


def test_the_order_is_that_of_transformers():
    """Penalty, temperature, top-k, top-p, min-p, each by its own function."""
    config = SamplingConfig(1.6, top_k=4, top_p=0.9, min_p=0.3, repetition_penalty=1.5)
    logits = filters.repetition_penalty(LOGITS, IDS, 1.5)
    logits = filters.top_k_filter(filters.apply_temperature(logits, 1.6), 4)
    logits = filters.min_p_filter(filters.top_p_filter(logits, 0.9), 0.3)
    assert torch.equal(config.adjust(LOGITS, IDS), logits)
    assert logits.isinf().any() and config.adjust(LOGITS, IDS).dtype == torch.float32


def test_padding_is_no_text_for_the_penalty():
    keep_mask = torch.tensor([[False, True, True], [False, False, True]])
    config = SamplingConfig(repetition_penalty=2.0)
    expected = filters.repetition_penalty(LOGITS, IDS, 2.0, keep_mask)
    assert torch.equal(config.adjust(LOGITS, IDS, keep_mask), expected)
    assert not torch.equal(config.adjust(LOGITS, IDS), expected)


def test_drawing_goes_by_the_adjusted_logits():
    config = SamplingConfig(0.7, top_k=3, repetition_penalty=1.2)
    adjusted = config.adjust(LOGITS, IDS)
    for seed in range(20):
        drawn = config.sample(LOGITS, IDS, generator=generator(seed))
        assert torch.equal(drawn, filters.sample(adjusted, generator(seed)))


def test_at_temperature_0_no_filter_cuts_one_of_two_best():
    """Logits 0 and 4 tie; both stay, and greedy takes the first."""
    config = SamplingConfig(0.0, top_p=0.3)
    kept = config.adjust(LOGITS).isfinite()
    assert kept.tolist() == [[True, False, False, False, True], [False, True, False, False, False]]
    assert torch.equal(config.sample(LOGITS), greedy(LOGITS))


def test_defaults_change_nothing():
    assert torch.equal(SamplingConfig().adjust(LOGITS), LOGITS)


def test_a_penalty_without_the_text_is_one_sentence():
    for call in (SamplingConfig.adjust, SamplingConfig.sample):
        with pytest.raises(ValueError, match="give its ids") as error:
            call(SamplingConfig(repetition_penalty=1.1), LOGITS)
        assert "\n" not in str(error.value)
