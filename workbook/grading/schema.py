"""The tables of a gradebook, the same in every database that SQLAlchemy knows.

`grades` has a row for each attempt, `answers` one for each exercise of it with what grading it
again needs, `manual` the marks by hand, `runs` what was run. Left out: reading and writing them
(`gradebook.py`).
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from workbook.grading.marks import Grade

tables = sa.MetaData()
runs = sa.Table(
    "runs", tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("seed", sa.BigInteger, nullable=False),
    sa.Column("isolation", sa.Text, nullable=False),
    sa.Column("package", sa.Text, nullable=False),
    sa.Column("policy", sa.Text, nullable=False),  # attempts and late days, in words
    sa.Column("finished", sa.Boolean, nullable=False, default=False),
)  # fmt: skip
grades = sa.Table(
    "grades", tables,
    sa.Column("student", sa.String(200), primary_key=True),
    sa.Column("lesson", sa.String(100), primary_key=True),
    sa.Column("attempt", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Column("basis", sa.String(64), nullable=False),
    sa.Column("points", sa.Float, nullable=False),
    sa.Column("out_of", sa.Float, nullable=False),
    sa.Column("handed_in", sa.Text, nullable=False),  # ISO date and time, or ""
    sa.Column("days_late", sa.Integer, nullable=False),
    sa.Column("verdict", sa.Text, nullable=False),
    sa.Column("run", sa.Integer, nullable=False),
    sa.Column("times_graded", sa.Integer, nullable=False),
    sa.Column("seconds", sa.Float, nullable=False),
    sa.Column("details", sa.Text, nullable=False),
)  # fmt: skip
answers = sa.Table(
    "answers", tables,
    sa.Column("student", sa.String(200), primary_key=True),
    sa.Column("lesson", sa.String(100), primary_key=True),
    sa.Column("attempt", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("exercise", sa.String(200), primary_key=True),
    sa.Column("points", sa.Float, nullable=False),
    sa.Column("verdict", sa.Text, nullable=False),
    sa.Column("version", sa.String(64), nullable=False),  # of the exercise
    sa.Column("package", sa.String(64), nullable=False),
    sa.Column("seed", sa.BigInteger, nullable=False),
    sa.Column("passed", sa.Integer, nullable=False),
    sa.Column("checks", sa.Integer, nullable=False),
    # The same as the learner's machine noted them, where the notebook tells.
    sa.Column("learner_version", sa.String(64)),
    sa.Column("learner_package", sa.String(64)),
    sa.Column("learner_seed", sa.BigInteger),
    sa.Column("learner_passed", sa.Integer),
    sa.Column("learner_checks", sa.Integer),
)  # fmt: skip
manual = sa.Table(
    "manual", tables,
    sa.Column("student", sa.String(200), primary_key=True),
    sa.Column("lesson", sa.String(100), primary_key=True),
    sa.Column("exercise", sa.String(200), primary_key=True),
    sa.Column("points", sa.Float, nullable=False),
    sa.Column("comment", sa.Text, nullable=False),
    sa.Column("computed", sa.Float),  # what the grader had computed when this mark was given
)  # fmt: skip
ANSWERS = tuple(column.name for column in answers.columns)


def answer_rows(grade: Grade) -> list[dict[str, Any]]:
    """Return the rows of a grade's answers."""
    rows = []
    for each in grade.exercises:
        noted = each.learner
        row = {
            "student": grade.student, "lesson": grade.lesson, "attempt": grade.attempt,
            "exercise": each.id, "points": each.points, "verdict": each.verdict,
            "version": each.version, "package": grade.package, "seed": grade.seed,
            "passed": sum(check.wrong is None for check in each.checks),
            "checks": len(each.checks),
        }  # fmt: skip
        for name in ("version", "package", "seed", "passed", "checks"):
            row[f"learner_{name}"] = getattr(noted, name) if noted else None
        rows.append(row)
    return rows
