"""An explorer: settings in, a figure out, with controls a reader can move.

`compute(**settings)` makes the data, `draw(data)` the figure; neither knows about widgets, so both
are tested like any function. With a kernel the reader gets ipywidgets above the figure; without
one, a plotly figure whose own slider steps through frames made beforehand. Both come with a table
of the same numbers. Left out: the look of a figure (`figures.py`), its table (`tables.py`)
and how it is redrawn (`canvas`).
Each lesson keeps its explorers in `workbook/<topic>/explorers.py`.
"""

from __future__ import annotations

import html
import traceback
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from workbook.core.notebook import figures, tables
from workbook.core.notebook.canvas import Canvas
from workbook.core.notebook.controls import (
    Choice,
    Control,
    Slider,
    TextInput,
    Toggle,
    control_attributes,
)

if TYPE_CHECKING:
    import pandas
    import plotly.graph_objects as go

LONGEST_LABEL = 16  # characters beside a static slider; longer settings are numbered
KEPT = 10  # lines of a history
UNSEEN = "position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)"

__all__ = ["Choice", "Explorer", "Slider", "TextInput", "Toggle"]


class Explorer:
    """A figure with controls.

    title: what the reader explores.
    compute: settings by name -> data; raises ValueError, in one sentence, for a setting it refuses.
    draw: data -> plotly figure, always with the same traces, so that an update is cheap.
    controls: setting name -> Slider, Choice, TextInput or Toggle.
    alt: one sentence about the figure, or a function data -> sentence; a screen reader reads it out
        when a setting changes.
    table: data -> DataFrame with what the figure shows; by default read from the figure.
    history: data -> a line about what is shown; the live form keeps the last of them below.
    """

    def __init__(
        self,
        title: str,
        compute: Callable[..., Any],
        draw: Callable[[Any], go.Figure],
        controls: Mapping[str, Control],
        alt: str | Callable[[Any], str],
        table: Callable[[Any], pandas.DataFrame] | None = None,
        history: Callable[[Any], str] | None = None,
    ) -> None:
        self.title, self.compute, self.draw, self.alt = title, compute, draw, alt
        self.history = history
        self.table = table or (lambda data: tables.as_table(draw(data)))
        self.controls = dict(controls)
        self.settings = {name: control.default for name, control in self.controls.items()}
        self.error: str | None = None  # the sentence under the controls, None when all is well
        self._view: _View | None = None

    def show(self) -> None:
        """Displays one output: the live widget, and beside it, for a page without a kernel, the
        static figure. While the course is built only the static figure is stored, with its table: a
        widget that outlived its kernel would read "model not found"."""
        from IPython.display import display

        figure = self.static_figure()
        alt = figure.layout.meta["alt"]
        if not figures.building():
            data, metadata = figures.mimebundle(figure, alt)
            display({**self.widget()._repr_mimebundle_(), **data}, metadata=metadata, raw=True)
            return
        picture = self._styled(self.compute(**self._defaults()))  # a picture of a slider is dead
        data, metadata = figures.mimebundle(figure, alt, picture)
        display(data, metadata=metadata, raw=True)
        labels = ", ".join(control.label for control in self.controls.values())
        remark = f"Run the cell to use the controls: {labels}." if labels else ""
        figures.display_table(self.static_table(), alt, remark)

    def widget(self):
        """The live form, an ipywidgets VBox; made once, every control labelled."""
        if self._view is None:
            self._view = _View(self)
        return self._view.box

    def figure(self, **settings: Any) -> go.Figure:
        """The figure for the present settings, some of them replaced by `settings`."""
        return self._styled(self.compute(**{**self.settings, **self._known(settings)}))

    def set(self, **settings: Any) -> None:
        """Moves controls from code, as the reader would by hand; one update for all of them.

        A setting that `compute` refuses leaves its sentence in `self.error`, like in the widget.
        """
        self._known(settings)
        if self._view is None:
            self.settings.update(settings)
            self._refresh()
        else:
            self._view.move(settings)

    def static_figure(self, grid_control: str | None = None) -> go.Figure:
        """The figure at the defaults, with a native slider over the grid of one control.

        grid_control: which control; by default the first that has a grid.
        """
        import plotly.graph_objects as go

        name = self._stepped(grid_control)
        defaults = self._defaults()
        figure = self._styled(self.compute(**defaults))
        if name is None:
            return figure
        control = self.controls[name]
        drawn = [self._described(self.compute(**{**defaults, name: v})) for v in control.grid]
        marks = {key for one in drawn for key in ("annotations", "shapes") if one.layout[key]}
        figure.frames = [
            go.Frame(name=str(value), data=one.data, layout=_moving(one.layout, marks))
            for value, one in zip(control.grid, drawn, strict=True)
        ]
        figure.layout.sliders = [_native_slider(control)]
        figure.layout.margin.b = 150
        figure.layout.height = (figure.layout.height or 380) + 60
        return figure

    def static_table(self, grid_control: str | None = None) -> pandas.DataFrame:
        """The numbers of the static figure: its slider's setting in the first column."""
        import pandas as pd

        name, defaults = self._stepped(grid_control), self._defaults()
        if name is None:
            return self.table(self.compute(**defaults))
        parts = []
        for value in self.controls[name].grid:
            part = self.table(self.compute(**{**defaults, name: value}))
            part.insert(0, self.controls[name].label, value, allow_duplicates=True)
            parts.append(part)
        return pd.concat(parts, ignore_index=True)

    def _stepped(self, grid_control: str | None) -> str | None:
        """The control whose grid a static figure steps through, None where there is none."""
        if grid_control is not None and not self.controls[grid_control].grid:
            raise ValueError(
                f"{grid_control} has no grid; give its control grid=(...) to step through."
            )
        return grid_control or next((n for n, c in self.controls.items() if c.grid), None)

    def _defaults(self) -> dict[str, Any]:
        return {name: control.default for name, control in self.controls.items()}

    def _styled(self, data: Any) -> go.Figure:
        return figures.styled(self.draw(data), self._sentence(data))

    def _described(self, data: Any) -> go.Figure:
        """With its alt text, not yet with the theme."""
        figure = self.draw(data)
        figure.layout.meta = {"alt": self._sentence(data)}
        return figure

    def _sentence(self, data: Any) -> str:
        return figures.one_line(self.alt(data) if callable(self.alt) else self.alt)

    def _known(self, settings: dict[str, Any]) -> dict[str, Any]:
        for name in settings:
            if name not in self.controls:
                raise ValueError(
                    f"No control named {name!r}; there are: {', '.join(self.controls)}."
                )
        return settings

    def _refresh(self) -> tuple[Any, go.Figure] | None:
        """Data and figure for the present settings; None, with `self.error`, where one is
        refused."""
        self.error = None
        try:
            data = self.compute(**self.settings)
        except ValueError as refused:
            self.error = str(refused) or "These settings do not go together."
            return None
        return data, self._described(data)


