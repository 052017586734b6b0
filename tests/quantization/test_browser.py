"""The bit explorer in a real browser: a bit is flipped by key and by mouse, a number is typed."""

import pytest
from lab import EVENT_SECONDS

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WAIT = EVENT_SECONDS * 1000
EXPLORER = """
from workbook.quantization.explorers import bits_explorer
bits_explorer("1").show()
"""
LABEL = "Flip bit"


def test_a_bit_is_flipped_by_key_and_by_mouse(run_cells):
    page = run_cells(EXPLORER)
    box = page.page.locator(".widget-vbox", has_text=LABEL).first
    said = box.locator("[role=status]").first
    page.press(LABEL, "ArrowRight")  # the first bit is the sign
    said.filter(has_text="with bit 1 flipped").wait_for(state="attached", timeout=WAIT)
    said.filter(has_text="1 01111111 0000000 stands for -1.").wait_for(
        state="attached", timeout=WAIT
    )
    page.press(LABEL, "ArrowRight")  # and the second the top of the exponent: 1 becomes infinity
    said.filter(has_text="stands for inf").wait_for(state="attached", timeout=WAIT)
    page.drag(LABEL, pixels=-150)  # back to no bit
    said.filter(has_text="the pattern 0 01111111 0000000 stands for 1.").wait_for(
        state="attached", timeout=WAIT
    )
    field = box.locator("input[type=text]").first
    field.fill("65536")
    field.press("Enter")
    said.filter(has_text="fp16 inf").wait_for(state="attached", timeout=WAIT)
    field.fill("many")
    field.press("Enter")
    said.filter(has_text="'many' is not a number").wait_for(state="attached", timeout=WAIT)
    assert page.elsewhere == []
