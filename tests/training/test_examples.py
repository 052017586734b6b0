"""Token ids and labels: loss on all of a document, and on what the assistant says in a chat."""

from itertools import islice

import pytest

from workbook.core.hub import loading
from workbook.town import stream
from workbook.training import data
from workbook.training.examples import mask_prompt, raw_example
from workbook.training.packing import IGNORE


@pytest.fixture(scope="module")
def tokenizer():
    return loading.load_tokenizer("base")


def test_a_chat_is_learned_where_the_assistant_speaks(tokenizer):
    """Against `mask_prompt`, which reads the rendered text another way."""
    for chat in islice(stream("instruction", "train", 5), 60):
        ours = data.chat_example(tokenizer, chat.fields["messages"])
        theirs = mask_prompt(tokenizer, chat.text)
        assert ours.ids == theirs.ids and ours.labels == theirs.labels


def test_a_document_is_learned_from_its_first_word_to_its_end(tokenizer):
    found = raw_example(tokenizer, "It is late.")
    text = tokenizer.encode("It is late.", add_special_tokens=False)
    begin, end = tokenizer.bos_token_id, tokenizer.eos_token_id
    assert found.ids == [begin, *text, end] and found.labels == [IGNORE, *text, end]
    assert raw_example(tokenizer, "").ids == [begin, end]


@pytest.mark.parametrize("begin", [None, 9])
def test_a_tokenizer_without_a_begin_token_writes_none(begin):
    """In GPT-2's it is the end token, and a document does not begin with an end."""

    class Bare:
        bos_token_id, eos_token_id = begin, 9

        def encode(self, text, add_special_tokens):
            assert add_special_tokens is False
            return [ord(letter) for letter in text]

    assert raw_example(Bare(), "ab") == ([97, 98, 9], [97, 98, 9])


def test_labels_begin_after_the_line_of_the_assistant_and_end_with_its_end(tokenizer):
    text = "<|user|>\nWho?<|end|>\n<|assistant|>\nI.<|end|>\n<|user|>\nWhy?<|end|>\n<|assistant|>\n"
    found = mask_prompt(tokenizer, text)
    assert tokenizer.decode(found.ids) == tokenizer.bos_token + text
    assert tokenizer.decode([t for t in found.labels if t != IGNORE]) == "I.<|end|>"
    first = found.ids.index(tokenizer.convert_tokens_to_ids("<|assistant|>"))
    assert found.labels[: first + 2] == [IGNORE] * (first + 2), "the line's end is no answer"
    assert found.labels[first + 2] == found.ids[first + 2]
    assert all(label in (IGNORE, token) for token, label in zip(*found, strict=True))
