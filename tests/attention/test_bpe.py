"""Byte-pair encoding against `tokenizers`: same merges, same ids, same text back."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from workbook.attention import BytePairEncoder
from workbook.core.hub import load_tokenizer
from workbook.town import stream

TEXTS = [
    "The baker's bread, the baker's bread: 12 loaves at 3.50!",
    "  She'll say we've been there;\n\n\tthe thethe the aaaa aaa.",
    "naïve façade, żółw, 東京 2024 ½ and ²; it's «fine» ☃",
]
ANY = st.text(st.characters(exclude_categories=("Cs",)), max_size=40)
WORDS = st.lists(st.text("abc ", min_size=1, max_size=12), min_size=1, max_size=6)


def library(texts, size, special=(), single_digits=False):
    """The same training in the library."""
    inner = Tokenizer(models.BPE())
    steps = [pre_tokenizers.ByteLevel(add_prefix_space=False)]
    if single_digits:
        steps.insert(0, pre_tokenizers.Digits(individual_digits=True))
    inner.pre_tokenizer = pre_tokenizers.Sequence(steps)
    inner.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        special_tokens=list(special),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    inner.train_from_iterator(texts, trainer)
    return inner


def pages(count):
    source = stream("page", "train", 4)
    return [next(source).text for _ in range(count)]


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
