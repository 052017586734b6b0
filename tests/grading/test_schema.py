"""The tables of a gradebook: a row for each attempt and answer, and room for what is in them."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from marked import grade

from workbook.grading import schema
from workbook.grading.claims import Claim


@pytest.fixture
def connection():
    engine = sa.create_engine("sqlite://")
    schema.tables.create_all(engine)
    with engine.connect() as opened:
        yield opened
    engine.dispose()


def graded(**more):
    """A grade whose second exercise passed one check of two and has a learner's note."""
    made = grade(package="0.2", **more)
    second = made.exercises[1]
    second.checks = [second.checks[0], second.checks[0].model_copy(update={"wrong": "no."})]
    second.version = "v2"
    second.learner = Claim(
        exercise=second.id, version="v1", package="0.1", seed=2**63 - 1, passed=1, checks=3
    )
    return made


def test_each_answer_has_a_row_with_what_grading_it_again_needs():
    first, second = schema.answer_rows(graded(attempt=2))
    assert tuple(first) == tuple(second) == schema.ANSWERS
    assert second == {
        "student": "ada", "lesson": "03_sampling", "attempt": 2, "exercise": "sampling.e2",
        "points": 3.0, "verdict": "wrong", "version": "v2", "package": "0.2", "seed": 2**40,
        "passed": 1, "checks": 2, "learner_version": "v1", "learner_package": "0.1",
        "learner_seed": 2**63 - 1, "learner_passed": 1, "learner_checks": 3,
    }  # fmt: skip
    assert (first["passed"], first["checks"]) == (1, 1)
    assert {first[name] for name in schema.ANSWERS if name.startswith("learner_")} == {None}


def test_rows_come_back_from_the_database_as_they_were(connection):
    rows = [*schema.answer_rows(graded()), *schema.answer_rows(graded(attempt=2))]
    connection.execute(sa.insert(schema.answers), rows)
    found = connection.execute(sa.select(schema.answers)).mappings()
    assert sorted(map(dict, found), key=lambda row: (row["attempt"], row["exercise"])) == rows


def test_an_attempt_at_an_exercise_has_one_row(connection):
    rows = schema.answer_rows(graded())
    connection.execute(sa.insert(schema.answers), rows)
    with pytest.raises(sa.exc.IntegrityError):
        connection.execute(sa.insert(schema.answers), rows[:1])


def test_a_mark_by_hand_is_for_all_attempts_and_a_grade_for_one():
    keys = {table.name: [column.name for column in table.primary_key]
            for table in schema.tables.sorted_tables}  # fmt: skip
    assert keys == {
        "answers": ["student", "lesson", "attempt", "exercise"],
        "grades": ["student", "lesson", "attempt"],
        "manual": ["student", "lesson", "exercise"],
        "runs": ["id"],
    }
