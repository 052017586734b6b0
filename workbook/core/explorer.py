"""An explorer: settings in, a figure out, with controls a reader can move.

`compute(**settings)` makes the data, `draw(data)` the figure; neither knows about widgets, so both
are tested like any function. With a kernel the reader gets ipywidgets around a FigureWidget (or a
redrawn plain figure where FigureWidget cannot work); without one, a plotly figure whose own slider
steps through frames made beforehand. Left out: the look of a figure, in `workbook.core.figures`.
Each lesson keeps its explorers in `workbook/<topic>/explorers.py`.
"""

from __future__ import annotations

import html
import importlib.util
import sys
import traceback
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from workbook.core import figures
from workbook.core.controls import Choice, Control, Slider, TextInput, Toggle

if TYPE_CHECKING:
    import plotly.graph_objects as go

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
    """

    def __init__(
        self,
        title: str,
        compute: Callable[..., Any],
        draw: Callable[[Any], go.Figure],
        controls: Mapping[str, Control],
        alt: str | Callable[[Any], str],
    ) -> None:
        self.title, self.compute, self.draw, self.alt = title, compute, draw, alt
        self.controls = dict(controls)
        self.settings = {name: control.default for name, control in self.controls.items()}
        self.error: str | None = None  # the sentence under the controls, None when all is well
        self._view: _View | None = None

    def show(self) -> None:
        """Displays one output: the live widget, and beside it, for a page without a kernel, the
        static figure. While the course is built only the static figure is stored: a widget that
        outlived its kernel would read "model not found"."""
        from IPython.display import display

        figure = self.static_figure()
        data, metadata = figures.mimebundle(figure, figure.layout.meta["alt"])
        if not figures.building():
            data = {**self.widget()._repr_mimebundle_(), **data}
        display(data, metadata=metadata, raw=True)

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

        name = grid_control or next((n for n, c in self.controls.items() if c.grid), None)
        defaults = {n: c.default for n, c in self.controls.items()}
        figure = self._styled(self.compute(**defaults))
        if name is None:
            return figure
        control = self.controls[name]
        if not control.grid:
            raise ValueError(f"{name} has no grid; give its control grid=(...) to step through.")
        frames = []
        for value in control.grid:
            drawn = self.draw(self.compute(**{**defaults, name: value}))
            frames.append(go.Frame(name=str(value), data=drawn.data, layout=_moving(drawn.layout)))
        figure.frames = frames
        figure.layout.sliders = [_native_slider(control)]
        figure.layout.margin.b = 150
        figure.layout.height = (figure.layout.height or 380) + 60
        return figure

    def _styled(self, data: Any) -> go.Figure:
        return figures.styled(self.draw(data), self._sentence(data))

    def _sentence(self, data: Any) -> str:
        return figures.one_line(self.alt(data) if callable(self.alt) else self.alt)

    def _known(self, settings: dict[str, Any]) -> dict[str, Any]:
        for name in settings:
            if name not in self.controls:
                raise ValueError(
                    f"No control named {name!r}; there are: {', '.join(self.controls)}."
                )
        return settings

    def _refresh(self) -> go.Figure | None:
        """The figure for the present settings, or None with `self.error` where one is refused.

        It has its alt text but not the theme, which a canvas has already: an event must be quick.
        """
        self.error = None
        try:
            data = self.compute(**self.settings)
        except ValueError as refused:
            self.error = str(refused) or "These settings do not go together."
            return None
        figure = self.draw(data)
        figure.layout.meta = {"alt": self._sentence(data)}
        return figure


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
        defaults = {name: control.default for name, control in explorer.controls.items()}
        self.canvas = _canvas(explorer._styled(explorer.compute(**defaults)))
        title = ipywidgets.HTML(f"<b>{html.escape(explorer.title)}</b>")
        self.box = ipywidgets.VBox([title, *self.inputs.values(), self.note, self.canvas.widget])
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
            figure = explorer._refresh()
            if figure is not None:
                self.canvas.update(figure)
        except Exception as fault:
            explorer.error = f"This explorer has a fault: {type(fault).__name__}: {fault}"
            self._say(explorer.error, traceback.format_exc())
            raise
        self._say(explorer.error or figure.layout.meta["alt"])

    def _say(self, sentence: str, details: str = "") -> None:
        """One sentence below the controls, announced by screen readers (`role="status"`). When all
        is well, only they need it: an eye has the figure."""
        mark = "<b>Not possible:</b> " if self.explorer.error else ""
        if details:
            details = (
                f"<details><summary>Traceback</summary><pre>{html.escape(details)}</pre></details>"
            )
        style = "" if self.explorer.error else f' style="{UNSEEN}"'
        self.note.value = f'<div role="status"{style}>{mark}{html.escape(sentence)}</div>{details}'


class _LiveCanvas:
    """A FigureWidget whose traces are updated in place: one small message per event."""

    def __init__(self, figure: go.Figure) -> None:
        import plotly.graph_objects as go

        self.widget = go.FigureWidget(figure)

    def update(self, figure: go.Figure) -> None:
        old, new = self.widget, figure
        if [trace.type for trace in old.data] != [trace.type for trace in new.data]:
            old.data = []
            old.add_traces(new.data)
        with old.batch_update():
            for mine, theirs in zip(old.data, new.data, strict=True):
                mine.update(_without(theirs.to_plotly_json(), "type", "uid"), overwrite=True)
            old.layout.update(_without(new.layout.to_plotly_json(), "template"), overwrite=True)


class _PlainCanvas:
    """An Output area that holds a plain figure, drawn anew; works where FigureWidget does not."""

    def __init__(self, figure: go.Figure) -> None:
        import ipywidgets

        self.widget = ipywidgets.Output()
        self.update(figure)

    def update(self, figure: go.Figure) -> None:
        data, metadata = figures.mimebundle(figure, figure.layout.meta["alt"])
        self.widget.outputs = ({"output_type": "display_data", "data": data, "metadata": metadata},)


def _canvas(figure: go.Figure) -> _LiveCanvas | _PlainCanvas:
    """FigureWidget needs anywidget; Colab needs its widget manager and still shows none of ours."""
    if "google.colab" in sys.modules:
        _enable_colab_widgets()
        return _PlainCanvas(figure)
    if importlib.util.find_spec("anywidget") is None:
        return _PlainCanvas(figure)
    return _LiveCanvas(figure)


def _enable_colab_widgets() -> None:
    """Asks Colab for third-party widgets; a Colab without the call is no reason to stop."""
    try:
        from google.colab import output

        output.enable_custom_widget_manager()
    except (ImportError, AttributeError):
        return


def _moving(layout: Any) -> dict[str, Any]:
    """The parts of a layout that change from frame to frame."""
    kept = layout.to_plotly_json()
    return {key: kept[key] for key in ("title", "annotations", "shapes") if key in kept}


def _native_slider(control: Control) -> dict[str, Any]:
    now = {
        "mode": "immediate",
        "frame": {"duration": 0, "redraw": True},
        "transition": {"duration": 0},
    }
    steps = [
        {"label": str(value), "method": "animate", "args": [[str(value)], now]}
        for value in control.grid
    ]
    active = control.grid.index(control.default) if control.default in control.grid else 0
    prefix = {"prefix": f"{control.label}: "}
    return {"steps": steps, "active": active, "currentvalue": prefix, "pad": {"t": 70}}


def _without(settings: dict[str, Any], *names: str) -> dict[str, Any]:
    return {key: value for key, value in settings.items() if key not in names}
