"""The figures of lesson 01 that have no controls: cost, copy task, logit lens, ablation of heads.

Each function returns a figure without showing it, so that a test can read its numbers. Left out:
how the numbers are made (`cost`, `recurrence`, `heads`) and the theme (`figures.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from workbook.core.notebook import charts, figures
from workbook.core.runs import SHARE, Interval, error_bars

if TYPE_CHECKING:
    import pandas
    import plotly.graph_objects as go

PANELS = {"bytes": ("megabytes", 1e-6), "seconds": ("milliseconds", 1e3)}


def cost_chart(rows: pandas.DataFrame) -> go.Figure:
    """Memory and time against length, a line per way, all axes logarithmic. rows: `measure`d."""
    from plotly.subplots import make_subplots

    figure = make_subplots(1, len(PANELS), horizontal_spacing=0.12)
    lengths = sorted(rows.length.unique().tolist())
    ways = list(rows.groupby("way", sort=False))
    for panel, (measure, (unit, factor)) in enumerate(PANELS.items(), 1):
        curves = {
            way: list(zip(mine.length.tolist(), (mine[measure] * factor).tolist(), strict=True))
            for way, mine in ways
        }
        charts.add_lines(figure, curves, showlegend=panel == 1, row=1, col=panel)
        figure.update_xaxes(type="log", tickvals=lengths, title_text="tokens", row=1, col=panel)
        figure.update_yaxes(type="log", dtick=1, title_text=unit, row=1, col=panel)
    return figure


def copy_chart(runs: pandas.DataFrame, guess: float) -> go.Figure:
    """Accuracy of copied letters against length, with Student t intervals over the seeds."""
    curves = {
        kind: {
            length: Interval.of_seeds(each.accuracy.tolist(), bounds=SHARE)
            for length, each in mine.groupby("length")
        }
        for kind, mine in runs.groupby("kind")
    }
    figure = charts.lines(curves, "letters to copy", "accuracy", {"blind guess": guess})
    return figure.update_layout(
        xaxis={"tickvals": sorted(set(runs.length))}, yaxis={"range": [0, 1.05]}
    )


def lens_chart(
    tokens: Sequence[str], said: Sequence[Sequence[str]], sure: Sequence[Sequence[float]]
) -> go.Figure:
    """Return the logit lens: a column for each token read, a row for each place to end the model.

    tokens: as read. said, sure: row by token, what the model would say next, and its probability.
    """
    names = ["embedding", *(f"block {block}" for block in range(len(said) - 1))]
    figure = charts.heat(
        sure,
        columns=[f"{place} {charts.readable(token)}" for place, token in enumerate(tokens)],
        index=names,
        text=[[charts.readable(word) for word in row] for row in said],
        textfont={"size": 10},
        hover="after %{x}, behind %{y}: %{text} (%{z:.2f})<extra></extra>",
    )
    return figure.update_layout(
        xaxis={"type": "category", "tickangle": -60, "title": {"text": "token read"}}, height=380
    )


def ablation_chart(
    shares: Mapping[str, Sequence[float]], control: str, pairs: Sequence[float]
) -> go.Figure:
    """A bar for each thing switched off: mean accuracy, with a bootstrap interval over texts.

    control: the name of one more place, where each of `pairs` is a point of its own.
    """
    import plotly.graph_objects as go

    means = [Interval.of_cases(list(each)) for each in shares.values()]
    bars = go.Bar(
        x=list(shares), y=[one.mean for one in means], error_y=error_bars(means), name="accuracy"
    )
    points = go.Scatter(
        x=[control] * len(pairs),
        y=list(pairs),
        mode="markers",
        marker={"size": 11, "color": figures.PALETTE[1], "opacity": 0.5},
        name="one pair each",
    )
    return go.Figure([bars, points]).update_layout(
        xaxis={"title": {"text": "switched off"}},
        yaxis={"title": {"text": "accuracy"}, "range": [0, 1.05]},
        showlegend=False,
    )
