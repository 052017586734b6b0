"""Films the explorer of lesson 03 in JupyterLab for README.md: `python tests/film.py`.

The temperature slider goes up by key, a picture at each stop, as an animated WebP. Needs Chromium.
Run it again when the explorer looks different; it takes about two minutes.
"""

from __future__ import annotations

import io
import tempfile
from pathlib import Path

import nbformat
from lab import FLAGS, Lab, Page, chromium, without_outputs
from PIL import Image

ROOT = Path(__file__).parents[1]
LESSON, LABEL = "03_sampling", "Temperature"
FILM = ROOT / "notebooks" / "images" / f"{LESSON}.webp"
WIDTH = 1000  # of the window, px
STOPS, PRESSES = 10, 2  # stops of the slider on its way up; presses of the key from one to the next
MILLISECONDS = 500  # that a picture stays


def main() -> None:
    """Run the lesson up to its explorer, film it, write the film."""
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as place, sync_playwright() as playwright:
        folder, state = Path(place) / "notebooks", Path(place) / "state"
        folder.mkdir(), state.mkdir()
        _beginning(ROOT / "notebooks" / f"{LESSON}.ipynb", folder / f"{LESSON}.ipynb")
        browser = playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        with Lab(folder, state) as lab:
            size = {"width": WIDTH, "height": 1100}
            page = Page(browser.new_page(viewport=size), lab, f"{LESSON}.ipynb")
            page.run_all()
            page.page.keyboard.press("Control+b")  # the files' list at the left goes away
            pictures = _pictures(page)
        browser.close()
    up_and_down = pictures + pictures[-2:0:-1]
    up_and_down[0].save(
        FILM,
        save_all=True,
        append_images=up_and_down[1:],
        duration=MILLISECONDS,
        loop=0,
        quality=70,
    )
    print(f"{FILM}: {len(up_and_down)} pictures, {FILM.stat().st_size / 1000:.0f} kB")


def _beginning(lesson: Path, copy: Path) -> None:
    """Write the lesson's cells up to the one that shows the first explorer."""
    notebook = without_outputs(lesson)
    shows = ["_explorer(" in cell.source for cell in notebook.cells]
    notebook.cells = notebook.cells[: shows.index(True) + 1]
    nbformat.write(notebook, copy)


def _pictures(page: Page) -> list[Image.Image]:
    """One of the explorer for every stop of the slider, from its lowest value up."""
    page.press(LABEL, "Home")
    box = page.page.locator(".widget-vbox", has_text=LABEL).first
    bars, pictures = page.bars_after(LABEL, []), []
    for stop in range(STOPS):
        for _ in range(PRESSES if stop else 0):
            page.press(LABEL, "ArrowRight")
        bars = page.bars_after(LABEL, bars) if stop else bars
        page.page.evaluate("document.activeElement.blur()")
        shot = Image.open(io.BytesIO(box.screenshot())).convert("RGB")
        pictures.append(shot.resize(pictures[0].size) if pictures else shot)
    return pictures


if __name__ == "__main__":
    main()
