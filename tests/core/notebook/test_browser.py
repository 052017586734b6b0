"""What the course puts into a notebook, in JupyterLab light and dark, judged by axe-core.

Figures, tables, header, exercises and a live explorer; no model is needed. Only outputs are judged:
the rest of the page is JupyterLab's.
"""

from __future__ import annotations

import nbformat
import pytest
from lab import KERNEL, Lab, Page
from nbformat.v4 import new_code_cell, new_notebook

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LIVE = """
import plotly.graph_objects as go
from workbook.core.notebook.explorer import Choice, Explorer, Slider, TextInput, Toggle
def draw(height):
    figure = go.Figure(go.Bar(x=[1, 2], y=[height, 3.0]), layout={"title": {"text": "Two bars"}})
    return figure.add_annotation(text="high", x=1, y=height) if height > 5 else figure
explorer = Explorer(
    title="One bar", compute=lambda height, **rest: height, draw=draw,
    controls={"height": Slider("Height", 2.0, low=0.0, high=8.0, step=1.0),
              "count": Slider("Count", 1, low=0, high=4, step=1),
              "kind": Choice("Kind", "a", options=("a", "b")),
              "name": TextInput("Name", "x"), "on": Toggle("Switched on", True)},
    alt=lambda height: f"The first bar is {height:g} high.")
explorer.show()
"""
STILL = """
from workbook.core.exercises.exercise import answer, hint, progress
from workbook.core.notebook.figures import show
from workbook.core.exercises.lesson import lesson_header
lesson_header("sampling", "nothing", "nothing")
answer("sampling.predict_kept", None), answer("sampling.predict_kept", (1, 2, 3))
hint("sampling.predict_kept")
show(draw(3.0), alt="Two bars of the same height.")
progress()
"""
COSTS = """
import pandas as pd
from workbook import setup
from workbook.core.notebook.figures import show
setup()
show(draw(3.0), alt="It costs $5 and $10.")
pd.DataFrame({"what": ["It costs $5", "and $10."], "price": [5.0, -0.0],
              "range": ["5.1 [4.9, 5.3]", "10.2 [9.7, 10.7]"]}, index=["from $1", "to $2"])
"""


@pytest.fixture(scope="module")
def notebook(browser, tmp_path_factory):
    """The notebook, run, in a page that stays open for all tests of this file."""
    folder, state = tmp_path_factory.mktemp("notebooks"), tmp_path_factory.mktemp("state")
    cells = [new_code_cell(source) for source in (LIVE, STILL, COSTS)]
    file = folder / "outputs.ipynb"
    nbformat.write(new_notebook(cells=cells, metadata={"kernelspec": KERNEL}), file)
    with Lab(folder, state) as lab:
        page = Page(browser.new_page(viewport={"width": 1300, "height": 2600}), lab, file.name)
        page.run_all()
        yield page


def test_it_runs(notebook):
    assert notebook.errors() == []


@pytest.mark.parametrize("look", ["Light", "Dark"])
def test_axe_finds_nothing_in_the_outputs(notebook, look):
    from axe_playwright_python.sync_playwright import Axe

    page = notebook.page
    page.locator(".lm-MenuBar-item", has_text="Settings").click()
    page.locator(".lm-Menu-item", has_text="Theme").first.hover()
    page.locator(".lm-Menu-item", has_text=f"JupyterLab {look}").first.click()
    chosen = page.locator(f"body[data-jp-theme-name='JupyterLab {look}']")
    chosen.wait_for(state="attached", timeout=60_000)
    page.keyboard.press("Escape")
    page.evaluate("document.querySelectorAll('.jp-OutputArea details').forEach(d => d.open = true)")
    page.wait_for_timeout(1000)
    # Whether the box around a figure scrolls by a pixel is JupyterLab's affair.
    options = {"rules": {"scrollable-region-focusable": {"enabled": False}}}
    found = Axe().run(page, ".jp-OutputArea", options).response["violations"]
    assert {v["id"]: [node["html"][:200] for node in v["nodes"]] for v in found} == {}


def test_every_control_has_a_name_and_takes_the_tab_key(notebook):
    page = notebook.page
    for name in ("Height", "Count"):
        assert page.get_by_role("slider", name=name).get_attribute("tabindex") == "0"
    for role, name in (("combobox", "Kind"), ("textbox", "Name"), ("checkbox", "Switched on")):
        page.get_by_role(role, name=name).first.focus()
        assert page.evaluate("document.activeElement.closest('.jp-OutputArea') !== null")


def test_the_table_opens_by_key_and_follows_the_slider(notebook):
    page, box = notebook.page, notebook.page.locator(".widget-vbox")
    page.get_by_role("button", name="Show as table").press("Space")
    cell = box.locator("table td").nth(1)
    cell.filter(has_text="2").wait_for(timeout=60_000)
    page.get_by_role("slider", name="Height").press("ArrowRight")
    cell.filter(has_text="3").wait_for(timeout=60_000)
    assert box.locator("table th").all_inner_texts() == ["x", "y"]


def test_a_note_comes_and_goes_with_its_setting(notebook):
    """Guards against a live figure that keeps what the new one lacks."""
    page, box = notebook.page, notebook.page.locator(".widget-vbox")
    slider, note = page.get_by_role("slider", name="Height"), box.locator(".annotation-text")
    slider.press("End")
    note.filter(has_text="high").wait_for(timeout=60_000)
    slider.press("Home")
    note.wait_for(state="detached", timeout=60_000)
    assert slider.get_attribute("aria-valuenow") == "0.0"


