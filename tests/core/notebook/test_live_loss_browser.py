"""The live loss in a real browser: it moves while the cell runs, and the last figure stays."""

import nbformat
import pytest
from lab import EVENT_SECONDS, KERNEL, RUN_SECONDS
from nbformat.v4 import new_code_cell, new_notebook

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# The cell goes on only when it has been seen to move, so that no fast or slow machine matters.
TRAINING = """
import time
from pathlib import Path
from workbook.core.notebook.live_loss import LiveLoss
with LiveLoss(every=0) as plot:
    step = 0
    while not Path("seen").exists():
        step += 1
        plot({"step": step, "loss": 5 / step})
        time.sleep(0.5)
print("steps", step)
"""
POINTS = "plots => plots.map(plot => plot.data[0].x.length)"


def test_the_figure_moves_and_the_last_one_stays(opened, tmp_path):
    """Guards a figure that stood still: JupyterLab draws a replaced plotly output only once."""
    path = tmp_path / "live.ipynb"
    cells = [new_code_cell(TRAINING)]
    nbformat.write(new_notebook(cells=cells, metadata={"kernelspec": KERNEL}), path)
    page = opened(path)
    plots = page.page.locator(".js-plotly-plot")
    page.page.get_by_text("| Idle").first.wait_for(timeout=EVENT_SECONDS * 1000)
    page.page.locator(".lm-MenuBar-item", has_text="Run").first.click()
    page.page.locator(".lm-Menu-item[data-command='runmenu:run-all']").click()
    plots.first.wait_for(timeout=EVENT_SECONDS * 1000)
    first = plots.evaluate_all(POINTS)[0]
    page.page.wait_for_function(
        "first => document.querySelector('.js-plotly-plot').data[0].x.length > first + 1",
        arg=first,
        timeout=EVENT_SECONDS * 1000,
    )
    (page.file.parent / "seen").touch()
    said = page.page.locator(".jp-OutputArea-output", has_text="steps ")
    said.wait_for(timeout=RUN_SECONDS * 1000)
    steps = int(said.inner_text().split()[1])
    page.page.wait_for_function(
        "steps => document.querySelector('.js-plotly-plot').data[0].x.length === steps",
        arg=steps,
        timeout=EVENT_SECONDS * 1000,
    )
    assert plots.count() == 1 and page.elsewhere == []
