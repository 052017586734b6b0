"""The questions in the style of public benchmarks: printed, answered by letters, and marked."""

import pytest

from workbook.evaluation.benchmark_items import ITEMS, choices, exam, marked
from workbook.evaluation.benchmarks import BENCHMARKS


def test_items_are_marked():
    text = exam()
    assert text.count("\n   A. ") == len(ITEMS) == 5
    right = [item.question.right for item in ITEMS]
    letters = "".join("ABCD"[place] for place in right)
    assert choices(letters.lower()) == right
    assert choices("") == [None] * 5
    table = marked({"you": right, "nobody": [None] * 5, "worse": [1, 0, 0, 1, 0]})
    assert list(table["you"]) == list(table["right"]) and set(table["nobody"]) == {""}
    assert all(cell.endswith(" (wrong)") for cell in table["worse"])
    for wrong in ("AB", "DDDDD", "ABCABC"):
        with pytest.raises(ValueError, match="Write 5 letters"):
            choices(wrong)


def test_there_is_one_item_for_each_benchmark_of_the_table():
    assert [item.benchmark for item in ITEMS] == [one.name for one in BENCHMARKS]
    for item in ITEMS:
        options = item.question.options
        assert 0 <= item.question.right < len(set(options)) == len(options)


def test_the_exam_prints_each_question_above_its_lettered_options():
    first, *_, last = exam().split("\n\n")
    question = ITEMS[0].question
    assert first.splitlines() == [
        "1. GLUE, entailment", question.prompt, "   A. Yes.", "   B. No.",
    ]  # fmt: skip
    assert last.startswith("5. HELM, a passage, with typos\n")


def test_letters_may_have_anything_between_them_and_name_only_options_there_are():
    assert choices("a, b; c - a b") == choices("ABCAB") == [0, 1, 2, 0, 1]
    with pytest.raises(ValueError, match="Write 5 letters, one for each question, not 'CBCAB'"):
        choices("CBCAB")  # the first question has two options


def test_a_wrong_choice_is_shown_with_its_letter():
    table = marked({"you": [1, 1, 2, None, 1]})
    assert list(table.index) == [item.benchmark for item in ITEMS]
    assert list(table["right"]) == ["A", "B", "C", "A", "B"]
    assert list(table["you"]) == ["B (wrong)", "B", "C", "", "B"]
