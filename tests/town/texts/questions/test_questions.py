"""Questions and answers: they stand in their order, and every trait has both."""

from itertools import islice

import pytest

from workbook.town import stream
from workbook.town.texts.questions import questions
from workbook.town.texts.slots import slot_names


@pytest.mark.parametrize("kind", ["passage", "recall"])
def test_text_holds_its_questions_and_answers_in_order(kind):
    for document in islice(stream(kind, seed=6), 50):
        position = 0
        for q, a in zip(document.fields["questions"], document.fields["answers"], strict=True):
            block = f"Question: {q}\nAnswer: {a}"
            assert block in document.text[position:]
            position = document.text.index(block, position)


@pytest.mark.parametrize("table", ["PERSON", "PLACE", "PRODUCT", "EVENT"])
def test_whatever_is_asked_for_has_one_answer_with_its_value(table):
    asked = getattr(questions, f"{table}_QUESTIONS")
    answers = getattr(questions, f"{table}_ANSWERS")
    assert set(asked) <= set(answers)
    for trait, phrases in asked.items():
        assert all(set(slot_names(pattern)) == {"who"} for pattern in phrases.all), trait
        slots = set(slot_names(answers[trait]))
        assert slots in ({"who", "value"}, {"who", "a_value"}), trait
