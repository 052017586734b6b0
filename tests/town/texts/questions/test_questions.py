"""Passages and recall: answers can be read off, or are true of the town."""

from itertools import islice

import pytest

from workbook.town import build_both, build_town, stream
from workbook.town.texts.questions.questions import NOT_SAID
from workbook.town.texts.questions.recall import facts_of


def test_every_answer_can_be_read_in_its_passage():
    """The value that the answer gives stands in the passage; unsaid traits do not."""
    for document in islice(stream("passage", "test", seed=3), 400):
        passage, stated = document.fields["passage"], {fact.value for fact in document.facts}
        for answer in document.fields["answers"]:
            if answer == NOT_SAID:
                continue
            values = [v for v in stated if v in answer]
            assert values, (answer, passage)
            assert any(v in passage for v in values)


def test_stated_facts_stand_in_the_passage():
    for document in islice(stream("passage", seed=3), 300):
        for fact in document.facts:
            assert fact.value in document.fields["passage"]


def test_a_few_questions_have_no_answer_and_most_do():
    answers = [a for d in islice(stream("passage", seed=8), 800) for a in d.fields["answers"]]
    unsaid = sum(a == NOT_SAID for a in answers) / len(answers)
    assert 0.02 < unsaid < 0.06


def test_questions_from_the_value_to_the_name_have_one_answer():
    for document in islice(stream("passage", seed=5), 600):
        pairs = zip(document.fields["questions"], document.fields["answers"], strict=True)
        for question, answer in pairs:
            if question.startswith("Who "):
                holders = {f.subject for f in document.facts if f.value in answer}
                named = {name for name in holders if answer.startswith(name)}
                assert len(named) == 1, (question, answer)


def test_recall_states_what_is_true_of_the_town():
    town = build_town()
    true = {
        fact.answer
        for table in ("people", "places", "products", "events")
        for entity in getattr(town, table)
        for fact in facts_of(town, entity)
    }
    for split in ("train", "validation", "test"):
        for document in islice(stream("recall", split, seed=2), 200):
            assert set(document.fields["answers"]) <= true


def test_every_answer_of_the_town_is_one_sentence_with_one_meaning():
    """Two facts never share an answer unless they are the same fact."""
    for town in build_both():
        seen = {}
        for table in ("people", "places", "products", "events"):
            for entity in getattr(town, table):
                for fact in facts_of(town, entity):
                    key = (fact.name, fact.trait)
                    assert seen.setdefault(fact.answer, key) == key
                    assert fact.answer[0].isupper() and fact.answer.endswith(".")


@pytest.mark.parametrize("kind", ["passage", "recall"])
def test_text_holds_its_questions_and_answers_in_order(kind):
    for document in islice(stream(kind, seed=6), 50):
        position = 0
        for q, a in zip(document.fields["questions"], document.fields["answers"], strict=True):
            block = f"Question: {q}\nAnswer: {a}"
            assert block in document.text[position:]
            position = document.text.index(block, position)
