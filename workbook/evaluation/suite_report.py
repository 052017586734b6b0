"""The suite's results to look at: a table of tasks and metrics, and a radar chart of systems.

Each function takes results (`workbook.evaluation.suite`) and shows nothing by itself, so that a
test can read its numbers. Left out: the theme, which is `workbook.core.notebook.figures`.
Lesson 09 and `workbook evaluate` show them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from workbook.core.notebook import figures
from workbook.evaluation.bootstrap import bootstrap
from workbook.evaluation.suite import METRICS, TaskResult, measure, overall
from workbook.evaluation.suite_tasks import TASKS

if TYPE_CHECKING:
    import pandas
    import plotly.graph_objects as go
    from rich.table import Table


WIDTH = 116  # of the printed table; a narrower terminal breaks its lines


def table(results: Sequence[TaskResult], draws: int = 1000) -> pandas.DataFrame:
    """One row for each task, one column for each metric: "0.85 ±0.05" (half the 95 % interval), or
    empty where the metric means nothing or has too few cases."""
    import pandas as pd

    rows = {}
    for result in results:
        measured = measure(result, draws)
        cells = {name: "" if one is None else shortest(*one) for name, one in measured.items()}
        rows[result.task] = {**cells, "cases": len(result.scores["plain"])}
    return pd.DataFrame(rows).T.rename_axis("task")


def short(mean: float, low: float, high: float) -> str:
    """An interval in few characters: "0.85 [0.80, 0.90]"."""
    return f"{mean:.2f} [{low:.2f}, {high:.2f}]"


def shortest(mean: float, low: float, high: float) -> str:
    """The same in fewer still: "0.85 ±0.05"."""
    return f"{mean:.2f} ±{(high - low) / 2:.2f}"


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


def radar(systems: Mapping[str, Sequence[TaskResult]]) -> go.Figure:
    """The seven metrics of each system, means over the tasks, turned so that outside is good.

    A metric that a system does not have leaves a gap in its line.
    """
    import plotly.graph_objects as go

    figure, around = go.Figure(), [*METRICS, next(iter(METRICS))]
    styles = zip(figures.PALETTE, figures.DASHES, strict=True)
    for (name, results), (colour, dash) in zip(systems.items(), styles, strict=False):
        means = overall(results)
        figure.add_scatterpolar(
            name=name,
            theta=[axis_name(metric) for metric in around],
            r=[means.get(metric) for metric in around],
            line={"color": colour, "dash": dash},
            mode="lines+markers",
        )
    return figure.update_layout(
        polar={
            "radialaxis": {"range": [0, 1.02], "gridcolor": figures.GRID, "angle": 26, "nticks": 5},
            "angularaxis": {"gridcolor": figures.GRID, "rotation": 90, "direction": "clockwise"},
            "bgcolor": "rgba(0,0,0,0)",
        },
        legend={"y": 1.14},
        height=520,
        margin={"l": 90, "r": 90, "t": 120},
    )


def axis_name(metric: str) -> str:
    """What the axis of the radar says: of a metric where less is better, it shows 1 less that."""
    return metric if METRICS[metric][0] else f"1 - {metric}"


def radar_table(systems: Mapping[str, Sequence[TaskResult]]) -> pandas.DataFrame:
    """The numbers of the radar chart, one row for each metric."""
    import pandas as pd

    columns = {name: overall(results) for name, results in systems.items()}
    frame = pd.DataFrame(columns).reindex(list(METRICS))
    frame.insert(0, "axis", [axis_name(metric) for metric in METRICS])
    return frame.reset_index(drop=True)


def printed(results: Sequence[TaskResult]) -> Table:
    """The table for a terminal."""
    from rich.table import Table

    frame = table(results)
    out = Table(title=f"{results[0].system}: the town suite, 95 % intervals over cases")
    for column in ("task", *frame.columns):
        out.add_column(column)
    for task, row in frame.iterrows():
        out.add_row(str(task), *map(str, row))
    return out
