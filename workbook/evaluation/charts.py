"""The figures of lesson 09 without controls: the reliability diagram and the radar of the suite.

Each function returns a figure without showing it, so that a test can read its numbers. Left out:
what is measured (`calibration.py`, `suite.py`) and the theme (`workbook.core.notebook.figures`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from workbook.core.notebook import charts, figures
from workbook.evaluation.suite import METRICS, TaskResult, overall

if TYPE_CHECKING:
    import pandas
    import plotly.graph_objects as go

    from workbook.evaluation.calibration import Bin


def reliability_chart(curves: Mapping[str, Sequence[Bin]]) -> go.Figure:
    """Share right against confidence for each system; the diagonal is a calibrated model.

    A bin's mark is the larger, the more answers it holds.
    """
    import plotly.graph_objects as go

    figure = go.Figure()
    figure.add_scatter(
        name="calibrated", x=[0, 1], y=[0, 1], mode="lines",
        line={"color": figures.QUIET, "dash": "dot"},
    )  # fmt: skip
    drawn = {name: [(one.confidence, one.right) for one in bins] for name, bins in curves.items()}
    counts = {name: [f"{one.count} answers" for one in bins] for name, bins in curves.items()}
    # A mark at a share of 1 reaches over the edge of the panel; it is not cut off there.
    charts.add_lines(figure, drawn, labels=counts, cliponaxis=False)
    for trace, bins in zip(figure.data[1:], curves.values(), strict=True):
        trace.marker.size = [6 + 2 * one.count**0.5 for one in bins]
    axis = {"range": [-0.03, 1.03]}
    return figure.update_layout(
        xaxis={**axis, "title": {"text": "mean confidence"}},
        yaxis={**axis, "title": {"text": "share right"}},
    )


def radar(systems: Mapping[str, Sequence[TaskResult]]) -> go.Figure:
    """The seven metrics of each system, means over the tasks, turned so that outside is good.

    A metric that a system does not have has no mark; its line goes on to the next that it has.
    """
    import plotly.graph_objects as go

    figure = go.Figure()
    means = {name: overall(results) for name, results in systems.items()}
    shared = [name for name in METRICS if all(name in one for one in means.values())]
    around = list(METRICS)
    first = around.index(shared[0]) if shared else 0  # where all lines can be closed
    around = [*around[first:], *around[: first + 1]]
    for number, (name, mean) in enumerate(means.items()):
        look = charts.style(number)
        figure.add_scatterpolar(
            name=name,
            theta=[axis_name(metric) for metric in around],
            r=[mean.get(metric) for metric in around],
            line={"color": look.colour, "dash": look.dash},
            marker={"symbol": look.symbol, "size": 8},
            mode="lines+markers",
            connectgaps=True,
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
