"""The explorers of lesson 06 in a real browser: a budget is spent, and text becomes scarce."""

import pytest
from lab import EVENT_SECONDS

pytestmark = [pytest.mark.browser, pytest.mark.slow]

EXPLORERS = (
    "from workbook.scaling_laws import explorers\nexplorers.budget_explorer().show()",
    "explorers.isoflop_explorer().show()",
)


def test_budgets_are_spent_and_text_becomes_scarce(run_cells):
    page = run_cells(*EXPLORERS)

    def says(label, words):
        box = page.page.locator(".widget-vbox", has_text=label).first
        said = box.locator("[role=status]").first
        said.filter(has_text=words).wait_for(state="attached", timeout=EVENT_SECONDS * 1000)
        return said.inner_text()

    before = says("Cards", "Best plan: 1.0e+23 FLOPs")
    page.press("Budget, FLOPs", "ArrowRight")
    assert says("Cards", "Best plan: 1.3e+23 FLOPs") != before
    page.press("Cards", "Home")
    assert "1 x H100" in says("Cards", "1 x H100")
    box = page.page.locator(".widget-vbox", has_text="Cards").first
    box.locator("select").last.select_option("A100")
    says("Cards", "1 x A100")
    rich = says("Different tokens", "with text read")
    page.drag("Different tokens", pixels=120)
    says("Different tokens", "with text read 1.0 times")
    assert "with text read 1.0 times" not in rich
    assert page.elsewhere == []
