"""`workbook run`, `workbook lessons` and `workbook new-lesson`: the numbered notebooks.

Notebooks are executed in `workbook.publishing.runner`; the table of the course is
`workbook.LESSONS`. Left out: comparing outputs, which the tests do.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer


def run(
    lessons: Annotated[
        list[str] | None,
        typer.Argument(help="Numbers, topics or names, such as 03, sampling; all when absent."),
    ] = None,
    report: Annotated[
        Path | None,
        typer.Option("--json", help="Write the reports to this file, beside other lessons'."),
    ] = None,
    timeout: Annotated[float, typer.Option(min=1, help="Seconds that each lesson gets.")] = 600,
    write: Annotated[bool, typer.Option(help="Store the new outputs in the notebooks.")] = False,
    pictures: Annotated[
        bool, typer.Option(help="Store figures as pictures, too, for GitHub; needs Chromium.")
    ] = False,
) -> None:
    """Execute lessons without a screen: status, seconds, peak memory, time to the first figure."""
    from dataclasses import asdict

    from workbook.publishing import runner

    files = runner.find(lessons)
    others: list[dict] = []
    if report is not None:
        others = _other_reports(report, {file.stem for file in files})
        _write_report(report, others)  # a file that cannot be written is found out before the work
    reports = []
    for number, file in enumerate(files, 1):
        with _working(f"{file.stem}: lesson {number} of {len(files)}") as on_cell:
            result = runner.run_lesson(file, timeout, write, on_cell, pictures)
        print(result.line(), flush=True)
        reports.append(result)
        if report is not None:
            _write_report(report, [*others, *map(asdict, reports)])
    raise typer.Exit(1 if any(result.status != "ok" for result in reports) else 0)


def table(
    write: Annotated[
        bool,
        typer.Option(
            "--write", help="Renew README.md, the import contracts and the lessons' tables."
        ),
    ] = False,
) -> None:
    """List the course: number, topic, state and title of each lesson."""
    from workbook import LESSONS
    from workbook.publishing import badges, course_outputs, course_table, runner

    if write:
        changed = course_table.write(badges.root())
        changed += [file for file in runner.find() if course_outputs.renew(file)]
        print("\n".join(map(str, changed)) or "README.md, pyproject.toml, lessons: up to date.")
        return
    for lesson in LESSONS:
        print(f"{lesson.number:02}  {lesson.topic:<20} {lesson.state:<8} {lesson.title}")


def new_lesson(
    number: Annotated[int, typer.Argument(min=0, max=99, help="Its number, such as 4.")],
    topic: Annotated[str, typer.Argument(help="One word, also of its folder: prompting.")],
) -> None:
    """Write the skeleton of a planned lesson, in the course's table, and run its notebook."""
    from workbook.publishing import badges, new_lesson, runner

    files = new_lesson.write(badges.root(), number, topic)
    print(*files, sep="\n")
    (notebook,) = (file for file in files if file.suffix == ".ipynb")
    report = runner.run_lesson(notebook, timeout=600, write=True, pictures=True)
    print(report.line())
    raise typer.Exit(1 if report.error else 0)


def _other_reports(file: Path, running: set[str]) -> list[dict]:
    """What an earlier run wrote to the file, without the lessons that run now."""
    try:
        entries = json.loads(file.read_text(encoding="utf-8") or "[]") if file.is_file() else []
        return [entry for entry in entries if entry["lesson"] not in running]
    except (ValueError, TypeError, KeyError, OSError) as error:
        raise ValueError(f"{file} is not a report of `workbook run`: name another file.") from error


def _write_report(file: Path, reports: list[dict]) -> None:
    ordered = sorted(reports, key=lambda entry: entry["lesson"])
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(ordered, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise ValueError(f"the report cannot be written to {file}: {error.strerror}.") from error


@contextmanager
def _working(what: str) -> Iterator[Callable[[int, int], None]]:
    """Say on stderr what is being done: in place on a terminal, else in one line."""
    from rich.console import Console

    console = Console(stderr=True)
    if not console.is_terminal:
        print(f"{what} ...", file=sys.stderr, flush=True)
        yield lambda done, cells: None
        return
    with console.status(what) as status:
        yield lambda done, cells: status.update(f"{what}, cell {done + 1} of {cells}")
