"""Byte-pair encoding against `tokenizers`: same merges, same ids, same text back."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import (
    AddedToken,
    Regex,
    Tokenizer,
    decoders,
    models,
    normalizers,
    pre_tokenizers,
    trainers,
)

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


# The cuts of Llama 3 and GPT-4, and those of Qwen 2; both published in the models' tokenizer.json.
LLAMA_3 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}|"
    r" ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
QWEN = LLAMA_3.replace("{1,3}", "")


def by_pattern(pattern, behavior="isolated", invert=False):
    """The steps of a tokenizer that cuts by a pattern, and leaves GPT-2's cuts out."""
    return [
        pre_tokenizers.Split(Regex(pattern), behavior, invert),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
    ]


def library(texts, size, special=(), single_digits=False, steps=None, normalizer=None):
    """The same training in the library."""
    inner = Tokenizer(models.BPE())
    steps = steps or [pre_tokenizers.ByteLevel(add_prefix_space=False)]
    if single_digits:
        steps.insert(0, pre_tokenizers.Digits(individual_digits=True))
    if normalizer is not None:
        inner.normalizer = normalizer
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


def test_other_makes_cut_otherwise_than_gpt2(pair):
    """So that the test above cannot pass with the wrong cuts."""
    text, wrong = "In 1964 it was DON'T\n\n cafe\u0301", pair[0]
    for pattern, normalizer in ((LLAMA_3, None), (QWEN, normalizers.NFC())):
        theirs = library(pages(40), 600, steps=by_pattern(pattern), normalizer=normalizer)
        right = BytePairEncoder.from_tokenizers(theirs.to_str())
        assert right.pieces(text) != wrong.pieces(text)


def test_whole_words_come_before_merges():
    """ignore_merges, as in Llama 3: a word of the vocabulary is one token, whatever the merges."""
    theirs = library(["aab aab aab"], 262)
    told = json.loads(theirs.to_str())
    told["model"]["vocab"]["cde"], told["model"]["ignore_merges"] = (
        len(told["model"]["vocab"]),
        True,
    )
    text = json.dumps(told)
    ours, theirs = BytePairEncoder.from_tokenizers(text), Tokenizer.from_str(text)
    for word in ("cde", "aab", "cdea", " cde"):
        assert ours.encode(word) == theirs.encode(word).ids


def refused(change):
    """The text of a small tokenizer.json after a change to its tokenizer or to its dict."""
    inner = library(["abc"], 260)
    told = change(inner)
    return told if isinstance(told, str) else inner.to_str()


def with_model(**settings):
    def change(inner):
        told = json.loads(inner.to_str())
        told["model"] |= settings
        return json.dumps(told)

    return change


def without_a_byte(inner):
    told = json.loads(inner.to_str())
    del told["model"]["vocab"]["z"]
    return json.dumps(told)


def odd_vocabulary(inner):
    told = json.loads(inner.to_str())
    told["model"]["vocab"]["▁abc"] = 999
    return json.dumps(told)


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
        (
            lambda t: t.add_tokens(["x", AddedToken("y", normalized=False)]) and None,
            "in the normalized text",
        ),
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
