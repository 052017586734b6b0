"""`workbook release` and `workbook grade`: a class of students, from the bundle to the marks.

The work is done in `workbook.grading`; README.md has the instructor's chapter. Left out: handing
bundles out and collecting notebooks, for which a course has its own system.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def release(
    lessons: Annotated[str, typer.Option(help="Numbers or topics, as in 03,08.")],
    out: Annotated[Path, typer.Option(help="Folder of the bundle and the key.")],
    due: Annotated[str | None, typer.Option(help="When it is due: 2027-01-31T18:00.")] = None,
    answers: Annotated[
        bool,
        typer.Option(
            "--with-answers/--without-answers",
            help="Without: students get a package in which the references are gone.",
        ),
    ] = True,
) -> None:
    """Write the students' bundle of some lessons and the instructor's key."""
    from workbook.grading import release
    from workbook.publishing import runner

    names = [name.strip() for name in lessons.split(",") if name.strip()]
    if not names:
        raise ValueError("name the lessons to release, as in --lessons 03,08.")
    listed = release.write(runner.find(names), out, due, answers)
    for lesson in listed.lessons:
        print(f"{lesson.lesson}: {len(lesson.exercises)} exercises, {lesson.out_of:g} points")
    print(f"{len(listed.files)} files -> {out / 'student.zip'}; the key -> {out / 'key'}")
