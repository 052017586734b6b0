"""A real Chromium in a real JupyterLab: sliders that move figures, with no network.

The first test needs no model: it holds the explorer itself. The second opens lesson 03 as a
learner does, runs it all, and turns the temperature by mouse and by key.
"""

from __future__ import annotations

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]

EXPLORER = """
import plotly.graph_objects as go
from workbook.core.notebook.explorer import Explorer, Slider
def draw(height):
    return go.Figure(go.Bar(x=[1, 2], y=[height, 3.0]), layout={"yaxis": {"range": [0, 10]}})
explorer = Explorer(title="One bar", compute=lambda height: height, draw=draw,
                    controls={"height": Slider("Height", 2.0, low=0.0, high=8.0)},
                    alt=lambda height: f"The first bar is {height:g} high.")
explorer.show()
"""


def check_that_bars_follow(page, label, key):
    """Drag, then press: each changes the number beside the slider and the drawn bars."""
    bars, value = page.bars(label), page.value(label)
    assert len(bars) >= 2
    page.drag(label, pixels=90)
    dragged = page.bars_after(label, bars)
    assert dragged != bars and page.value(label) != value
    value = page.value(label)
    page.press(label, key)
    assert page.bars_after(label, dragged) != dragged and page.value(label) != value
    assert page.elsewhere == []


def test_an_explorers_slider_moves_its_bars(run_cells):
    page = run_cells(EXPLORER)
    check_that_bars_follow(page, "Height", "ArrowRight")
    page.press("Height", "Home")
    status = page.page.locator(".widget-vbox [role=status]").first
    status.filter(has_text="The first bar is 0 high.").wait_for(state="attached", timeout=60_000)


def test_lesson_03_runs_and_its_temperature_moves_the_bars(opened, root):
    page = opened(root / "notebooks" / "03_sampling.ipynb")
    page.run_all()
    assert page.errors() == []
    check_that_bars_follow(page, "Temperature", "ArrowLeft")
