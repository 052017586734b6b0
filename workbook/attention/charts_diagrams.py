"""The drawings of lesson 01: the projections of one attention with their numbers, and the block.

Each function returns a figure without showing it, so that a test can read it. Left out: figures of
measurements, which are in `charts.py`, and the theme (`figures.py`).
"""
# ruff: noqa: F722 - the strings in the annotations are shapes

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from workbook.core.notebook import charts, figures

if TYPE_CHECKING:
    import plotly.graph_objects as go
    from jaxtyping import Float
    from torch import Tensor

COLUMNS = 5  # panels in a row of the drawing of the projections
HIDDEN = {"visible": False}
Box = tuple[str, float, float, str]  # what is written in it, its middle, its colour


def matrices_chart(
    matrices: Mapping[str, tuple[Float[Tensor, "_ _"], Sequence[str], Sequence[str]]],
) -> go.Figure:
    """Return small matrices side by side, five in a row, each number written into its cell.

    matrices: title -> (matrix, names of its rows, names of its columns).
    """
    from plotly.subplots import make_subplots

    rows = -(-len(matrices) // COLUMNS)
    figure = make_subplots(
        rows, COLUMNS, subplot_titles=list(matrices), horizontal_spacing=0.065, vertical_spacing=0.3
    )
    for number, (matrix, index, columns) in enumerate(matrices.values()):
        row, column = divmod(number, COLUMNS)
        numbers = matrix.tolist()
        charts.add_heat(
            figure,
            numbers,
            columns=list(columns),
            index=list(index),
            text=[[_short(z) for z in line] for line in numbers],
            textfont={"size": 10},
            gaps=(1, 1),
            place={"row": row + 1, "col": column + 1},
        )
    figure.update_xaxes(tickfont={"size": 9}, tickangle=-60, type="category")
    figure.update_yaxes(tickfont={"size": 9}, type="category")
    figure.update_annotations(font={"size": 13})
    return figure.update_layout(height=250 * rows, margin={"l": 40, "t": 50})


def _short(number: float) -> str:
    """Two decimals at most, without what is 0: 3, .98, and nothing for 0."""
    text = f"{number:.2f}".rstrip("0").rstrip(".")
    return "" if text in ("0", "-0") else re.sub(r"^(-?)0\.", r"\1.", text)


def block_diagram() -> go.Figure:
    """Return a drawing of a block twice: norm before each part (pre-norm), and after each sum."""
    import plotly.graph_objects as go

    figure = go.Figure()
    blue, orange = figures.PALETTE[:2]
    pre = ("norm", "attention", "+", "norm", "feed-forward", "+")
    post = ("attention", "+", "norm", "feed-forward", "+", "norm")
    for left, name, steps in (
        (0.0, "pre-norm: x + part(norm(x))", pre),
        (6.0, "post-norm: norm(x + part(x))", post),
    ):
        colours = {"norm": figures.QUIET, "+": "#ffffff"}
        _branches(figure, left, steps)
        for height, step in enumerate(steps, 1):
            colour = colours.get(step, blue if step == "attention" else orange)
            _box(figure, (step, left + 2, float(height), colour))
        for end, text in ((0, "x: the residual stream, T C"), (7, "to the next block, T C")):
            figure.add_annotation(x=left + 2, y=end, text=text, showarrow=False)
        figure.add_annotation(x=left + 2, y=7.8, text=f"<b>{name}</b>", showarrow=False)
    return figure.update_layout(
        xaxis={**HIDDEN, "range": [-1, 10.6]},
        yaxis={**HIDDEN, "range": [-0.4, 8.2]},
        height=430,
        margin={"t": 20, "b": 10},
    )


def _box(figure: go.Figure, box: Box) -> None:
    text, x, y, colour = box
    wide = 0.22 if text == "+" else 1.15
    figure.add_shape(type="rect", x0=x - wide, x1=x + wide, y0=y - 0.28, y1=y + 0.28,
                     fillcolor=colour, opacity=1 if text == "+" else 0.35,
                     line={"color": figures.TEXT})  # fmt: skip
    figure.add_annotation(x=x, y=y, text=text, showarrow=False)


def _branches(figure: go.Figure, left: float, steps: Sequence[str]) -> None:
    """The way up through the boxes, and beside it the sums' way around each part."""
    middle, around = left + 2, left + 4
    for height in range(7):
        _arrow(figure, (middle, height + 0.28), (middle, height + 0.72))
    start = 0.45
    for height, step in enumerate(steps, 1):
        if step != "+":
            continue
        line = {"color": figures.TEXT, "width": 1.5}
        for x0, y0, x1, y1 in ((middle, start, around, start), (around, start, around, height)):
            figure.add_shape(type="line", x0=x0, y0=y0, x1=x1, y1=y1, line=line)
        _arrow(figure, (around, float(height)), (middle + 0.25, float(height)))
        after_norm = height < len(steps) and steps[height] == "norm" and steps[0] == "attention"
        start = height + (1.45 if after_norm else 0.45)


def _arrow(figure: go.Figure, start: tuple[float, float], end: tuple[float, float]) -> None:
    figure.add_annotation(x=end[0], y=end[1], ax=start[0], ay=start[1], xref="x", yref="y",
                          axref="x", ayref="y", showarrow=True, arrowhead=2, text="")  # fmt: skip
