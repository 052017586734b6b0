"""Exact match and token F1, by hand and against rules written down another way."""

import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbook.evaluation import exact_match, token_f1
from workbook.evaluation.answers import normalise

TEXT = st.text(alphabet="aAbBthe n.,!-' ", max_size=20)


def plainly(text):
    """SQuAD's steps (Rajpurkar et al. 2016, evaluation script) in the order they are listed."""
    text = "".join(c for c in text.lower() if c not in set(string.punctuation))
    text = re.sub(r"\b(a|an|the)\b", " ", text)
    return " ".join(text.split())


@given(TEXT)
def test_normalising_twice_changes_nothing_and_follows_the_steps(text):
    once = normalise(text)
    assert once == plainly(text)
    assert exact_match(text, once) == exact_match(once, text)


def test_by_hand():
    assert normalise("  The Old-Boat, an  apple! ") == "oldboat apple"
    assert exact_match("The boat.", "boat") == 1.0
    assert exact_match("a boat", ["goose", "Boat"]) == 1.0
    assert exact_match("boats", "boat") == 0.0
    assert token_f1("the red boat", "red boat house") == pytest.approx(2 * 2 / 5)
    assert token_f1("boat boat", "boat") == pytest.approx(2 / 3), "clipped"
    assert token_f1("goose", ["boat", "old goose"]) == pytest.approx(2 / 3)


def test_nothing_agrees_only_with_nothing():
    assert token_f1("the", "a") == 1.0 == exact_match("", "...")
    assert token_f1("", "boat") == 0.0 == token_f1("boat", "")


def test_silence_is_not_an_article():
    """Fault A16: SQuAD's rule leaves nothing of "A", and nothing was the right answer."""
    for article in ("A", "the.", "An"):
        assert exact_match("", article) == token_f1("", article) == 0.0
        assert exact_match(article, "") == token_f1(article, "...") == 0.0
        assert exact_match(article.lower(), article) == 1.0
    assert exact_match("The", "A") == 0.0, "of two choices called so, one is right"
    assert exact_match(" Yes ", "Yes.") == 1.0


@given(TEXT, TEXT)
def test_f1_is_symmetric_and_1_for_equals(first, second):
    assert token_f1(first, second) == pytest.approx(token_f1(second, first))
    assert token_f1(first, first) == 1.0
    assert exact_match(first, second) <= token_f1(first, second) + 1e-12


@pytest.mark.parametrize("prediction, references", [
    (None, "boat"), (3.5, "boat"), (b"boat", "boat"), ("boat", None), ("boat", float("nan")),
    ("boat", ["boat", None]), ("boat", 7),
])  # fmt: skip
def test_what_is_not_text_is_one_sentence(prediction, references):
    """An empty cell of a pandas table is a NaN, an empty field of JSON a None."""
    for metric in (exact_match, token_f1):
        with pytest.raises(ValueError, match="^A text is a string, not ") as error:
            metric(prediction, references)
        assert "\n" not in str(error.value)


def test_no_reference_is_one_sentence():
    for metric in (exact_match, token_f1):
        with pytest.raises(ValueError, match="at least one"):
            metric("boat", [])
