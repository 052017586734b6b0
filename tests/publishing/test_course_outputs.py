"""Headers and tables of progress: today's in every lesson, and renewed where they are not."""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat
import pytest

from workbook.publishing import course_outputs

NOTEBOOKS = sorted((Path(__file__).resolve().parents[2] / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_each_lesson_shows_todays_course(path, tmp_path):
    copied = tmp_path / path.name
    shutil.copy(path, copied)
    assert not course_outputs.renew(copied), "run `workbook lessons --write`"
    assert copied.read_bytes() == path.read_bytes()


def test_a_stale_header_and_table_are_renewed_and_nothing_else(tmp_path):
    path = next(path for path in NOTEBOOKS if path.stem == "00_welcome")
    notebook, stale = (nbformat.read(path, as_version=4) for _ in range(2))
    changed = []
    for number, cell in enumerate(stale.cells):
        for output in cell.get("outputs", []):
            shown = output.get("data", {})
            if shown.get("text/plain", "").startswith(("You are here", "0 of ")):
                shown["text/plain"] = shown["text/plain"][:30]
                shown["text/html"] = "<p>old</p>"
                changed.append(stale.cells[number].source)
    assert ["lesson_header" in changed[0], changed[1]] == [True, "progress()"]
    file = tmp_path / path.name
    nbformat.write(stale, file)
    assert course_outputs.renew(file)
    assert nbformat.read(file, as_version=4) == notebook
    assert not course_outputs.renew(file)
