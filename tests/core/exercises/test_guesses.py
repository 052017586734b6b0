"""Guesses: written down, shown beside the result, counted."""

import numpy as np
import pytest

from workbook.core.exercises import attempts
from workbook.core.exercises.exercise import progress
from workbook.core.exercises.guesses import guess


@pytest.fixture
def shown(tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBOOK_HOME", str(tmp_path))
    texts = []
    monkeypatch.setattr(
        "IPython.display.display", lambda data, raw, metadata: texts.append(data["text/plain"])
    )
    return texts


def test_a_guess_is_kept_and_shown_beside_the_result(shown):
    guess("sampling.kept", None)
    guess("sampling.kept", 3)
    guess("sampling.kept", result=np.float64(2.0))
    assert shown == [
        "○ No guess yet: write it in place of None.",
        "? Your guess: 3.",
        "? You guessed 3; the result is 2.",
    ]
    assert attempts.guesses() == {"sampling.kept": 3}


def test_the_last_guess_counts_and_each_is_counted_once(shown):
    for value in (1, [0.25, "cat"]):
        guess("sampling.kept", value)
    guess("welcome.words", "none", result="all")
    assert attempts.guesses() == {"sampling.kept": [0.25, "cat"], "welcome.words": "none"}
    assert shown[-2:] == ["? Your guess: 0.25, cat.", "? You guessed none; the result is all."]
    assert "2 guesses written down" in progress().summary
    assert attempts.standings() == {}, "a guess is no attempt at an exercise"


def test_a_result_without_a_guess_says_so(shown):
    guess("sampling.kept", result=2)
    assert shown == ["? You made no guess; the result is 2."]
    assert "guess" not in progress().summary


@pytest.mark.parametrize("name", ["kept", "nowhere.kept", "sampling.", "", 3])
def test_an_id_without_a_topic_of_the_course_is_refused_in_one_sentence(name, shown):
    with pytest.raises(ValueError, match="topic|quotation marks"):
        guess(name, 3)
    assert shown == [] and attempts.guesses() == {}


def test_a_value_that_the_log_has_no_word_for_is_refused_in_one_sentence(shown):
    with pytest.raises(ValueError, match="guess"):
        guess("sampling.kept", object())
