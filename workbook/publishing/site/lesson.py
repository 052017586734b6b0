"""One lesson as the site shows it: everything is read from its notebook, nothing is typed twice.

The title is the notebook's first heading, the question the bold sentence below it, the facts the
table that the first code cell has made. Left out: how it looks, which is `templates/`.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from pathlib import Path

from bs4 import BeautifulSoup
from nbconvert.filters import Highlight2HTML
from nbformat import NotebookNode

from workbook.publishing import notebook_files
from workbook.publishing.site.markdown import Heading, Prose
from workbook.publishing.site.outputs import Outputs, tidy

NUMBER = re.compile(r"^(\d+)\s+")
WORDS_OF_A_PART = 1500  # of one part that the search looks through


@dataclass(frozen=True)
class Lesson:
    """A lesson, ready for its page."""

    name: str  # "03_sampling", of the page and of the notebook
    number: str  # "03", or "" for a notebook without one
    title: str  # "Sampling: from logits to text"
    question: str  # what it asks, as text
    facts: dict[str, str]  # from its header table: what it costs, what it builds on
    body: str  # HTML
    headings: tuple[Heading, ...] = ()
    parts: tuple[dict[str, str], ...] = field(default=(), repr=False)  # for the search

    @property
    def sections(self) -> list[Heading]:
        """What the table of contents of the page lists."""
        return [heading for heading in self.headings if heading.level in (2, 3)]


def read(file: Path, folder: Path) -> Lesson:
    """Read a notebook; its pictures go into `folder`.

    Raises ValueError for a file that is no notebook or has no first heading.
    """
    notebook = notebook_files.read(file)
    prose = Prose()
    outputs = Outputs(folder, prose, file.stem)
    highlight = Highlight2HTML(pygments_lexer="ipython3")
    pieces, parts = [], []
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            piece = tidy(prose.html(cell.source, cell.get("attachments")))
        elif cell.cell_type == "code":
            piece = _code_cell(cell, highlight, outputs)
        else:
            continue
        pieces.append(piece)
        if prose.headings:
            parts.append((prose.headings[-1], cell))
    if not prose.headings or prose.headings[0].level != 1:
        raise ValueError(f"{file.name} does not open with a heading: write '# 03 Title' first.")
    title = prose.headings[0].text
    number = NUMBER.match(title)
    return Lesson(
        name=file.stem,
        number=number[1] if number else "",
        title=NUMBER.sub("", title),
        question=_question(pieces[0]),
        facts=_facts(notebook),
        body="\n".join(pieces),
        headings=tuple(prose.headings),
        parts=tuple(_parts(parts)),
    )


def _code_cell(cell: NotebookNode, highlight: Highlight2HTML, outputs: Outputs) -> str:
    """Code and what it showed; an exercise is marked, for it is the reader's to fill."""
    if not cell.source.strip():
        return ""
    shown = "".join(map(outputs.html, cell.outputs))
    kind = "code exercise" if "exercise" in cell.metadata.get("tags", []) else "code"
    first = next(line for line in cell.source.splitlines() if line.strip())
    return (
        f'<div class="{kind}"><details class="source" open><summary>Code'
        f"<code>{html.escape(first)}</code></summary>{highlight(cell.source)}</details>"
        f'<div class="shown">{shown}</div></div>'
    )


def _question(page: str) -> str:
    """The bold sentence of the first cell, or its first paragraph."""
    soup = BeautifulSoup(page, "html.parser")
    found = soup.select_one("p strong") or soup.select_one("p")
    words = " ".join(found.get_text().split()) if found else ""
    return re.sub(r"^This lesson asks: (\w)", lambda match: match[1].upper(), words)


def _facts(notebook: NotebookNode) -> dict[str, str]:
    """The rows of the header table; {} for a notebook without one."""
    for cell in notebook.cells:
        if cell.cell_type == "code" and "lesson_header(" in cell.source:
            page = "".join(output.get("data", {}).get("text/html", "") for output in cell.outputs)
            rows = BeautifulSoup(page, "html.parser").select("tr")
            return {row.th.get_text(): row.td.get_text() for row in rows if row.th and row.td}
    return {}


def _parts(cells: list[tuple[Heading, NotebookNode]]) -> list[dict[str, str]]:
    """What the search looks through: heading by heading, prose and code."""
    found: dict[str, dict[str, str]] = {}
    for heading, cell in cells:
        words = re.sub(r"^#+ .*$|[*`|$#]+", " ", cell.source, flags=re.MULTILINE).split()
        part = found.setdefault(heading.id, {"id": heading.id, "title": heading.text, "text": ""})
        part["text"] = " ".join([*part["text"].split(), *words][:WORDS_OF_A_PART])
    return list(found.values())
