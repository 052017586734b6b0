"""The static edition in a real Chromium without a network: every page, both looks, two widths.

Accessibility is judged by axe-core, which comes inside the package axe-playwright-python.
"""

from __future__ import annotations

import shutil
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest
import specimen

from workbook.publishing import runner
from workbook.publishing.site.build import build

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LESSONS = [path.stem for path in runner.find()]
PAGES = ["index", *LESSONS, "77_specimen"]
WIDTHS = {"phone": 390, "desktop": 1280}
PATIENCE = 60_000  # milliseconds; a busy machine is slow
COUNT_REDRAWN = """window.redrawn = new Set();
    window.plots = [...document.querySelectorAll('figure.plot .js-plotly-plot')];
    plots.forEach(plot => plot.on('plotly_afterplot', () => redrawn.add(plot)))"""


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_arguments):
        pass


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The address of the course's site with the specimen in it, served on loopback."""
    folder = tmp_path_factory.mktemp("course")
    specimen.write(folder / "notebooks")
    for path in runner.find():
        shutil.copy(path, folder / "notebooks")
    build(folder / "site", sorted((folder / "notebooks").glob("*.ipynb")))
    handler = partial(Quiet, directory=str(folder / "site"))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def visit(browser, site):
    """Open a page of the site; afterwards, nothing may have failed or left the machine."""
    contexts, faults = [], []

    def opened(name, **settings):
        context = browser.new_context(**settings)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda m: faults.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on(
            "request", lambda r: None if r.url.startswith((site, "data:")) else faults.append(r.url)
        )
        page.on(
            "response", lambda r: faults.append(f"{r.status} {r.url}") if r.status >= 400 else None
        )
        page.goto(f"{site}/{name}.html", timeout=PATIENCE)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert faults == []


def draw_all(page):
    """Come near every figure, until each is live."""
    figures = page.locator("figure.plot")
    for number in range(figures.count()):
        figures.nth(number).scroll_into_view_if_needed()
        page.locator(f"figure.plot >> nth={number} >> .main-svg").first.wait_for(timeout=PATIENCE)
    page.wait_for_function("[...document.querySelectorAll('figure.plot')].every("
                           "f => f.classList.contains('live'))")  # fmt: skip


def size(width, height=900):
    return {"width": width, "height": height}


def check_that_it_is_whole(page, width):
    """Nothing sticks out of the screen, no picture or anchor is missing, what is cut can scroll."""
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    broken = page.evaluate(
        "Promise.all([...document.images].map(i => { i.loading = 'eager';"
        " return i.decode().then(() => null, () => i.src); })).then(all => all.filter(Boolean))"
    )
    assert broken == []
    lost = page.evaluate(
        "[...document.querySelectorAll('a[href^=\"#\"]')].map(a => decodeURIComponent("
        "a.hash.slice(1))).filter(id => !document.getElementById(id))"
    )
    assert lost == []
    cut = page.evaluate(  # what scrolls sideways can be reached with the Tab key
        "[...document.querySelectorAll('pre, .wide, .formula')].filter(b => b.clientWidth &&"
        " b.scrollWidth > b.clientWidth + 1 && b.tabIndex !== 0).map(b => b.outerHTML.slice(0, 80))"
    )
    assert cut == []


@pytest.mark.parametrize("name", PAGES)
def test_a_page_fits_a_phone(visit, name):
    width = WIDTHS["phone"]
    page = visit(name, viewport=size(width))
    draw_all(page)
    check_that_it_is_whole(page, width)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_fits_a_desk_and_axe_finds_nothing_in_either_look(visit, name):
    from axe_playwright_python.sync_playwright import Axe

    page = visit(name, viewport=size(WIDTHS["desktop"]), color_scheme="light")
    draw_all(page)
    check_that_it_is_whole(page, WIDTHS["desktop"])
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    page.evaluate(COUNT_REDRAWN)
    for look in ("light", "dark"):
        if look == "dark":
            page.emulate_media(color_scheme=look)
            page.wait_for_function("redrawn.size === plots.length", timeout=PATIENCE)
            assert page.evaluate("plots.every(plot => plot.clientHeight > 100)")
        found = Axe().run(page).response["violations"]
        faults = {v["id"]: [node["html"][:200] for node in v["nodes"]] for v in found}
        assert faults == {}, look