def test_a_live_figure_is_as_wide_as_its_place(notebook):
    """Guards against plotly's own 700 pixels, which cut the end of a long title."""
    plot = notebook.page.locator(".widget-vbox .js-plotly-plot")
    assert plot.evaluate("p => p.querySelector('.main-svg').clientWidth == p.clientWidth")
    assert plot.evaluate("p => p.clientWidth") > 800


def heights(page):
    """Those of the live figure and of the plain one, in pixels."""
    page.locator(".jp-OutputArea .js-plotly-plot").nth(1).scroll_into_view_if_needed()
    return page.evaluate(
        "[...document.querySelectorAll('.jp-OutputArea .js-plotly-plot')].map(plot =>"
        " [plot, plot.querySelector('.main-svg')].map(part => part.getBoundingClientRect().height))"
    )


@pytest.fixture
def laptop(notebook):
    """The page at the size of a laptop's screen, as it was before after the test."""
    before = notebook.page.viewport_size
    notebook.page.set_viewport_size({"width": 1366, "height": 768})
    yield notebook.page
    notebook.page.set_viewport_size(before)


def test_figures_stay_when_only_the_height_of_the_window_changes(laptop):
    """Guards against C1: plotly's own watcher ("responsive") beside JupyterLab's drew figures with
    a height of 0 when a window became lower, as with F11 or a split screen."""
    before = heights(laptop)
    assert len(before) > 1 and min(min(both) for both in before) > 300
    for height in (500, 768):
        laptop.set_viewport_size({"width": 1366, "height": height})
        laptop.wait_for_timeout(1500)  # longer than any watcher's delay: nothing is to happen
        assert heights(laptop) == before


def test_the_width_of_a_figure_follows_and_its_height_does_not(laptop):
    """Guards against C1: each change of the width made a figure 15 pixels higher."""
    before = heights(laptop)
    widths = """[...document.querySelectorAll('.jp-OutputArea .js-plotly-plot')].map(
        plot => [plot.querySelector('.main-svg').clientWidth, plot.clientWidth])"""
    for width in (1000, 1366, 1000):
        laptop.set_viewport_size({"width": width, "height": 768})
        for turn in range(120):
            if turn % 20 == 19:
                # On a busy machine JupyterLab lays out after plotly has measured. A person drags
                # the window, which sends many sizes; one jump sends a single one.
                laptop.set_viewport_size({"width": width + 1, "height": 768})
                laptop.set_viewport_size({"width": width, "height": 768})
            found = laptop.evaluate(widths)
            # plotly leaves a figure alone that is one pixel too wide or too narrow
            if all(abs(drawn - place) <= 1 and place < width for drawn, place in found):
                break
            laptop.wait_for_timeout(500)
        else:
            raise AssertionError(f"[drawn, its place] in a window of {width}: {found}")
    assert heights(laptop) == before


CELLS = """[...document.querySelectorAll('.jp-Notebook .jp-Cell')].map(cell =>
    [cell.classList.contains('jp-MarkdownCell'), cell.classList.contains('jp-mod-active'),
     cell.classList.contains('jp-mod-selected')])"""
CONTROLS = {
    "drop-down": ".widget-dropdown select",
    "slider": ".noUi-handle",
    "text box": ".widget-text input",
    "button": "button.jupyter-button",
    "check box": ".widget-checkbox input",
    "folded table": "details:not([open]) summary, details summary",
}


@pytest.mark.parametrize("kind", CONTROLS)
def test_keys_in_a_control_are_no_commands_of_jupyterlab(notebook, kind):
    """Guards against C2: "m" in a drop-down turned the cell into Markdown, "d d" on the handle of a
    slider deleted it, arrows chose another cell."""
    page = notebook.page
    page.locator(".jp-OutputArea").first.scroll_into_view_if_needed()
    page.locator(".jp-InputPrompt").first.click()  # the notebook takes commands, not text
    page.locator(".jp-mod-commandMode").wait_for(timeout=60_000)
    control = page.locator(f".jp-OutputArea :is({CONTROLS[kind]})").first
    control.focus()
    before = page.evaluate(CELLS)
    for key in ("m", "d", "d", "x", "ArrowDown", "ArrowUp", "a", "b", "1"):
        page.keyboard.press(key)
    page.wait_for_timeout(500)  # nothing is to happen
    assert page.evaluate(CELLS) == before
    assert control.evaluate("element => element === document.activeElement")


def test_two_dollars_are_no_formula(notebook):
    """Guards against A14: JupyterLab set all between two dollar signs as a formula."""
    outputs = notebook.page.locator(".jp-OutputArea")
    folded, shown = outputs.locator("details p"), outputs.locator("table.dataframe")
    assert "It costs $5 and $10." in folded.all_text_contents()
    cells = shown.last.locator("tbody :is(td, th)").all_text_contents()
    assert [cells[0], cells[1], cells[4], cells[5]] == [
        "from $1", "It costs $5", "to $2", "and $10.",
    ]  # fmt: skip
    assert outputs.locator("mjx-container, .MathJax").count() == 0


def test_words_stand_left_and_numbers_right(notebook):
    """Guards against C11: JupyterLab sets text at the right; an interval broke into two lines."""
    table = notebook.page.locator(".jp-OutputArea table.dataframe").last
    look = "cells => cells.map(cell => getComputedStyle(cell)[%r])"
    row = table.locator("tbody tr").last.locator("td")
    assert row.evaluate_all(look % "textAlign") == ["left", "right", "right"]
    assert row.evaluate_all(look % "whiteSpace")[2] == "nowrap"
    assert row.all_text_contents()[1] == "0.0", "no sign before what is nothing"
    heads = table.locator("thead th").evaluate_all(look % "textAlign")
    assert heads == ["left", "right", "right"]
