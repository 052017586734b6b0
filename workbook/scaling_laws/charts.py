"""The figures of lesson 06: each function takes plain data and gives a plotly figure.

Axes of compute, parameters and tokens are logarithmic. Left out: the explorers, in `explorers.py`;
the sentence for a screen reader, which is written where a figure is shown. `split_diagram` is the
diagram of the lesson. Lesson 06.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from workbook.core.notebook import charts, figures
from workbook.scaling_laws.approaches import Optimum, PowerLaw
from workbook.scaling_laws.chinchilla import Law
from workbook.scaling_laws.planner import Placed

if TYPE_CHECKING:
    import plotly.graph_objects as go

LOG = {"type": "log", "exponentformat": "power", "dtick": 1}
# Powers of ten that the map reaches: every plan of its explorer lies within them.
MAP_PARAMETERS, MAP_TOKENS = (7.7, 12.8), (9.0, 14.5)
# Models named on the map, and where their name stands; the others say theirs when pointed at.
NAMED = {
    "BERT-base": (0, 16), "T5-11B": (-14, 16), "GPT-3 175B": (-46, 0), "Chinchilla": (-42, 12),
    "PaLM 540B": (0, 16), "BLOOM": (-8, 14), "LLaMA-13B": (42, 0), "BloombergGPT": (-60, -18),
    "Gopher": (12, -14), "Llama 3.1 8B": (0, 16), "Llama 3.1 405B": (0, 16),
}  # fmt: skip


def parts_chart(parts: Mapping[str, Mapping[str, float]]) -> go.Figure:
    """Return stacked bars of FLOPs by part, as shares: name of a bar -> part -> FLOPs."""
    import plotly.graph_objects as go

    names = list(dict.fromkeys(part for row in parts.values() for part in row))
    figure = go.Figure()
    for number, part in enumerate(names):
        shares = [row.get(part, 0) / sum(row.values()) for row in parts.values()]
        figure.add_bar(
            name=part, y=list(parts), x=shares, orientation="h",
            marker={"color": charts.style(number).colour,
                    "pattern": {"shape": ("", "/", ".", "x", "-")[number % 5]}},
        )  # fmt: skip
    return figure.update_layout(
        barmode="stack", xaxis={"title": "share of the forward FLOPs", "range": [0, 1]},
        yaxis={"autorange": "reversed"},
    )  # fmt: skip


def isoflop_chart(
    runs: Sequence[Mapping[str, float]], optima: Sequence[Optimum], bound: float | None = None
) -> go.Figure:
    """Return loss against N, a curve for each budget, with the bottoms of the parabolas.

    runs: as for `approaches.isoflop_optima`. bound: the entropy bound, drawn across.
    """
    budgets = sorted({run["flops"] for run in runs})
    curves = {
        f"{flops:.1e} FLOPs": sorted(
            (run["parameters"], run["loss"]) for run in runs if run["flops"] == flops
        )
        for flops in budgets
    }
    figure = charts.lines(curves, "parameters", "loss, nats a token")
    if optima:
        figure.add_scatter(
            name="bottom of the parabola", mode="markers",
            x=[one.parameters for one in optima], y=[one.loss for one in optima],
            marker={"symbol": "cross", "size": 12, "color": figures.TEXT},
        )  # fmt: skip
    if bound is not None:
        charts.add_reference(figure, {"entropy bound": bound})
    return figure.update_xaxes(type="log", nticks=8).update_layout(height=500, legend=charts.BELOW)


def optima_chart(
    optima: Mapping[str, Sequence[tuple[float, float]]], fits: Mapping[str, PowerLaw], y: str
) -> go.Figure:
    """Return optima (FLOPs, y) of each approach with the power law through them."""
    figure = charts.lines(optima, "FLOPs", y, mode="markers")
    for number, (name, points) in enumerate(optima.items()):
        if name in fits:
            ends = [min(x for x, _ in points), max(x for x, _ in points)]
            figure.add_scatter(
                name=f"{name}: exponent {fits[name].exponent:.2f}", x=ends,
                y=[fits[name](x) for x in ends], mode="lines",
                line={"color": charts.style(number).colour, "dash": charts.style(number).dash},
            )  # fmt: skip
    return figure.update_xaxes(**LOG).update_yaxes(**LOG)


def model_map(placed: Sequence[Placed], law: Law) -> go.Figure:
    """Return published models, D against N, with the line of optima and lines of equal compute."""
    import numpy as np

    families: dict[str, list[Placed]] = {}
    for one in placed:
        families.setdefault(one.family, []).append(one)
    points = {name: [(o.parameters, o.tokens) for o in group] for name, group in families.items()}
    labels = {name: [one.name for one in group] for name, group in families.items()}
    figure = charts.lines({}, "parameters", "tokens of training")
    charts.add_lines(figure, points, mode="markers", labels=labels)
    for one in placed:
        if one.name in NAMED:
            across, up = NAMED[one.name]
            figure.add_annotation(
                x=math.log10(one.parameters), y=math.log10(one.tokens), text=one.name,
                xshift=across, yshift=up, showarrow=False, font={"color": figures.TEXT, "size": 12},
            )  # fmt: skip
    best = [law.optimum(flops) for flops in np.geomspace(1e17, 1e28, 12)]
    add_line(figure, "compute-optimal", best, figures.TEXT, "solid")
    for flops in (1e20, 1e22, 1e24, 1e26):
        ends = [(n, flops / 6 / n) for n in (1e7, 1e13)]
        add_line(figure, f"{flops:.0e} FLOPs", ends, figures.QUIET, "dot")
    figure.update_xaxes(**LOG, range=MAP_PARAMETERS).update_yaxes(**LOG, range=MAP_TOKENS)
    return figure.update_layout(height=560, legend=charts.BELOW)


def add_line(
    figure: go.Figure, name: str, points: Sequence[tuple[float, float]], colour: str, dash: str
) -> None:
    """Draw a line without marks."""
    figure.add_scatter(
        name=name, x=[x for x, _ in points], y=[y for _, y in points], mode="lines",
        line={"color": colour, "dash": dash},
    )  # fmt: skip


def years_chart(models: Sequence[Mapping[str, Any]], stock: float) -> go.Figure:
    """Return parameters and tokens of published models by year, and the stock of public text."""
    rows = sorted(models, key=lambda row: row["year"])
    curves = {name: [(row["year"], row[name]) for row in rows] for name in ("parameters", "tokens")}
    figure = charts.lines({}, "year", "number")
    labels = {name: [row["model"] for row in rows] for name in curves}
    charts.add_lines(figure, curves, mode="markers", labels=labels)
    first, last = rows[0]["year"], rows[-1]["year"]
    add_line(figure, "stock of public text", [(first, stock), (last, stock)], figures.QUIET, "dash")
    return figure.update_yaxes(**LOG).update_xaxes(dtick=1)


def emergence_chart(runs: Sequence[Mapping[str, Any]], spans: Sequence[str]) -> go.Figure:
    """Return the exact match of spans against the loss of each run, a curve for each length.

    runs: rows of the sweep, each with "loss" and "right". The axis runs toward lower loss.
    """
    rows = sorted(runs, key=lambda run: -run["loss"])
    curves = {
        f"{span} token{'s' if span != '1' else ''}": [
            (row["loss"], row["right"][span]) for row in rows
        ]
        for span in spans
    }
    figure = charts.lines(curves, "loss, nats a token (better to the right)", "exact match")
    return figure.update_xaxes(autorange="reversed").update_yaxes(range=[0, 1])


def epochs_chart(curves: Mapping[str, Sequence[tuple[float, float]]], y: str) -> go.Figure:
    """Return something against how often a text is read."""
    return charts.lines(curves, "times that the text is read", y).update_xaxes(
        type="log", tickvals=[1, 2, 4, 8, 16, 32, 64]
    )


def budget_diagram(law: Law, flops: float, spread: float = 6.0) -> go.Figure:
    """Return how the two terms of the law pull along one budget: A / N^alpha against B / D^beta."""
    import numpy as np

    best, _ = law.optimum(flops)
    sizes = np.geomspace(best / spread, best * spread, 41)
    tokens = flops / 6 / sizes
    curves = {
        "too few parameters: A / N^alpha": law.A / sizes**law.alpha,
        "too few tokens: B / D^beta": law.B / tokens**law.beta,
        "both": law.A / sizes**law.alpha + law.B / tokens**law.beta,
    }
    figure = charts.lines(
        {name: list(zip(sizes.tolist(), y.tolist(), strict=True)) for name, y in curves.items()},
        "parameters, with tokens = budget / (6 x parameters)",
        "loss above the irreducible",
        mode="lines",
    )
    figure.add_vline(best, line={"dash": "dash", "color": figures.QUIET})
    figure.add_annotation(
        x=float(np.log10(best)), y=0, yref="paper", text="N*", showarrow=False, yanchor="bottom",
        xanchor="left", font={"color": figures.TEXT}, bgcolor=figures.PAPER,
    )  # fmt: skip
    return figure.update_xaxes(**LOG)


def split_diagram(law: Law, flops: float, factor: float = 2.5) -> go.Figure:
    """Return a drawing of one budget as three rectangles of equal area, N wide and D high.

    factor: by how much the first model is too small, and the last too large.
    """
    import plotly.graph_objects as go

    best, _ = law.optimum(flops)
    grey, orange = "rgba(128,128,128,0.35)", figures.PALETTE[1]
    boxes = {  # name -> wide, left, colour; the best is 1 by 1
        "small, reads much": (1 / factor, 0.5, grey),
        "best": (1.0, 1.8, orange),
        "large, reads little": (factor, 3.3, grey),
    }
    figure = go.Figure()
    for name, (wide, left, colour) in boxes.items():
        parameters = best * wide
        tokens = flops / 6 / parameters
        figure.add_shape(type="rect", x0=left, x1=left + wide, y0=0, y1=1 / wide, opacity=0.6,
                         fillcolor=colour, line={"color": figures.TEXT})  # fmt: skip
        sizes = f"N = {parameters / 1e9:,.0f} billion<br>D = {tokens / 1e9:,.0f} billion"
        words = f"<b>{name}</b><br>{sizes}<br>L = {law.loss(parameters, tokens):.3f}"
        figure.add_annotation(x=left + wide / 2, y=-0.1, text=words, showarrow=False, yanchor="top")
    figure.add_annotation(
        x=4.5, y=1.9, text="wide: parameters N<br>high: tokens D<br>area: N x D = C / 6",
        showarrow=False,
    )  # fmt: skip
    hidden = {"visible": False}
    across, up = [-0.1, 3.6 + factor], [-1.0, factor + 0.1]
    return figure.update_layout(
        xaxis={**hidden, "range": across},
        yaxis={**hidden, "range": up, "scaleanchor": "x"},  # so that a square is one
        height=500,
    )
