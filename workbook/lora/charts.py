"""The figures of lesson 10: each function takes plain data and gives a plotly figure.

Left out: the explorers, in `explorers.py`; the sentence for a screen reader, which is written where
a figure is shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import plotly.graph_objects as go


def bars(values: Sequence[float]) -> go.Figure:
    """Return one bar for each share."""
    import plotly.graph_objects as go

    names = [str(place) for place in range(1, len(values) + 1)]
    figure = go.Figure(go.Bar(x=names, y=list(values)))
    return figure.update_layout(xaxis_title="weight", yaxis={"title": "share", "range": [0, 1]})
