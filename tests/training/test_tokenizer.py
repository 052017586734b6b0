"""The town's tokenizer: any text comes back, digits stand alone, chats are as the town writes."""

from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbook.town import mixture
from workbook.training import tokenizer


@pytest.fixture(scope="module")
def small():
    texts = [d.text for d in islice(mixture(seed=1), 300)]
    return tokenizer.train_tokenizer(texts, 700)


def test_the_vocabulary_has_the_asked_size_and_the_special_tokens(small):
    assert len(small) == 700
    ids = small.convert_tokens_to_ids(list(tokenizer.SPECIAL))
    assert ids == list(range(len(tokenizer.SPECIAL)))
    assert small.pad_token_id != small.eos_token_id
    with pytest.raises(ValueError, match="at least 272 entries"):
        tokenizer.train_tokenizer(["a"], 100)


@given(text=st.text(max_size=60))
def test_any_text_comes_back(small, text):
    """Byte-level: nothing is unknown, not even emoji or control characters."""
    ids = small.encode(text, add_special_tokens=False)
    assert small.decode(ids, skip_special_tokens=False) == text.encode(
        "utf-8", "surrogatepass"
    ).decode("utf-8", "replace")


def test_digits_stand_alone(small):
    tokens = small.tokenize("It is 1984 and 12.50 crowns")
    assert not any(sum(c.isdigit() for c in token) > 1 for token in tokens)


def test_the_chat_template_prints_what_the_town_writes(small):
    from workbook.town.texts.chat import render_chat

    messages = [
        {"role": "user", "content": "Who is it?"},
        {"role": "assistant", "content": "It is I."},
        {"role": "user", "content": "Who?"},
    ]
    text = small.apply_chat_template(messages, tokenize=False)
    assert text == tokenizer.BOS + render_chat(messages)
    asked = small.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
    assert asked == text + "<|assistant|>\n"


def test_tokens_of_a_role_are_one_token_and_text_has_none_of_them(small):
    for mark in tokenizer.SPECIAL:
        assert small.encode(mark, add_special_tokens=False) == [small.convert_tokens_to_ids(mark)]
    marks = set(range(len(tokenizer.SPECIAL)))
    plain = small.encode("< | user | > <|usher|>", add_special_tokens=False)
    assert plain and not marks & set(plain)
    assert small.encode("Hello.") == small.encode("Hello.", add_special_tokens=False)


def test_rows_of_a_batch_are_padded_at_the_left(small):
    """The last token of each row is then a real one, from which a model writes on."""
    found = small(["It", "It is 1984"], padding=True)
    short, long = found["input_ids"]
    real = small.encode("It")
    padding = len(long) - len(real)
    assert padding > 0 and short == [small.pad_token_id] * padding + real
    assert found["attention_mask"] == [[0] * padding + [1] * len(real), [1] * len(long)]
    assert (small.padding_side, small.model_max_length) == ("left", tokenizer.LONGEST)


def test_the_template_marks_what_the_assistant_says_and_knows_four_roles(small):
    chat = [
        {"role": "system", "content": "Be short."},
        {"role": "user", "content": "Who?"},
        {"role": "assistant", "content": "It is I."},
    ]
    found = small.apply_chat_template(
        chat, return_dict=True, return_assistant_tokens_mask=True, tokenize=True
    )
    pairs = zip(found["input_ids"], found["assistant_masks"], strict=True)
    assert small.decode([token for token, mask in pairs if mask]) == "It is I.<|end|>"
    with pytest.raises(Exception, match="roles are system, user, assistant and tool"):
        small.apply_chat_template([{"role": "boss", "content": "x"}], tokenize=False)


def test_the_same_texts_make_the_same_tokens():
    texts = ["the cat sat on the mat", "the hat of the cat"] * 5
    one, two = (tokenizer.train_tokenizer(texts, 280) for _ in range(2))
    assert one.get_vocab() == two.get_vocab() and len(one.tokenize("the cat")) < 7
