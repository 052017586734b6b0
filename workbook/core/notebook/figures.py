"""How a figure looks, and how it is shown: one plotly theme, one `show`, one table twin.

`show` puts one output into the notebook that every reader can use: plotly JSON for JupyterLab, one
line of text (the alt text) for a screen reader or a terminal, and a PNG for GitHub, written only
while the course is built (`WORKBOOK_PNG=1`), so that a learner never needs a browser beside the
kernel. Left out: interaction, which is `explorer.py`, and how numbers become a table,
which is `workbook.core.notebook.tables`. Every lesson uses this file.
"""

from __future__ import annotations

import base64
import functools
import io
import json
import os
from typing import TYPE_CHECKING, Any

from workbook.core.notebook import tables
from workbook.core.notebook.tables import as_table

if TYPE_CHECKING:
    import pandas
    import plotly.graph_objects as go

__all__ = ["as_table", "building", "display_table", "mimebundle", "one_line", "show", "styled"]

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
WIDTH = 780  # of a stored picture on the page, px: it fits beside the prompt of a cell
COLOURS = 64  # of a picture: a palette, its mixtures at the edges of lines, and greys of letters
PLOTLY_MIME = "application/vnd.plotly.v1+json"
# The tool bar that plotly lays over the title helps nobody who has no mouse; dragging still zooms,
# and a double click takes it back.
# JupyterLab tells a figure its new size itself; a second watcher of plotly's own ("responsive") saw
# a height of 0 after each change of the window and drew the figure with it.
CONFIG = {"displayModeBar": False, "responsive": False}


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
    text = tables.unsigned_zeros(" ".join((alt or "").split()))
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


def mimebundle(
    figure: go.Figure, alt: str, picture: go.Figure | None = None
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return (data, metadata) of one output: plotly JSON, one line of text, at build time a PNG.

    picture: what the PNG shows, where `figure` has parts that a picture cannot move.
    """
    figure = styled(figure, alt)
    alt = figure.layout.meta["alt"]
    plot = json.loads(figure.to_json()) | {"config": CONFIG}
    data = {PLOTLY_MIME: plot, "text/plain": alt}
    if not building():
        return data, {}
    still = figure if picture is None else styled(picture, alt)
    data["image/png"] = base64.b64encode(_png(still)).decode("ascii")
    return data, {"image/png": {"alt": alt, "width": WIDTH}}


def show(figure: go.Figure, alt: str, table: bool | pandas.DataFrame = True) -> None:
    """Displays `figure`, and below it a folded table of the same numbers.

    alt: one sentence that says what the figure shows; ValueError if it is empty.
    table: a DataFrame where the figure's own numbers are not what a reader wants; False where the
        cell shows a table anyway. ValueError where the figure has nothing to tabulate.
    """
    from IPython.display import display

    data, metadata = mimebundle(figure, alt)
    if table is True:
        table = as_table(figure)
    display(data, metadata=metadata, raw=True)
    if table is not None and table is not False:
        display_table(table, alt)


def display_table(frame: pandas.DataFrame, alt: str, remark: str = "") -> None:
    """Display the table twin of a figure: folded in a notebook, written out in a terminal.

    remark: a sentence that stands below it and is not folded away.
    """
    from IPython.display import display

    page = tables.folded(frame, one_line(alt))
    page += f"<p>{tables.escaped(remark)}</p>" if remark else ""
    text = "\n".join(filter(None, [tables.text(frame), remark]))
    display({"text/html": page, "text/plain": text}, raw=True)


def building() -> bool:
    """True while the course's notebooks are built, when outputs must stand without a kernel."""
    return os.environ.get("WORKBOOK_PNG") == "1"


def _png(figure: go.Figure) -> bytes:
    import kaleido

    _start_browser()
    size = {"width": WIDTH, "height": figure.layout.height or 380, "scale": 1.25}
    return small_png(kaleido.calc_fig_sync(figure.to_dict(), opts={"format": "png", **size}))


def small_png(picture: bytes) -> bytes:
    """The same picture with COLOURS colours, a fifth of the bytes: a notebook holds many."""
    from PIL import Image, PngImagePlugin

    flat = PngImagePlugin.PngImageFile(io.BytesIO(picture)).convert("RGB")
    small = io.BytesIO()
    flat.quantize(COLOURS, dither=Image.Dither.NONE).save(small, "PNG", optimize=True)
    return small.getvalue()


@functools.cache
def _start_browser() -> None:
    """One headless browser for all figures of a build; kaleido would start one per figure.

    Raises RuntimeError where there is none: kaleido would wait for its answer without end.
    """
    import atexit

    import kaleido
    from choreographer.browsers.chromium import Chromium

    if Chromium.find_browser(skip_local=False) is None:
        raise RuntimeError(
            "Pictures of figures need Chromium or Chrome: install one (on Debian `apt-get install "
            "chromium`), or run without --pictures."
        )
    kaleido.start_sync_server(n=1, silence_warnings=True)
    atexit.register(kaleido.stop_sync_server, silence_warnings=True)
