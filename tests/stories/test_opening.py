"""The first cells of a lesson: how much of the package the header and the setup cell load.

What is loaded there is waited for before anything is seen. A lesson that loads FEW modules or more
is listed with how many it may load; the numbers may only fall.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

NOTEBOOKS = sorted((Path(__file__).resolve().parents[2] / "notebooks").glob("*.ipynb"))
FEW = 40  # the rule; 05 keeps it
MORE = {  # the most that the others may load: they name what the learner calls at once or later
    "00_welcome": 61, "01_attention": 60, "02_pretraining": 102, "03_sampling": 59,
    "06_scaling_laws": 52, "08_finetuning": 157, "09_evaluation": 73, "10_lora": 161,
    "11_peft_family": 172, "16_react": 132,
}  # fmt: skip
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
    most = MORE.get(path.stem, FEW - 1)
    assert int(both) <= most, f"{both} modules: import what is not needed yet inside functions"
