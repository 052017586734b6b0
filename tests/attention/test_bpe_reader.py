"""Tokenizers of the library, read: the same ids and text back, or one sentence why not."""

import json
from functools import cache

import pytest
from bpe_library import ANY, LLAMA_3, QWEN, TEXTS, by_pattern, library, pages
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import (
    AddedToken,
    Tokenizer,
    normalizers,
    pre_tokenizers,
)

from workbook.attention import BytePairEncoder


@pytest.fixture(
    scope="module",
    params=[
        {"steps": lambda: by_pattern(LLAMA_3)},
        {"steps": lambda: by_pattern(LLAMA_3, "removed", True)},
        {"steps": lambda: by_pattern(QWEN), "normalizer": normalizers.NFC()},
        {"steps": lambda: by_pattern(r"[a-z]+")},
        {
            "steps": lambda: by_pattern(r"\p{N}{1,3}")[:1] + by_pattern(r"[aeiou]+"),
            "special": ["<e>"],
        },
    ],
    ids=["llama 3", "gpt-4", "qwen", "gaps", "two patterns"],
)
def other(request):
    settings = dict(request.param)
    theirs = library(pages(40) + TEXTS, 600, **settings | {"steps": settings["steps"]()})
    return BytePairEncoder.from_tokenizers(theirs.to_str()), theirs


@settings(max_examples=150, deadline=None)
@given(
    st.one_of(ANY, st.text(" \t\n\r'ASLTsltK1½é.\x1c\x85\u0301\u00a0\u017f\u212a<e>", max_size=25))
)
def test_tokenizers_of_other_makes_give_the_same_ids(other, text):
    """Guards against a tokenizer like Qwen's or Llama 3's, copied with GPT-2's cuts."""
    ours, theirs = other
    assert ours.encode(text) == theirs.encode(text).ids


def test_other_makes_cut_otherwise_than_gpt2():
    """So that the test above cannot pass with the wrong cuts."""
    text, wrong = "In 1964 it was DON'T\n\n cafe\u0301", BytePairEncoder()
    for pattern, normalizer in ((LLAMA_3, None), (QWEN, normalizers.NFC())):
        theirs = library(pages(40), 600, steps=by_pattern(pattern), normalizer=normalizer)
        right = BytePairEncoder.from_tokenizers(theirs.to_str())
        assert right.pieces(text) != wrong.pieces(text)


def test_whole_words_come_before_merges():
    """ignore_merges, as in Llama 3: a word of the vocabulary is one token, whatever the merges."""
    theirs = library(["aab aab aab"], 262)
    spec = json.loads(theirs.to_str())
    spec["model"]["vocab"]["cde"], spec["model"]["ignore_merges"] = (
        len(spec["model"]["vocab"]),
        True,
    )
    text = json.dumps(spec)
    ours, theirs = BytePairEncoder.from_tokenizers(text), Tokenizer.from_str(text)
    for word in ("cde", "aab", "cdea", " cde"):
        assert ours.encode(word) == theirs.encode(word).ids


def refused(change):
    """The text of a small tokenizer.json after a change to its tokenizer or to its dict."""
    inner = library(["abc"], 260)
    spec = change(inner)
    return spec if isinstance(spec, str) else inner.to_str()


def with_model(**settings):
    def change(inner):
        spec = json.loads(inner.to_str())
        spec["model"] |= settings
        return json.dumps(spec)

    return change


def without_a_byte(inner):
    spec = json.loads(inner.to_str())
    del spec["model"]["vocab"]["z"]
    return json.dumps(spec)


def odd_vocabulary(inner):
    spec = json.loads(inner.to_str())
    spec["model"]["vocab"]["▁abc"] = 999
    return json.dumps(spec)


def normalized_with_a_normalizer(inner):
    inner.normalizer = normalizers.NFC()
    inner.add_tokens(["x", AddedToken("y", normalized=False)])