class _View:
    """The live form of one explorer: controls, a canvas, and a line that says what is seen."""

    def __init__(self, explorer: Explorer) -> None:
        import ipywidgets

        self.explorer = explorer
        self.note = ipywidgets.HTML()
        self.inputs = {name: control.widget() for name, control in explorer.controls.items()}
        for name, widget in self.inputs.items():
            widget.value = explorer.settings[name]
            widget.observe(self._changed, names="value")
        self.moving = False
        self.canvas = Canvas(explorer._styled(explorer.compute(**explorer._defaults())))
        self.data: Any = None  # what is drawn
        self.wish = ipywidgets.ToggleButton(description="Show as table")
        self.wish.observe(lambda _event: self._tabulate(), names="value")
        self.twin = ipywidgets.HTML()
        title = ipywidgets.HTML(f"<b>{tables.escaped(explorer.title)}</b>")
        self.lines: list[str] = []  # of the history, the newest last
        self.past = ipywidgets.HTML()
        seen = [
            self.note,
            self.canvas.widget,
            self.wish,
            self.twin,
            self.past,
            *control_attributes(),
        ]
        self.box = ipywidgets.VBox([title, *self.inputs.values(), *seen])
        self._update()

    def move(self, settings: dict[str, Any]) -> None:
        self.moving = True
        try:
            for name, value in settings.items():
                self.inputs[name].value = value
        finally:
            self.moving = False
        self._update()

    def _changed(self, _event: Any) -> None:
        if not self.moving:
            self._update()

    def _update(self) -> None:
        """A refused setting is put into one sentence. So is a fault of the explorer itself, which
        is raised as well, for the kernel to report: nothing is swallowed."""
        explorer = self.explorer
        explorer.settings = {name: widget.value for name, widget in self.inputs.items()}
        try:
            found = explorer._refresh()
            if found is not None:
                self.data, figure = found
                self.canvas.update(figure)
                self._tabulate()
                self._remember()
        except Exception as fault:
            explorer.error = f"This explorer has a fault: {type(fault).__name__}: {fault}"
            self._say(explorer.error, traceback.format_exc())
            raise
        self._say(explorer.error or figure.layout.meta["alt"])

    def _remember(self) -> None:
        """What was shown before, the newest first."""
        if self.explorer.history is None:
            return
        line = self.explorer.history(self.data)
        if line not in self.lines[-1:]:
            self.lines = [*self.lines, line][-KEPT - 1 :]
        before = "".join(f"<li>{tables.escaped(line)}</li>" for line in self.lines[-2::-1])
        self.past.value = f"<p>Before:</p><ul>{before}</ul>" if before else ""

    def _tabulate(self) -> None:
        """The table twin of what is drawn, as long as the reader wants it."""
        if not self.wish.value:
            self.twin.value = ""
            return
        try:
            page = tables.plain(self.explorer.table(self.data))
            self.twin.value = (
                f'<div class="jp-RenderedHTMLCommon">{page}</div>'  # JupyterLab's look
            )
        except ValueError as nothing:
            self.twin.value = tables.escaped(str(nothing))

    def _say(self, sentence: str, details: str = "") -> None:
        """One sentence below the controls, announced by screen readers (`role="status"`). When all
        is well, only they need it: an eye has the figure."""
        mark = "<b>Not possible:</b> " if self.explorer.error else ""
        if details:
            details = (
                f"<details><summary>Traceback</summary><pre>{html.escape(details)}</pre></details>"
            )
        style = "" if self.explorer.error else f' style="{UNSEEN}"'
        self.note.value = (
            f'<div role="status"{style}>{mark}{tables.escaped(sentence)}</div>{details}'
        )


