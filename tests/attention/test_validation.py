"""Calls of a transformer that do not fit: each is one sentence, before anything runs."""

import pytest
import torch
from torch import nn

from workbook.attention import GrowingKVCache, Transformer, TransformerConfig
from workbook.attention.validation import check_call, check_writer, embed

SMALL = {"hidden_size": 16, "layers": 2, "heads": 2}


def a_cache(model, ids):
    cache = GrowingKVCache()
    model(ids, cache=cache)
    return cache


def test_calls_that_do_not_fit_are_one_sentence():
    ids, mask = torch.zeros(1, 9, dtype=torch.long), torch.ones(1, 9, dtype=torch.bool)
    decoder = Transformer(TransformerConfig(9, **SMALL, positions="learned", max_length=8))
    both = Transformer(TransformerConfig(9, **SMALL, architecture="encoder-decoder", segments=2))
    encoder = Transformer(TransformerConfig(9, **SMALL, architecture="encoder"))
    body = Transformer(TransformerConfig(9, **SMALL, head=False))
    for call, says in (
        (lambda: decoder(ids), "9 ids, but there are positions for 8"),
        (lambda: decoder.greedy(ids[:, :6], 9), "9 ids, but there are positions for 8"),
        (lambda: decoder(ids[:, :3], cache=a_cache(decoder, ids[:, :6])), "9 ids, but there are"),
        (lambda: decoder(ids[0]), "of shape"),
        (lambda: decoder(ids[:, :8] + 9), "ids go from 0 to 8 here, but there are some from 9"),
        (lambda: decoder(ids[:, :8] - 1), "ids go from 0 to 8 here, but there are some from -1"),
        (lambda: both(ids, decoder_ids=ids, segments=ids + 2), "segments go from 0 to 1"),
        (lambda: decoder(ids, decoder_ids=ids), "takes no decoder_ids"),
        (lambda: both(ids), "needs decoder_ids"),
        (lambda: both(ids, decoder_ids=ids.expand(2, 9)), "1 texts need as many to decode, not 2"),
        (lambda: body(ids, keep_mask=mask.expand(2, 9)), r"keep_mask has shape \(2, 9\)"),
        (lambda: body(ids, keep_mask=mask[:, :5]), r"keep_mask has shape \(1, 5\)"),
        (
            lambda: both(ids, decoder_ids=ids, decoder_keep_mask=mask.expand(3, 9)),
            "decoder_keep_mask has",
        ),
        (lambda: encoder.greedy(ids, 2), "is an encoder, so it cannot write"),
        (lambda: body.greedy(ids, 2), "has no head for logits, so it cannot write"),
        (lambda: encoder(ids, cache=GrowingKVCache()), "without a cache"),
    ):
        with pytest.raises(ValueError, match=says) as error:
            call()
        assert "\n" not in str(error.value)


def test_with_a_cache_a_mask_is_of_the_new_tokens_or_of_all():
    config, cache = TransformerConfig(9), GrowingKVCache()
    cache.length, ids = 4, torch.zeros(2, 3, dtype=torch.long)
    for width, fits in ((3, True), (7, True), (4, False)):
        mask = torch.ones(2, width, dtype=torch.bool)
        if fits:
            check_call(config, ids, None, mask, None, cache)
            continue
        with pytest.raises(ValueError, match=r"shape \(2, 4\), but the ids \(2, 3\)"):
            check_call(config, ids, None, mask, None, cache)


@pytest.mark.parametrize(
    ("positions", "longest"),
    [("learned", 5), ("sinusoidal", 5), ("rotary", None), ("relative", None), ("none", None)],
)
def test_only_positions_of_a_table_have_a_longest_text(positions, longest):
    config = TransformerConfig(9, positions=positions, max_length=5)

    def ids(length):
        return torch.zeros(1, length, dtype=torch.long)

    check_call(config, ids(5), None, None, None, None)
    if longest is None:
        check_call(config, ids(50), None, None, None, None)
        return
    with pytest.raises(ValueError, match="6 ids, but there are positions for 5"):
        check_call(config, ids(6), None, None, None, None)


def test_numbers_with_a_fraction_are_no_ids():
    with pytest.raises(ValueError, match="ids are whole numbers"):
        check_call(TransformerConfig(9), torch.zeros(1, 3), None, None, None, None)


def test_who_can_write_and_who_cannot():
    check_writer(TransformerConfig(9))
    check_writer(TransformerConfig(9, architecture="encoder-decoder"))
    with pytest.raises(ValueError, match="is an encoder, so it cannot write"):
        check_writer(TransformerConfig(9, architecture="encoder"))


def test_embed_gives_the_rows_asked_for_and_names_what_is_not_there():
    table = nn.Embedding(3, 2)
    assert torch.equal(embed(table, torch.tensor([[2, 0]]))[0], table.weight[[2, 0]])
    with pytest.raises(ValueError, match="segments go from 0 to 2 here, .* from 1 to 3"):
        embed(table, torch.tensor([[1, 3]]), "segments")
