"""The gradebook: every grade, run and mark by hand, in any database that SQLAlchemy knows.

A grade is one transaction: after a kill it is there or it is not. Marks by hand win over computed
ones; where the computed one changes later, the conflict is flagged, never settled. Left out: which
of several attempts counts (`finals.py`), exports (`exports.py`) and pages (`reports.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from workbook.grading import finals
from workbook.grading.finals import Final, Policy
from workbook.grading.marks import Grade
from workbook.grading.schema import answer_rows, tables
from workbook.grading.schema import answers as _answers
from workbook.grading.schema import grades as _grades
from workbook.grading.schema import manual as _manual
from workbook.grading.schema import runs as _runs

DRIVER = "postgresql+psycopg"  # what a plain postgresql:// means here


class Gradebook:
    """The grades of a class in one database."""

    def __init__(self, url: str | Path, policy: Policy | None = None) -> None:
        """Open or make it.

        url: of a database, or the path of an SQLite file. policy: about attempts and late days.
        Raises ValueError, in one sentence without the password, where it cannot be opened.
        """
        self.policy = policy or Policy()
        text = str(url)
        try:
            address = _address(text)
            text = address.render_as_string()
            self._engine = sa.create_engine(address)
            with self._engine.begin() as connection:
                if self._engine.dialect.name == "sqlite":
                    connection.exec_driver_sql("PRAGMA busy_timeout=30000")
                tables.create_all(connection)
                _refuse_other_columns(connection, text)
        except ImportError as error:
            words = f"Python needs the driver of that database ({error})"
            raise ValueError(f"the gradebook {text} cannot be opened: {words}.") from None
        except sa.exc.SQLAlchemyError as error:
            raise ValueError(f"the gradebook {text} cannot be opened: {_first(error)}.") from None

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    def begin_run(self, seed: int, isolation: str, package: str) -> tuple[int, int]:
        """Return (id, seed) of the run that was cut off, or of a new one."""
        policy = self.policy.in_words()
        with self._engine.begin() as connection:
            open_run = connection.execute(
                sa.select(_runs.c.id, _runs.c.seed)
                .where(_runs.c.finished.is_(False), _runs.c.isolation == isolation)
                .order_by(_runs.c.id.desc())
            ).first()
            if open_run is not None:
                same = _runs.c.id == open_run.id
                connection.execute(sa.update(_runs).where(same).values(policy=policy))
                return open_run.id, open_run.seed
            made = connection.execute(
                sa.insert(_runs).values(
                    seed=seed, isolation=isolation, package=package, policy=policy, finished=False
                )
            )
            return int((made.inserted_primary_key or [0])[0]), seed

    def end_run(self, run: int) -> None:
        """Note that a run graded all there was."""
        with self._engine.begin() as connection:
            connection.execute(sa.update(_runs).where(_runs.c.id == run).values(finished=True))

    def is_current(
        self, student: str, lesson: str, digest: str, basis: str, attempt: int = 1
    ) -> bool:
        """Whether that very submission has been graded by these very rules."""
        with self._engine.connect() as connection:
            row = connection.execute(
                sa.select(_grades.c.digest, _grades.c.basis).where(
                    _of(_grades, student, lesson, attempt)
                )
            ).first()
        return row is not None and (row.digest, row.basis) == (digest, basis)

    def note_time(
        self, student: str, lesson: str, attempt: int, handed_in: str, days_late: int
    ) -> None:
        """Write when a graded attempt was handed in: the due date may have been moved since."""
        known = {"handed_in": handed_in, "days_late": days_late}
        differs = sa.or_(*(_grades.c[name] != value for name, value in known.items()))
        where = _of(_grades, student, lesson, attempt) & differs
        with self._engine.begin() as connection:
            connection.execute(sa.update(_grades).where(where).values(**known))

    def add(self, grade: Grade, run: int, seconds: float) -> None:
        """Write a grade in place of an earlier one of the same student, lesson and attempt."""
        grade = Grade.model_validate(_storable(grade.model_dump()))
        names = (grade.student, grade.lesson, grade.attempt)
        times = sa.select(_grades.c.times_graded).where(_of(_grades, *names))
        with self._engine.begin() as connection:
            before = connection.execute(times).scalar()
            _forget(connection, *names)
            connection.execute(
                sa.insert(_grades).values(
                    student=grade.student, lesson=grade.lesson, attempt=grade.attempt,
                    digest=grade.digest, basis=grade.basis, points=grade.points,
                    out_of=grade.out_of, handed_in=grade.handed_in, days_late=grade.days_late,
                    verdict=grade.verdict, run=run, times_graded=(before or 0) + 1,
                    seconds=seconds, details=grade.model_dump_json(),
                )
            )  # fmt: skip
            if grade.exercises:
                connection.execute(sa.insert(_answers), answer_rows(grade))

    def keep(self, attempts: Mapping[tuple[str, str], int]) -> None:
        """Forget grades of attempts that are not handed in any more.

        attempts: (student, lesson) -> how many there are; other students' grades stay.
        """
        names = sa.select(_grades.c.student, _grades.c.lesson, _grades.c.attempt)
        with self._engine.begin() as connection:
            for row in connection.execute(names.where(_grades.c.attempt > 1)).all():
                if row.attempt > attempts.get((row.student, row.lesson), row.attempt):
                    _forget(connection, row.student, row.lesson, row.attempt)

    def forget(self, student: str) -> None:
        """Delete all that is known of a student who withdrew: grades, answers, marks by hand.

        In an SQLite file nothing of it is left in unused pages either.
        """
        with self._engine.begin() as connection:
            for table in (_grades, _answers, _manual):
                connection.execute(sa.delete(table).where(table.c.student == student))
        if self._engine.dialect.name == "sqlite":
            with self._engine.connect() as connection:
                connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("VACUUM")

    def students(self) -> set[str]:
        """Return the names of all students."""
        with self._engine.connect() as connection:
            return set(connection.execute(sa.select(_grades.c.student).distinct()).scalars())

    def mark_by_hand(
        self, student: str, lesson: str, exercise: str, points: float, comment: str = ""
    ) -> None:
        """Write a mark that wins over the computed one; ValueError where there is no such grade."""
        self.write_marks([self.manual_mark(student, lesson, exercise, points, comment)])

    def manual_mark(
        self, student: str, lesson: str, exercise: str, points: float, comment: str = ""
    ) -> dict[str, Any]:
        """Return the row of a mark by hand; ValueError where there is no such grade."""
        grade = self._attempt_that_counts(student, lesson)
        marks = {each.id: each for each in grade.exercises} if grade else {}
        if exercise not in marks:
            raise ValueError(f"{student} has no grade for {exercise} in {lesson}.")
        if not 0 <= points <= marks[exercise].out_of:
            raise ValueError(f"{exercise} is worth 0 to {marks[exercise].out_of:g}, not {points}.")
        return {
            "student": student, "lesson": lesson, "exercise": exercise, "points": points,
            "comment": comment, "computed": marks[exercise].points,
        }  # fmt: skip

    def write_marks(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Write marks by hand, all of them or none."""
        with self._engine.begin() as connection:
            for row in rows:
                names = ("student", "lesson", "exercise")
                where = sa.and_(*(_manual.c[name] == row[name] for name in names))
                connection.execute(sa.delete(_manual).where(where))
                connection.execute(sa.insert(_manual).values(**row))

    def finals(self) -> Iterator[Final]:
        """Yield the grades that count, sorted by student and lesson."""
        with self._engine.connect() as connection:
            by_hand: dict[tuple[str, str], list[Any]] = {}
            for row in sorted(connection.execute(sa.select(_manual)), key=lambda r: r.exercise):
                by_hand.setdefault((row.student, row.lesson), []).append(row)
            names = sa.select(_grades.c.student, _grades.c.lesson).distinct()
            for student, lesson in sorted(tuple(row) for row in connection.execute(names)):
                rows = by_hand.get((student, lesson), [])
                yield self._final(connection, student, lesson, rows)

    def _final(self, connection: Any, student: str, lesson: str, by_hand: list[Any]) -> Final:
        rows = connection.execute(
            sa.select(_grades).where(_of(_grades, student, lesson)).order_by(_grades.c.attempt)
        )
        attempts = []
        for row in rows:
            times = {"handed_in": row.handed_in, "days_late": row.days_late}
            grade = Grade.model_validate_json(row.details).model_copy(update=times)
            penalty = self.policy.late_penalty
            attempts.append(finals.final(grade, by_hand, penalty, row.seconds))
        return finals.counting(attempts, self.policy)

    def _attempt_that_counts(self, student: str, lesson: str) -> Grade | None:
        with self._engine.connect() as connection:
            where = _of(_manual, student, lesson)
            by_hand = list(connection.execute(sa.select(_manual).where(where)))
            known = sa.select(_grades.c.student).where(_of(_grades, student, lesson))
            if connection.execute(known).first() is None:
                return None
            return self._final(connection, student, lesson, by_hand).grade

    def answers(self) -> list[dict[str, Any]]:
        """Return a row for every answer of every attempt, sorted, with what regrading needs."""
        with self._engine.connect() as connection:
            rows = connection.execute(sa.select(_answers)).mappings()
            found = [dict(row) for row in rows]
        names = ("student", "lesson", "attempt", "exercise")
        return sorted(found, key=lambda row: [row[name] for name in names])

    def times_graded(self) -> dict[tuple[str, str], int]:
        """Return (student, lesson) -> how often it was graded; of attempts, the most."""
        with self._engine.connect() as connection:
            rows = connection.execute(
                sa.select(
                    _grades.c.student, _grades.c.lesson, sa.func.max(_grades.c.times_graded)
                ).group_by(_grades.c.student, _grades.c.lesson)
            )
            return {(student, lesson): times for student, lesson, times in rows}


