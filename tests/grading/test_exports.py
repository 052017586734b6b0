"""Grades as other programs read them: exact rows of each format, and cells that run nothing."""

from __future__ import annotations

import csv
import io
import json
import xml.etree.ElementTree as xml

import pytest
from marked import LESSON, grade, over

from workbook.grading import exports
from workbook.grading.finals import Attempt, Final, Policy, counting, final
from workbook.grading.manifest import LessonEntry, Manifest, entries
from workbook.grading.schema import ANSWERS

LISTED = Manifest(
    lessons=[
        LessonEntry(lesson=LESSON, topic="sampling",
                    exercises=entries("sampling", {"sampling.no_repeat": "c"})),
        LessonEntry(lesson="08_finetuning", topic="finetuning", exercises=[]),
    ]
)  # fmt: skip


@pytest.fixture
def finals():
    later = grade("Zoë Müller_4711", (2.0, 4.0)).model_copy(update={"lesson": "08_finetuning"})
    grades = [grade("=ada"), grade("Zoë Müller_4711", (1 / 3, 0.0)), later]
    return [final(each, (), 0.0) for each in grades]


def table(text):
    return list(csv.reader(io.StringIO(text)))


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_a_cell_that_would_be_a_formula_is_text(cell):
    assert exports._csv([[cell]]).lstrip('"').startswith("'")


def test_grades_have_a_row_for_each_student_and_lesson(finals):
    assert table(exports.grades_csv(finals)) == [
        ["student", "lesson", "points", "out_of", "verdict"],
        ["'=ada", LESSON, "5", "6", "graded: 1 of 2 right"],
        ["Zoë Müller_4711", LESSON, "0.33", "6", "graded: 1 of 2 right"],
        ["Zoë Müller_4711", "08_finetuning", "6", "6", "graded: 1 of 2 right"],
    ]


def test_canvas_has_a_row_for_each_student_and_a_column_for_each_lesson(finals):
    assert table(exports.canvas_csv(finals, LISTED)) == [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", LESSON, "08_finetuning"],
        ["    Points Possible", "", "", "", "", "3", "0"],
        ["'=ada", "", "", "", "", "5", ""],
        ["Zoë Müller", "4711", "", "", "", "0.33", "6"],
    ]


def test_moodle_knows_a_student_by_the_participants_number(finals):
    found = table(exports.moodle_csv(finals, LISTED.lessons[0]))
    # What mod/assign/feedback/offline/importgradeslib.php asks for, by its English names.
    assert {"Identifier", "Grade", "Last modified (grade)"} <= set(found[0])
    assert found[1:] == [
        ["", "'=ada", "5", "3", "", "graded: 1 of 2 right"],
        ["Participant 4711", "Zoë Müller", "0.33", "3", "", "graded: 1 of 2 right"],
    ]
    (later,) = table(exports.moodle_csv(finals, LISTED.lessons[1]))[1:]
    assert later[:3] == ["Participant 4711", "Zoë Müller", "6"]


def test_a_name_copied_from_an_export_is_the_name():
    for name in ("=ada", "Zoë", "'quoted'", "-x"):
        assert exports.plain_text(exports._safe(name)) == name


def test_junit_counts_what_is_not_right_and_says_why():
    each = grade("a\0da", isolation="none", package="0.1")
    each.exercises[1].cause = "the mean \ud800 is \x07 too small."
    (suite,) = xml.fromstring(exports.junit_xml([final(each, (), 0.0)]).encode("utf-8"))
    assert (suite.get("name"), suite.get("tests"), suite.get("failures")) == (
        f"a?da/{LESSON}", "2", "1",
    )  # fmt: skip
    properties, right, wrong = suite
    assert [(each.get("name"), each.get("value")) for each in properties] == [
        ("isolation", "none"), ("seed", str(2**40)), ("package", "0.1"),
    ]  # fmt: skip
    assert (right.get("name"), list(right)) == ("sampling.e1", [])
    assert wrong[0].attrib == {"message": "the mean ? is ? too small.", "type": "wrong"}


def test_json_has_what_grading_again_needs_and_no_answer():
    by_hand = {"sampling.e2": (4.0, "a new idea")}
    (row,) = json.loads(exports.grades_json([Final(grade(), 6.0, by_hand, ("sampling.e2",))]))
    assert (row["points"], row["final_points"], row["seed"]) == (5.0, 6.0, 2**40)
    assert row["manual"] == {"sampling.e2": [4.0, "a new idea"]}
    assert row["conflicts"] == ["sampling.e2"]
    assert all("source" not in each and each["checks"] for each in row["exercises"])


def test_attempts_are_listed_one_by_one_with_the_one_that_counts():
    attempts = [final(each, (), 0.1) for each in (grade(days_late=1), grade(attempt=2), over())]
    rows = table(exports.attempts_csv([counting(attempts, Policy(2, "last", 0.1))]))
    assert [row[2:8] for row in rows[1:]] == [
        ["1", "2027-01-01T12:00:00", "1", "4.5", "6", "no"],
        ["2", "2027-01-02T12:00:00", "0", "5", "6", "yes"],
        ["3", "2027-01-03T12:00:00", "0", "0", "6", "no"],
    ]


def test_a_verdict_tells_marks_by_hand_conflicts_late_days_and_attempts():
    each = Final(grade(days_late=2), 5.0, {"sampling.e2": (1.0, "")}, ("sampling.e2",))
    assert exports.verdict(each) == (
        "graded: 1 of 2 right; 1 marked by hand; conflict: look at sampling.e2; 2 days late"
    )
    listed = tuple(Attempt(n, "", 0, status, 0.0, "") for n, status in
                   enumerate(("graded", "over the limit"), 1))  # fmt: skip
    assert exports.verdict(Final(grade(days_late=1), 5.0, {}, (), attempts=listed)) == (
        "graded: 1 of 2 right; 1 day late; attempt 1 of 2 counts; 1 over the limit and not graded"
    )


def test_what_is_not_known_of_an_answer_is_an_empty_cell(tmp_path):
    row = dict.fromkeys(ANSWERS) | {"student": "-ada", "points": 2.50, "seed": 2**40}
    header, line = table(exports.write_answers([row], tmp_path).read_text(encoding="utf-8"))
    cells = dict(zip(header, line, strict=True))
    assert (cells.pop("student"), cells.pop("points"), cells.pop("seed")) == (
        "'-ada", "2.5", str(2**40),
    )  # fmt: skip
    assert set(cells.values()) == {""}
