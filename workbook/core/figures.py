"""How a figure looks, and how it is shown: one plotly theme, one `show`, one table twin.

`show` puts one output into the notebook that every reader can use: plotly JSON for JupyterLab, one
line of text (the alt text) for a screen reader or a terminal, and a PNG for GitHub, written only
while the course is built (`WORKBOOK_PNG=1`), so that a learner never needs a browser beside the
kernel. Left out: interaction, which is `workbook.core.explorer`. Every lesson uses this file.
"""

from __future__ import annotations

import base64
import functools
import html
import json
import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas
    import plotly.graph_objects as go

TEXT = "#333333"  # at least 4.5:1 on the paper, over a white page and over JupyterLab's dark one
QUIET = "#666666"  # secondary marks: what was cut, what is only a reference
GRID = "rgba(0,0,0,0.12)"
# No single colour reaches 4.5:1 on both #ffffff and #111111 (the best reaches 4.34), so the paper
# is nearly opaque: it vanishes on a white page and is a soft card on a dark one.
PAPER_ALPHA = 0.92
PAPER = f"rgba(255,255,255,{PAPER_ALPHA})"
# Blue, orange, plum, brown, grey: each 3:1 on the paper, told apart with every colour blindness.
PALETTE = ("#0072b2", "#ce6a03", "#3b1060", "#8f3c0e", QUIET)
DASHES = ("solid", "dash", "dot", "dashdot", "longdash")  # colour is never the only difference
PLOTLY_MIME = "application/vnd.plotly.v1+json"


@functools.cache
def template() -> go.layout.Template:
    """The look of every figure; small, because it is stored with each of them."""
    import plotly.graph_objects as go

    axis = {"gridcolor": GRID, "zerolinecolor": GRID, "linecolor": QUIET, "automargin": True}
    return go.layout.Template(
        layout={
            "paper_bgcolor": PAPER,
            "plot_bgcolor": "rgba(0,0,0,0)",
            "colorway": PALETTE,
            "font": {"color": TEXT, "size": 14},
            "title": {"x": 0, "xref": "paper", "y": 0.97, "yanchor": "top", "font": {"size": 17}},
            "legend": {"orientation": "h", "y": 1, "yanchor": "bottom", "bgcolor": "rgba(0,0,0,0)"},
            "margin": {"l": 60, "r": 20, "t": 70, "b": 50},
            "height": 380,
            "xaxis": axis,
            "yaxis": axis,
        }
    )


def one_line(alt: str) -> str:
    """`alt` without line breaks; a ValueError if nothing is left."""
    text = " ".join((alt or "").split())
    if not text:
        raise ValueError(
            "A figure needs alt text: say what it shows in one sentence, show(figure, alt='...')."
        )
    return text


def styled(figure: go.Figure, alt: str) -> go.Figure:
    """A copy of `figure` in the course's theme, with its alt text in `layout.meta["alt"]`."""
    import plotly.graph_objects as go

    copy = go.Figure(figure)
    copy.layout.template = template()
    copy.layout.meta = {**(copy.layout.meta or {}), "alt": one_line(alt)}
    return copy


def mimebundle(figure: go.Figure, alt: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """(data, metadata) of one output: plotly JSON, one line of text, at build time a PNG."""
    figure = styled(figure, alt)
    alt = figure.layout.meta["alt"]
    data = {PLOTLY_MIME: json.loads(figure.to_json()), "text/plain": alt}
    if not building():
        return data, {}
    data["image/png"] = base64.b64encode(_png(figure)).decode("ascii")
    return data, {"image/png": {"alt": alt}}


def show(figure: go.Figure, alt: str, table: bool | pandas.DataFrame | None = None) -> None:
    """Displays `figure`. `table=True` (or a DataFrame) adds a folded table of the same numbers.

    alt: one sentence that says what the figure shows; ValueError if it is empty.
    """
    from IPython.display import display

    data, metadata = mimebundle(figure, alt)
    display(data, metadata=metadata, raw=True)
    if table is None or table is False:
        return
    frame = as_table(figure) if table is True else table
    display({"text/html": _folded(frame, alt), "text/plain": frame.to_string()}, raw=True)


def as_table(figure: go.Figure) -> pandas.DataFrame:
    """The numbers of a figure: one column per trace where the traces share their x, else long form.

    Reads traces with x and y (bars, also lying ones, lines, points); ValueError if there are none.
    """
    import pandas as pd

    traces = [trace for trace in figure.data if getattr(trace, "y", None) is not None]
    x_name = figure.layout.xaxis.title.text or "x"
    y_name = figure.layout.yaxis.title.text or "y"
    lying = any(getattr(trace, "orientation", None) == "h" for trace in traces)
    if lying:
        x_name, y_name = y_name, x_name
    series = []
    for number, trace in enumerate(traces, 1):
        x = range(len(trace.y)) if trace.x is None else trace.x
        x, y = (trace.y, x) if lying else (x, trace.y)
        name = trace.name or (y_name if len(traces) == 1 else f"{y_name} {number}")
        series.append(pd.Series(list(y), index=pd.Index(list(x), name=x_name), name=name))
    if not series:
        raise ValueError("This figure has no x and y to tabulate; pass a DataFrame as table=...")
    if all(one.index.equals(series[0].index) for one in series):
        return pd.concat(series, axis=1).reset_index()
    parts = [one.rename(y_name).reset_index().assign(series=one.name) for one in series]
    return pd.concat(parts, ignore_index=True)[["series", x_name, y_name]]


def building() -> bool:
    """True while the course's notebooks are built, when outputs must stand without a kernel."""
    return os.environ.get("WORKBOOK_PNG") == "1"


def _folded(frame: pandas.DataFrame, alt: str) -> str:
    """The table behind a disclosure triangle: plain HTML, reachable by keyboard, no script."""
    rows = frame.to_html(index=False, border=0, float_format=lambda value: f"{value:.4g}")
    return (
        f"<details><summary>The figure as a table</summary><p>{html.escape(one_line(alt))}</p>"
        f"{rows}</details>"
    )


def _png(figure: go.Figure) -> bytes:
    import kaleido

    _start_browser()
    size = {"width": 780, "height": figure.layout.height or 380, "scale": 1.25}
    return kaleido.calc_fig_sync(figure.to_dict(), opts={"format": "png", **size})


@functools.cache
def _start_browser() -> None:
    """One headless browser for all figures of a build; kaleido would start one per figure."""
    import atexit

    import kaleido

    kaleido.start_sync_server(n=1, silence_warnings=True)
    atexit.register(kaleido.stop_sync_server, silence_warnings=True)
