"""The rules that score an answer: known values, and answers that only nearly deserve the mark."""

import warnings

import pytest

from workbook.tasks import scores
from workbook.tasks.scores import final_number, shared_run
from workbook.tasks.task import Case


def test_the_final_number_is_read_after_the_last_answer():
    assert final_number("Answer: 3 and 4") == 4
    assert final_number("7 + 5 = 12") == 12
    assert final_number("none") is None is final_number("3 x 4 = 12\nAnswer: dunno")


def test_shared_run_is_the_longest_run():
    assert shared_run("Oi! Mend the gate now, fool", "Please mend the gate now.") == (
        "mend", "the", "gate", "now",
    )  # fmt: skip
    assert shared_run("abc", "def") == ()


def test_rouge_by_hand():
    """Two of three words, one of two pairs, and a common order of two; order counts for pairs."""
    found = scores.rouge(["the cat sat", "sat cat the"], ["the cat ate", "the cat sat"])
    assert found["rouge1"] == [pytest.approx(2 / 3), 1.0]
    assert found["rouge2"] == [0.5, 0.0]
    assert found["rougeL"] == [pytest.approx(2 / 3), pytest.approx(1 / 3)]
    assert scores.rouge_l("the cat sat", Case("summarise/0", "", "the cat ate")) == pytest.approx(
        2 / 3
    )


def test_rouge_is_f1_and_leaves_words_unstemmed():
    """A short right answer has precision 1 and recall 1/4: 2 * 1 * .25 / 1.25."""
    assert scores.rouge(["boats"], ["boats lie at anchor"])["rouge1"] == [pytest.approx(0.4)]
    assert scores.rouge(["boat"], ["boats"])["rouge1"] == [0.0]
    with pytest.raises(ValueError):
        scores.rouge(["a", "b"], ["a"])


def test_a_text_that_rouge_cannot_read_is_told_once():
    with pytest.warns(UserWarning, match="throws most of 'Γειά σου, κόσμε' away") as told:
        assert scores.rouge(["Γειά σου, κόσμε"] * 2, ["hello"] * 2)["rouge1"] == [0.0, 0.0]
    assert len(told) == 1
    with pytest.warns(UserWarning, match=r"'κκκκκκκκκκκκκκκκκκκκκκκκκκκκκκκκκκκκκκκκ\.\.\.' away"):
        scores.warn_of_other_scripts(["κ" * 41])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        scores.warn_of_other_scripts(["", "...", "café au lait", "ab λμ"])  # half is enough


def test_the_share_of_lines_that_are_right():
    case = Case("extract/0", "", "name: Ada Hull\nday: Friday\nplace: Mill Lane\nprice: 3")
    assert scores.lines_right("place: Mill Lane  \n\n  day: Friday\nname: Ada", case) == 0.5
    assert scores.lines_right("day: Friday\n" * 4, case) == 0.25, "a line counts once"
    assert scores.lines_right("Day: Friday", case) == 0.0, "a field has its very name"


def test_a_number_is_right_or_wrong_and_no_number_is_wrong():
    case = Case("arithmetic/0", "", "3 + 4 = 7\nAnswer: 7")
    marks = {"Answer: 7": 1.0, "7.0": 1.0, "Answer: 8": 0.0, "seven": 0.0, "v7": 0.0}
    assert {answer: scores.number_right(answer, case) for answer in marks} == marks
    assert scores.number_right("dunno", Case("arithmetic/1", "", "dunno")) == 0.0
    assert final_number("Answer: 1,204.50") == 1204.5 and final_number("Answer: -3") == -3


def test_courtesy_counts_only_with_the_message_and_the_message_only_with_courtesy():
    """The message is "mend the gate now", which both versions say."""
    case = Case("polite/0", "Oi! Mend the gate now, fool", "Please mend the gate now.")
    marks = {
        "Could you mend the gate now?": 1.0,
        "Please mend the gate.": 0.75,
        "Please.": 0.0,
        "Mend the gate now.": 0.0,
        "Please mend the gate now, you blatherskin!": 0.0,
    }
    assert {answer: scores.courteous(answer, case) for answer in marks} == marks
    assert scores.courteous("Please.", Case("polite/1", "Oi!", "Please.")) == 0.0
