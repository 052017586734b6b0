"""A submitted notebook, read without trusting it: what cannot be graded is a problem in words.

Only cell type, id, source and tags are taken, and of outputs what the learner's machine noted about
an answer, which earns nothing; all else that a file says about itself is not looked at. Left out:
which cell is which answer (`transplant.py`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workbook.grading import cells, claims
from workbook.grading.submissions import LIMIT, too_large

CONFLICT = re.compile(r"^(?:<{7}|>{7})(?: |$)", re.MULTILINE)
MOST_CELLS = 3000
LONGEST = 200_000  # characters of a cell


@dataclass(frozen=True)
class Cell:
    """A cell as far as the grader looks at it."""

    kind: str  # "code", "markdown" or "raw"
    id: str
    source: str
    tags: tuple[str, ...] = ()
    claims: tuple[claims.Claim, ...] = ()


class Unreadable(ValueError):
    """A file that cannot be graded; its message begins with the verdict, as in "corrupt: ..."."""


def parse(raw: bytes) -> list[Cell]:
    """Return the cells of a notebook of format 4. Raises Unreadable for anything else."""
    if len(raw) > LIMIT:
        raise Unreadable(too_large(len(raw)))
    text = _text(raw)
    if not text.strip():
        raise Unreadable("empty: the file has no content.")
    try:
        notebook = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"corrupt: the file is not a notebook ({_why(text, error)}).") from None
    if not isinstance(notebook, dict) or not isinstance(notebook.get("nbformat"), int):
        raise Unreadable("corrupt: the file is JSON, but not a notebook.")
    if notebook["nbformat"] != 4:
        version = notebook["nbformat"]
        raise Unreadable(
            f"old format: nbformat {version}; open it in JupyterLab and save it (format 4)."
        )
    rows = notebook.get("cells")
    if not isinstance(rows, list):
        raise Unreadable("corrupt: the notebook has no list of cells.")
    if len(rows) > MOST_CELLS:
        raise Unreadable(f"too large: {len(rows):,} cells; at most {MOST_CELLS:,} are read.")
    read = [cell for cell in (_cell(row) for row in rows) if cell is not None]
    if not any(cell.source.strip() for cell in read):
        raise Unreadable("empty: the notebook has no cell with text.")
    return read


def lesson_in(read: list[Cell], topics: Mapping[str, str]) -> str:
    """Return the lesson that most of the exercises in a notebook belong to, or "".

    topics: topic -> lesson.
    """
    counts: dict[str, int] = {}
    for cell in read:
        for name in cells.exercise_ids(cell.source):
            topic = name.partition(".")[0]
            counts[topic] = counts.get(topic, 0) + 1
    best = max(counts, key=lambda topic: counts[topic], default="")
    return topics.get(best, best)


def _text(raw: bytes) -> str:
    for encoding in ("utf-8-sig", "utf-16"):
        if encoding == "utf-16" and raw[:2] not in (b"\xff\xfe", b"\xfe\xff"):
            break
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Unreadable("corrupt: the file is not text in UTF-8.")


def _why(text: str, error: Exception) -> str:
    conflict = CONFLICT.search(text)
    if conflict:
        return f"line {text.count(chr(10), 0, conflict.start()) + 1} has conflict marks of git"
    if isinstance(error, json.JSONDecodeError):
        return f"line {error.lineno}: {error.msg}"
    return (
        "it is nested too deeply" if isinstance(error, RecursionError) else "a number is too long"
    )


def _cell(row: Any) -> Cell | None:
    if not isinstance(row, dict):
        return None
    source = row.get("source", "")
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    if not isinstance(source, str):
        return None
    if len(source) > LONGEST:
        source = source[:200] + "\n# cut off: the cell was too long ("
    # A surrogate cannot be written as UTF-8 and would stop the kernel's messages.
    source = source.encode("utf-8", "replace").decode("utf-8")
    metadata = row.get("metadata")
    tags = metadata.get("tags") if isinstance(metadata, dict) else None
    kept = tuple(str(tag) for tag in tags) if isinstance(tags, list) else ()
    noted = claims.read(row.get("outputs"))
    own = metadata.get("id") if isinstance(metadata, dict) else None  # where Colab keeps it
    return Cell(str(row.get("cell_type")), str(row.get("id") or own or ""), source, kept, noted)
