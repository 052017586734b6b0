"""Pages for people: one for each submission, and an overview of the class.

A student's page is made from `student_view`, which has no hidden check in it: neither its words nor
its finding, only how many passed. Everything that a student wrote is escaped, and the page allows
no script. Left out: the figures (`charts.py`) and exports (`exports.py`).
"""

from __future__ import annotations

import re
import shutil
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from workbook.core.notebook import tables
from workbook.core.runs.files import write_atomically
from workbook.grading import cells, exports
from workbook.grading.finals import Final
from workbook.grading.manifest import digest
from workbook.grading.marks import ExerciseMark
from workbook.grading.similarity import Pair

TEMPLATES = Path(__file__).resolve().parent / "templates"
SIGNS = {"right": "✓", "partly right": "◐", "not answered": "○"}
MOST_COMMON, MOST_PAIRS = 30, 100  # rows of a table
LONGEST_ANSWER = 60  # characters
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


def write_students(finals: Sequence[Final], out: Path) -> list[Path]:
    """Write a page for each submission into out/students; returns their paths."""
    paths = []
    for final in finals:
        path = (
            out / "students" / page_name(final.grade.student) / f"{final.grade.lesson or '-'}.html"
        )
        write_atomically(path, _render("student", student_view(final)))
        paths.append(path)
    return paths


def forget(student: str, out: Path) -> None:
    """Delete the pages of a student who withdrew."""
    shutil.rmtree(out / "students" / page_name(student), ignore_errors=True)


def student_view(final: Final) -> dict[str, Any]:
    """Return what a student may read about a submission."""
    grade = final.grade
    return {
        "student": grade.student,
        "lesson": grade.lesson,
        "points": f"{final.points:g}",
        "out_of": f"{grade.out_of:g}",
        "verdict": exports.verdict(final),
        "exercises": [_exercise_view(each, final) for each in grade.exercises],
        "attempts": [
            f"attempt {each.number}: {each.points:g} points, {each.verdict}"
            + (" (counts)" if each.counts else "")
            for each in final.attempts
            if len(final.attempts) > 1
        ],
        "changes": grade.changes,
        "notes": grade.notes,
        "isolation": grade.isolation,
        "package": grade.package,
    }


def write_class(
    finals: Sequence[Final], pairs: Sequence[Pair], isolation: str, out: Path
) -> Path:  # fmt: skip
    """Write out/class.html, with plotly's script beside it."""
    from workbook.grading import charts

    out.mkdir(parents=True, exist_ok=True)
    if not (out / "plotly.min.js").exists():
        shutil.copy(charts.script(), out / "plotly.min.js")
    drawn = [
        charts.verdicts_chart(finals),
        charts.points_chart(finals),
        charts.seconds_chart(finals),
    ]
    figures = [
        {
            "title": figure.layout.title.text,
            "html": _figure(figure, f"figure-{n}"),
            "table": tables.folded(tables.as_table(figure), f"{figure.layout.title.text}."),
        }
        for n, figure in enumerate(drawn)
    ]
    students = {final.grade.student for final in finals}
    known = {
        "summary": f"{len(students)} students, {len(finals)} submissions.",
        "figures": figures,
        "common": common_wrong(finals),
        "doubts": [
            {"student": final.grade.student, "exercise": each.id, "why": "; ".join(each.doubts)}
            for final in finals
            for each in exports.to_look_at(final)
        ],
        "pairs": pairs[:MOST_PAIRS],
        "more_pairs": max(0, len(pairs) - MOST_PAIRS),
        "isolation": isolation,
    }
    path = out / "class.html"
    write_atomically(path, _render("class", known))
    return path


def common_wrong(finals: Sequence[Final]) -> list[dict[str, Any]]:
    """Return what is wrong most often, for each exercise, and what was answered to a question.

    Causes that differ in their numbers alone are one; the first of them stands for all.
    """
    counts: Counter = Counter()
    first: dict[tuple[str, str, str], str] = {}
    for final in finals:
        for each in final.grade.exercises:
            if each.verdict != "right" and each.cause:
                answered = cells.answer_text(each.source, each.id)[:LONGEST_ANSWER]
                kind = (each.id, NUMBER.sub("0", each.cause), answered)
                first.setdefault(kind, each.cause)
                counts[kind] += 1
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [
        {"exercise": kind[0], "cause": first[kind], "answered": kind[2], "count": n}
        for kind, n in ordered[:MOST_COMMON]
    ]


def page_name(student: str) -> str:
    """Return a folder name for a student: readable, and no two alike."""
    kept = "".join(c if c.isalnum() or c in "-_ " else "_" for c in student).strip()[:60]
    return kept if kept == student else f"{kept}-{digest(student.encode('utf-8'))[:8]}"


def _exercise_view(mark: ExerciseMark, final: Final) -> dict[str, Any]:
    points, comment = final.manual.get(mark.id, (mark.points, ""))
    lines = [
        f"{'✓' if check.wrong is None else '✗'} {check.says}"
        + (f": {check.wrong}" if check.wrong else "")
        for check in mark.checks
        if not check.hidden
    ]
    hidden = [check for check in mark.checks if check.hidden]
    if hidden:
        passed = sum(check.wrong is None for check in hidden)
        lines.append(f"further checks: {passed} of {len(hidden)} passed")
    return {
        "title": mark.title,
        "verdict": "marked by hand" if mark.id in final.manual else mark.verdict,
        "sign": SIGNS.get(mark.verdict, "✗"),
        "points": f"{points:g}",
        "out_of": f"{mark.out_of:g}",
        "cause": mark.cause,
        "comment": comment,
        "checks": lines,
    }


def _figure(figure: Any, name: str) -> str:
    return str(figure.to_html(full_html=False, include_plotlyjs=False, div_id=name))


def _render(name: str, known: dict[str, Any]) -> str:
    from jinja2 import Environment, FileSystemLoader

    loader = FileSystemLoader(TEMPLATES)
    environment = Environment(loader=loader, autoescape=True, trim_blocks=True)
    style = (TEMPLATES / "report.css").read_text(encoding="utf-8")
    return environment.get_template(f"{name}.html.j2").render(style=style, **known) + "\n"
