"""The gradebook on SQLite and on a real PostgreSQL: the same grades, marks, attempts, late days."""

from __future__ import annotations

import csv
import io

import pytest
import sqlalchemy as sa
from marked import LESSON, grade, over

from workbook.grading import exports, reports
from workbook.grading.finals import Policy
from workbook.grading.gradebook import Gradebook
from workbook.grading.manifest import LessonEntry, Manifest

STUDENTS = ("ada", "Bo", "Zoë Müller_4711", "李 小龙_4712")


def opened(url, *grades, **policy):
    book = Gradebook(url, Policy(**policy))
    for each in grades:
        book.add(each, 1, 0.5)
    return book


def only(book):
    (found,) = book.finals()
    return found


def test_grades_come_back_as_they_were_and_in_one_order(database):
    grades = [grade(student) for student in reversed(STUDENTS)]
    book = opened(database, *grades)
    assert [final.grade for final in book.finals()] == sorted(grades, key=lambda g: g.student)
    assert [final.grade for final in Gradebook(database).finals()] == [
        final.grade for final in book.finals()
    ]
    assert [final.points for final in book.finals()] == [5.0] * len(STUDENTS)


def test_text_that_a_database_cannot_hold_costs_no_grade(database):
    """A student's error message may hold a character 0, which PostgreSQL has no room for, or half
    of a pair of UTF-16, which no file has room for."""
    hostile = grade(verdict="raised \0 and \ud800 🙂", changes=["\0", "\udfff"])
    found = only(opened(database, hostile)).grade
    assert found.verdict == "raised \ufffd and ? 🙂" and found.changes == ["\ufffd", "?"]


def test_what_is_current_is_told_by_content_rules_and_attempt(database):
    book = opened(database, grade(), grade(attempt=2, digest="d2"))
    assert book.is_current("ada", LESSON, "d", "b") and book.is_current("ada", LESSON, "d2", "b", 2)
    for other in [("bo", LESSON, "d", "b"), ("ada", LESSON, "x", "b"), ("ada", LESSON, "d", "x")]:
        assert not book.is_current(*other)
    assert not book.is_current("ada", LESSON, "d", "b", 2)
    book.add(grade(), 1, 0.5)
    assert book.times_graded() == {("ada", LESSON): 2}


def test_a_run_that_was_cut_off_goes_on_with_its_inputs(database):
    book = opened(database, attempts=2, counting="best")
    first = book.begin_run(2**31 - 1, "sandbox", "0.1")
    assert book.begin_run(5, "sandbox", "0.1") == first == (1, 2**31 - 1)
    assert book.begin_run(6, "none", "0.1") == (2, 6)
    book.end_run(1)
    assert book.begin_run(7, "sandbox", "0.1") == (3, 7)
    assert [row["policy"] for row in table(database, "runs")] == [
        "The best of at most 2 attempts counts."
    ] * 3


def table(url, name):
    """The rows of a table, read without the gradebook."""
    engine = sa.create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.connect() as connection:
        rows = connection.execute(sa.text(f"SELECT * FROM {name} ORDER BY 1, 2, 3"))
        found = [dict(row) for row in rows.mappings()]
    engine.dispose()
    return found


def test_a_mark_by_hand_wins_and_a_changed_one_is_a_conflict(database):
    book = opened(database, grade())
    book.mark_by_hand("ada", LESSON, "sampling.e2", 4, "a new idea")
    assert (only(book).points, only(book).conflicts) == (6, ())
    assert only(book).manual == {"sampling.e2": (4.0, "a new idea")}
    book.add(grade(points=(2.0, 1.0), digest="new"), 2, 0.5)
    assert (only(book).points, only(book).conflicts) == (6, ("sampling.e2",))
    book.mark_by_hand("ada", LESSON, "sampling.e2", 3)
    assert (only(book).points, only(book).conflicts) == (5, ())
    for wrong in [("bo", LESSON, "sampling.e2", 1), ("ada", LESSON, "sampling.x", 1)]:
        with pytest.raises(ValueError, match="has no grade for"):
            book.mark_by_hand(*wrong)
    with pytest.raises(ValueError, match="worth 0 to 4, not 5"):
        book.mark_by_hand("ada", LESSON, "sampling.e2", 5)


def test_late_days_cost_a_part_of_the_points_marks_by_hand_included(database):
    book = opened(database, grade(days_late=2), late_penalty=0.1)
    assert only(book).points == pytest.approx(5 * 0.8)
    book.mark_by_hand("ada", LESSON, "sampling.e2", 4)
    assert only(book).points == pytest.approx(6 * 0.8)
    book.note_time("ada", LESSON, 1, "2027-01-09T12:00:00", 0)
    assert (only(book).points, only(book).grade.handed_in) == (6, "2027-01-09T12:00:00")
    assert only(opened(database, grade(days_late=20), late_penalty=0.1)).points == 0


ATTEMPTS = (
    grade(points=(2.0, 4.0), days_late=0),
    grade(points=(2.0, 1.0), attempt=2, days_late=0),
    over(),
)


@pytest.mark.parametrize(
    ("counting", "number", "points"),
    [("best", 1, 6), ("last", 2, 3)],
)
def test_the_best_or_the_last_attempt_within_the_limit_counts(database, counting, number, points):
    found = only(opened(database, *ATTEMPTS, attempts=2, counting=counting))
    assert (found.grade.attempt, found.points) == (number, points)
    assert [(a.number, a.points, a.counts) for a in found.attempts] == [
        (1, 6, number == 1), (2, 3, number == 2), (3, 0, False),
    ]  # fmt: skip
    assert exports.verdict(found).endswith(
        f"; attempt {number} of 3 counts; 1 over the limit and not graded"
    )


