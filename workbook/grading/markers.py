"""Solutions and hidden tests between marks in an instructor's own notebook, and taking them out.

    ### BEGIN SOLUTION          ### BEGIN HIDDEN TESTS
    ### END SOLUTION            ### END HIDDEN TESTS

These are nbgrader's marks. In a code cell the first solution leaves `raise NotImplementedError`
behind. Left out: marks in outputs; a marked cell loses its outputs.
"""

from __future__ import annotations

import re

MARK = re.compile(r"^(\s*)###\s*(BEGIN|END)\s+(SOLUTION|HIDDEN TESTS)\s*$")
ANY_MARK = re.compile(r"(BEGIN|END)\s+(SOLUTION|HIDDEN TESTS)")
STUB = "raise NotImplementedError  # your code instead of this line"


def strip(source: str) -> str:
    """Return a cell without what stands between marks.

    Raises ValueError, in one sentence, for a mark that is not closed, not opened or nested.
    """
    lines: list[str] = []
    inside = ""
    for number, line in enumerate(source.split("\n"), 1):
        mark = MARK.match(line)
        if mark is None:
            if not inside:
                lines.append(line)
            continue
        indent, side, what = mark.groups()
        if side == "BEGIN" and inside:
            raise ValueError(f"line {number}: BEGIN {what} inside of {inside}.")
        if side == "END" and inside != what:
            raise ValueError(f"line {number}: END {what} without its BEGIN.")
        if side == "BEGIN" and what == "SOLUTION":
            lines.append(indent + STUB)
        inside = what if side == "BEGIN" else ""
    if inside:
        raise ValueError(f"BEGIN {inside} is never closed.")
    return "\n".join(lines)
