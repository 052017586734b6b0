"""The figures of lesson 09 without controls: the reliability diagram and the bars of the suite.

Each function returns a figure without showing it, so that a test can read its numbers. Left out:
what is measured (`calibration.py`, `suite.py`) and the theme (`workbook.core.notebook.figures`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from workbook.core.notebook import charts, figures
from workbook.core.runs.intervals import Interval, error_bars
from workbook.evaluation.power import WANTED, Plan
from workbook.evaluation.suite import METRICS, TaskResult, overall

if TYPE_CHECKING:
    import pandas
    import plotly.graph_objects as go

    from workbook.evaluation.calibration import Bin


def reliability_chart(curves: Mapping[str, Sequence[Bin]]) -> go.Figure:
    """Accuracy against confidence for each system; the diagonal is a calibrated model.

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
        yaxis={**axis, "title": {"text": "accuracy"}},
    )


def metric_bars(systems: Mapping[str, Sequence[TaskResult]]) -> go.Figure:
    """A small panel of bars for each of the seven metrics, means over the tasks, turned so that 1
    is best.

    A metric that a system does not have has no bar, and the panel says so.
    """
    from plotly.subplots import make_subplots

    means = {name: overall(results) for name, results in systems.items()}
    titles = [axis_name(metric) for metric in METRICS]
    figure = make_subplots(rows=2, cols=4, subplot_titles=titles, vertical_spacing=0.16)
    for place, metric in enumerate(METRICS):
        where = {"row": place // 4 + 1, "col": place % 4 + 1}
        for number, name in enumerate(means):
            value = means[name].get(metric)
            figure.add_bar(
                name=name, legendgroup=name, showlegend=place == 0, y=[name], x=[value or 0],
                orientation="h", text="none" if value is None else f"{value:.2f}",
                textposition="outside", cliponaxis=False,
                marker={"color": charts.style(number).colour}, **where,
            )  # fmt: skip
        figure.update_xaxes(range=[0, 1.3], tickvals=[0, 0.5, 1], **where)
        figure.update_yaxes(showticklabels=False, autorange="reversed", **where)
    return figure.update_layout(height=470, legend={"y": 1.13}, bargap=0.25, margin={"t": 130})


def axis_name(metric: str) -> str:
    """What a panel is called: of a metric where less is better, it shows 1 less that."""
    return metric if METRICS[metric][0] else f"1 - {metric}"


def metric_table(systems: Mapping[str, Sequence[TaskResult]]) -> pandas.DataFrame:
    """The numbers of the bars, one row for each metric."""
    import pandas as pd

    columns = {name: overall(results) for name, results in systems.items()}
    frame = pd.DataFrame(columns).reindex(list(METRICS))
    frame.insert(0, "metric", [axis_name(metric) for metric in METRICS])
    return frame.reset_index(drop=True)


def power_chart(plan: Plan) -> go.Figure:
    """Power against the number of cases, with the plan's own number and the one that is needed."""
    curve = {f"difference {plan.better:.0%}": dict(plan.curve)}
    figure = charts.lines(curve, "cases", "power", {"wanted": WANTED}, mode="lines")
    marks = {"cases": [plan.cases], "power": [plan.power]}
    figure.add_scatter(
        name="your plan", x=marks["cases"], y=marks["power"], mode="markers",
        marker={"size": 14, "symbol": "diamond", "color": figures.PALETTE[1]},
    )  # fmt: skip
    return figure.update_layout(
        title=f"Power {plan.power:.2f} with {plan.cases:,} cases; {WANTED} takes {plan.needed:,}",
        xaxis={"type": "log"}, yaxis={"range": [0, 1.05]},
    )  # fmt: skip


def ratings_chart(ratings: Mapping[str, Interval]) -> go.Figure:
    """Each system's rating with its interval, the best at the top."""
    import plotly.graph_objects as go

    found = list(ratings.values())
    bars = error_bars(found)
    figure = go.Figure()
    figure.add_scatter(
        x=[one.mean for one in found], y=list(ratings), error_x=bars, mode="markers",
        marker={"size": 11}, showlegend=False,
    )  # fmt: skip
    return figure.update_layout(
        xaxis={"title": {"text": "Elo rating"}}, yaxis={"autorange": "reversed"}, height=320
    )


def precision_recall_diagram() -> go.Figure:
    """Two overlapping circles: what a text says, what the reference has, and what both share."""
    import plotly.graph_objects as go

    figure = go.Figure()
    circles = ((0.0, figures.PALETTE[0]), (1.2, figures.PALETTE[1]))
    for left, colour in circles:
        figure.add_shape(
            type="circle", x0=left, x1=left + 2.2, y0=0, y1=2.2, fillcolor=colour, opacity=0.25,
            line={"color": figures.TEXT},
        )  # fmt: skip
    words = (
        (0.55, 1.1, "<i>very</i><br>only in the<br>candidate"),
        (1.7, 1.1, "<i>it is<br>cold<br>outside</i><br>4 hits"),
        (2.9, 1.1, "only in the<br>reference:<br>nothing"),
        (0.7, 2.42, "candidate: 5 words"), (2.7, 2.42, "reference: 4 words"),
        (1.7, -0.3, "precision = hits / candidate = 4/5; recall = hits / reference = 4/4"),
    )  # fmt: skip
    for x, y, text in words:
        figure.add_annotation(x=x, y=y, text=text, showarrow=False)
    hidden = {"visible": False}
    return figure.update_layout(
        xaxis={**hidden, "range": [-0.6, 4.0]}, yaxis={**hidden, "range": [-0.6, 2.7]}, height=340
    )
