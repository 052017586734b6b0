"""Small models have the shape that was asked for, and one seed makes one model."""

import pytest
import torch

from workbook.core.hub import loading
from workbook.training.models import small_llama, small_t5, special_ids

SIZE = {"hidden_size": 16, "layers": 2, "heads": 2, "ffn_dim": 24}


def test_a_llama_has_the_parameters_of_its_shape():
    """Each layer: four matrices of attention, three of the feed-forward part, two norms."""
    model = small_llama(40, **SIZE, tie_word_embeddings=True)
    layer = 4 * 16**2 + 3 * 16 * 24 + 2 * 16
    assert sum(p.numel() for p in model.parameters()) == 40 * 16 + 2 * layer + 16
    assert model.dtype == torch.float32


@pytest.mark.parametrize("seed", [0, 7])
def test_a_seed_makes_the_same_weights(seed):
    one, other = (small_llama(40, **SIZE, seed=seed) for _ in range(2))
    assert all(map(torch.equal, one.parameters(), other.parameters()))
    torch.manual_seed(seed)
    drawn = small_llama(40, **SIZE)
    assert all(map(torch.equal, one.parameters(), drawn.parameters()))
    again = small_llama(40, **SIZE)
    assert not torch.equal(drawn.lm_head.weight, again.lm_head.weight)


def test_a_t5_begins_its_answers_with_padding_as_flan_does():
    tokenizer = loading.load_tokenizer("base")
    model = small_t5(tokenizer, **SIZE)
    ids = special_ids(tokenizer)
    assert model.config.decoder_start_token_id == ids["pad_token_id"] is not None
    assert model.generation_config.decoder_start_token_id == ids["pad_token_id"]
    assert len(model.encoder.block) == len(model.decoder.block) == 2
