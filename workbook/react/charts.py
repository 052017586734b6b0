"""The figures of lesson 16: a trace as a table, shares with intervals, published pairs of bars.

Each function takes plain data and gives a plotly figure. Left out: the explorer, in `explorers.py`;
the sentence for a screen reader, which is written where a figure is shown.
"""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from workbook.core.notebook import figures
from workbook.core.runs import Interval, error_bars

if TYPE_CHECKING:
    import plotly.graph_objects as go

PALE, LINE = "#f2f2f2", "#cccccc"
LETTERS = 78  # of a line in the wide column


def trace_table(rows: Sequence[tuple[str, str]], title: str) -> go.Figure:
    """Return a table of (what, words): thoughts, actions and observations, one a row."""
    import plotly.graph_objects as go

    columns = [[html.escape(cell) for cell in column] for column in zip(*rows, strict=True)]
    table = go.Table(
        columnwidth=[1, 4],
        header={
            "values": ["", "what is said"],
            "align": "left",
            "fill": {"color": PALE},
            "line": {"color": LINE},
        },
        cells={
            "values": columns,
            "align": "left",
            "height": 27,
            "font": {"color": figures.TEXT},
            "fill": {"color": [PALE, "#ffffff"]},
            "line": {"color": LINE},
        },
    )
    lines = sum(1 + len(words) // LETTERS for _, words in rows) + 1
    margin = {"l": 25, "r": 35, "t": 60, "b": 20}
    return go.Figure(table, layout={"title": title, "height": 110 + 32 * lines, "margin": margin})


def shares(values: Mapping[str, Interval], what: str) -> go.Figure:
    """Return a bar with its interval for each share. what: the title of the axis."""
    import plotly.graph_objects as go

    found = list(values.values())
    bars = go.Bar(
        x=list(values), y=[one.mean for one in found], error_y=error_bars(found), name=what
    )
    axis = {"title": {"text": what}, "range": [0, 1.05], "tickformat": ".0%"}
    return go.Figure(bars, layout={"yaxis": axis})


def pairs(rows: Mapping[str, tuple[float, float]], names: tuple[str, str], what: str) -> go.Figure:
    """Return two bars for each row. names: of the two; what: the title of the axis."""
    import plotly.graph_objects as go

    figure = go.Figure(layout={"barmode": "group", "yaxis": {"title": {"text": what}}})
    for place, (name, pattern) in enumerate(zip(names, ("", "/"), strict=True)):
        values = [row[place] for row in rows.values()]
        figure.add_bar(x=list(rows), y=values, name=name, marker_pattern_shape=pattern)
    return figure
