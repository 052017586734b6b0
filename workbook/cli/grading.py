"""`workbook release` and `workbook grade`: a class of students, from the bundle to the marks.

The work is done in `workbook.grading`; README.md has the instructor's chapter. Left out: handing
bundles out and collecting notebooks, for which a course has its own system.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from workbook.grading.finals import Policy
    from workbook.grading.grade import Settings


Hidden = Annotated[
    Path | None, typer.Option(help="A Python file with CHECKS that students never see.")
]
Manual = Annotated[
    Path | None,
    typer.Option(help="Marks by hand: CSV with student, lesson, exercise, points, comment."),
]
LatePenalty = Annotated[
    float, typer.Option(min=0, max=1, help="Part of the points that each late day costs.")
]
Attempts = Annotated[
    int,
    typer.Option(min=0, help="How many of a student's copies are graded; 0: only the newest."),
]
Forget = Annotated[
    list[str] | None,
    typer.Option(help="A student who withdrew: grades, marks and pages are deleted. Repeatable."),
]


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
    format: Annotated[
        str, typer.Option(help='"workbook", or "nbgrader" for the source of its course.')
    ] = "workbook",
) -> None:
    """Write the students' bundle of some lessons and the instructor's key."""
    from workbook.grading import nbgrader, release
    from workbook.publishing import runner

    if format not in ("workbook", "nbgrader"):
        raise ValueError(f'the format is "workbook" or "nbgrader", not {format!r}.')
    names = [name.strip() for name in lessons.split(",") if name.strip()]
    if not names:
        raise ValueError("name the lessons to release, as in --lessons 03,08.")
    write = nbgrader.write if format == "nbgrader" else release.write
    listed = write(runner.find(names), out, due, answers)
    for lesson in listed.lessons:
        print(f"{lesson.lesson}: {len(lesson.exercises)} exercises, {lesson.out_of:g} points")
    if format == "nbgrader":
        print(f"-> {out / 'source'}; {out / 'START.txt'} says how nbgrader takes them")
        return
    print(f"{len(listed.files)} files -> {out / 'student.zip'}; the key -> {out / 'key'}")


def practice_class(
    key: Annotated[Path, typer.Option(help="The instructor's key of the release.")],
    out: Annotated[Path, typer.Option(help="Folder of the submissions.")],
    students: Annotated[int, typer.Option(min=1, help="How many.")] = 20,
    seed: Annotated[int, typer.Option(min=0, help="The same seed makes the same class.")] = 0,
) -> None:
    """Write the notebooks of a made-up class, to try the grader on."""
    from workbook.grading import practice

    print(f"{len(practice.write(key, out, students, seed))} notebooks -> {out}")


def grade(
    submissions: Annotated[
        Path, typer.Argument(help="A folder, or the zip that Moodle or Canvas gives.")
    ],
    key: Annotated[Path, typer.Option(help="The instructor's key of the release.")],
    out: Annotated[Path, typer.Option(help="Folder of the grades and reports.")],
    jobs: Annotated[int, typer.Option(min=1, help="How many submissions at once.")] = 1,
    cluster: Annotated[
        str | None, typer.Option(help="A Dask scheduler, tcp://host:8786: its workers grade.")
    ] = None,
    hidden: Hidden = None,
    isolation: Annotated[str, typer.Option(help='"sandbox", or "none" at your own risk.')] = (
        "sandbox"
    ),
    gradebook: Annotated[
        str | None, typer.Option(help="URL of a database; by default an SQLite file in OUT.")
    ] = None,
    manual: Manual = None,
    late_penalty: LatePenalty = 0.0,
    attempts: Attempts = 0,
    counting: Annotated[str, typer.Option(help='Of attempts, the "best" or the "last".')] = "last",
    seconds: Annotated[float, typer.Option(min=1, help="For one submission.")] = 60,
    cell_seconds: Annotated[float, typer.Option(min=1, help="For one answer.")] = 10,
    seed: Annotated[int, typer.Option(min=0, help="Of the inputs; 0 draws a new one.")] = 0,
    forget: Forget = None,
) -> None:
    """Grade a class; what has not changed since the last time is not run again."""
    from workbook.grading.exports import plain_text
    from workbook.grading.finals import Policy
    from workbook.grading.grade import Settings
    from workbook.grading.isolation import refuse_without_sandbox

    policy = Policy(attempts, counting, late_penalty)
    if cluster is None:
        refuse_without_sandbox(isolation)
    settings = Settings(
        key=key.resolve(), edition=Path(), seed=seed, isolation=isolation,
        hidden=hidden.resolve() if hidden else None, cell_seconds=cell_seconds, seconds=seconds,
        attempts=attempts,
    )  # fmt: skip
    students = [plain_text(name) for name in forget or ()]
    _grade(submissions, settings, out, jobs, gradebook, manual, policy, cluster, students)


def _grade(
    submissions: Path,
    settings: Settings,
    out: Path,
    jobs: int,
    gradebook: str | None,
    manual: Path | None,
    policy: Policy,
    cluster: str | None,
    forget: list[str],
) -> None:
    """Grade, take marks by hand, write everything, and say what was done."""
    from workbook.grading import batch, reports, results
    from workbook.grading import key as keys
    from workbook.grading.gradebook import Gradebook

    opened = keys.read(settings.key, settings.hidden)
    out.mkdir(parents=True, exist_ok=True)
    book = Gradebook(gradebook or out / "gradebook.sqlite", policy)
    with _progress() as show:
        outcome = batch.run(submissions, settings, book, jobs, show, cluster, forget)
    for student in forget:
        reports.forget(student, out)
    problem = None
    if manual is not None:
        try:
            print(f"{results.read_manual(book, manual)} marks by hand")
        except ValueError as error:  # everything is graded: write it before saying so
            problem = error
    results.write(book, opened, out)
    book.close()
    print(f"{outcome.submissions} submissions, {outcome.graded} of them graded now.")
    for student in forget:
        print(f"{student}: forgotten.")
    for place in outcome.left:
        print(f"Delete by hand what was handed in, or it is graded again: {place}")
    print(f"isolation: {outcome.isolation}")
    print(policy.in_words())
    print(f"-> {out / 'grades.csv'}, {out / 'class.html'}, {out / 'students'}")
    if problem is not None:
        raise ValueError(f"No mark by hand was taken: {problem}")


@contextmanager
def _progress() -> Iterator[Callable[..., None]]:
    """Show names and verdicts: below a bar on a terminal, else a line for each submission."""
    from rich.console import Console
    from rich.progress import MofNCompleteColumn, Progress, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (*Progress.get_default_columns()[:2], MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task("grading", total=None)

        def show(result: Any, done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)
            points = f"{result.points:g} of {result.out_of:g}"
            line = f"[{done}/{total}] {result.student} {result.lesson}: {points}, {result.verdict}"
            console.print(line[:300], markup=False, highlight=False, soft_wrap=True)

        yield show
