"""The suite's results as tables: a row a task, a column a metric or a system.

Each function takes results (`workbook.evaluation.suite`) and shows nothing by itself, so that a
test can read its numbers. Left out: the small bars, which are in `charts.py`.
Lesson 09 and `workbook evaluate` show them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from workbook.evaluation.bootstrap import bootstrap
from workbook.evaluation.suite import FEWEST, METRICS, TaskResult, measure
from workbook.tasks import TASKS

if TYPE_CHECKING:
    import pandas
    from rich.table import Table


WIDTH = 116  # of the printed table; a narrower terminal breaks its lines


def table(results: Sequence[TaskResult], draws: int = 1000) -> pandas.DataFrame:
    """Return one row for each task, one column for each metric.

    A field is "0.85 ±0.05" (half the 95 % interval), the mean alone where there are fewer than
    `FEWEST` cases, or empty where the metric means nothing.
    """
    import pandas as pd

    rows = {}
    for result in results:
        measured, cases = measure(result, draws), len(result.scores["plain"])
        cells = {
            name: "" if one is None else shortest(*one) if cases >= FEWEST else f"{one.mean:.2f}"
            for name, one in measured.items()
        }
        rows[result.task] = {**cells, "cases": cases}
    return pd.DataFrame(rows).T.rename_axis("task")


def short(mean: float, low: float, high: float) -> str:
    """An interval in few characters: "0.85 [0.80, 0.90]"."""
    return f"{mean:.2f} [{low:.2f}, {high:.2f}]"


def shortest(mean: float, low: float, high: float) -> str:
    """Return the same in fewer still: "0.85 ±0.05"; without ± where it would round to 0.00."""
    half = f"{(high - low) / 2:.2f}"
    return f"{mean:.2f}" if half == "0.00" else f"{mean:.2f} ±{half}"


def accuracy_table(systems: Mapping[str, Sequence[TaskResult]]) -> pandas.DataFrame:
    """One row for each task, one column for each system: the task's score with its interval."""
    import pandas as pd

    columns = {
        name: {one.task: short(*bootstrap(one.scores["plain"])) for one in results}
        for name, results in systems.items()
    }
    frame = pd.DataFrame(columns)
    frame.insert(0, "score", [TASKS[task].measure for task in frame.index])
    return frame.rename_axis("task")


def filled(results: Sequence[TaskResult]) -> tuple[int, int]:
    """(fields of the table that hold a number, fields)."""
    measured = [measure(result, draws=1) for result in results]
    return sum(v is not None for one in measured for v in one.values()), len(METRICS) * len(results)


def printed(results: Sequence[TaskResult]) -> Table:
    """The table for a terminal."""
    from rich.table import Table

    frame = table(results)
    few = any(len(result.scores["plain"]) < FEWEST for result in results)
    shown = f"under {FEWEST} cases: no intervals" if few else "95 % intervals over cases"
    out = Table(title=f"{results[0].system}: the town suite, {shown}")
    for column in ("task", *frame.columns):
        out.add_column(column)
    for task, row in frame.iterrows():
        out.add_row(str(task), *map(str, row))
    return out
