"""The gradebook: every grade, run and mark by hand, in any database that SQLAlchemy knows.

A grade is one transaction: after a kill it is there or it is not. Marks by hand win over computed
ones; where the computed one changes later, the conflict is flagged, never settled. Left out:
exports (`exports.py`) and pages (`reports.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from workbook.grading.marks import Grade

_schema = sa.MetaData()
_runs = sa.Table(
    "runs", _schema,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("seed", sa.BigInteger, nullable=False),
    sa.Column("isolation", sa.Text, nullable=False),
    sa.Column("package", sa.Text, nullable=False),
    sa.Column("finished", sa.Boolean, nullable=False, default=False),
)  # fmt: skip
_grades = sa.Table(
    "grades", _schema,
    sa.Column("student", sa.String(200), primary_key=True),
    sa.Column("lesson", sa.String(100), primary_key=True),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Column("basis", sa.String(64), nullable=False),
    sa.Column("points", sa.Float, nullable=False),
    sa.Column("out_of", sa.Float, nullable=False),
    sa.Column("verdict", sa.Text, nullable=False),
    sa.Column("run", sa.Integer, nullable=False),
    sa.Column("times_graded", sa.Integer, nullable=False),
    sa.Column("seconds", sa.Float, nullable=False),
    sa.Column("details", sa.Text, nullable=False),
)  # fmt: skip
_manual = sa.Table(
    "manual", _schema,
    sa.Column("student", sa.String(200), primary_key=True),
    sa.Column("lesson", sa.String(100), primary_key=True),
    sa.Column("exercise", sa.String(200), primary_key=True),
    sa.Column("points", sa.Float, nullable=False),
    sa.Column("comment", sa.Text, nullable=False),
    sa.Column("computed", sa.Float),  # what the grader had computed when this mark was given
)  # fmt: skip


@dataclass(frozen=True)
class Final:
    """A grade as it counts: marks by hand, then late days. conflicts: exercises to look at."""

    grade: Grade
    points: float
    manual: Mapping[str, tuple[float, str]]
    conflicts: tuple[str, ...]
    seconds: float = 0.0


class Gradebook:
    """The grades of a class in one database."""

    def __init__(self, url: str | Path) -> None:
        """Open or make it. url: of a database, or the path of an SQLite file."""
        text = str(url)
        self._engine = sa.create_engine(text if "://" in text else f"sqlite:///{Path(text)}")
        try:
            with self._engine.begin() as connection:
                if self._engine.dialect.name == "sqlite":
                    connection.exec_driver_sql("PRAGMA busy_timeout=30000")
                _schema.create_all(connection)
        except sa.exc.SQLAlchemyError as error:
            raise ValueError(f"the gradebook {text} cannot be opened: {_first(error)}.") from None

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    def begin_run(self, seed: int, isolation: str, package: str) -> tuple[int, int]:
        """Return (id, seed) of the run that was cut off, or of a new one."""
        with self._engine.begin() as connection:
            open_run = connection.execute(
                sa.select(_runs.c.id, _runs.c.seed)
                .where(_runs.c.finished.is_(False), _runs.c.isolation == isolation)
                .order_by(_runs.c.id.desc())
            ).first()
            if open_run is not None:
                return open_run.id, open_run.seed
            made = connection.execute(
                sa.insert(_runs).values(
                    seed=seed, isolation=isolation, package=package, finished=False
                )
            )
            return int((made.inserted_primary_key or [0])[0]), seed

    def end_run(self, run: int) -> None:
        """Note that a run graded all there was."""
        with self._engine.begin() as connection:
            connection.execute(sa.update(_runs).where(_runs.c.id == run).values(finished=True))

    def is_current(self, student: str, lesson: str, digest: str, basis: str) -> bool:
        """Whether that very submission has been graded by these very rules."""
        with self._engine.connect() as connection:
            row = connection.execute(
                sa.select(_grades.c.digest, _grades.c.basis).where(
                    _grades.c.student == student, _grades.c.lesson == lesson
                )
            ).first()
        return row is not None and (row.digest, row.basis) == (digest, basis)

    def add(self, grade: Grade, run: int, seconds: float) -> None:
        """Write a grade in place of the student's earlier one for that lesson."""
        where = (_grades.c.student == grade.student) & (_grades.c.lesson == grade.lesson)
        with self._engine.begin() as connection:
            before = connection.execute(sa.select(_grades.c.times_graded).where(where)).scalar()
            connection.execute(sa.delete(_grades).where(where))
            connection.execute(
                sa.insert(_grades).values(
                    student=grade.student, lesson=grade.lesson, digest=grade.digest,
                    basis=grade.basis, points=grade.points, out_of=grade.out_of,
                    verdict=grade.verdict, run=run, times_graded=(before or 0) + 1,
                    seconds=seconds, details=grade.model_dump_json(),
                )
            )  # fmt: skip

    def mark_by_hand(
        self, student: str, lesson: str, exercise: str, points: float, comment: str = ""
    ) -> None:
        """Write a mark that wins over the computed one; ValueError where there is no such grade."""
        grade = next((f.grade for f in self.finals() if (f.grade.student, f.grade.lesson)
                      == (student, lesson)), None)  # fmt: skip
        marks = {each.id: each for each in grade.exercises} if grade else {}
        if exercise not in marks:
            raise ValueError(f"{student} has no grade for {exercise} in {lesson}.")
        if not 0 <= points <= marks[exercise].out_of:
            raise ValueError(f"{exercise} is worth 0 to {marks[exercise].out_of:g}, not {points}.")
        names = {"student": student, "lesson": lesson, "exercise": exercise}
        where = sa.and_(*(_manual.c[name] == value for name, value in names.items()))
        computed = marks[exercise].points
        with self._engine.begin() as connection:
            connection.execute(sa.delete(_manual).where(where))
            values = {**names, "points": points, "comment": comment, "computed": computed}
            connection.execute(sa.insert(_manual).values(**values))

    def finals(self, late_penalty: float = 0.0) -> Iterator[Final]:
        """Yield all grades, sorted. late_penalty: part of the points that each late day costs."""
        with self._engine.connect() as connection:
            by_hand: dict[tuple[str, str], list[Any]] = {}
            for row in connection.execute(sa.select(_manual).order_by(_manual.c.exercise)):
                by_hand.setdefault((row.student, row.lesson), []).append(row)
            keys = connection.execute(sa.select(_grades.c.student, _grades.c.lesson)).all()
            for student, lesson in sorted(tuple(key) for key in keys):
                row = connection.execute(
                    sa.select(_grades.c.details, _grades.c.seconds).where(
                        _grades.c.student == student, _grades.c.lesson == lesson
                    )
                ).one()
                grade = Grade.model_validate_json(row.details)
                yield _final(grade, by_hand.get((student, lesson), []), late_penalty, row.seconds)

    def times_graded(self) -> dict[tuple[str, str], int]:
        """Return (student, lesson) -> how often it was graded."""
        with self._engine.connect() as connection:
            rows = connection.execute(
                sa.select(_grades.c.student, _grades.c.lesson, _grades.c.times_graded)
            )
            return {(row.student, row.lesson): row.times_graded for row in rows}


def _final(grade: Grade, rows: list[Any], late_penalty: float, seconds: float) -> Final:
    manual = {row.exercise: (row.points, row.comment) for row in rows}
    computed = {each.id: each.points for each in grade.exercises}
    conflicts = tuple(
        row.exercise for row in rows
        if row.computed is not None and row.computed != computed.get(row.exercise)
    )  # fmt: skip
    points = sum(manual[name][0] if name in manual else value for name, value in computed.items())
    kept = max(0.0, 1 - late_penalty * grade.days_late)
    return Final(grade, round(points * kept, 2), manual, conflicts, seconds)


def _first(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:300]
