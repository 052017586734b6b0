"""From findings to points: parts, luck, predictions, and causes in words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from workbook.core.exercises.checks import Check, Finding
from workbook.grading import manifest, marks
from workbook.grading.key import GradedExercise

ID, PREDICTION, SEED = "sampling.no_repeat", "sampling.predict_kept", 5


def question(exercise_id=ID):
    asked = manifest.exercises_of("sampling")[exercise_id]
    return GradedExercise(manifest.entry_of(asked), asked, asked.checks)


def found(asked, *wrong):
    """Findings of the checks in order."""
    return [Finding(check.says, text) for check, text in zip(asked.checks, wrong, strict=True)]


@pytest.mark.parametrize(
    ("passed", "points"),
    [
        ([1, 1, 1, 1, 1], 3),
        ([1, 1, 0, 0, 1], 1.8),
        ([0, 1, 0, 0, 0], 0.6),
        ([0, 0, 0, 0, 1], 0),  # an answer without a thought passes the last one, too
        ([0, 0, 0, 0, 0], 0),
    ],
)
def test_each_check_earns_its_part_but_luck_alone_earns_nothing(passed, points):
    assert marks.points(question(), [bool(each) for each in passed], SEED) == points


def test_a_prediction_earns_all_or_nothing():
    assert marks.points(question(PREDICTION), [True, True, True], SEED) == 1
    assert marks.points(question(PREDICTION), [True, True, False], SEED) == 0


@pytest.mark.parametrize(
    ("wrong", "verdict", "cause"),
    [
        ((None,) * 5, "right", ""),
        (("the first.", None, "the second.", None, None), "partly right", "the first."),
        (("the first.", "the second.", "x", "y", None), "wrong", "the first."),
        (("not answered",) * 5, "not answered", "not answered"),
    ],
)
def test_a_verdict_names_the_first_thing_that_is_wrong(wrong, verdict, cause):
    asked = question()
    mark = marks.mark(asked, found(asked, *wrong), "", SEED)
    assert (mark.verdict, mark.cause, mark.out_of) == (verdict, cause, 3)
    assert (mark.id, mark.title, mark.version) == (ID, asked.entry.title, asked.entry.version)


def test_a_cause_costs_all_points_and_its_first_words_are_the_verdict():
    asked = question()
    cause = "time limit: it ran longer than 10 s"
    mark = marks.mark(asked, found(asked, *[None] * 5)[:2], cause, SEED)
    assert (mark.points, mark.verdict, mark.cause) == (0, "time limit", cause)
    assert [check.wrong for check in mark.checks] == [None, None]


def test_a_hidden_check_counts_and_is_never_the_cause():
    secret = Check("the secret", lambda answer, seed: "the secret quantity is wrong.")
    asked = question()
    asked = replace(asked, checks=(*asked.checks, secret), hidden=1)
    mark = marks.mark(asked, found(asked, *[None] * 5, "the secret quantity is wrong."), "", SEED)
    assert (mark.points, mark.verdict, mark.cause) == (2.5, "partly right", "")
    assert [check.hidden for check in mark.checks] == [False] * 5 + [True]


def test_who_asks_the_course_for_the_answer_is_told_that_it_is_not_there():
    asked = question()
    sealed = "it raised Sealed in its line 2: This needs your answer"
    mark = marks.mark(asked, found(asked, sealed, *[None] * 4), "", SEED)
    assert mark.checks[0].wrong == mark.cause == marks.SEALED
    nothing = marks.nothing(asked.entry, "cell missing: no cell.")
    assert (nothing.points, nothing.verdict, nothing.out_of) == (0, "cell missing", 3)
