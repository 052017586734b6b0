"""Leakage: splits that part what they should, an index that finds copies, and the gap between."""

import pytest

from workbook.evaluation import leakage
from workbook.evaluation.leakage import Index, Row


@pytest.fixture(scope="module")
def data():
    return leakage.rows(60)


def test_a_split_loses_nothing_and_doubles_nothing(data):
    for by_person in (False, True):
        training, test = leakage.split_rows(data, by_person)
        assert sorted(training + test) == sorted(data)
        assert abs(len(training) - len(test)) < 0.2 * len(data)


def test_only_the_split_by_person_keeps_people_apart(data):
    for by_person in (False, True):
        training, test = leakage.split_rows(data, by_person)
        both = {row.about for row in training} & {row.about for row in test}
        assert bool(both) is not by_person


def test_copying_pays_only_where_the_split_leaks(data):
    leaky, honest = (leakage.copying_accuracy(data, by) for by in (False, True))
    assert leaky.low > honest.high and leaky.mean > 5 * honest.mean


def test_the_nearest_question_by_hand():
    training = [
        Row("Where does Enid live?", "Mill Lane", "Enid"),
        Row("Where does Olaf live?", "Elm Row", "Olaf"),
        Row("What is it?", "a goose", "it"),
    ]
    asked = ["Where is Olaf living, where?", "Tell me, what is it?"]
    assert leakage.nearest(training, asked) == ["Elm Row", "a goose"]


def test_the_index_finds_runs_of_words_and_nothing_shorter():
    index = Index(["the goose sat on the old boat"], n=4)
    assert index.overlap("The goose sat on the old boat!") == 1.0
    assert index.overlap("my goose sat on the sofa") == pytest.approx(1 / 3)
    assert index.overlap("old boat") == 0.0 == index.overlap("")


def test_memory_questions_are_about_the_split():
    from workbook.town import build_town

    for split in ("train", "test"):
        names = {person.name for person in build_town().among("people", split)}
        for case in leakage.memory_cases(split, 20):
            assert any(name in case.prompt for name in names)
            assert leakage.MEMORY.score(case.reference, case) == 1.0