def _address(text: str) -> sa.URL:
    """The URL of a database, or of the SQLite file of that path."""
    if "://" not in text:
        return sa.URL.create("sqlite", database=str(Path(text)))
    address = sa.make_url(text)
    if address.drivername in ("postgres", "postgresql"):
        return address.set(drivername=DRIVER)
    return address


def _refuse_other_columns(connection: Any, text: str) -> None:
    found = sa.inspect(connection)
    for table in tables.sorted_tables:
        there = {column["name"] for column in found.get_columns(table.name)}
        if not {column.name for column in table.columns} <= there:
            raise ValueError(
                f"the gradebook {text} is of another version of the course: name a new one; "
                "what is in the old one is graded again."
            )


def _of(table: sa.Table, student: str, lesson: str, attempt: int | None = None) -> Any:
    """The rows of a student's lesson, or of one attempt at it."""
    rows = (table.c.student == student) & (table.c.lesson == lesson)
    return rows if attempt is None else rows & (table.c.attempt == attempt)


def _forget(connection: Any, student: str, lesson: str, attempt: int) -> None:
    for table in (_grades, _answers):
        connection.execute(sa.delete(table).where(_of(table, student, lesson, attempt)))


def _storable(value: Any) -> Any:
    """A value in which every text can be written as UTF-8, and has no character 0."""
    if isinstance(value, str):
        return value.replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, dict):
        return {_storable(name): _storable(one) for name, one in value.items()}
    return [_storable(one) for one in value] if isinstance(value, list) else value


def _first(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:300]