def _moving(layout: Any, marks: set[str]) -> dict[str, Any]:
    """The parts of a layout that change from frame to frame. marks: what some frame has; where this
    one has none, that of the frame before must go."""
    kept = dict.fromkeys(marks, [{"visible": False}]) | layout.to_plotly_json()
    return {key: kept[key] for key in ("title", "annotations", "shapes", "meta") if key in kept}


def _native_slider(control: Control) -> dict[str, Any]:
    now = {
        "mode": "immediate",
        "frame": {"duration": 0, "redraw": True},
        "transition": {"duration": 0},
    }
    names = [str(value) for value in control.grid]  # of the frames
    labels = names if max(map(len, names)) <= LONGEST_LABEL else range(1, len(names) + 1)
    steps = [
        {"label": str(label), "method": "animate", "args": [[name], now]}
        for label, name in zip(labels, names, strict=True)
    ]
    active, prefix = _first_step(control), {"prefix": f"{control.label}: "}
    return {"steps": steps, "active": active, "currentvalue": prefix, "pad": {"t": 70}}


def _first_step(control: Control) -> int:
    """The step of the grid that a figure at the defaults stands at; of numbers, the nearest."""
    if control.default in control.grid:
        return control.grid.index(control.default)
    if not all(isinstance(value, (int, float)) for value in (control.default, *control.grid)):
        return 0
    return min(range(len(control.grid)), key=lambda n: abs(control.grid[n] - control.default))
