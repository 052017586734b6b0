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


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("3 x 4 = 12\nAnswer: 12.", "12"),
        ("Answer: 12. No.\nAnswer:  7 ", "7"),
        ("The Old Oar Inn.", "The Old Oar Inn"),
        ("Answer:", ""),
        ("2.5..", "2.5."),
    ],
)
def test_what_a_text_comes_to_stands_after_its_last_answer(text, end):
    assert short_answers.final_answer(text) == end


@pytest.mark.parametrize(
    ("votes", "winner"),
    [
        (["7", "8", "8"], "8"),
        (["7", "8"], "7"),  # the earliest of equals
        (["8", "7", "7", "8"], "8"),
        (["", "", "", "9"], "9"),  # who says nothing does not vote
        (["3", "", "", "", "4", "4"], "4"),
        (["3", "4"], "3"),
        (["", ""], ""),
        ([], ""),
    ],
)
def test_the_commonest_answer_wins_and_the_earliest_of_equals(votes, winner):
    assert short_answers.commonest(votes) == winner
