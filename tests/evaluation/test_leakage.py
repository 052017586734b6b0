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


def test_a_rare_word_weighs_more_than_many_common_ones():
    """The name tells the questions apart, not the words that every question has."""
    training = [Row(f"Please tell me where {name} lives", f"{name}'s street", name)
                for name in ("Olaf", "Gerd", "Ida", "Kunz")]  # fmt: skip
    training.append(Row("Where is Enid?", "Mill Lane", "Enid"))
    assert leakage.nearest(training, ["Please tell me where Enid lives"]) == ["Mill Lane"]


def test_the_index_finds_runs_of_words_and_says_what_is_too_short():
    """Guards against "too short to look for" that was counted as clean."""
    index = Index(["the goose sat on the old boat"], n=4)
    assert index.finding("The goose sat on the old boat!") == "found"
    assert index.shared("My goose sat on the sofa.") == ["goose sat on the"]
    assert index.finding("My goose sat on the sofa.") == "found"
    assert index.finding("my goose sat there") == "not found"
    assert index.finding("old boat") == "too short" == index.finding("")
    assert {index.finding(t) for t in ("the goose sat on", "a b c d", "")} == set(leakage.FINDINGS)


def test_memory_questions_are_about_the_split():
    from workbook.town import build_town

    for split in ("train", "test"):
        names = {person.name for person in build_town().among("people", split)}
        for case in leakage.memory_cases(split, 20):
            assert any(name in case.prompt for name in names)
            assert leakage.MEMORY.score(case.reference, case) == 1.0
