"""The first cells of a lesson: how much of the package the header and the setup cell load.

What is loaded there is waited for before anything is seen. How long that takes is measured by
`workbook run --json`; the kept report is read here, no clock runs.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from workbook.core.exercises.lesson import RUNS

NOTEBOOKS = sorted((Path(__file__).resolve().parents[2] / "notebooks").glob("*.ipynb"))
FEW = 40  # modules of ours; one that nothing was asked of yet is not loaded
SOON = 8.0  # seconds from a kernel's start to the first figure, on two cores
COUNT = "print(len([name for name in sys.modules if name.partition('.')[0] == 'workbook']))\n"


def opening(path):
    """The code of the header and of the setup cell."""
    cells = nbformat.read(path, as_version=4).cells
    return [cell.source for cell in cells if cell.cell_type == "code"][:2]


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_first_cells_load_little_and_the_header_no_torch(path):
    """Guards against a setup cell that loaded 176 of our modules, whose names it does not call."""
    header, setup = opening(path)
    program = f"import sys\n{header}\nprint('torch' in sys.modules)\n{COUNT}{setup}\n{COUNT}"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=path.parent, capture_output=True, text=True
    )
    *_, torch, first, _, both = done.stdout.splitlines() or [done.stderr[-500:]] * 4
    assert torch == "False" and int(first) < FEW
    assert int(both) < FEW, f"{both} modules: import what one cell needs there, load models later"


@pytest.mark.parametrize("stem", ["00_welcome", "03_sampling", "09_evaluation"])
def test_the_first_figure_is_there_soon(stem):
    """As measured when the report was written; reports from before it was measured say nothing."""
    entries = json.loads((RUNS / "2_CPU_cores.json").read_text(encoding="utf-8"))
    (entry,) = (entry for entry in entries if entry["lesson"] == stem)
    assert (entry.get("first_figure") or 0.0) <= SOON
