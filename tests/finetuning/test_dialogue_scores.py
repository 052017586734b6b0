"""Scores of summaries: the first words, ROUGE and agreement, counted by hand."""

import pytest
from dialogue_scores import LEAD, between_people, lead, rouge


def test_a_lead_is_the_first_words():
    assert lead("#A#: one two\n#B#: three", 3) == "#A#: one two"


def test_rouge_is_of_stems_and_has_no_order_of_its_own():
    """By hand: 2 of 3 words shared on one side, 2 of 2 on the other: F = 2 x 2/3 / (5/3)."""
    assert rouge(["he walked home"], ["walking home"]) == [pytest.approx(0.8)]
    assert rouge(["a b"], ["b a"], "rouge2") == [0.0]
    with pytest.raises(ValueError, match="2 answers and 1 references"):
        rouge(["a", "b"], ["a"])


def test_agreement_is_the_mean_over_all_pairs_of_people():
    assert between_people([["a b", "a b", "c d"]]) == [pytest.approx(1 / 3)]
    with pytest.raises(ValueError, match="two summaries or more"):
        between_people([["alone"]])


def test_a_lead_has_32_words_or_all_there_are():
    long = " ".join(f"w{number}" for number in range(100))
    assert lead(long) == " ".join(f"w{number}" for number in range(32)) and LEAD == 32
    assert lead("a:  b\nc") == "a: b c" and lead("") == ""


def test_each_dialogue_has_an_agreement_of_its_own_kind():
    """Word pairs: of "a b c" and "a b d" one of two is shared."""
    groups = [["a b c", "a b d"], ["x", "x"]]
    assert between_people(groups) == pytest.approx([2 / 3, 1])
    assert between_people([["a b c", "a b d"]], "rouge2") == pytest.approx([1 / 2])
    assert between_people([["a b c", "b c a"]], "rougeL") == pytest.approx([2 / 3])
