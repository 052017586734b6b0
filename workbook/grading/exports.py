"""Grades for other programs: CSV, JSON, the columns of Canvas and Moodle, JUnit XML.

A cell that a spreadsheet would take for a formula gets an apostrophe in front (OWASP, "CSV
injection"). Rows are sorted and hold no time of grading, so the same grades are the same bytes.
Left out: pages for people (`reports.py`).
"""

from __future__ import annotations

import csv
import io
import json
import xml.etree.ElementTree as xml
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from workbook.core.runs.files import write_atomically
from workbook.grading.finals import Final
from workbook.grading.manifest import LessonEntry, Manifest
from workbook.grading.marks import ExerciseMark
from workbook.grading.schema import ANSWERS

MOODLE = (
    "Identifier", "Full name", "Grade", "Maximum Grade", "Last modified (grade)",
    "Feedback comments",
)  # fmt: skip
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
COLUMNS = ("student", "lesson", "points", "out_of", "verdict")
ATTEMPTS = (
    "student", "lesson", "attempt", "handed_in", "days_late", "points", "out_of", "counts",
    "verdict",
)  # fmt: skip


def write(finals: Sequence[Final], listed: Manifest, out: Path) -> list[Path]:
    """Write all exports into a folder; returns their paths."""
    texts = {
        "grades.csv": grades_csv(finals),
        "attempts.csv": attempts_csv(finals),
        "grades.json": grades_json(finals),
        "canvas.csv": canvas_csv(finals, listed),
        **{f"moodle/{lesson.lesson}.csv": moodle_csv(finals, lesson) for lesson in listed.lessons},
        "junit.xml": junit_xml(finals),
    }
    (out / "moodle").mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        write_atomically(out / name, text)
    return [out / name for name in texts]


def write_answers(rows: Iterable[Mapping[str, Any]], out: Path) -> Path:
    """Write out/answers.csv: what grading each answer again needs, ours and the learner's own."""
    lines = [[_cell(row[name]) for name in ANSWERS] for row in rows]
    write_atomically(out / "answers.csv", _csv([list(ANSWERS), *lines]))
    return out / "answers.csv"


def grades_csv(finals: Iterable[Final]) -> str:
    """Return the grades, one row for each student and lesson."""
    rows = [
        [f.grade.student, f.grade.lesson, _number(f.points), _number(f.grade.out_of), verdict(f)]
        for f in finals
    ]
    return _csv([list(COLUMNS), *rows])


def attempts_csv(finals: Iterable[Final]) -> str:
    """Return every attempt, also those over the limit; points as they would count."""
    rows = [
        [f.grade.student, f.grade.lesson, str(each.number), each.handed_in, str(each.days_late),
         _number(each.points), _number(f.grade.out_of), "yes" if each.counts else "no",
         each.verdict]
        for f in finals for each in f.attempts
    ]  # fmt: skip
    return _csv([list(ATTEMPTS), *rows])


def grades_json(finals: Iterable[Final]) -> str:
    """Return the grades with every check, and what grading them again needs."""
    rows = [
        {
            **final.grade.model_dump(exclude={"exercises": {"__all__": {"source"}}}),
            "final_points": final.points,
            "manual": {name: list(value) for name, value in final.manual.items()},
            "conflicts": list(final.conflicts),
            "attempts": [asdict(each) for each in final.attempts],
        }
        for final in finals
    ]
    return json.dumps(rows, indent=1, ensure_ascii=False) + "\n"


