"""The controls of an explorer: what a reader may set, its label, its default, its grid.

Each is a small frozen description that can make the ipywidget which sets it. A grid is the list
of values that a figure without a kernel steps through. Left out: what happens when a value
changes, which is `workbook.core.notebook.explorer`. Every lesson with an explorer uses this file.
"""

from __future__ import annotations

import functools
import importlib.util
import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Control(ABC):
    """A labelled setting. `grid`: the values of a figure that must do without a kernel."""

    label: str
    default: Any
    grid: tuple = ()

    def __post_init__(self) -> None:
        if not self.label.strip():
            raise ValueError("A control needs a label: it is what a screen reader says.")

    @abstractmethod
    def widget(self):
        """The ipywidget for this control, labelled and reachable with the Tab key."""

    def _common(self) -> dict[str, Any]:
        return {
            "description": self.label,
            "value": self.default,
            "style": {"description_width": "10em"},
            "layout": {"width": "min(36em, 95%)"},
        }


@dataclass(frozen=True)
class Slider(Control):
    """A number in [low, high] by steps. Whole numbers stay whole (`int`).

    log: equal ways along the slider are equal factors; `step` is then one of the power of ten. The
        setting, and what the slider shows, is the number itself.
    """

    low: float = 0.0
    high: float = 1.0
    step: float = 0.05
    log: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.log and self.low <= 0:
            raise ValueError(f"{self.label}: a logarithmic slider begins above 0.")
        for value in (self.default, *self.grid):
            if not self.low <= value <= self.high:
                raise ValueError(
                    f"{self.label}: {value} is outside the slider's {self.low} to {self.high}."
                )

    def widget(self):
        import ipywidgets

        if self.log:
            ends = {"min": math.log10(self.low), "max": math.log10(self.high), "base": 10}
            return ipywidgets.FloatLogSlider(
                **ends, step=self.step, readout_format=".3r", **self._common()
            )
        whole = all(isinstance(n, int) for n in (self.default, self.low, self.high, self.step))
        kind = ipywidgets.IntSlider if whole else ipywidgets.FloatSlider
        return kind(min=self.low, max=self.high, step=self.step, **self._common())


@dataclass(frozen=True)
class Choice(Control):
    """One of `options`."""

    options: tuple = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.default not in self.options:
            raise ValueError(f"{self.label}: the default {self.default!r} is not an option.")

    def widget(self):
        import ipywidgets

        return ipywidgets.Dropdown(options=self.options, **self._common())


@dataclass(frozen=True)
class TextInput(Control):
    """A line of text; it counts when the reader presses Enter or leaves the field."""

    def widget(self):
        import ipywidgets

        return ipywidgets.Text(continuous_update=False, **self._common())


@dataclass(frozen=True)
class Toggle(Control):
    """Yes or no."""

    def widget(self):
        import ipywidgets

        return ipywidgets.Checkbox(**self._common())


# Two attributes that ipywidgets 8.1 does not set. A slider's handle gets its label, which a screen
# reader says (axe: aria-input-field-name). Each element that takes keys is closed to JupyterLab's
# shortcuts, which would otherwise turn an "m" in a drop-down into a Markdown cell and delete the
# cell on "d d"; JupyterLab looks for the attribute on the element itself.
ATTRIBUTES = """
const KEYS = "select, input, textarea, button, summary, [role=slider], [contenteditable]";
export default {
  render({ el }) {
    const watch = new MutationObserver(() => set());
    const set = () => {
      const box = el.closest(".widget-vbox");
      for (const row of box ? box.querySelectorAll(".widget-slider") : []) {
        const label = row.querySelector(".widget-label")?.textContent ?? "";
        for (const handle of row.querySelectorAll("[role=slider]"))
          if (handle.getAttribute("aria-label") !== label) handle.setAttribute("aria-label", label);
      }
      for (const element of box ? box.querySelectorAll(KEYS) : [])
        element.setAttribute("data-lm-suppress-shortcuts", "true");
      if (box) watch.observe(box, { childList: true, subtree: true });
      else next = requestAnimationFrame(set);
    };
    let next = requestAnimationFrame(set);
    return () => { watch.disconnect(); cancelAnimationFrame(next); };
  },
};
"""


@functools.cache
def _attributes():
    import anywidget

    kind = type("ControlAttributes", (anywidget.AnyWidget,), {"_esm": ATTRIBUTES})
    return kind(layout={"display": "none"})


def control_attributes() -> list:
    """Return the unseen widget to put into a box of controls, one for all boxes; none where
    anywidget is not installed."""
    return [_attributes()] if importlib.util.find_spec("anywidget") else []
