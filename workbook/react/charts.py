"""The figures of lesson 16: the loop drawn, a trace as a table, shares, published pairs of bars.

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


def shares(values: Mapping[str, Interval], what: str, chance: float = 0.0) -> go.Figure:
    """Return a bar with its interval for each share, and a line at what guessing gets.

    what: the title of the axis. chance: 0 draws no line.
    """
    import plotly.graph_objects as go

    found = list(values.values())
    bars = go.Bar(
        x=list(values), y=[one.mean for one in found], error_y=error_bars(found), name=what
    )
    axis = {"title": {"text": what}, "range": [0, 1.05], "tickformat": ".0%"}
    figure = go.Figure(bars, layout={"yaxis": axis})
    if chance:
        said = {"annotation_text": f"guessing: {chance:.2f}", "annotation_position": "top left"}
        figure.add_hline(y=chance, line_dash="dash", line_color=figures.TEXT, **said)
    return figure


def pairs(rows: Mapping[str, tuple[float, float]], names: tuple[str, str], what: str) -> go.Figure:
    """Return two bars for each row. names: of the two; what: the title of the axis."""
    import plotly.graph_objects as go

    figure = go.Figure(layout={"barmode": "group", "yaxis": {"title": {"text": what}}})
    for place, (name, pattern) in enumerate(zip(names, ("", "/"), strict=True)):
        values = [row[place] for row in rows.values()]
        figure.add_bar(x=list(rows), y=values, name=name, marker_pattern_shape=pattern)
    return figure


def loop_diagram() -> go.Figure:
    """Return a drawing of the loop: question, model, parser, tools, and the way back."""
    import plotly.graph_objects as go

    blue, orange, grey = figures.PALETTE[0], figures.PALETTE[1], "#808080"
    boxes = {  # text -> left, bottom, colour; each is 2 wide and 1 high
        "question": (0.0, 3.0, grey),
        "<b>think</b><br>model writes": (3.0, 3.0, blue),
        "parser reads<br>the action": (6.0, 3.0, grey),
        "<b>done</b><br>answer": (9.0, 3.0, grey),
        "<b>act</b><br>tool runs": (6.0, 0.6, orange),
        "chat grows": (3.0, 0.6, grey),
    }
    figure = go.Figure()
    for text, (x, y, colour) in boxes.items():
        figure.add_shape(type="rect", x0=x, x1=x + 2, y0=y, y1=y + 1, fillcolor=colour,
                         opacity=0.35, line={"color": figures.TEXT})  # fmt: skip
        figure.add_annotation(x=x + 1, y=y + 0.5, text=text, showarrow=False)
    arrows = {  # from, to -> what it carries, and where that stands
        ((2.05, 3.5), (2.95, 3.5)): ("", 0, 0),
        ((5.05, 3.5), (5.95, 3.5)): ("reply", 5.5, 3.75),
        ((8.05, 3.5), (8.95, 3.5)): ("finish", 8.5, 3.75),
        ((7.0, 2.95), (7.0, 1.65)): ("call, or what is wrong with it", 9.0, 2.3),
        ((5.95, 1.1), (5.05, 1.1)): ("observation", 5.5, 0.35),
        ((4.0, 1.65), (4.0, 2.95)): ("budget left?", 3.1, 2.3),
    }
    for ((x, y), (to_x, to_y)), (text, where, height) in arrows.items():
        figure.add_annotation(x=to_x, y=to_y, ax=x, ay=y, xref="x", yref="y", axref="x", ayref="y",
                              showarrow=True, arrowhead=2, text="")  # fmt: skip
        if text:
            figure.add_annotation(x=where, y=height, text=text, showarrow=False)
    hidden = {"visible": False}
    return figure.update_layout(
        xaxis={**hidden, "range": [-0.2, 11.2]}, yaxis={**hidden, "range": [0, 4.4]}, height=330
    )
