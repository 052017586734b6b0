"""The explorer of methods in a real browser: bars follow a drag."""

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]

EXPLORER = """
from workbook.peft_family.explorers import methods_explorer
methods_explorer().show()
"""
LABEL = "Prompt, prefix: length"


def test_the_explorer_follows_the_learner(run_cells):
    page = run_cells(EXPLORER)
    before, value = page.bars(LABEL), page.value(LABEL)
    page.drag(LABEL, pixels=120)
    assert page.bars_after(LABEL, before) != before and page.value(LABEL) != value
    assert page.elsewhere == []
