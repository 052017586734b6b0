"""Byte-pair encoding against `tokenizers`: same merges, same ids, same text back."""

import json
import pickle
from copy import deepcopy

import pytest
from bpe_library import ANY, LLAMA_3, TEXTS, by_pattern, library, pages
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import (
    normalizers,
)

from workbook.attention import BytePairEncoder
from workbook.core.hub import load_tokenizer

WORDS = st.lists(st.text("abc ", min_size=1, max_size=12), min_size=1, max_size=6)


def test_merges_by_hand():
    """aa is the commonest pair of "aaabdaaabac" (Gage 1994), then comes the pair with it first."""
    encoder = BytePairEncoder.train("aaabdaaabac", 258)
    assert encoder.merges == [(b"a", b"a"), (b"a", b"b")]
    assert [encoder.tokens[i] for i in encoder.encode("aaab")] == [b"aa", b"ab"]


@pytest.mark.parametrize("single_digits", [False, True])
def test_training_finds_the_librarys_merges(single_digits):
    texts = pages(40) + TEXTS
    theirs = library(texts, 700, ["<end>"], single_digits)
    ours = BytePairEncoder.train(texts, 700, ["<end>"], single_digits)
    assert ours.merges == BytePairEncoder.from_tokenizers(theirs.to_str()).merges
    assert len(ours) == theirs.get_vocab_size() == 700
    for text in (*pages(3), *TEXTS):
        assert ours.encode(text) == theirs.encode(text).ids


@settings(max_examples=60, deadline=None)
@given(WORDS)
def test_ties_and_overlaps_are_those_of_the_library(texts):
    theirs = library(texts, 280)
    ours = BytePairEncoder.train(texts, 280)
    assert ours.merges == BytePairEncoder.from_tokenizers(theirs.to_str()).merges


@pytest.fixture(scope="module")
def pair():
    texts = pages(40) + TEXTS
    theirs = library(texts, 600)
    return BytePairEncoder.from_tokenizers(theirs.to_str()), theirs


@settings(max_examples=200, deadline=None)
@given(ANY)
def test_any_text_gives_the_librarys_ids_and_comes_back(pair, text):
    ours, theirs = pair
    ids = ours.encode(text)
    assert ids == theirs.encode(text).ids
    assert ours.decode(ids) == text


@settings(max_examples=100, deadline=None)
@given(st.text(" \t\n\r'aslt1½é.\x1c\x85\u00a0\u2003", max_size=25))
def test_cuts_at_spaces_apostrophes_and_numbers(pair, text):
    """Guards against classes of characters that Python and the library see differently."""
    ours, theirs = pair
    cuts = [piece for piece, _ in theirs.pre_tokenizer.pre_tokenize_str(text)]
    assert len(ours.pieces(text)) == len(cuts) and ours.encode(text) == theirs.encode(text).ids


@pytest.mark.parametrize(
    "options",
    [{}, {"single_digits": True}, {"steps": LLAMA_3}, {"normalizer": normalizers.NFC()}],
    ids=["gpt-2", "digits", "llama 3", "nfc"],
)
def test_an_encoder_can_be_pickled_and_copied(options):
    """Fault A9: it could not be sent to another process; also the copies and the earlier ones."""
    options = dict(options)
    if "steps" in options:
        options["steps"] = by_pattern(options["steps"])
    theirs = library(pages(10) + TEXTS, 400, ["<|a|>"], **options)
    ours = BytePairEncoder.from_tokenizers(theirs.to_str())
    ids = [ours.encode(text) for text in TEXTS]
    for again in (pickle.loads(pickle.dumps(ours)), deepcopy(ours)):
        assert [again.encode(text) for text in TEXTS] == ids and len(again) == len(ours)
        assert again.decode(ids[1]) == ours.decode(ids[1])
    earlier = pickle.loads(pickle.dumps(ours.after(20)))
    assert earlier.encode(TEXTS[0]) == ours.after(20).encode(TEXTS[0])


def test_an_encoder_as_it_was_earlier(pair):
    ours, _ = pair
    text = pages(1)[0]
    for count in (0, 50, len(ours.merges)):
        earlier = ours.after(count)
        assert (
            earlier.merges == ours.merges[:count] and earlier.decode(earlier.encode(text)) == text
        )
    assert len(ours.after(0).encode(text)) == len(text.encode())
    assert ours.after(len(ours.merges)).encode(text) == ours.encode(text)


def test_the_towns_tokenizer():
    tokenizer = load_tokenizer("base")
    ours = BytePairEncoder.from_tokenizers(tokenizer)
    assert len(ours) == len(tokenizer) == 2048
    for text in (*pages(20), *TEXTS, "<|bos|>In 1964<|end|>\n<|user|>x", "", "<|bos|><|bos|>"):
        ids = ours.encode(text)
        assert ids == tokenizer.encode(text, add_special_tokens=False)
        assert ours.decode(ids) == text
    assert ours.decode(ours.encode("<|bos|>Yes<|end|>"), skip_special=True) == "Yes"


def test_half_a_character_is_shown_as_such():
    encoder = BytePairEncoder()
    assert encoder.decode(encoder.encode("é")[:1]) == "\ufffd"


def test_more_merges_never_make_a_text_longer():
    text, lengths = "\n".join(pages(5)), []
    merges = BytePairEncoder.train(pages(30), 600).merges
    for count in (0, 20, 100, 344):
        lengths.append(len(BytePairEncoder(merges[:count]).encode(text)))
    assert lengths[0] == len(text.encode()) and lengths == sorted(lengths, reverse=True)


def test_training_stops_when_nothing_is_left_to_join():
    encoder = BytePairEncoder.train(["ab"], 400)
    assert len(encoder) == 257 and encoder.merges == [(b"a", b"b")]


def test_special_tokens_are_never_cut_nor_learned_from():
    encoder = BytePairEncoder.train("<end><end><end>", 270, special=["<end>"])
    assert encoder.merges == [] and encoder.encode("<end>") == [0]


@pytest.mark.parametrize(
    "call, says",
    [
        (lambda: BytePairEncoder.train("abc", 200), "at least 256"),
        (lambda: BytePairEncoder().decode([256]), "no token 256; ids go up to 255"),
        (
            lambda: BytePairEncoder.from_tokenizers(
                json.dumps({"model": {"type": "Unigram"}, "pre_tokenizer": None})
            ),
            "only byte-level BPE",
        ),
    ],
)
def test_what_is_impossible_is_one_sentence(call, says):
    with pytest.raises(ValueError, match=says):
        call()
