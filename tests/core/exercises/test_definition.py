"""An exercise has all that belongs to it or cannot be written; its label says what it costs."""

import dataclasses

import pytest

from workbook.core.exercises.checks import Check
from workbook.core.exercises.definition import Exercise, exercise_set

ASKED = Exercise(
    "fake.double", "Twice as much", 2, 1, 3,
    (Check("x", lambda answer, seed: None),) * 3,
    ("Think of addition.", "x + x", "return x + x"), lambda x: 2 * x,
)  # fmt: skip


@pytest.mark.parametrize(
    "change, rule",
    [
        ({"id": "nodot"}, "topic.name"),
        ({"difficulty": 6}, "difficulty"),
        ({"minutes": 0}, "minutes"),
        ({"checks": ()}, "three checks"),
        ({"hints": ("a", "", "c")}, "three hints"),
        ({"wants": "essay"}, "wants"),
        ({"forbids": ("top_p_filter",)}, "functions of the package"),
        ({"forbids": ("torch.nn.functional.softmax",)}, "functions of the package"),
    ],
)
def test_an_exercise_that_lacks_something_cannot_be_written(change, rule):
    with pytest.raises(ValueError, match=rule):
        dataclasses.replace(ASKED, **change)


@pytest.mark.parametrize(
    "change",
    [{"difficulty": 1}, {"difficulty": 5}, {"points": 1}, {"minutes": 1}, {"wants": "value"}],
)
def test_the_ends_of_what_is_allowed_are_allowed(change):
    ((name, value),) = change.items()
    assert getattr(dataclasses.replace(ASKED, **change), name) == value


@pytest.mark.parametrize(
    "change", [{"difficulty": 0}, {"points": 0}, {"id": ".name"}, {"id": "t."}]
)
def test_what_lies_just_outside_is_refused_in_one_sentence(change):
    with pytest.raises(ValueError, match="breaks a rule: ") as refused:
        dataclasses.replace(ASKED, **change)
    assert "\n" not in str(refused.value)


def test_the_label_says_difficulty_time_and_worth():
    assert ASKED.label == "difficulty 1 of 5, 3 minutes, 2 points"
    assert dataclasses.replace(ASKED, points=1).worth == "1 point"


def test_a_set_has_the_exercises_by_id_in_order():
    more = dataclasses.replace(ASKED, id="fake.a")
    found = exercise_set("fake", ASKED, more)
    assert list(found.items()) == [("fake.double", ASKED), ("fake.a", more)]


@pytest.mark.parametrize(
    "topic, exercises, words",
    [("fakes", (ASKED,), "belong to the lesson 'fakes'"), ("fake", (ASKED, ASKED), "comes twice")],
)
def test_a_set_refuses_what_would_be_lost_or_misplaced(topic, exercises, words):
    """Guards: of two exercises with one id, the first was gone without a word."""
    with pytest.raises(ValueError, match=words):
        exercise_set(topic, *exercises)
