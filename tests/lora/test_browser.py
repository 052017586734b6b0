"""The rank explorer in a real browser: dragging the rank shows another picture of the update."""

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]

EXPLORER = """
import torch
from workbook.core.system.memory import Shape
from workbook.lora.explorers import rank_explorer
torch.manual_seed(0)
numbers = torch.randint(-1000, 1000, (80, 80)).tolist()
update = {"layer": "q", "largest": 1.0, "thousandths": numbers}
runs = [{"rank": r, "new": [r / 100, 0.5], "example": f"from {r}"} for r in (1, 8, 32)]
shape = Shape(10**6, 2, 96, 4, 4, 24, 256, 500)
rank_explorer(update, runs, shape).show()
"""
LABEL = "Rank"


def test_dragging_the_rank_moves_the_figure(run_cells):
    page = run_cells(EXPLORER)
    said = page.page.locator(".widget-vbox", has_text=LABEL).first.locator("[role=status]").first
    value = page.value(LABEL)
    page.press(LABEL, "ArrowRight")
    said.filter(has_text="An adapter of rank 9 on all").wait_for(state="attached")
    page.drag(LABEL, pixels=120)
    said.filter(has_not_text="rank 9 on").wait_for(state="attached")
    assert page.value(LABEL) not in (value, "9") and "An adapter of rank" in said.inner_text()
    assert page.elsewhere == []
