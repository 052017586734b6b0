"""`workbook evaluate` and `workbook score`: the town suite for any model, ROUGE for a CSV file.

The suite itself is `workbook.evaluation.suite`, its table `workbook.evaluation.suite_report`, the
file's scores `workbook.evaluation.score_csv`. Left out: other benchmarks. Lesson 09 explains both.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def evaluate(
    model: Annotated[
        str, typer.Option(help="bundled:NAME, a folder, or owner/name@revision; baseline, ceiling.")
    ] = "bundled:town-instruct",
    cases: Annotated[int | None, typer.Option(min=1, help="Cases of each task.")] = None,
    task: Annotated[list[str] | None, typer.Option(help="Only this task; repeat it.")] = None,
    record: Annotated[
        bool, typer.Option(help="Keep the results for lesson 09, beside your progress.")
    ] = False,
) -> None:
    """Ask a model the town suite: eight tasks, seven metrics. Minutes; a kill can be resumed."""
    from rich.console import Console

    from workbook.evaluation import suite, suite_report

    tasks = suite.known_tasks(task or suite.ALL)  # before the model is loaded
    system = suite.open_system(model)
    results = suite.run(system, cases or suite.CASES, tasks)
    Console(width=max(suite_report.WIDTH, Console().width)).print(suite_report.printed(results))
    if record:
        print(f"recorded in {suite.save(results)}")


def score(
    table: Annotated[Path, typer.Argument(help="CSV file with columns ending in _summaries.")],
    seed: Annotated[int, typer.Option(help="Of the resampling.")] = 42,
) -> None:
    """Score a CSV table of summaries with ROUGE: the mean, and the median of resampled means."""
    from workbook.evaluation.score_csv import score_lines

    print("\n".join(score_lines(table, seed)))
