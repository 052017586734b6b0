"""`workbook doctor` and `workbook bench`: what this machine is ready for, and how fast it is.

The findings are made in `workbook.core.doctor`, the timings in each topic's `bench.py`.
Lesson 00 shows the doctor.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def doctor() -> None:
    """Say whether this machine is ready, and what to do if it is not."""
    from workbook.core import doctor as examiner

    findings = examiner.examine()
    examiner.show(findings)
    raise typer.Exit(1 if findings.problems else 0)


def bench(
    topics: Annotated[
        list[str] | None, typer.Argument(help="Such as sampling; all when absent.")
    ] = None,
    quick: Annotated[bool, typer.Option(help="Fewer rounds, for a first look.")] = False,
    submissions: Annotated[
        int | None, typer.Option(min=10, help="Of the benchmark of grading: how many are graded.")
    ] = None,
) -> None:
    """Time our code against the peer's, in turns, and print the ratios."""
    import importlib

    from rich.console import Console

    from workbook.core.runs.bench import table

    known = benchmarks()
    for topic in topics or ():
        if topic not in known:
            names = ", ".join(known) or "none"
            raise ValueError(f"there is no benchmark {topic!r}; there are: {names}.")
    for topic in topics or known:
        size = {"submissions": submissions} if topic == "grading" and submissions else {}
        rows = importlib.import_module(f"workbook.{topic}.bench").run(quick, **size)
        Console().print(table(rows, title=f"{topic}: ours against the peer"))


def benchmarks() -> list[str]:
    """List the topics that have a `bench` module, found by file so that nothing is imported."""
    package = Path(__file__).resolve().parents[1]
    return sorted({file.parent.name for file in package.glob("*/bench.py")} - {"core"})
