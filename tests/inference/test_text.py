"""Batches of text: begun and ended as the model was trained, once, and read back unchanged."""

import pytest
import torch
from byte_tokenizers import CHAT, byte_tokenizer
from hypothesis import given, settings
from hypothesis import strategies as st

from workbook.inference import chat_ids, check_vocabulary, decode, encode, text_ids
from workbook.inference.text import begin_ids

PLAIN = byte_tokenizer(bos_token="<s>", eos_token="</s>", pad_token="<pad>")
BART = byte_tokenizer(True, bos_token="<s>", eos_token="</s>", pad_token="<pad>")
BARE = byte_tokenizer(eos_token="</s>")


@settings(max_examples=50, deadline=None)
@given(st.lists(st.text(max_size=20), min_size=1, max_size=4))
def test_any_texts_come_back(texts):
    ids, keep_mask = encode(PLAIN, texts)
    assert decode(PLAIN, ids) == texts
    assert ids.shape == keep_mask.shape and keep_mask.dtype == torch.bool


def test_every_row_ends_in_a_real_token_and_begins_once():
    ids, keep_mask = encode(PLAIN, ["What", "What is the name"])
    assert keep_mask[:, -1].all() and not keep_mask[0, 0]
    assert (ids == PLAIN.bos_token_id).sum(1).tolist() == [1, 1]
    assert ids[0][keep_mask[0]].tolist() == [0, *PLAIN.encode("What")]


def test_an_encoders_prompt_is_closed_once():
    """As lesson 03 calls an encoder-decoder: the end token is where its two parts meet."""
    for tokenizer in (BART, PLAIN):
        tokenizer.prompt_end_id = tokenizer.eos_token_id
        try:
            ids, _ = encode(tokenizer, "ab")
        finally:
            del tokenizer.prompt_end_id
        letters = tokenizer.encode("ab", add_special_tokens=False)
        assert ids.tolist() == [[*([0] if tokenizer is BART else []), *letters, 2]]


def test_from_a_start_on():
    ids, _ = encode(PLAIN, "What is")
    assert decode(PLAIN, ids, start=ids.shape[1]) == [""]


def test_no_text_is_refused():
    with pytest.raises(ValueError, match="at least one"):
        encode(PLAIN, [])


def test_a_tokenizer_without_a_begin_token_gets_none():
    ids, _ = encode(BARE, ["ab", "c"])
    letters = BARE.encode("abc")
    assert ids.tolist() == [letters[:2], [0, letters[2]]] and begin_ids(BARE) == []


@pytest.mark.parametrize("text", ["town", "<s>town", "", "Ä 😀"])
def test_a_tokenizers_own_begin_and_end_stand_there_once(text):
    """Fault A11: BART's tokenizer writes <s> itself, and a text without chat template got two."""
    bare = BART.encode(text.removeprefix("<s>"), add_special_tokens=False)
    assert text_ids(BART, text) == [0, *bare]
    assert text_ids(BART, text, two_parts=True) == [0, *bare, 2]
    assert text_ids(PLAIN, text) == [0, *bare]
    assert begin_ids(BART) == begin_ids(PLAIN) == [0]
    if not text.startswith("<s>"):
        assert text_ids(BART, text, two_parts=True) == BART.encode(text)
        assert chat_ids(BART, text, two_parts=True) == BART.encode(text)


def test_an_encoder_reads_its_own_language_mark():
    """As mBART's and NLLB's do: what stands in front is the tokenizer's choice, not `bos_token`."""
    from tokenizers import processors

    other = byte_tokenizer(True, bos_token="<s>", eos_token="</s>", pad_token="<pad>")
    other.backend_tokenizer.post_processor = processors.TemplateProcessing(
        single="<pad> $A </s>", special_tokens=[("<pad>", 1), ("</s>", 2)]
    )
    assert text_ids(other, "a", two_parts=True) == [
        1,
        *other.encode("a", add_special_tokens=False),
        2,
    ]


def test_a_question_comes_in_the_chat_template():
    tokenizer = byte_tokenizer(True, bos_token="<s>", eos_token="</s>")
    tokenizer.chat_template = CHAT
    chat = [{"role": "user", "content": "Hi"}, {"role": "tool", "content": "x"}]
    hi, x = (tokenizer.encode(text, add_special_tokens=False) for text in ("Hi", "x"))
    assert chat_ids(tokenizer, "Hi") == [0, *hi, 2]
    assert chat_ids(tokenizer, chat) == [0, *hi, 2, 0, *x, 2]
    whole = tokenizer.apply_chat_template(chat, add_generation_prompt=True, return_dict=False)
    assert chat_ids(tokenizer, chat) == whole


def test_without_a_template_an_answer_begins_on_its_own_line():
    assert decode(PLAIN, torch.tensor([chat_ids(PLAIN, "Who?")])) == ["Who?\n"]


def test_a_template_that_refuses_a_chat_is_one_sentence():
    tokenizer = byte_tokenizer()
    tokenizer.chat_template = "{{ raise_exception('only user and assistant') }}"
    with pytest.raises(ValueError, match=r"refuses a chat of user \(only user and assistant\)"):
        chat_ids(tokenizer, "Hi")


def test_a_tokenizer_with_more_entries_than_the_model_has_rows(tiny_llama):
    """Fault A12: an IndexError from inside the model, where a sentence was promised."""
    rows = tiny_llama.get_input_embeddings().num_embeddings
    assert rows < len(BARE)
    with pytest.raises(ValueError, match=f"go up to 258, but the model has rows for {rows} ids"):
        check_vocabulary(tiny_llama, BARE)
    tiny_llama.resize_token_embeddings(len(BARE))
    check_vocabulary(tiny_llama, BARE)