def test_the_looks_differ_and_the_button_changes_and_keeps_them(visit):
    page = visit("index", viewport=size(1280), color_scheme="light")
    paper = "getComputedStyle(document.body).backgroundColor"
    assert page.evaluate(paper) == "rgb(255, 255, 255)"
    page.get_by_role("button", name="Dark look").press("Enter")
    dark = page.evaluate(paper)
    assert dark != "rgb(255, 255, 255)"
    page.reload()
    assert page.evaluate(paper) == dark
    assert page.get_by_role("button", name="Light look").is_visible()


def test_an_explorer_moves_by_key_and_says_what_is_seen(visit):
    page = visit("77_specimen", viewport=size(1280))
    draw_all(page)
    figure = page.locator("figure.plot", has=page.locator("input[type=range]"))
    dial = figure.get_by_label("Height & more")
    assert dial.get_attribute("aria-valuetext") == "2.0"
    bar = figure.locator(".bars .point path").first
    before = bar.get_attribute("d")
    dial.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("d => document.querySelector('figure:has(input) .bars .point path')"
                           ".getAttribute('d') !== d", arg=before)  # fmt: skip
    assert dial.get_attribute("aria-valuetext") == "8.0"
    assert figure.locator("[role=status]").inner_text() == "The first bar is 8 high."
    assert figure.locator(".canvas").get_attribute("aria-label") == "The first bar is 8 high."
    assert figure.locator("figcaption").inner_text() == "Height 8 < 9"
    page.keyboard.press("Home")
    assert figure.locator("output").inner_text() == "1.0"


def test_steps_that_are_words_are_a_list_to_choose_from(visit):
    page = visit("77_specimen", viewport=size(390))
    draw_all(page)
    page.get_by_role("combobox", name="Word").select_option("dogs")
    figure = page.locator("figure.plot", has=page.locator("select"))
    figure.locator(".bars .point").nth(3).wait_for(timeout=PATIENCE)
    assert figure.locator(".canvas").get_attribute("aria-label") == "Letters of dogs."


def test_the_search_finds_a_word_and_leads_to_its_place(visit):
    page = visit("index", viewport=size(390))
    page.get_by_role("searchbox").click()
    page.keyboard.type("nucleus")
    hit = page.locator(".found li a", has_text="Top-p, the nucleus")
    hit.wait_for(timeout=PATIENCE)
    assert "parts" in page.locator(".found [role=status]").inner_text()
    box = page.locator(".found").bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= 390, "the answers are on the screen"
    assert page.locator(".found mark").first.inner_text().lower() == "nucleus"
    hit.click()
    page.wait_for_url("**/03_sampling.html#Top-p*", timeout=PATIENCE)
    assert page.locator("[id='Top-p,-the-nucleus']").is_visible()


def test_the_search_says_when_there_is_nothing_and_closes_by_key(visit):
    page = visit("index", viewport=size(1280))
    page.get_by_role("searchbox").click()
    page.keyboard.type("<b>xyzzy")
    found = page.locator(".found")
    found.get_by_text("0 parts").wait_for(timeout=PATIENCE)
    page.keyboard.press("Escape")
    assert not found.is_visible()


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
def test_without_script_the_page_still_says_and_shows_all(visit, width):
    page = visit("77_specimen", viewport=size(width), java_script_enabled=False)
    figure = page.locator("figure.plot").first
    assert figure.locator("img").is_visible() and not figure.locator("figcaption").is_visible()
    assert page.locator("math").first.is_visible()
    assert not page.get_by_role("searchbox").is_visible(), "a box that cannot search is not shown"
    twin = page.locator(".shown details").first
    twin.locator("summary").press("Enter")
    assert twin.evaluate("d => d.open")
    if width < 800:
        page.locator(".lessons summary").click()
    page.locator(".lessons a:visible", has_text="Sampling").click()
    page.wait_for_url("**/03_sampling.html", timeout=PATIENCE)
    assert page.locator("h1").inner_text() == "03 Sampling: from logits to text"


