"""The figures of lesson 00: the timeline, what follows a word, and the maps of sure and seen.

Each function takes plain data and gives a plotly figure in the course's colours; the sentence for
a screen reader is written where the figure is shown. Left out: the explorers, in `explorers.py`.
"""
# ruff: noqa: F722 - the strings in the annotations are shapes

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from workbook.core.notebook import charts, figures
from workbook.core.runs import Interval
from workbook.welcome.ages import AGES, WINTERS

if TYPE_CHECKING:
    import pandas
    import plotly.graph_objects as go
    from jaxtyping import Float, Int
    from torch import Tensor, nn

    from workbook.welcome.classifier_vs_density import Generative

TICKS = [step * 10**power for power in range(4) for step in (1, 2, 5)]
SHOWN = 8  # bars
CELLS = 36  # of a map, in each direction
REACH = (-3.5, 5.0)  # of a map, in both directions
DEEPEST = -40.0  # nats; what is less likely has the same colour


def timeline() -> go.Figure:
    """The ages of text generation on one axis; AI winters are grey, the years since 2017 wide."""
    import plotly.graph_objects as go

    place = {age.name: _on_axis(age.year) for age in AGES}
    figure = go.Figure()
    for start, end in WINTERS:
        figure.add_vrect(
            x0=_on_axis(start), x1=_on_axis(end), fillcolor=figures.QUIET, opacity=0.3,
            line_width=0, annotation_text="AI winter", annotation_position="bottom",
        )  # fmt: skip
    heights = [(1, -1, 2, -2)[number % 4] for number in range(len(AGES))]
    for age, height in zip(AGES, heights, strict=True):
        x = place[age.name]
        figure.add_scatter(
            x=[x, x], y=[0, height], mode="lines", line={"color": figures.QUIET}, hoverinfo="skip"
        )
        figure.add_annotation(
            x=x, y=height, text=f"<b>{age.name}</b><br>{int(age.year)}", showarrow=False,
            yanchor="bottom" if height > 0 else "top", font={"size": 12},
        )  # fmt: skip
    figure.add_scatter(
        x=list(place.values()), y=[0] * len(AGES), mode="lines+markers", hoverinfo="text",
        text=[f"{age.name}: {age.idea}" for age in AGES],
        marker={"size": 11, "color": figures.PALETTE[0]}, line={"color": figures.TEXT},
    )  # fmt: skip
    years = (1966, 1980, 1990, 2000, 2010, 2017, 2020, 2023)
    return figure.update_layout(
        xaxis={"tickvals": [_on_axis(y) for y in years], "ticktext": list(map(str, years))},
        yaxis={"visible": False, "range": [-3.1, 3.1]}, showlegend=False, height=380,
    )  # fmt: skip


def _on_axis(year: float) -> float:
    """Years since 2017 take six times the room of those before."""
    return year if year < 2017 else 2017 + 6 * (year - 2017)


def next_words(following: Mapping[str, float]) -> go.Figure:
    """Bars: the likeliest next words and their probabilities, as `Chain.next` gives them."""
    import plotly.graph_objects as go

    best = list(following.items())[:SHOWN]
    words = [charts.readable(word) for word, _ in best]
    figure = go.Figure(go.Bar(x=words, y=[p for _, p in best]))
    return figure.update_layout(
        xaxis={"title": {"text": "next word"}}, yaxis={"title": {"text": "probability"}}
    )


def perplexity_chart(table: pandas.DataFrame) -> go.Figure:
    """The chains over n, with intervals; the model and the entropy bound as lines across.

    table: as `perplexity.compare` gives it.
    """
    from workbook.welcome.perplexity import ENTROPY_BOUND, MODEL, ORDERS, chain_name

    chains = [Interval(*table.loc[chain_name(n), ["perplexity", "low", "high"]]) for n in ORDERS]
    curves = {
        "Markov chain": dict(zip(ORDERS, chains, strict=True)),
        **{name: dict.fromkeys(ORDERS, table.perplexity[name]) for name in (MODEL, ENTROPY_BOUND)},
    }
    figure = charts.lines(curves, "n", "perplexity a token")
    figure.update_traces(mode="lines", selector=lambda trace: trace.name in (MODEL, ENTROPY_BOUND))
    return figure.update_layout(
        xaxis={"tickvals": list(ORDERS)}, yaxis={"type": "log", "tickvals": TICKS}
    )


