"""What lessons show of the course as a whole: each header, and the table of all exercises.

Both change when another lesson gains an exercise, or a lesson a paragraph; `workbook lessons
--write` renews them without running a lesson. Left out: every other output, which only a run makes.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbook.core.exercises.exercise import progress_in
from workbook.core.exercises.lesson import header
from workbook.publishing import notebook_files, runner

if TYPE_CHECKING:
    from nbformat import NotebookNode

PROGRESS = re.compile(r"\d+ of \d+ exercises solved")


def renew(file: Path) -> bool:
    """Renew a lesson's header and table of progress; return whether they were out of date."""
    notebook = notebook_files.read(file)
    topic = file.stem.partition("_")[2]
    changed = [_renew(cell, topic) for cell in notebook.cells if cell.cell_type == "code"]
    if any(changed):
        runner.save(notebook, file)
    return any(changed)


def _renew(cell: NotebookNode, topic: str) -> bool:
    said = _header_arguments(cell.source)
    changed = False
    for output in cell.outputs:
        shown = output.get("data", {})
        if said is not None and output.output_type == "display_data":
            now = header(*said[0], **said[1])
        elif PROGRESS.match(shown.get("text/plain", "")):
            table = progress_in(topic, {})
            now = {"text/plain": str(table), "text/html": table._repr_html_()}
        else:
            continue
        changed |= any(shown[kind] != text for kind, text in now.items())
        shown.update(now)
    return changed


def _header_arguments(source: str) -> tuple[list[Any], dict[str, Any]] | None:
    """Return what a cell gives to `lesson_header`, None where it does not call it."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "lesson_header":
            named = {str(key.arg): ast.literal_eval(key.value) for key in node.keywords}
            return [ast.literal_eval(each) for each in node.args], named
    return None
