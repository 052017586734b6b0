"""Our decoder and our loop beside the library's: the same weights, rows and losses."""

import pytest

from workbook.pretraining import data, models, peers
from workbook.pretraining.models import Size

TINY = Size(hidden_size=24, blocks=2, heads=2, ffn_dim=32)


def test_the_llama_has_our_decoders_size():
    tokenizer = data.tokenizer()
    ours = models.parameters(models.build("causal", tokenizer))
    assert peers.llama(tokenizer).num_parameters() == ours


def test_the_library_and_our_loop_have_the_same_losses():
    """Another order of rows, another loss or a rate that falls otherwise would show at once."""
    tokenizer = data.tokenizer()
    rows = data.text_rows((d.text for d in data.town_documents(0)), tokenizer, 64, 32)
    ours = peers.with_fit(peers.llama(tokenizer, 0, TINY), rows, tokenizer, 4)
    theirs = peers.with_trainer(peers.llama(tokenizer, 0, TINY), rows, tokenizer, 4)
    assert ours == pytest.approx(theirs, abs=2e-4)
    assert ours[-1] < ours[0] - 0.01
