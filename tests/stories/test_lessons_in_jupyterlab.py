"""Every lesson as it is committed, opened in JupyterLab: all its figures are drawn, offline."""

from __future__ import annotations

import nbformat
import pytest
from lab import EVENT_SECONDS, Lab, Page

from workbook.publishing import runner

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PLOTLY = "application/vnd.plotly.v1+json"
# JupyterLab shows a figure that was not run here as its picture; a live one has its own renderer.
DRAWN = """() => [...document.querySelectorAll('.jp-OutputArea img')].filter(
    i => i.complete && i.naturalWidth > 0).length"""


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A server whose pages draw all cells at once."""
    folder, state = tmp_path_factory.mktemp("lessons"), tmp_path_factory.mktemp("state")
    with Lab(folder, state, draw_all=True) as lab:
        yield lab


@pytest.mark.parametrize("path", runner.find(), ids=lambda path: path.stem)
def test_every_stored_figure_is_drawn_and_nothing_is_fetched(browser, server, path):
    notebook = nbformat.read(path, as_version=4)
    outputs = [out for cell in notebook.cells for out in cell.get("outputs", [])]
    figures = sum(PLOTLY in out.get("data", {}) for out in outputs)
    nbformat.write(notebook, server.folder / path.name)
    tab = browser.new_page(viewport={"width": 1300, "height": 1000})
    page = Page(tab, server, path.name)
    tab.wait_for_function(f"({DRAWN})() >= {figures}", timeout=EVENT_SECONDS * 1000)
    assert page.elsewhere == []
    tab.close()
    server.close_kernels()
