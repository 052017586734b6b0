"""Which grade counts: marks by hand first, then late days, then the best or the last attempt."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from marked import grade, over

from workbook.grading import finals
from workbook.grading.finals import Policy


def by_hand(exercise, points, computed=None, comment=""):
    return SimpleNamespace(exercise=exercise, points=points, comment=comment, computed=computed)


def test_a_mark_by_hand_replaces_the_computed_one_before_late_days():
    marks = [by_hand("sampling.e2", 4.0, computed=3.0, comment="a new idea")]
    found = finals.final(grade(days_late=1), marks, 0.25, seconds=1.5)
    assert (found.points, found.conflicts, found.seconds) == (4.5, (), 1.5)  # (2 + 4) * 0.75
    assert found.manual == {"sampling.e2": (4.0, "a new idea")}


@pytest.mark.parametrize(
    ("computed", "conflicts"), [(3.0, ()), (None, ()), (1.0, ("sampling.e2",))]
)
def test_a_computed_mark_that_has_changed_since_is_a_conflict(computed, conflicts):
    assert finals.final(grade(), [by_hand("sampling.e2", 4.0, computed)], 0).conflicts == conflicts


def test_a_mark_for_an_exercise_that_is_not_there_earns_nothing():
    assert finals.final(grade(), [by_hand("sampling.x", 9.0)], 0).points == 5


@pytest.mark.parametrize(("days", "points"), [(0, 5), (1, 3.75), (4, 0), (9, 0)])
def test_each_late_day_costs_its_part_and_never_more_than_all(days, points):
    assert finals.final(grade(days_late=days), [], 0.25).points == points


FIRST = grade(points=(2.0, 3.0))
SECOND = grade(points=(2.0, 4.0), attempt=2, days_late=1)
THIRD = grade(points=(2.0, 3.0), attempt=3)
BROKEN = grade(points=(0.0, 0.0), attempt=4, status="not graded")


@pytest.mark.parametrize(
    ("grades", "policy", "number"),
    [
        ([FIRST, SECOND, THIRD], Policy(3, "best"), 2),
        ([FIRST, SECOND, THIRD], Policy(3, "best", 0.5), 1),  # 6 points one day late are 3
        ([FIRST, SECOND, THIRD], Policy(3, "last"), 3),
        ([FIRST, SECOND, BROKEN], Policy(4, "last"), 1),  # in time before late
        ([SECOND, BROKEN], Policy(4, "last"), 2),  # late before not graded
        ([FIRST, over()], Policy(2, "last"), 1),
    ],
)
def test_the_best_or_the_last_attempt_counts(grades, policy, number):
    attempts = [finals.final(each, [], policy.late_penalty) for each in grades]
    found = finals.counting(attempts, policy)
    assert found.grade.attempt == number
    assert [each.number for each in found.attempts] == [each.attempt for each in grades]
    assert [each.number for each in found.attempts if each.counts] == [number]


def test_the_list_of_attempts_has_points_as_they_would_count_and_none_over_the_limit():
    extra = grade(attempt=3, status="over the limit")
    attempts = [finals.final(each, [], 0.5) for each in (FIRST, SECOND, extra)]
    listed = finals.counting(attempts, Policy(2, "best", 0.5)).attempts
    assert [(each.points, each.days_late, each.status) for each in listed] == [
        (5, 0, "graded"), (3, 1, "graded"), (0, 0, "over the limit"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("policy", "words"),
    [
        ({"counting": "first"}, 'the "best" or the "last" counts, not'),
        ({"counting": "best"}, '"best" needs the number of attempts'),
        ({"attempts": -1}, "0 or more"),
        ({"late_penalty": 1.5}, "from 0 to 1"),
    ],
)
def test_a_policy_that_makes_no_sense_is_refused(policy, words):
    with pytest.raises(ValueError, match=words):
        Policy(**policy)


def test_a_policy_in_words():
    assert Policy(3, "best", 0.1).in_words() == (
        "The best of at most 3 attempts counts. Each late day costs 10 %."
    )
    assert finals.Policy().in_words() == "Of several copies the newest in time counts."
