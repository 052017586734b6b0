"""The loss while a model trains: a figure below the cell that is drawn anew every second.

    with LiveLoss(entropy_bound=1.1) as plot:
        run = fit(model, batches, loss, config, on_step=plot)

While it moves it stands in an output widget, since JupyterLab does not draw a plain figure anew. At
the end a plain one takes its place, so the stored notebook keeps the last figure, with its numbers
as a table, and no widget. Without a notebook nothing is drawn. `loss_figure` makes the same figure
from any records. Lesson 08 watches its first tuning with it.
Left out: other quantities of a record, which a chart of the lesson's own can show.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from workbook.core.notebook import figures
from workbook.core.notebook.canvas import Canvas

if TYPE_CHECKING:
    import plotly.graph_objects as go

POINTS = 400  # drawn at most, so that a long run stays a small figure


class LiveLoss:
    """Give it to `fit` as `on_step`, inside a `with`, which draws the last figure at its end."""

    def __init__(
        self, entropy_bound: float | None = None, every: float = 1.0, title: str = ""
    ) -> None:
        """entropy_bound: no loss is lower, nats a token. every: seconds between drawings."""
        self.entropy_bound, self.every, self.title = entropy_bound, every, title
        self.records: list[dict[str, Any]] = []
        self.handle: Any = None  # of the place in the notebook
        self.canvas: Canvas | None = None  # what stands there until the end
        self.drawn = 0.0

    def __call__(self, record: dict[str, Any]) -> None:
        self.records.append(record)
        now = time.monotonic()
        # While the course is built a drawing also makes a picture, so only the last is drawn.
        if self.handle and now - self.drawn >= self.every and not figures.building():
            self._draw()
            self.drawn = now

    def __enter__(self) -> LiveLoss:
        from IPython import get_ipython
        from IPython.display import display

        if get_ipython() is not None:
            waiting = {"text/plain": "The loss is drawn here as soon as training begins."}
            self.handle = display(waiting, raw=True, display_id=True)
        return self

    def __exit__(self, *_: object) -> None:
        if not self.records or self.handle is None:
            return
        figure, alt = self._figure()
        data, metadata = figures.mimebundle(figure, alt)
        self.handle.update(data, metadata=metadata, raw=True)
        if self.canvas is not None:
            self.canvas.widget.close()
        figures.display_table(figures.as_table(figure), alt)

    def _draw(self) -> None:
        figure, alt = self._figure()
        figure = figures.styled(figure, alt)
        if self.canvas is None:
            self.canvas = Canvas(figure)
            self.handle.update(self.canvas.widget)
        else:
            self.canvas.update(figure)

    def _figure(self) -> tuple[go.Figure, str]:
        alt = describe(self.records, self.entropy_bound)
        return loss_figure(self.records, self.entropy_bound, self.title), alt


def loss_figure(
    records: Sequence[dict[str, Any]], entropy_bound: float | None = None, title: str = ""
) -> go.Figure:
    """Loss by step, the evaluations as marks, and the entropy bound as a line."""
    import plotly.graph_objects as go

    if not records:
        raise ValueError("there is no record to draw: train first.")
    shown = thinned(records)
    steps = [record["step"] for record in shown]
    figure = go.Figure(layout={"title": title or "Loss while training"})
    figure.add_scatter(x=steps, y=[r["loss"] for r in shown], name="training")
    judged = [record for record in records if "evaluation_loss" in record]
    if judged:
        figure.add_scatter(
            x=[record["step"] for record in judged],
            y=[record["evaluation_loss"] for record in judged],
            name="held-out",
            mode="lines+markers",
            line={"dash": figures.DASHES[1]},
        )
    if entropy_bound is not None:
        figure.add_scatter(
            x=[steps[0], steps[-1]],
            y=[entropy_bound, entropy_bound],
            name="entropy bound",
            mode="lines",
            line={"dash": figures.DASHES[2], "color": figures.QUIET},
        )
    figure.update_layout(xaxis_title="step", yaxis_title="loss, nats a token", showlegend=True)
    return figure


def thinned(records: Sequence[dict[str, Any]], points: int = POINTS) -> list[dict[str, Any]]:
    """Every n-th record, and the last, so that there are at most about `points`."""
    stride = max(1, -(-len(records) // points))
    chosen = list(records[::stride])
    return chosen if chosen[-1] is records[-1] else [*chosen, records[-1]]


def describe(records: Sequence[dict[str, Any]], entropy_bound: float | None = None) -> str:
    """The figure in one sentence."""
    first, last = records[0], records[-1]
    told = f"Loss by step: {first['loss']:.2f} nats a token at step {first['step']}"
    told += f", {last['loss']:.2f} at step {last['step']}"
    return told + (
        f"; nothing can get below {entropy_bound:.2f}." if entropy_bound is not None else "."
    )
