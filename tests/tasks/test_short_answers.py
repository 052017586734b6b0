"""Short answers: what is taken away before two are compared, and what is no answer at all."""

import math

import numpy as np
import pytest

from workbook.tasks import short_answers
from workbook.tasks.short_answers import exact_match, normalise, without_punctuation


def test_punctuation_goes_before_articles():
    """So that "a-n" is one word "an", and "the." an article."""
    assert normalise("A-n owl, THE. owl\n\tan") == "owl owl"
    assert normalise("theatre, another") == "theatre another", "articles are whole words"
    assert normalise("l’été") == "l’été", "only ASCII punctuation goes"


def test_articles_may_stay():
    assert without_punctuation("  The  Old-Boat,\nan apple! ") == "the oldboat an apple"
    assert without_punctuation("...") == ""


def test_one_of_several_references_is_enough():
    assert exact_match("an owl", ("goose", "Owl.")) == 1.0
    assert exact_match("owl", ["goose", "owls"]) == 0.0
    assert exact_match("owl", iter(["goose", "owl"])) == 1.0
    assert exact_match("o", "owl") == 0.0, "a text is one reference, not its letters"


def test_references_are_a_list_of_at_least_one():
    assert short_answers.some_texts("owl") == short_answers.several_texts("owl") == ["owl"]
    assert short_answers.several_texts(("a", "b")) == ["a", "b"]
    assert short_answers.several_texts([]) == []
    with pytest.raises(ValueError, match="no reference to compare with; give at least one"):
        short_answers.some_texts([])


@pytest.mark.parametrize("value", [None, 3, math.nan, np.float64(1.5), ["owl"]])
def test_what_is_no_text_is_refused_by_its_type(value):
    """An empty cell of a table is a number that is none."""
    says = f"A text is a string, not {type(value).__name__}"
    for call in (
        lambda: short_answers.check_text(value),
        lambda: normalise(value),
        lambda: exact_match(value, "owl"),
        lambda: exact_match("owl", ["owl", value]),
    ):
        with pytest.raises(ValueError, match=says):
            call()
    assert short_answers.check_text("owl") == "owl"
