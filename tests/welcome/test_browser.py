"""Lesson 00 in a real JupyterLab and Chromium: run all, type a question, choose a stage."""

import pytest
from lab import EVENT_SECONDS

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WAIT = EVENT_SECONDS * 1000


@pytest.fixture
def lesson(root, opened):
    """The lesson, run from top to bottom."""
    page = opened(root / "notebooks" / "00_welcome.ipynb")
    page.run_all()
    return page


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
