"""What a code cell shows, as HTML: figures, tables, pictures, text.

Of the forms that an output has, the page takes the one that says most (`ORDER`). Pictures become
files beside the page. Tables get a box they can scroll in and headers a screen reader can name.
Left out: prose, which is `workbook.publishing.site.markdown`.
"""

from __future__ import annotations

import base64
import html
import struct
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup
from nbconvert.filters import ansi2html
from nbformat import NotebookNode

from workbook.core.notebook.figures import PLOTLY_MIME
from workbook.publishing.site import plots
from workbook.publishing.site.markdown import Prose, formula

PNG, JPEG, SVG = "image/png", "image/jpeg", "image/svg+xml"
ORDER = (
    PLOTLY_MIME, "text/html", "text/markdown", SVG, PNG, JPEG, "text/latex", "text/plain",
)  # fmt: skip
ENDINGS = {PNG: "png", JPEG: "jpg", SVG: "svg"}
SHORT = 24  # letters of a cell that is not broken into lines: a number with its interval
PNG_SCALE = 1.25  # pixels of a stored picture for one of the page


class Outputs:
    """Turns outputs into HTML, and writes the pictures into `folder`/figures."""

    def __init__(self, folder: Path, prose: Prose, page: str) -> None:
        self.folder, self.prose, self.page = folder / "figures", prose, page
        self.pictures = 0

    def html(self, output: NotebookNode) -> str:
        """One output; "" where a page has nothing to show for it."""
        if output.output_type == "stream":
            return f'<pre class="out">{ansi2html(output.text.rstrip())}</pre>'
        if output.output_type == "error":
            return f'<pre class="out">{ansi2html(chr(10).join(output.traceback))}</pre>'
        data = output.get("data", {})
        kind = next((kind for kind in ORDER if kind in data), None)
        if kind == PLOTLY_MIME:
            alt = alt_text(output, PNG)
            image = self._picture(PNG, data[PNG], alt) if PNG in data else _words(alt)
            return plots.figure(data[PLOTLY_MIME], alt, image)
        if kind in ENDINGS:
            return self._picture(kind, data[kind], alt_text(output, kind))
        return self._text(kind, data[kind]) if kind else ""

    def _text(self, kind: str, text: str) -> str:
        if kind == "text/html":
            return f'<div class="rich">{tidy(text)}</div>'
        if kind == "text/markdown":
            return tidy(self.prose.html(text))
        if kind == "text/latex":
            return formula(text.strip("$ \n"), block=True)
        return f'<pre class="out">{ansi2html(text)}</pre>'

    def _picture(self, kind: str, data: str, alt: str) -> str:
        content = data.encode() if kind == SVG else base64.b64decode(data)
        self.pictures += 1
        name = f"{self.page}-{self.pictures}.{ENDINGS[kind]}"
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / name).write_bytes(content)
        size = png_size(content)
        size = f'width="{size[0]}" height="{size[1]}" ' if size else ""
        return f'<img src="figures/{name}" alt="{html.escape(alt)}" {size}loading="lazy">'


def alt_text(output: NotebookNode, kind: str) -> str:
    """From the picture's metadata, the figure's, or the output's text."""
    data: dict[str, Any] = output.get("data", {})
    stored = output.get("metadata", {}).get(kind, {}).get("alt")
    own = data.get(PLOTLY_MIME, {}).get("layout", {}).get("meta", {}).get("alt")
    return stored or own or data.get("text/plain", "").strip()


def png_size(content: bytes) -> tuple[int, ...]:
    """Width and height on the page of a PNG that the course has made; () for another file."""
    if not content.startswith(b"\x89PNG"):
        return ()
    return tuple(round(side / PNG_SCALE) for side in struct.unpack(">II", content[16:24]))


def tidy(page: str) -> str:
    """HTML made ready for a page: no styles of its own, tables that scroll and name their cells."""
    soup = BeautifulSoup(page, "html.parser")
    for style in soup.select("style, script"):
        style.decompose()
    for table in soup.select("table"):
        for name in ("border", "class"):
            table.attrs.pop(name, None)
        for cell in table.select("th"):
            if not cell.get_text(strip=True):
                cell.name = "td"
            elif "scope" not in cell.attrs:
                cell["scope"] = "col" if cell.find_parent("thead") else "row"
        for cell in table.select("td"):
            if len(cell.get_text()) <= SHORT:
                cell["class"] = "short"
        table.wrap(soup.new_tag("div", attrs={"class": "wide"}))
    return str(soup)


def _words(alt: str) -> str:
    return f'<p class="alt">{html.escape(alt)}</p>'
