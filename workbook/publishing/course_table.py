"""What is written out from the table of the course, `workbook.LESSONS`.

The import contracts in pyproject.toml and the list of lessons in README.md stand between two
markers each; `workbook lessons --write` renews them, and the tests compare. Left out: badges, which
`badges.py` writes from the repository's address.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path

from workbook import LESSONS, Lesson

BEGIN = "{} lessons: written by `workbook lessons --write` from workbook.LESSONS{}"
END = "{} end of lessons{}"
TOML = ("#", "")  # how a comment begins and ends
MARKDOWN = ("<!--", " -->")

# What a lesson keeps to itself: asked, moved and drawn for its own notebook.
PRIVATE = ("exercises", "explorers", "charts", "experiment", "peers")
BELOW = ("town_lm", "training", "(sandbox) | (tasks)", "(inference)", "town", "core")
ABOVE = ("cli", "(grading) | publishing")
LAYERS = """\
# Downward only. Parentheses mark a folder that may be missing, such as a planned lesson;
# `exhaustive` makes the check fail when a new folder has no place in this list.
[[tool.importlinter.contracts]]
name = "A part of the course imports only what stands below it"
type = "layers"
containers = ["workbook"]
exhaustive = true
exhaustive_ignores = ["__main__"]
layers = [
{layers}
]
"""
PROTECTED = """\
[[tool.importlinter.contracts]]
name = "Lesson {lesson.notebook} keeps these to itself"
type = "protected"
protected_modules = [
{modules}
]
allowed_importers = ["workbook.{lesson.topic}"]
"""


def contracts(lessons: Sequence[Lesson], package: Path) -> str:
    """Return the contracts that follow from the table, as TOML; package: the folder workbook/."""
    order = [f"({lesson.topic})" for lesson in reversed(lessons)]
    layers = "\n".join(f'    "{name}",' for name in (*ABOVE, *order, *BELOW))
    blocks = [LAYERS.format(layers=layers)]
    for lesson in lessons:
        modules = private_modules(package / lesson.topic) if lesson.ready else []
        if modules:
            lines = "\n".join(f'    "workbook.{lesson.topic}.{name}",' for name in modules)
            blocks.append(PROTECTED.format(lesson=lesson, modules=lines))
    return "\n".join(blocks)


def private_modules(folder: Path) -> list[str]:
    """List the modules of a lesson's folder that no other part may import."""
    names = [file.stem for file in folder.glob("*.py")]
    return sorted(name for name in names if name.startswith(PRIVATE) or name.endswith("_charts"))


def readme_list(lessons: Sequence[Lesson]) -> str:
    """Return the table of the lessons that are written, as Markdown."""
    rows = [
        f"| [{lesson.number:02} {lesson.title}](notebooks/{lesson.notebook}.ipynb) "
        f"| {lesson.finding} |"
        for lesson in lessons
        if lesson.ready
    ]
    planned = ", ".join(f"{x.number:02} {x.title}" for x in lessons if not x.ready)
    more = f"\n{textwrap.fill(f'Planned: {planned}.', 100)}\n" if planned else ""
    return "\n".join(["| lesson | you will find |", "| --- | --- |", *rows, more])


def renewed(text: str, begin: str, end: str, new: str, name: str) -> str:
    """Return a text with what stands between two marker lines exchanged.

    Raises ValueError, naming the file, where a marker is missing.
    """
    before, begin_found, rest = text.partition(begin)
    _, end_found, after = rest.partition(end)
    if not begin_found or not end_found:
        missing = end if begin_found else begin
        raise ValueError(f"{name} lacks the line {missing!r}; put it back.")
    return f"{before}{begin}\n{new}{end}{after}"


def texts(folder: Path, lessons: Sequence[Lesson] = LESSONS) -> dict[Path, str]:
    """Return what the files made from the table should hold; folder: the checkout."""
    parts = {
        "pyproject.toml": (TOML, contracts(lessons, folder / "workbook")),
        "README.md": (MARKDOWN, readme_list(lessons)),
    }
    return {
        folder / name: renewed(
            (folder / name).read_text(encoding="utf-8"),
            BEGIN.format(*comment),
            END.format(*comment),
            new,
            name,
        )
        for name, (comment, new) in parts.items()
    }


def write(folder: Path, lessons: Sequence[Lesson] = LESSONS) -> list[Path]:
    """Renew the files made from the table; returns those that changed."""
    wanted = texts(folder, lessons)
    changed = [file for file, new in wanted.items() if file.read_text(encoding="utf-8") != new]
    for file in changed:
        file.write_text(wanted[file], encoding="utf-8")
    return changed
