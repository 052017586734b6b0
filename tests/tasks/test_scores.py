"""The rules that score an answer: known values, and answers that only nearly deserve the mark."""

import warnings
from statistics import mean

import pytest

from workbook.tasks import TASKS, cases, score, scores
from workbook.tasks.scores import final_number, shared_run
from workbook.tasks.task import Case
from workbook.town.writer import Fact


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


TALK = Case(
    "summarise/0",
    "",
    "Kidran was a baker for 6 years. Xodda sends him to Wera at the Swoppilio Hall.",
    (Fact("Kidran", "was", "baker"), Fact("Wera", "is at", "Swoppilio Hall"),
     Fact("Kidran", "for", "6 years"), Fact("Kidran", "meets", "Wera")),
)  # fmt: skip


@pytest.mark.parametrize(
    ("answer", "share"),
    [
        (TALK.reference, 1.0),
        (TALK.reference.upper(), 1.0),
        ("At the Swoppilio Hall Wera waits. For 6 years Kidran was a baker!", 1.0),
        ("Xodda was a baker for 6 years. Kidran meets Wera.", 0.25),  # another one was the baker
        ("Kidran was a baker. For 6 years! She is at the Swoppilio Hall.", 0.25),
        ("Kidran was a bakery owner for 16 years.", 0.0),  # other words with the same letters
        ("Wera.", 0.25),  # who meets her does not stand in her sentence of the reference either
        ("", 0.0),
        (f"{TALK.reference} {TALK.reference}", 1.0),
        (f"{TALK.reference} {TALK.reference} Yes.", 0.0),  # longer than any summary
    ],
)
def test_a_summary_is_scored_by_the_facts_that_it_states(answer, share):
    assert scores.facts_stated(answer, TALK) == share


def test_a_case_without_facts_has_nothing_to_state():
    with pytest.raises(ValueError, match="summarise/1 has no facts"):
        scores.facts_stated("", Case("summarise/1", "", "Nothing."))


def test_a_case_has_the_facts_that_its_reference_states():
    facts = (*TALK.facts, TALK.facts[0], Fact("Kidran", "likes", "running"))
    assert scores.stated_in(TALK.reference, facts) == TALK.facts
    asked = cases("summarise", 40)
    assert all(case.facts for case in asked)
    assert score("summarise", [case.reference for case in asked], asked) == [1.0] * 40
    leads = [TASKS["summarise"].baseline(case.prompt) for case in asked]
    assert mean(score("summarise", leads, asked)) < 0.2


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
