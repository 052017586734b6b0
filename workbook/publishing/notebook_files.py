"""Reading notebooks: what cannot be read is one sentence with the file, and its line if known.

The runner and the site read lessons through here, so that one broken file is reported and stops
nothing else. Left out: writing, which is `runner.save`.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

from workbook.core.system.text_files import read_text

if TYPE_CHECKING:
    from nbformat import NotebookNode

CONFLICT = re.compile(r"^(?:<{7}|={7}|>{7})(?: |$)", re.MULTILINE)  # what git leaves in a file


def read(file: Path) -> NotebookNode:
    """Return a notebook in the current format, version 4; a byte-order mark is skipped.

    Raises ValueError, in one sentence, for a file that is no notebook.
    """
    import nbformat

    text = read_text(file)
    try:
        json.loads(text)
        notebook = nbformat.reads(text, as_version=4)
        nbformat.validate(notebook)
    except json.JSONDecodeError as error:
        raise ValueError(f"{file.name} is not a notebook: {_why(text, error)}.") from error
    except Exception as error:  # nbformat's errors have no common base below Exception
        lines = str(error).strip().splitlines() or [type(error).__name__]
        raise ValueError(f"{file.name} is not a notebook: {lines[0]}") from error
    return notebook


def _why(text: str, error: json.JSONDecodeError) -> str:
    conflict = CONFLICT.search(text)
    if conflict:
        line = text.count("\n", 0, conflict.start()) + 1
        return f"line {line} has conflict marks of git; decide between the two versions"
    return f"line {error.lineno} is not JSON ({error.msg})"
