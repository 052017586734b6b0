"""The figures of lesson 01 that have no controls: cost, the copy task, heads and their ablation.

Each function returns a figure without showing it, so that a test can read its numbers. Left out:
how the numbers are made (`cost`, `recurrence`, `heads`) and the theme (`figures.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from workbook.core.notebook import figures
from workbook.core.runs.intervals import over_cases, over_seeds

if TYPE_CHECKING:
    import pandas
    import plotly.graph_objects as go
    from torch import Tensor

SHADES = [[0, "rgba(0,114,178,0.03)"], [1, figures.PALETTE[0]]]  # of weights and shares
PANELS = {"bytes": ("megabytes", 1e-6), "seconds": ("milliseconds", 1e3)}


def cost_chart(rows: pandas.DataFrame) -> go.Figure:
    """Memory and time against length, a line per way, all axes logarithmic. rows: `measure`d."""
    from plotly.subplots import make_subplots

    figure = make_subplots(1, len(PANELS), horizontal_spacing=0.12)
    looks = list(
        zip(figures.PALETTE, figures.DASHES, ("circle", "square", "diamond"), strict=False)
    )
    lengths = sorted(rows.length.unique().tolist())
    for panel, (measure, (unit, factor)) in enumerate(PANELS.items(), 1):
        for (way, mine), (colour, dash, symbol) in zip(
            rows.groupby("way", sort=False), looks, strict=False
        ):
            figure.add_scatter(
                name=way,
                x=mine.length.tolist(),
                y=(mine[measure] * factor).tolist(),
                line={"color": colour, "dash": dash},
                marker={"symbol": symbol, "size": 9},
                mode="lines+markers",
                showlegend=panel == 1,
                row=1,
                col=panel,
            )
        figure.update_xaxes(type="log", tickvals=lengths, title_text="tokens", row=1, col=panel)
        figure.update_yaxes(type="log", dtick=1, title_text=unit, row=1, col=panel)
    return figure


def copy_chart(runs: pandas.DataFrame, guess: float) -> go.Figure:
    """Share of letters copied right against length, with Student t intervals over the seeds."""
    import plotly.graph_objects as go

    figure = go.Figure()
    styles = zip(figures.PALETTE, figures.DASHES, strict=True)
    for (kind, mine), (colour, dash) in zip(runs.groupby("kind"), styles, strict=False):
        means = {n: over_seeds(each.accuracy.tolist()) for n, each in mine.groupby("length")}
        figure.add_scatter(
            name=kind,
            x=list(means),
            y=[one.mean for one in means.values()],
            error_y={"array": [one.high - one.mean for one in means.values()]},
            line={"color": colour, "dash": dash},
            mode="lines+markers",
        )
    line, font = {"dash": "dot", "color": figures.QUIET}, {"color": figures.TEXT}
    text = f"blind guess: {guess:.2f}"
    figure.add_hline(guess, line=line, annotation={"text": text, "font": font})
    return figure.update_layout(
        xaxis={"title": {"text": "letters to copy"}, "tickvals": sorted(set(runs.length))},
        yaxis={"title": {"text": "share right"}, "range": [0, 1.05]},
    )


def score_chart(scores: Mapping[str, Tensor]) -> go.Figure:
    """A table of shades for each score `L H`, side by side; numbers from .1 on are written in."""
    from plotly.subplots import make_subplots

    figure = make_subplots(1, len(scores), subplot_titles=list(scores), horizontal_spacing=0.1)
    for place, score in enumerate(scores.values(), 1):
        figure.add_heatmap(
            x=[f"head {head}" for head in range(score.shape[1])],
            y=[f"layer {layer}" for layer in range(score.shape[0])],
            z=score.tolist(),
            zmin=0,
            zmax=1,
            text=[[f"{z:.2f}" if z >= 0.095 else "" for z in row] for row in score.tolist()],
            texttemplate="%{text}",
            hovertemplate="%{y}, %{x}: %{z:.3f}<extra></extra>",
            colorscale=SHADES,
            showscale=False,
            xgap=2,
            ygap=2,
            row=1,
            col=place,
        )
    return figure.update_xaxes(showgrid=False).update_yaxes(showgrid=False, autorange="reversed")


def ablation_chart(
    shares: Mapping[str, Sequence[float]], control: str, pairs: Sequence[float]
) -> go.Figure:
    """A bar for each thing switched off: mean share right, with a bootstrap interval over texts.

    control: the name of one more place, where each of `pairs` is a point of its own.
    """
    import plotly.graph_objects as go

    means = [over_cases(list(each)) for each in shares.values()]
    ends = {
        "array": [one.high - one.mean for one in means],
        "arrayminus": [one.mean - one.low for one in means],
    }
    bars = go.Bar(x=list(shares), y=[one.mean for one in means], error_y=ends, name="share right")
    points = go.Scatter(
        x=[control] * len(pairs),
        y=list(pairs),
        mode="markers",
        marker={"size": 11, "color": figures.PALETTE[1], "opacity": 0.5},
        name="one pair each",
    )
    return go.Figure([bars, points]).update_layout(
        xaxis={"title": {"text": "switched off"}},
        yaxis={"title": {"text": "share right"}, "range": [0, 1.05]},
        showlegend=False,
    )