def canvas_csv(finals: Sequence[Final], listed: Manifest) -> str:
    """Return a table in Canvas' columns: a row for each student, a column for each lesson."""
    lessons = [lesson.lesson for lesson in listed.lessons]
    rows = [["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *lessons]]
    worth = [_number(lesson.out_of) for lesson in listed.lessons]
    rows.append(["    Points Possible", "", "", "", "", *worth])
    for student, points in _by_student(finals).items():
        name, number = _split(student)
        rows.append([name, number, "", "", "", *(points.get(each, "") for each in lessons)])
    return _csv(rows)


def moodle_csv(finals: Sequence[Final], lesson: LessonEntry) -> str:
    """Return one lesson's grading worksheet, as Moodle's assignment takes it back.

    Moodle wants the participant's identifier, the grade, and a column with when the grade was last
    changed there, which may be empty.
    """
    rows = [list(MOODLE)]
    for final in finals:
        if final.grade.lesson == lesson.lesson:
            name, number = _split(final.grade.student)
            identifier = f"Participant {number}" if number else ""
            points, worth = _number(final.points), _number(lesson.out_of)
            rows.append([identifier, name, points, worth, "", verdict(final)])
    return _csv(rows)


def junit_xml(finals: Iterable[Final]) -> str:
    """Return the grades as JUnit's test suites: a suite for each submission."""
    suites = xml.Element("testsuites")
    for final in finals:
        grade = final.grade
        failed = [each for each in grade.exercises if each.verdict != "right"]
        suite = xml.SubElement(
            suites, "testsuite", name=f"{_legal(grade.student)}/{grade.lesson}",
            tests=str(len(grade.exercises)), failures=str(len(failed)),
        )  # fmt: skip
        doubtful = to_look_at(final)
        properties = xml.SubElement(suite, "properties")
        for name in ("isolation", "seed", "package"):
            value = _legal(str(getattr(grade, name)))
            xml.SubElement(properties, "property", name=name, value=value)
        for each in grade.exercises:
            case = xml.SubElement(suite, "testcase", classname=grade.lesson, name=each.id)
            if each.verdict != "right":
                said = _legal(each.cause or each.verdict)
                xml.SubElement(case, "failure", message=said, type=_legal(each.verdict))
            elif each in doubtful:
                xml.SubElement(case, "system-out").text = _legal("; ".join(each.doubts))
    xml.indent(suites)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + xml.tostring(suites, encoding="unicode")


def verdict(final: Final) -> str:
    """Return the verdict, with marks by hand, conflicts, late days and attempts."""
    said = [final.grade.verdict]
    if final.manual:
        said.append(f"{len(final.manual)} marked by hand")
    if final.conflicts:
        said.append(f"conflict: look at {', '.join(final.conflicts)}")
    if doubts := to_look_at(final):
        said.append("needs a look by hand: " + ", ".join(each.id for each in doubts))
    if final.grade.days_late:
        days = final.grade.days_late
        said.append(f"{days} day{'s' if days > 1 else ''} late")
    over = sum(each.status == "over the limit" for each in final.attempts)
    if len(final.attempts) > 1:
        said.append(f"attempt {final.grade.attempt} of {len(final.attempts)} counts")
    if over:
        said.append(f"{over} over the limit and not graded")
    return "; ".join(said)


def to_look_at(final: Final) -> list[ExerciseMark]:
    """Return the marks that a person should look at, and has not replaced by hand."""
    return [each for each in final.grade.exercises if each.doubts and each.id not in final.manual]


def _by_student(finals: Sequence[Final]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for final in finals:
        row = found.setdefault(final.grade.student, {})
        row[final.grade.lesson] = _number(final.points)
    return found


def _split(student: str) -> tuple[str, str]:
    """("Zoë Müller", "4711") of "Zoë Müller_4711", as `submissions.who` joined them."""
    name, _, number = student.rpartition("_")
    return (name, number) if name and number.isdigit() else (student, "")


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return _number(value)
    return "" if value is None else str(value)


def _csv(rows: Iterable[Sequence[str]]) -> str:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerows([[_safe(cell) for cell in row] for row in rows])
    return buffer.getvalue()


def _safe(cell: str) -> str:
    """A cell that is text in every spreadsheet."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def plain_text(cell: str) -> str:
    """Return the text that a cell of an export stands for, without the apostrophe in front."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULA) else cell


def _legal(text: str) -> str:
    """Text without characters that XML forbids."""
    return "".join(c if c in "\t\n" or (ord(c) >= 32 and ord(c) not in (0xFFFE, 0xFFFF))
                   and not 0xD800 <= ord(c) <= 0xDFFF else "?" for c in text)  # fmt: skip
