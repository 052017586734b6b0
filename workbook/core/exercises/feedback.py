"""What a learner reads about an answer: a heading, one line a check, and a frame of its own.

Right, wrong and not answered differ by a sign, a word, a colour and the line of the frame, so that
no single one of them has to be seen. Left out: what is checked, which is `checks.py`, and who asks,
which is `exercise.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workbook.core.exercises.checks import RAISED, Finding
from workbook.core.notebook import tables


class Refusal(ValueError):
    """A call that cannot be carried out, told in one sentence: a notebook shows no traceback."""

    def _render_traceback_(self) -> list[str]:  # what IPython asks an error for
        return [str(self)]


@dataclass(frozen=True)
class Look:
    """How one kind of message looks. The colour has 3:1 on a white and on a dark page."""

    sign: str
    colour: str
    frame: str  # of CSS


LOOKS = {
    "right": Look("✓", "#2b8a4b", "solid"),
    "wrong": Look("✗", "#d1495b", "double"),
    "unanswered": Look("○", "#808080", "dotted"),
    "hint": Look("☞", "#3d85c6", "dashed"),
    "guess": Look("?", "#3d85c6", "dashed"),
}


def show(
    kind: str,
    heading: str,
    lines: Sequence[str],
    after: str = "",
    metadata: Mapping[str, Any] | None = None,
) -> None:
    """Display a message as one output: plain text, and the same as simple HTML.

    kind: a key of LOOKS. lines: as a list below the heading. after: a sentence below the list.
    metadata: what the output carries along unseen.
    """
    from IPython.display import display

    look = LOOKS[kind]
    items = "".join(f"<li>{tables.escaped(line)}</li>" for line in lines)
    items = f'<ul style="margin:0.3em 0">{items}</ul>' if items else ""
    end = f"<p>{tables.escaped(after)}</p>" if after else ""
    page = (
        f'<div role="status" style="border-left:6px {look.frame} {look.colour};padding-left:0.8em">'
        f'<p><b><span style="color:{look.colour};font-size:1.2em" aria-hidden="true">{look.sign}'
        f"</span> {tables.escaped(heading)}</b></p>{items}{end}</div>"
    )
    text = "\n  ".join([f"{look.sign} {heading}", *lines, *filter(None, [after])])
    display({"text/plain": text, "text/html": page}, raw=True, metadata=dict(metadata or {}))


def check_lines(findings: Sequence[Finding]) -> list[str]:
    """Return a line for each check; an error that several checks met is shown once."""
    lines: dict[str, list[str]] = {}  # what is said -> the checks it is said of
    for number, finding in enumerate(findings):
        said = finding.wrong or ""
        key = said if said.startswith(RAISED) else f"{number}"
        lines.setdefault(key, []).append(_line(finding))
    return [
        group[0]
        if len(group) == 1
        else f"{LOOKS['wrong'].sign} wrong, in {len(group)} checks: {key}"
        for key, group in lines.items()
    ]


def _line(finding: Finding) -> str:
    if finding.wrong is None:
        return f"{LOOKS['right'].sign} right: {finding.says}"
    return f"{LOOKS['wrong'].sign} wrong: {finding.says}: {finding.wrong}"
