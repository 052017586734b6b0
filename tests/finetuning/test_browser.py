"""The mixture explorer in a real browser: sliders by mouse and key, a typed mixture."""

import pytest
from lab import EVENT_SECONDS

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WAIT = EVENT_SECONDS * 1000
EXPLORER = """
from workbook.finetuning.explorers import mixture_explorer
mixture_explorer({"letters": 80, "verdicts": 4}, "letters 500, verdicts 90000").show()
"""
LABEL = "Limit"


def test_the_mixture_explorer_follows_the_learner(run_cells):
    page = run_cells(EXPLORER)
    before = page.bars(LABEL)
    page.press("Temperature", "ArrowRight")
    pressed, value = page.bars_after(LABEL, before), page.value(LABEL)
    assert pressed != before
    page.drag(LABEL, pixels=-120)
    assert page.bars_after(LABEL, pressed) != pressed and page.value(LABEL) != value
    box = page.page.locator(".widget-vbox", has_text=LABEL).first
    field = box.locator("input[type=text]").first
    field.fill("letters 500, parcels 3")
    field.press("Enter")
    said = box.locator("[role=status]").first
    said.filter(has_text="letters, verdicts").wait_for(state="attached", timeout=WAIT)
    assert page.elsewhere == []