def test_attempts_over_the_limit_are_in_the_list_and_on_the_page(database):
    found = only(opened(database, *ATTEMPTS, attempts=2, counting="best"))
    rows = list(csv.DictReader(io.StringIO(exports.attempts_csv([found]))))
    assert [(row["attempt"], row["points"], row["counts"]) for row in rows] == [
        ("1", "6", "yes"), ("2", "3", "no"), ("3", "0", "no"),
    ]  # fmt: skip
    assert rows[2]["verdict"] == "over the limit: attempt 3, and 2 are allowed; not graded."
    assert rows[1]["handed_in"] == "2027-01-02T12:00:00"
    assert reports.student_view(found)["attempts"] == [
        "attempt 1: 6 points, graded: 1 of 2 right (counts)",
        "attempt 2: 3 points, graded: 1 of 2 right",
        "attempt 3: 0 points, over the limit: attempt 3, and 2 are allowed; not graded.",
    ]


def test_the_best_attempt_is_best_after_late_days_and_marks_by_hand(database):
    """6 points two days late are 4.8 at a tenth a day: 5 points in time are better."""
    late = grade(points=(2.0, 4.0), attempt=2, days_late=2)
    book = opened(database, grade(), late, attempts=2, counting="best", late_penalty=0.1)
    assert (only(book).grade.attempt, only(book).points) == (1, 5)
    book.policy = Policy(2, "best")
    assert (only(book).grade.attempt, only(book).points) == (2, 6)
    # The mark replaces 2 of the first attempt and 2 of the second: 0 + 3 against 0 + 4.
    book.mark_by_hand("ada", LESSON, "sampling.e1", 0)
    assert (only(book).grade.attempt, only(book).points, only(book).conflicts) == (2, 4, ())
    # By hand the second exercise is worth as much in both: the earlier attempt counts.
    book.mark_by_hand("ada", LESSON, "sampling.e2", 1)
    assert (only(book).grade.attempt, only(book).points) == (1, 1)
    assert only(book).conflicts == ("sampling.e2",)  # it was given on 4 points, and counts for 3


def test_the_last_attempt_is_one_that_could_be_graded_and_in_time_before_late(database):
    broken = grade(points=(0.0, 0.0), attempt=3, status="not graded", verdict="corrupt: ...")
    late = grade(points=(2.0, 4.0), attempt=2, days_late=1)
    book = opened(database, grade(), late, broken, attempts=3)
    assert only(book).grade.attempt == 1
    book.keep({("ada", LESSON): 1})
    assert [each.number for each in only(book).attempts] == [1]
    assert only(opened(database, late, broken, attempts=3)).grade.attempt == 1


def test_equal_attempts_of_the_best_count_once_and_the_earlier(database):
    book = opened(database, grade(), grade(attempt=2), attempts=2, counting="best")
    assert only(book).grade.attempt == 1 and len(list(book.finals())) == 1


def test_only_attempts_that_are_gone_are_forgotten(database):
    book = opened(database, *ATTEMPTS, grade("bo", attempt=2), grade("bo"), attempts=2)
    book.keep({("ada", LESSON): 2, ("eve", LESSON): 1})
    assert {f.grade.student: len(f.attempts) for f in book.finals()} == {"ada": 2, "bo": 2}


def test_a_student_who_withdrew_is_in_no_table_and_others_stay(database):
    book = opened(database, *ATTEMPTS, grade("bo"), attempts=2)
    for student in ("ada", "bo"):
        book.mark_by_hand(student, LESSON, "sampling.e1", 1)
    book.forget("ada")
    book.forget("nobody")
    assert book.students() == {"bo"} == {row["student"] for row in book.answers()}
    for name in ("grades", "answers", "manual"):
        assert {row["student"] for row in table(database, name)} == {"bo"}, name
    assert only(book).manual == {"sampling.e1": (1.0, "")}


def test_nothing_of_a_student_who_withdrew_is_left_in_the_file(tmp_path):
    """SQLite keeps deleted rows in unused pages."""
    file = tmp_path / "grades.sqlite"
    book = opened(file, grade("Zoraida"), grade("Zoraida", digest="new"), grade("bo"))
    assert b"Zoraida" in file.read_bytes()
    book.forget("Zoraida")
    book.close()
    assert b"Zoraida" not in file.read_bytes() and b"bo" in file.read_bytes()


def test_both_databases_give_the_same_bytes(postgresql, tmp_path):
    listed = Manifest(lessons=[LessonEntry(lesson=LESSON, topic="sampling", exercises=[])])
    for name, url in {"one": tmp_path / "one.sqlite", "two": postgresql}.items():
        book = opened(url, *[grade(s) for s in STUDENTS], *ATTEMPTS, attempts=2, counting="best")
        exports.write(list(book.finals()), listed, tmp_path / name)
        book.close()
    files = [file for file in (tmp_path / "one").rglob("*") if file.is_file()]
    assert len(files) > 5
    for file in files:
        other = tmp_path / "two" / file.relative_to(tmp_path / "one")
        assert file.read_bytes() == other.read_bytes()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("postgresql://ada:secret@localhost:1/grades", "cannot be opened: .*refused"),
        ("nonsense://x", "cannot be opened"),
        ("oracle://x", "needs the driver"),
    ],
)
def test_a_database_that_is_not_there_is_one_sentence_without_the_password(url, words):
    with pytest.raises(ValueError, match=words) as refused:
        Gradebook(url)
    assert "secret" not in str(refused.value) and "\n" not in str(refused.value)


def test_a_gradebook_of_another_version_is_refused(tmp_path):
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'old.sqlite'}")
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE grades (student TEXT, lesson TEXT, points FLOAT)")
    engine.dispose()
    with pytest.raises(ValueError, match="of another version of the course"):
        Gradebook(tmp_path / "old.sqlite")
