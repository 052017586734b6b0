"""A JupyterLab on loopback and a Chromium that works in it, for the browser tests.

`Lab` starts a server on a folder, with settings of its own; `Page` opens a notebook, runs all its
cells through the menu as a learner would, moves sliders by mouse or key, and reads what is drawn.
The fixtures `browser`, `opened` and `run_cells` are every test's, through conftest.py.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync",
    "--disable-component-update", "--disable-dev-shm-usage", "--no-first-run",
)  # fmt: skip
KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}
START_SECONDS = 120
RUN_SECONDS = 600
EVENT_SECONDS = 60
BARS = """plot => [...plot.querySelectorAll('.bars .point path')].map(p => p.getAttribute('d'))"""


def chromium() -> str | None:
    """The browser to use: CHROMIUM, or one that is on the path."""
    names = (os.environ.get("CHROMIUM"), "chromium", "chromium-browser", "google-chrome")
    return next((found for name in names if name and (found := shutil.which(name))), None)


class Lab:
    """A JupyterLab server on a folder of notebooks; use it in a `with` block."""

    def __init__(
        self, folder: Path, state: Path, before: Sequence[str | Path] = (), draw_all: bool = False
    ) -> None:
        """state: an empty folder for everything Jupyter wants to remember. before: a command that
        starts the server, such as one that limits it. draw_all: cells far from the screen too."""
        self.draw_all = draw_all
        self.folder, self.state, self.token = folder, state, secrets.token_hex(8)
        self.before = before
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Lab:
        self._set("apputils", "notification", {"fetchNews": "false", "checkForUpdates": False})
        if self.draw_all:
            self._set("notebook", "tracker", {"windowingMode": "none"})
        environment = os.environ | {
            "JUPYTER_CONFIG_DIR": str(self.state / "config"),
            "JUPYTER_DATA_DIR": str(self.state / "data"),
            "JUPYTER_RUNTIME_DIR": str(self.state / "runtime"),
            "JUPYTERLAB_SETTINGS_DIR": str(self.state / "settings"),
            "JUPYTERLAB_WORKSPACES_DIR": str(self.state / "workspaces"),
        }
        self.log = (self.state / "log").open("w", encoding="utf-8")
        self.server = subprocess.Popen(
            [
                *self.before, sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root",
                "--ServerApp.ip=127.0.0.1", f"--ServerApp.port={self.port}",
                "--ServerApp.port_retries=0", f"--ServerApp.root_dir={self.folder}",
                f"--IdentityProvider.token={self.token}",
            ],
            env=environment, stdout=self.log, stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            self._wait()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_error) -> None:
        self.server.terminate()
        try:
            self.server.wait(30)
        except subprocess.TimeoutExpired:
            self.server.kill()
            self.server.wait()
        self.log.close()

    def _set(self, extension: str, plugin: str, settings: dict) -> None:
        folder = self.state / "settings" / "@jupyterlab" / f"{extension}-extension"
        folder.mkdir(parents=True)
        file = folder / f"{plugin}.jupyterlab-settings"
        file.write_text(json.dumps(settings), encoding="utf-8")

    def close_kernels(self) -> None:
        """End the kernels of what was opened, which would hold their memory."""
        for session in json.loads(self._ask("sessions")):
            with suppress(urllib.error.HTTPError):  # it has ended in between
                self._ask(f"sessions/{session['id']}", "DELETE")

    def address(self, notebook: str) -> str:
        return f"{self.url}/lab/tree/{notebook}?token={self.token}&reset"

    def _ask(self, path: str, method: str = "GET") -> bytes:
        """Send a request to the server's API."""
        head = {"Authorization": f"token {self.token}"}
        request = urllib.request.Request(f"{self.url}/api/{path}", headers=head, method=method)
        with urllib.request.urlopen(request, timeout=30) as response:
            return response.read()

    def _wait(self) -> None:
        limit = time.monotonic() + START_SECONDS
        while time.monotonic() < limit and self.server.poll() is None:
            try:
                self._ask("")
                return
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                time.sleep(0.2)
        log = (self.state / "log").read_text(encoding="utf-8")
        raise RuntimeError(f"JupyterLab did not start:\n{log[-2000:]}")


