"""Batches of text: padded on the left, begun as the model was trained, read back unchanged."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_town import tiny_tokenizer

from workbook.sampling.text import decode, encode


@settings(max_examples=50, deadline=None)
@given(st.lists(st.text(max_size=20), min_size=1, max_size=4))
def test_any_texts_come_back(texts):
    ids, keep_mask = encode(tiny_tokenizer(), texts)
    assert decode(tiny_tokenizer(), ids) == texts
    assert ids.shape == keep_mask.shape and keep_mask.dtype == torch.bool


def test_every_row_ends_in_a_real_token_and_begins_once():
    tokenizer = tiny_tokenizer()
    ids, keep_mask = encode(tokenizer, ["What", "What is the name"])
    assert keep_mask[:, -1].all() and not keep_mask[0, 0]
    assert (ids == tokenizer.bos_token_id).sum(1).tolist() == [1, 1]
    assert ids[0][keep_mask[0]].tolist() == [2, *tokenizer.encode("What")]


def test_from_a_start_on():
    ids, _ = encode(tiny_tokenizer(), "What is")
    assert decode(tiny_tokenizer(), ids, start=ids.shape[1]) == [""]


def test_no_text_is_refused():
    with pytest.raises(ValueError, match="at least one"):
        encode(tiny_tokenizer(), [])


def test_a_tokenizer_without_a_begin_token_gets_none():
    class Bytes:
        bos_token_id, pad_token_id = None, None

        def encode(self, text, add_special_tokens):
            return list(text.encode("utf-8"))

    ids, _ = encode(Bytes(), ["ab", "c"])
    assert ids.tolist() == [[97, 98], [0, 99]]