def test_the_keyboard_reaches_the_text_first_and_shows_where_it_is(visit):
    page = visit("03_sampling", viewport=size(1280))
    page.keyboard.press("Tab")
    skip = page.locator(":focus")
    assert skip.inner_text() == "Skip to the text" and skip.bounding_box()["x"] >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"


def test_a_page_works_from_the_disk(browser, tmp_path):
    """Guards against anything that only a server can give: a reader opens the file itself."""
    specimen.write(tmp_path / "notebooks")
    build(tmp_path / "site", [tmp_path / "notebooks" / "77_specimen.ipynb"])
    faults = []
    page = browser.new_page(viewport=size(1280))
    page.on("console", lambda m: faults.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto((tmp_path / "site" / "77_specimen.html").as_uri())
    draw_all(page)
    page.get_by_role("searchbox").click()
    page.keyboard.type("nucleus")
    page.locator(".found li a").first.wait_for(timeout=PATIENCE)
    assert faults == []
    page.close()


BRIGHTNESS = """([selector, property]) => {
    const colour = getComputedStyle(document.querySelector(selector))[property];
    const [r, g, b] = colour.match(/[\\d.]+/g);
    return (0.3 * r + 0.59 * g + 0.11 * b) / 255;
}"""


def test_figures_follow_the_dark_look(visit):
    """C9: they stayed light cards. Card dark, letters light, at once when the button is pressed."""
    page = visit("77_specimen", viewport=size(1280), color_scheme="light")
    draw_all(page)
    card, letters = ["figure.plot", "backgroundColor"], ["figure.plot .ytick text", "fill"]
    assert page.evaluate(BRIGHTNESS, card) > 0.9 and page.evaluate(BRIGHTNESS, letters) < 0.4
    page.get_by_role("button", name="Dark look").click()
    page.wait_for_function(f"args => ({BRIGHTNESS})(args) > 0.7", arg=letters, timeout=PATIENCE)
    assert page.evaluate(BRIGHTNESS, card) < 0.25
    page.get_by_role("button", name="Light look").click()
    page.wait_for_function(f"args => ({BRIGHTNESS})(args) < 0.4", arg=letters, timeout=PATIENCE)


OVERLAPS = """figure => {
    const titles = [...figure.querySelectorAll('.annotation-text')];
    const boxes = titles.map(t => t.getBoundingClientRect());
    return boxes.filter((a, i) => boxes.some((b, j) => i < j && a.left < b.right - 1
        && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1)).length;
}"""


def test_titles_of_panels_do_not_overlap_and_tokens_fit_their_cells_on_a_phone(visit):
    """C9: a figure that would be too narrow scrolls in its box instead."""
    page = visit("77_specimen", viewport=size(390))
    draw_all(page)
    figures = page.locator("figure.plot")
    panels = figures.nth(figures.count() - 2)
    assert panels.locator(".annotation-text").count() == 2 and panels.evaluate(OVERLAPS) == 0
    tokens = figures.nth(figures.count() - 1)
    widest = tokens.evaluate(
        "f => Math.max(...[...f.querySelectorAll('.heatmap-label text')]"
        ".map(t => t.getBoundingClientRect().width))"
    )
    shown = tokens.locator(".heatmaplayer").bounding_box()["width"]
    assert 0 < widest < shown / specimen.TOKENS


def test_code_folds_and_stays_folded(visit):
    """C9"""
    page = visit("77_specimen", viewport=size(1280))
    source = page.locator(".code .highlight").first
    assert source.is_visible()
    page.get_by_role("button", name="Hide code").click()
    assert not source.is_visible() and page.locator(".shown").first.is_visible()
    page.reload()
    assert not source.is_visible()
    page.locator(".code summary").first.click()
    assert source.is_visible(), "one cell alone can be opened"
    page.get_by_role("button", name="Show code").click()
    assert page.locator(".code .highlight").last.is_visible()
