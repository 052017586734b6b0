"""BLEU against sacrebleu and nltk, and the figures that are published for it."""

import random

import pytest
import sacrebleu
from nltk.translate.bleu_score import corpus_bleu as nltk_corpus_bleu
from odd_texts import odd_pairs, odd_text

from workbook.evaluation import bleu, sentence_bleu
from workbook.evaluation.bleu_metric import (
    SMOOTHING,
    TOKENIZERS,
    Counts,
    bleu_from_counts,
    brevity_penalty,
    count,
)

TEA = "I am very happy to say that I am drinking a warm cup of tea"
DOGS = ["The dog bit the man.", "It wasn't surprising.", "The man had just bitten him."]
DOG_REFERENCES = [
    ["The dog bit the man.", "The dog had bit the man."],
    ["It was not unexpected.", "No one was surprised."],
    ["The man bit him first.", "The man had bitten the dog."],
]
# Papineni et al. (2002), example 1, as cut into words there
PARTY = [
    "It is a guide to action that ensures that the military will forever heed Party commands",
    "It is the guiding principle which guarantees the military forces always being under the "
    "command of the Party",
    "It is the practical guide for the army always to heed the directions of the party",
]
GUIDE = (
    "It is a guide to action which ensures that the military always obeys the commands of the party"
)
TROOP = "It is to insure the troops forever hearing the activity guidebook that party direct"


@pytest.mark.parametrize("tokenizer", TOKENIZERS)
def test_it_is_sacrebleu_on_a_thousand_odd_pairs(tokenizer):
    predictions, references = odd_pairs()
    theirs = sacrebleu.corpus_bleu(predictions, [references], tokenize=tokenizer).score
    assert bleu(predictions, references, tokenizer) == pytest.approx(theirs, abs=1e-9)
    assert theirs > 5, "the pairs share nothing, so this would prove nothing"


@pytest.mark.parametrize("smoothing", SMOOTHING)
@pytest.mark.parametrize("effective_order", [False, True])
def test_sentences_are_sacrebleus(smoothing, effective_order):
    metric = sacrebleu.BLEU(smooth_method=smoothing, effective_order=effective_order)
    for prediction, reference in zip(*odd_pairs(seed=2), strict=True):
        ours = sentence_bleu(prediction, reference, "13a", smoothing, None, effective_order)
        theirs = metric.sentence_score(prediction, [reference]).score
        assert ours == pytest.approx(theirs, abs=1e-9), (prediction, reference)


def test_several_references_are_sacrebleus():
    source = random.Random(3)
    predictions = [odd_text(source) for _ in range(300)]
    references = [[odd_text(source) for _ in range(3)] for _ in predictions]
    columns = [list(column) for column in zip(*references, strict=True)]
    theirs = sacrebleu.corpus_bleu(predictions, columns).score
    assert bleu(predictions, references) == pytest.approx(theirs, abs=1e-9)


@pytest.mark.parametrize(
    "candidate, matches, totals, expected",
    [
        (GUIDE, (17, 10, 7, 4), (18, 17, 16, 15), 50.46),
        (TROOP, (8, 1, 0, 0), (14, 13, 12, 11), 0.0),
    ],
)
def test_papineni_example_1(candidate, matches, totals, expected):
    counts = count(candidate.lower(), [one.lower() for one in PARTY])
    assert counts.matches == matches and counts.totals == totals
    value = bleu_from_counts(counts)
    assert value == pytest.approx(expected, abs=0.005)
    cut = [[one.lower().split() for one in PARTY]]
    if expected:
        assert value / 100 == pytest.approx(nltk_corpus_bleu(cut, [candidate.lower().split()]))


def test_papineni_the_the_the():
    """Modified unigram precision 2/7: no more matches than the reference that has most has."""
    counts = count("the the the the the the the", [
        "the cat is on the mat", "there is a cat on the mat",
    ])  # fmt: skip
    assert (counts.matches[0], counts.totals[0]) == (2, 7)


