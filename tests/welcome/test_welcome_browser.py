"""Lesson 00 in a real JupyterLab and Chromium: run all, type a question, choose a stage."""

import nbformat
import pytest
from lab import EVENT_SECONDS, FLAGS, Lab, Page, chromium

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WAIT = EVENT_SECONDS * 1000
SIZE = {"width": 1300, "height": 1000}


@pytest.fixture
def lesson(root, tmp_path):
    """The lesson without its outputs, opened and run from top to bottom."""
    from playwright.sync_api import sync_playwright

    path = chromium()
    if path is None:
        pytest.skip("needs Chromium: install Debian's package chromium, or set CHROMIUM")
    folder, state = tmp_path / "notebooks", tmp_path / "state"
    folder.mkdir(), state.mkdir()
    notebook = nbformat.read(root / "notebooks" / "00_welcome.ipynb", as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    nbformat.write(notebook, folder / "00_welcome.ipynb")
    with sync_playwright() as playwright, Lab(folder, state) as lab:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        page = Page(browser.new_page(viewport=SIZE), lab, "00_welcome.ipynb")
        page.run_all()
        yield page
        browser.close()


def test_a_typed_question_is_answered_and_a_stage_can_be_chosen(lesson):
    assert lesson.errors() == []
    page = lesson.page
    box = page.locator(".widget-vbox", has_text="Ask all three").first
    field = box.locator(".widget-text input").first
    field.scroll_into_view_if_needed()
    field.fill("I feel tired of rowing")
    field.press("Enter")
    said = box.locator("[role=status]").first
    said.filter(has_text="you felt tired of rowing?").wait_for(state="attached", timeout=WAIT)
    drawn = box.locator(".js-plotly-plot .table").first
    drawn.filter(has_text="you felt tired of rowing?").wait_for(timeout=WAIT)
    field.fill(" ")
    field.press("Enter")
    said.filter(has_text="at least one word").wait_for(state="attached", timeout=WAIT)

    box = page.locator(".widget-vbox", has_text="The life of a project").first
    choice = box.locator(".widget-dropdown select").first
    choice.scroll_into_view_if_needed()
    choice.select_option("Adapt and align")
    drawn = box.locator(".js-plotly-plot .table").first
    drawn.filter(has_text="10 LoRA").wait_for(timeout=WAIT)
    assert lesson.elsewhere == []
