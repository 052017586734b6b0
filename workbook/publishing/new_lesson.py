"""The skeleton of a lesson: a folder of the package, a notebook, tests, and its place in the table.

What is written runs and passes the tests as it is: a small working example of each part, to be
replaced. The texts are in `skeleton/`. `workbook new-lesson` calls it; .github/CONTRIBUTING.md says
how to go on. Left out: what the lesson teaches.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from workbook import LESSONS, Lesson
from workbook.publishing import course_table

if TYPE_CHECKING:
    from nbformat import NotebookNode

SKELETON = Path(__file__).resolve().parent / "skeleton"
MODULES = ("__init__", "idea", "exercises", "explorers", "charts")
TESTS = ("idea", "exercises", "explorers", "charts")
# A fence of notebook.md.j2 -> the tags of its code cell.
TAGS = {
    "header": ["nbval-check-output"],
    "setup": ["nbval-ignore-output"],
    "explorer": ["nbval-ignore-output"],
    "check": ["nbval-check-output"],
    "exercise": ["exercise", "nbval-ignore-output"],
    "result": ["nbval-ignore-output"],
}
FENCE = re.compile(r"^```(\w+)\n(.*?)\n```$", re.MULTILINE | re.DOTALL)


def write(root: Path, number: int, topic: str) -> list[Path]:
    """Write a planned lesson's skeleton into a checkout; returns the files, written or changed.

    Raises ValueError when the table has no such planned lesson, or its folder holds something.
    """
    lesson = planned(number, topic)
    files = _files(root, lesson)
    taken = [file for file in files if file.exists()]
    if taken:
        raise ValueError(f"{taken[0]} is there already; nothing was written.")
    values = {"number": f"{number:02}", "topic": topic, "title": lesson.title}
    for file, template in files.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        text = _filled(template, values)
        if template == "notebook.md":
            import nbformat

            text = nbformat.writes(notebook(text)) + "\n"
        file.write_text(text, encoding="utf-8")
    return [*files, *_made_ready(root, lesson)]


def planned(number: int, topic: str) -> Lesson:
    """Return a row of the course's table that is not written yet; ValueError for any other."""
    for lesson in LESSONS:
        if (lesson.number, lesson.topic) == (number, topic) and not lesson.ready:
            return lesson
    left = ", ".join(f"{x.number:02} {x.topic}" for x in LESSONS if not x.ready) or "none"
    raise ValueError(
        f"no lesson {number:02} {topic!r} is planned in LESSONS of workbook/__init__.py, where a "
        f"new lesson gets its row first; planned are: {left}."
    )


def notebook(text: str) -> NotebookNode:
    """Return a notebook: prose between fences becomes Markdown cells, each fence a code cell."""
    from nbformat import v4

    pieces = FENCE.split(text)  # prose, kind, code, prose, kind, code, ..., prose
    cells = []
    for place, piece in enumerate(pieces):
        if place % 3 == 0:
            cells.append(v4.new_markdown_cell(piece.strip()))
        elif place % 3 == 2:
            cells.append(v4.new_code_cell(piece, metadata={"tags": TAGS[pieces[place - 1]]}))
    for count, cell in enumerate(cells):
        cell.id = f"s{count:03}"
    spec = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    metadata = {"kernelspec": spec, "language_info": {"name": "python"}}
    return v4.new_notebook(cells=cells, metadata=metadata)


def _files(root: Path, lesson: Lesson) -> dict[Path, str]:
    """{file to write: its template}"""
    folder, tests = root / "workbook" / lesson.topic, root / "tests" / lesson.topic
    return {
        **{folder / f"{name}.py": f"{name}.py" for name in MODULES},
        **{tests / f"test_{name}.py": f"test_{name}.py" for name in TESTS},
        root / "notebooks" / f"{lesson.notebook}.ipynb": "notebook.md",
    }


def _filled(template: str, values: dict[str, str]) -> str:
    from jinja2 import Environment, StrictUndefined

    source = (SKELETON / f"{template}.j2").read_text(encoding="utf-8")
    environment = Environment(undefined=StrictUndefined, keep_trailing_newline=True)
    return environment.from_string(source).render(values)


def _made_ready(root: Path, lesson: Lesson) -> list[Path]:
    """Mark the lesson as ready in the table, and renew what is written out from the table."""
    file = root / "workbook" / "__init__.py"
    text = file.read_text(encoding="utf-8")
    row = f'Lesson({lesson.number}, "{lesson.topic}", "{lesson.title}"'
    end = f', stage="{lesson.stage}")' if lesson.stage else ")"
    if text.count(row + end) != 1:
        raise ValueError(f"{file} has no line {row + end!r}; mark the lesson as ready by hand.")
    file.write_text(text.replace(row + end, f'{row}, "ready"{end}'), encoding="utf-8")
    ready = [each._replace(state="ready") if each == lesson else each for each in LESSONS]
    return [file, *course_table.write(root, ready)]