def sure_and_seen(
    network: nn.Module,
    generative: Generative,
    points: Float[Tensor, "N 2"],
    labels: Int[Tensor, " N"],
    marked: Mapping[str, tuple[float, float]],
) -> go.Figure:
    """Draw two maps side by side: the classifier's p of one class, and ln p of a density.

    points: drawn as circles and triangles by their labels. marked: name -> a place to mark.
    """
    import torch
    from plotly.subplots import make_subplots

    axis = torch.linspace(*REACH, CELLS)
    grid = torch.cartesian_prod(axis, axis)
    with torch.no_grad():
        sure = network(grid).softmax(-1)[:, 1]
    seen = generative.log_prob(grid).clamp(min=DEEPEST)
    titles = ("classifier: blue or orange, how sure", "density: seen (white) or not")
    figure = make_subplots(1, 2, subplot_titles=titles, shared_yaxes=True, horizontal_spacing=0.06)
    blue, orange = figures.PALETTE[:2]
    scales = ([[0, blue], [0.5, "#ffffff"], [1, orange]], [[0, "#8a8a8a"], [1, "#ffffff"]])
    for column, (values, scale) in enumerate(zip((sure, seen), scales, strict=True), 1):
        figure.add_heatmap(
            x=axis.tolist(),
            y=axis.tolist(),
            z=values.view(CELLS, CELLS).T.numpy().round(2).tolist(),
            colorscale=scale,
            showscale=False,
            zsmooth="best",
            row=1,
            col=column,
        )
        _draw_points(figure, points, labels, column)
        _draw_marks(figure, marked, column)
    figure.add_contour(
        x=axis.tolist(),
        y=axis.tolist(),
        z=seen.view(CELLS, CELLS).T.numpy().round(1).tolist(),
        contours={"start": generative.limit, "end": generative.limit, "coloring": "none"},
        line={"color": figures.TEXT, "dash": "dash", "width": 2},
        showscale=False,
        row=1,
        col=2,
    )
    return figure.update_layout(showlegend=False, height=430)


def _draw_points(figure: go.Figure, points: Tensor, labels: Tensor, column: int) -> None:
    """The known points: colour and shape say which class."""
    for label, (colour, symbol) in enumerate(
        zip(figures.PALETTE, ("circle", "triangle-up"), strict=False)
    ):
        x, y = points[labels == label].T.numpy().round(2).tolist()
        marker = {"color": colour, "symbol": symbol, "size": 6}
        marker["line"] = {"width": 1, "color": figures.TEXT}  # white was lost on the bright ground
        figure.add_scatter(x=x, y=y, mode="markers", marker=marker, row=1, col=column)


def _draw_marks(figure: go.Figure, marked: Mapping[str, tuple[float, float]], column: int) -> None:
    """A letter in a white circle at each marked place."""
    x, y = zip(*marked.values(), strict=True)
    figure.add_scatter(
        x=x,
        y=y,
        text=[f"<b>{name}</b>" for name in marked],
        mode="markers+text",
        marker={"size": 21, "color": "#ffffff", "line": {"width": 2, "color": figures.TEXT}},
        row=1,
        col=column,
    )


def verdicts(
    network: nn.Module, generative: Generative, marked: Mapping[str, tuple[float, float]]
) -> pandas.DataFrame:
    """What both models say about each marked place."""
    import pandas as pd
    import torch

    from workbook.welcome.classifier_vs_density import confidence

    places = torch.tensor(list(marked.values()))
    return pd.DataFrame(
        {
            "place": list(marked),
            "classifier is sure at": [f"{p:.2%}" for p in confidence(network, places).tolist()],
            "density, ln p": [round(p, 1) for p in generative.log_prob(places).tolist()],
            "seen": ["no" if new else "yes" for new in generative.never_seen(places).tolist()],
        }
    )


def describe(table: pandas.DataFrame) -> str:
    """Both maps in one sentence, for a screen reader: what `verdicts` says about the places."""
    told = [
        f"at {place} the classifier is sure at {sure} and ln p is {log_p} (seen: {seen})"
        for place, sure, log_p, seen in table.itertuples(index=False)
    ]
    return (
        "Left, a classifier's two colours with one sharp border; right, a density, high around "
        f"the known points only. Of the marked places, {'; '.join(told)}."
    )
