"""Lessons without a screen: execute notebooks, measure seconds, peak memory, the first figure.

Each lesson runs in a fresh kernel, in its own folder, one after the other, as a learner's
*Run All* would. The peak is the resident memory of the kernel with all its child processes.
It does not compare outputs: the tests do that with nbval. `workbook run` and `make course` use it.
"""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbook.core.notebook.figures import PLOTLY_MIME
from workbook.core.runs.files import write_atomically
from workbook.core.system.peak_memory import PeakMemory
from workbook.publishing import notebook_files

if TYPE_CHECKING:
    from nbformat import NotebookNode

START_SECONDS = 120  # a kernel that has not answered by then is taken for dead
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
ANSI = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True)
class LessonReport:
    """How one lesson went. `error` is one line, None when all is well."""

    lesson: str  # "03_sampling"
    status: str  # "ok" or "failed"
    seconds: float  # from the kernel's start to the last cell's end
    peak_bytes: int  # resident, kernel and children
    error: str | None = None
    first_figure: float | None = None  # seconds to the end of the first cell that shows one

    def line(self) -> str:
        """The lesson in one line for a terminal."""
        peak = self.peak_bytes / 2**20
        measured = f"{self.lesson:<24} {self.status:<7} {self.seconds:6.1f} s {peak:7.0f} MB"
        if self.first_figure is not None:
            measured += f", first figure after {self.first_figure:.1f} s"
        return f"{measured}  {self.error}" if self.error else measured


def notebooks() -> Path:
    """The folder of the lessons: WORKBOOK_NOTEBOOKS, or the one beside the package."""
    asked = os.environ.get("WORKBOOK_NOTEBOOKS", "").strip()
    return Path(asked) if asked else Path(__file__).resolve().parents[2] / "notebooks"


def find(names: list[str] | None = None) -> list[Path]:
    """Return the notebooks of some lessons, or of all, in course order.

    names: numbers, topics or notebooks, such as "3", "03", "sampling", "03_sampling".
    Raises ValueError when a name fits no lesson; the sentence lists those there are.
    """
    lessons = {file.stem: file for file in sorted(notebooks().glob("[0-9][0-9]_*.ipynb"))}
    if not names:
        if not lessons:
            raise ValueError(f"there are no lessons in {notebooks()}.")
        return list(lessons.values())
    wanted = set()
    for name in names:
        asked = name.zfill(2) if name.isdigit() else name.removesuffix(".ipynb")
        hits = [stem for stem in lessons if asked in (stem, *_split(stem))]
        if not hits:
            known = ", ".join(lessons) or "none"
            raise ValueError(f"there is no lesson {name!r}; there are: {known}.")
        wanted.update(hits)
    return [file for stem, file in lessons.items() if stem in wanted]


def _split(stem: str) -> tuple[str, str]:
    """("03", "sampling") of "03_sampling"."""
    number, _, topic = stem.partition("_")
    return number, topic


def run_lesson(
    file: Path,
    timeout: float,
    write: bool = False,
    on_cell: Callable[[int, int], None] = lambda done, cells: None,
    pictures: bool = False,
) -> LessonReport:
    """Execute one notebook within `timeout` seconds; with `write`, store its new outputs.

    on_cell: called before each cell with the number of cells done and of all. pictures: figures are
    also made as pictures, which needs Chromium. A lesson that fails, or whose file is no notebook,
    is reported, not raised, and its file is left as it was.
    """
    start = time.monotonic()
    error, peak, figure = None, 0, None
    try:
        notebook = notebook_files.read(file)
        error, peak, figure = _execute(notebook, file.parent, start + timeout, on_cell, pictures)
        if error is None and write:
            save(notebook, file)
    except Exception as failure:  # whatever it is, the other lessons are still to run
        error = one_line(_in_words(failure))
    seconds = round(time.monotonic() - start, 2)
    first = None if figure is None else round(figure - start, 2)
    return LessonReport(file.stem, "failed" if error else "ok", seconds, peak, error, first)


def _in_words(failure: Exception) -> str:
    plain = isinstance(failure, ValueError)
    return str(failure) if plain else f"{type(failure).__name__}: {failure}"


def save(notebook: NotebookNode, file: Path) -> None:
    """Write an executed notebook as it is committed, all of it or nothing.

    Live widgets go (their state is megabytes, and without a kernel a reader would see an error);
    the figure, picture and text beside them stay.
    """
    import nbformat

    notebook.metadata.pop("widgets", None)
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        for output in cell.get("outputs", []):
            output.get("data", {}).pop(WIDGET_VIEW, None)
    write_atomically(file, nbformat.writes(notebook).rstrip("\n") + "\n")


def _execute(
    notebook: NotebookNode,
    folder: Path,
    deadline: float,
    on_cell: Callable[[int, int], None],
    pictures: bool,
) -> tuple[str | None, int, float | None]:
    """Run all cells in place.

    Returns one line on what failed, or None; the kernel's peak bytes; and when the first cell that
    shows a figure had run, by the monotonic clock, or None.
    """
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    client = NotebookClient(
        notebook,
        kernel_name="python3",
        resources={"metadata": {"path": str(folder)}},
        timeout_func=lambda cell: max(1, int(deadline - time.monotonic())),
        startup_timeout=START_SECONDS,
        shell_timeout_interval=1,
        record_timing=False,
        store_widget_state=False,
        coalesce_streams=True,
    )
    error, memory, figure = None, PeakMemory(), None
    start: dict[str, Any] = {"stderr": subprocess.DEVNULL}
    if pictures:
        start["env"] = os.environ | {"WORKBOOK_PNG": "1"}
    try:
        with client.setup_kernel(**start), memory.of(client.km.provisioner.pid):
            for index, cell in enumerate(notebook.cells):
                on_cell(index, len(notebook.cells))
                client.execute_cell(cell, index, execution_count=client.code_cells_executed + 1)
                if figure is None and shows_figure(cell):
                    figure = time.monotonic()
    except CellExecutionError as failure:
        error = f"{failure.ename}: {failure.evalue}"
    except CellTimeoutError:
        error = "took longer than the time it was given; see --timeout"
    except (DeadKernelError, RuntimeError) as failure:
        error = f"the kernel died, perhaps for want of memory ({failure})"
    return error and one_line(error), memory.peak, figure


def shows_figure(cell: NotebookNode) -> bool:
    """Return whether a figure, a picture or a widget is among a cell's outputs."""
    kinds = [kind for output in cell.get("outputs", []) for kind in output.get("data", {})]
    return any(kind in (PLOTLY_MIME, WIDGET_VIEW) or kind.startswith("image/") for kind in kinds)


def one_line(text: str, width: int = 300) -> str:
    """A message's first line, without terminal colours, cut to a width."""
    lines = ANSI.sub("", text).strip().splitlines() or [""]
    return lines[0][:width]