@pytest.mark.parametrize(
    "change, says",
    [
        (lambda t: setattr(t, "normalizer", normalizers.Lowercase()), "normalizer 'Lowercase'"),
        (lambda t: setattr(t, "normalizer", normalizers.NFKD()), "normalizer 'NFKD'"),
        (lambda t: setattr(t, "pre_tokenizer", None), "no ByteLevel step"),
        (lambda t: setattr(t, "pre_tokenizer", pre_tokenizers.ByteLevel(True)), "adds a space"),
        (lambda t: setattr(t, "pre_tokenizer", pre_tokenizers.Metaspace()), "cuts by 'Metaspace'"),
        (
            lambda t: setattr(
                t, "pre_tokenizer", pre_tokenizers.Sequence(by_pattern("a", "merged_with_next"))
            ),
            "splits with 'MergedWithNext'",
        ),
        (
            lambda t: setattr(t, "pre_tokenizer", pre_tokenizers.Sequence(by_pattern("a")[::-1])),
            "'Split' after the bytes",
        ),
        (lambda t: t.add_special_tokens([AddedToken("<x>", lstrip=True)]) and None, "has lstrip"),
        (lambda t: t.add_tokens([AddedToken("x", single_word=True)]) and None, "has single_word"),
        (normalized_with_a_normalizer, "in the normalized text"),
        (with_model(dropout=0.1), "with dropout"),
        (with_model(end_of_word_suffix="</w>"), "with end_of_word_suffix"),
        (without_a_byte, "lacks 1 of the 256 bytes"),
        (odd_vocabulary, "'▁' in its vocabulary is no byte"),
        (lambda _: "not json", "not from this str"),
        (lambda _: "[]", "not from this str"),
        (lambda _: '{"model": {"type": "BPE"}}', "not from this str"),
    ],
)
def test_a_tokenizer_that_would_give_other_ids_is_refused(change, says):
    with pytest.raises(ValueError, match=says) as error:
        BytePairEncoder.from_tokenizers(refused(change))
    assert "\n" not in str(error.value)


def test_what_is_no_tokenizer_is_refused():
    for source in (17, None, object()):
        with pytest.raises(ValueError, match="not from this"):
            BytePairEncoder.from_tokenizers(source)


ADDED = ["<think>", "<|b|>", "a<|b", " über"]  # ordinary words, searched for second


def with_added_tokens(normalizer=None):
    """A tokenizer with special tokens and with added tokens that are not special."""
    theirs = library(pages(20) + TEXTS, 400, ["<|a|>"], normalizer=normalizer)
    theirs.add_tokens([AddedToken(text, normalized=True) for text in ADDED])
    theirs.add_special_tokens([AddedToken("|>", normalized=False)])
    return BytePairEncoder.from_tokenizers(theirs.to_str()), theirs


@pytest.mark.parametrize("skip", [False, True])
@settings(max_examples=60, deadline=None)
@given(parts=st.lists(st.sampled_from([*ADDED, "<|a|>", "|>", "a", "<", " b"]), max_size=8))
def test_added_tokens_are_found_and_left_out_as_the_library_does(skip, parts):
    """Fault A9: skip_special=True dropped added tokens that are not special.

    In a file of DeepSeek both sorts stand beside an empty Sequence of normalizers.
    """
    ours, theirs = _with_an_empty_sequence()
    text = "".join(parts)
    ids = theirs.encode(text).ids
    assert ours.encode(text) == ids
    assert ours.decode(ids, skip) == theirs.decode(ids, skip_special_tokens=skip)


@cache
def _with_an_empty_sequence():
    return with_added_tokens(normalizers.Sequence([]))


def test_an_empty_sequence_of_normalizers_changes_nothing():
    """Fault A9: such a file was refused as one whose added tokens need normalized text."""
    ours, plain = with_added_tokens(normalizers.Sequence([]))[0], with_added_tokens()[0]
    assert ours.forms == () and ours.encode(TEXTS[2]) == plain.encode(TEXTS[2])
