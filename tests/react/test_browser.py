"""A learner in a real browser steps through a trace and edits an observation."""

import pytest
from lab import EVENT_SECONDS

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WAIT = EVENT_SECONDS * 1000
EXPLORER = """
from workbook.react.explorers import trace_explorer
from workbook.react.planner import Planner
from workbook.react.tasks import questions
trace_explorer(questions(3), Planner()).show()
"""


def test_a_trace_is_walked_through_and_an_observation_edited(run_cells):
    page = run_cells(EXPLORER)
    box = page.page.locator(".widget-vbox", has_text="Edit observation").first
    said = box.locator("[role=status]").first
    said.filter(has_text="step 2 of").wait_for(state="attached", timeout=WAIT)
    page.press("Step", "ArrowLeft")
    said.filter(has_text="step 1 of").wait_for(state="attached", timeout=WAIT)
    field = box.locator("input[type=text]").first
    field.fill("The Honey Tasting is organised by Nadia Moon.")
    field.press("Enter")
    said.filter(has_text="of Nadia Moon").wait_for(state="attached", timeout=WAIT)
    assert page.elsewhere == []
