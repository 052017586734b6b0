"""The attention explorer in a real browser: mouse, keys, a typed sentence, a weight on hover."""

import re

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]

EXPLORER = """
from workbook.attention import from_transformers
from workbook.attention.explorers import attention_explorer
from workbook.core.hub import load_model, load_tokenizer
model = from_transformers(load_model("base"))
attention_explorer(model, load_tokenizer("base"), "Bridor likes bread.").show()
"""
SHADES = """box => [...box.querySelectorAll('.heatmaplayer image')].map(i => i.getAttribute('href')
    || i.getAttribute('xlink:href'))"""
LABEL = "Layer"


def form(page):
    return page.page.locator(".widget-vbox", has_text=LABEL).first


def shades(page):
    """The picture of the weights, as the browser has drawn it."""
    form(page).locator(".heatmaplayer image").first.wait_for(state="attached", timeout=60_000)
    return form(page).evaluate(SHADES)


def shades_after(page, before):
    """The picture once it differs from `before`, or when 60 seconds are up."""
    for _ in range(120):
        page.page.wait_for_timeout(500)
        if (now := shades(page)) != before:
            return now
    return before


def check_that_weights_follow(page):
    """Slider by mouse, slider by key, a new sentence, a weight on hover, an empty sentence."""
    title = form(page).locator(".gtitle").first
    before, value = shades(page), page.value(LABEL)
    page.drag(LABEL, pixels=90)
    dragged = shades_after(page, before)
    assert dragged != before and page.value(LABEL) != value
    assert title.inner_html().startswith(f"Layer {page.value(LABEL)},")
    page.press("Head", "ArrowRight")
    pressed = shades_after(page, dragged)
    assert pressed != dragged
    field = form(page).locator("input[type=text]").first
    field.fill("Zuthan Plumling sings. Zuthan Plumling")
    field.press("Enter")
    assert shades_after(page, pressed) != pressed
    assert form(page).locator(".xtick", has_text="Plum").count() == 2
    form(page).locator(".nsewdrag").first.hover(position={"x": 12, "y": 12})
    hover = form(page).locator(".hoverlayer .hovertext").first
    hover.wait_for(timeout=60_000)
    assert re.search(r"looks at 0 .*: 1\.00", hover.text_content())
    field.fill(" ")
    field.press("Enter")
    status = form(page).locator("[role=status]").first
    status.filter(has_text="Write a sentence").wait_for(state="attached", timeout=60_000)
    assert page.elsewhere == []


def test_the_attention_explorer_follows_the_learner(run_cells):
    page = run_cells(EXPLORER)
    check_that_weights_follow(page)