class Page:
    """One notebook in the browser."""

    def __init__(self, page, lab: Lab, notebook: str) -> None:
        self.page, self.file = page, lab.folder / notebook
        self.known: list[dict] = []
        self.cells()
        self.elsewhere: list[str] = []  # addresses beyond this machine that the page asked for
        page.on("request", lambda request: self._note(request.url, lab.url))
        page.goto(lab.address(notebook), timeout=START_SECONDS * 1000)
        page.locator(".jp-CodeCell").first.wait_for(timeout=START_SECONDS * 1000)

    def run_all(self) -> None:
        """Run > Run All Cells, then save until the file shows that the last cell was run.

        The page itself draws only what is near, so it cannot be asked about all cells.
        """
        self.page.get_by_text("| Idle").first.wait_for(timeout=START_SECONDS * 1000)
        self.page.locator(".lm-MenuBar-item", has_text="Run").first.click()
        self.page.locator(".lm-Menu-item[data-command='runmenu:run-all']").click()
        limit = time.monotonic() + RUN_SECONDS
        while self.waiting() and not self.errors():
            if time.monotonic() > limit:
                raise TimeoutError(f"cells that never ran: {self.waiting()}")
            self.page.wait_for_timeout(1000)
            self.page.keyboard.press("Control+s")

    def cells(self) -> list[dict]:
        """The code cells as last saved; those read before while a save is under way."""
        try:
            saved = json.loads(self.file.read_text(encoding="utf-8"))["cells"]
            self.known = [cell for cell in saved if cell["cell_type"] == "code"]
        except ValueError:
            self.page.wait_for_timeout(200)
        return self.known

    def waiting(self) -> list[str]:
        """Code cells that have not been run, by their first line."""
        return [c["source"][0] for c in self.cells() if c["source"] and not c["execution_count"]]

    def errors(self) -> list[str]:
        """What went wrong, cell by cell."""
        return [
            f"{output['ename']}: {output['evalue']}"
            for cell in self.cells()
            for output in cell["outputs"]
            if output["output_type"] == "error"
        ]

    def slider(self, label: str):
        """The handle of a slider, scrolled into view."""
        slider = self.page.locator(".widget-hslider", has_text=label).first
        slider.wait_for(timeout=EVENT_SECONDS * 1000)
        slider.scroll_into_view_if_needed()
        return slider.locator(".noUi-handle")

    def drag(self, label: str, pixels: int) -> None:
        """Move a slider by mouse, in small steps as a hand does."""
        before, limit = self.value(label), time.monotonic() + EVENT_SECONDS
        while self.value(label) == before and time.monotonic() < limit:
            box = self._still(label)  # cells above may still be drawn and push the slider away
            x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
            self.page.mouse.move(x, y)
            self.page.mouse.down()
            self.page.mouse.move(x + pixels, y, steps=8)
            self.page.mouse.up()
            self.page.wait_for_timeout(500)

    def _still(self, label: str) -> dict:
        """Where a slider's handle is, once it has stood still for a second."""
        last = None
        while last != (now := self.slider(label).bounding_box()) or now is None:
            last = now
            self.page.wait_for_timeout(1000)
        return now

    def press(self, label: str, key: str) -> None:
        """Move a slider by key."""
        self.slider(label).focus()
        self.page.keyboard.press(key)

    def value(self, label: str) -> str:
        """What a slider shows beside it."""
        slider = self.page.locator(".widget-hslider", has_text=label).first
        return slider.locator(".widget-readout").inner_text()

    def bars(self, label: str) -> list[str]:
        """The shapes of the bars in the figure below a slider, as SVG paths."""
        box = self.page.locator(".widget-vbox", has_text=label).first
        plot = box.locator(".js-plotly-plot").first
        self.slider(label)  # scrolls: a figure far from the screen may wait with its bars
        plot.wait_for(timeout=EVENT_SECONDS * 1000)
        drawn = plot.locator(".bars .point path").first  # an empty plot is there before its bars
        drawn.wait_for(state="attached", timeout=EVENT_SECONDS * 1000)
        return plot.evaluate(BARS)

    def bars_after(self, label: str, before: list[str]) -> list[str]:
        """The bars once they differ from `before` and stand still, or when time is up."""
        limit, last = time.monotonic() + EVENT_SECONDS, before
        while time.monotonic() < limit:
            self.page.wait_for_timeout(500)
            now = self.bars(label)
            if now == last != before:
                break
            last = now
        return last

    def _note(self, address: str, own: str) -> None:
        if address.startswith(("http", "ws")) and own.partition(":")[2] not in address:
            self.elsewhere.append(address)


def without_outputs(path: Path) -> nbformat.NotebookNode:
    """Read a notebook as nobody has run it: what is committed must not count as a fresh run."""
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return notebook


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    path = chromium()
    if path is None:
        pytest.skip("needs Chromium: install Debian's package chromium, or set CHROMIUM")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    """A JupyterLab server, the same for all tests that open a notebook in it."""
    with Lab(tmp_path_factory.mktemp("notebooks"), tmp_path_factory.mktemp("state")) as lab:
        yield lab


@pytest.fixture
def opened(browser, lab, tmp_path):
    """Open a copy of a notebook in JupyterLab, without its outputs or with `outputs=True`."""
    page = browser.new_page(viewport={"width": 1300, "height": 1000})

    def open_notebook(path, outputs=False):
        notebook = nbformat.read(path, as_version=4) if outputs else without_outputs(path)
        name = f"{tmp_path.name}-{path.name}"
        nbformat.write(notebook, lab.folder / name)
        return Page(page, lab, name)

    yield open_notebook
    page.close()
    lab.close_kernels()


@pytest.fixture
def run_cells(opened, tmp_path):
    """Run code cells in JupyterLab, in a notebook of their own; gives the page."""

    def run(*sources):
        cells = [new_code_cell(source) for source in sources]
        path = tmp_path / "cells.ipynb"
        nbformat.write(new_notebook(cells=cells, metadata={"kernelspec": KERNEL}), path)
        page = opened(path)
        page.run_all()
        assert page.errors() == []
        return page

    return run