@pytest.mark.parametrize(
    "candidate, expected, with_dot, penalty",
    [
        ("I am very happy that I am drinking a cup of tea", 49.53, 53.88, 0.794),
        ("I am very happy that I am drinking a warm cup of tea", 72.98, 74.97, 0.867),
        ("I am very happy to say that I am drinking a warm tea", 79.79, 77.21, 0.867),
        (TEA, 100.0, 100.0, 1.0),
    ],
)
def test_the_course_example(candidate, expected, with_dot, penalty):
    assert bleu([candidate], [TEA]) == pytest.approx(expected, abs=0.005)
    assert bleu([candidate + "."], [TEA + "."]) == pytest.approx(with_dot, abs=0.005)
    counts = count(candidate + ".", [TEA + "."])
    assert brevity_penalty(counts.predicted, counts.wanted) == pytest.approx(penalty, abs=5e-4)


@pytest.mark.parametrize(
    "tokenizer, expected", [("13a", 48.530827), ("none", 49.1919566), ("intl", 43.91623493)]
)
def test_sacrebleus_own_corpus(tokenizer, expected):
    """sacrebleu 2.5.1, test/test_bleu.py (Apache-2.0)."""
    assert bleu(DOGS, DOG_REFERENCES, tokenizer) == pytest.approx(expected, abs=1e-6)
    assert bleu(["", "", ""], DOG_REFERENCES, tokenizer) == 0.0


@pytest.mark.parametrize(
    "smoothing, value, expected",
    [
        ("exp", None, 8.493),
        ("none", None, 0.0),
        ("floor", None, 4.51688),
        ("floor", 0.5, 10.10),
        ("add-k", None, 14.882),
        ("add-k", 2, 21.389),
    ],
)
def test_sacrebleus_smoothed_sentence(smoothing, value, expected):
    """sacrebleu, test/test_sentence_bleu.py (Apache-2.0), its issue 98."""
    reference = "producţia de zahăr brut se exprimă în zahăr alb;"
    said = "Producția de zahăr primă va fi exprimată în ceea ce privește zahărul alb;"
    assert sentence_bleu(said, reference, "13a", smoothing, value) == pytest.approx(
        expected, abs=1e-3
    )


def test_counts_alone_give_the_score():
    """sacrebleu, test/test_bleu.py: 9/10, 7/8, 5/6, 3/4 at equal length."""
    counts = Counts((9, 7, 5, 3), (10, 8, 6, 4), 11, 11)
    assert bleu_from_counts(counts) == pytest.approx(83.75922397, abs=1e-7)
    floor = sentence_bleu("this is a fest", "this is a test", "13a", "floor", 0.01)
    assert floor / 100 == pytest.approx(0.223606797749979, abs=1e-12)


def test_effective_order_leaves_the_penalty():
    """ "test" against "a test": precision 1 for words, nothing longer, so e^-1 is left."""
    assert sentence_bleu("test", "a test") == pytest.approx(36.787944, abs=1e-5)
    assert sentence_bleu("test", "a test", effective_order=False) == 0.0


def test_corpus_is_not_the_mean_of_sentences():
    predictions, references = odd_pairs(50, seed=9)
    sentences = [sentence_bleu(p, r) for p, r in zip(predictions, references, strict=True)]
    assert abs(bleu(predictions, references) - sum(sentences) / 50) > 1


def test_it_is_not_the_arithmetic_mean():
    """Guards against "average of precisions": .75, .667, .5, 0 have a mean, but no BLEU."""
    counts = count("this is a fest", ["this is a test"])
    assert sum(m / t for m, t in zip(counts.matches, counts.totals, strict=True)) / 4 > 0.4
    assert bleu_from_counts(counts) == 0.0


def test_the_nearest_reference_length_counts_and_the_shorter_of_two():
    assert count("a b c", ["a", "a b c d", "a b"]).wanted == 2
    assert count("a b c", ["a b c d e f", "a b c d"]).wanted == 4


def test_bad_input_is_one_sentence():
    for call, says in (
        (lambda: bleu([], []), "no prediction"),
        (lambda: bleu(["a"], ["a", "b"]), "do not pair up"),
        (lambda: bleu(["a"], ["a"], tokenizer="words"), "No tokenizer is called 'words'"),
        (lambda: bleu(["a"], ["a"], smoothing="soft"), "No smoothing is called 'soft'"),
    ):
        with pytest.raises(ValueError, match=says) as error:
            call()
        assert "\n" not in str(error.value)
