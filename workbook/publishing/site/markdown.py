"""Prose cells as HTML: Markdown through nbconvert's reader, formulas as MathML, headings with ids.

MathML rather than MathJax: every browser draws it by itself, so a formula needs no script and no
network. An id is the one JupyterLab gives to the same heading, so that a link inside a lesson works
in both. Left out: what a code cell shows, which is `workbook.publishing.site.outputs`.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from bs4 import BeautifulSoup
from latex2mathml.converter import convert
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

Attachments = Mapping[str, Mapping[str, str]]  # name -> media type -> base64
# Environments that the converter draws wrongly -> one that it draws, and that looks the same.
ENVIRONMENTS = {
    "align": "align*", "aligned": "align*", "alignedat": "align*", "alignat": "align*",
    "eqnarray": "align*", "flalign": "align*", "dcases": "cases",
    "gathered": "matrix", "gather": "matrix", "multline": "matrix",
}  # fmt: skip
ENVIRONMENT = re.compile(rf"""
    \\(begin|end)\{{({"|".join(ENVIRONMENTS)})\*?\}}
    (?:(?:(?<=at\}})|(?<=at\*\}}))\s*\{{\d+\}})?  # the number of columns
    (?:\[[tbc]\])?
""", re.VERBOSE)  # fmt: skip
NOT_DRAWN = re.compile(r">(?:&|\\\w+)<")  # an alignment mark or a command left as text


@dataclass(frozen=True)
class Heading:
    """One heading of a page."""

    level: int  # 1 is the page's title
    id: str
    text: str


class Prose(IPythonRenderer):
    """Turns the Markdown cells of one page into HTML and remembers their headings."""

    def __init__(self) -> None:
        super().__init__(escape=False)
        self.headings: list[Heading] = []
        self.taken: Counter[str] = Counter()
        self.reader = MarkdownWithMath(renderer=self)

    def html(self, source: str, attachments: Attachments | None = None) -> str:
        """Return one cell as HTML; attachments: the pictures pasted into it, by name."""
        self.attachments = attachments or {}
        return self.reader.render(source)

    def image(self, text: str, url: str, title: str | None = None) -> str:
        name = url.removeprefix("attachment:")
        if name != url and not self.attachments.get(unquote(name)):
            return html.escape(text)  # the picture was lost; its words are here
        return super().image(text, unquote(url) if name != url else url, title)

    def heading(self, text: str, level: int, **_attributes) -> str:
        plain = BeautifulSoup(text, "html.parser").get_text().strip()
        name = self.free(plain.replace("%", "").replace(" ", "-"))  # "%" starts a code in a link
        self.headings.append(Heading(level, name, plain))
        name = html.escape(name)
        mark = f'<a class="anchor" href="#{name}" aria-label="Link to this part">#</a>'
        return f'<h{level} id="{name}">{text} {mark if level > 1 else ""}</h{level}>\n'

    def free(self, name: str) -> str:
        """`name`, or `name-2` where a page has two of them: an id is unique."""
        self.taken[name] += 1
        return name if self.taken[name] == 1 else f"{name}-{self.taken[name]}"

    def inline_math(self, body: str) -> str:
        return formula(body)

    def block_math(self, body: str) -> str:
        return formula(body, block=True)

    def latex_environment(self, name: str, body: str) -> str:
        return formula(f"\\begin{{{name}}}{body}\\end{{{name}}}", block=True)


def formula(latex: str, block: bool = False) -> str:
    """LaTeX as MathML, or as it was written where the converter does not know it."""
    latex = latex.strip()
    known = ENVIRONMENT.sub(lambda m: f"\\{m[1]}{{{ENVIRONMENTS[m[2]]}}}", latex)
    try:
        drawn = convert(known, display="block" if block else "inline")
    except Exception:  # its errors have no common base below Exception
        drawn = ""
    if not drawn or NOT_DRAWN.search(drawn):
        return f'<code class="latex">{html.escape(latex)}</code>'
    drawn = drawn.replace("<math ", f'<math alttext="{html.escape(latex)}" ', 1)
    return f'<span class="formula">{drawn}</span>' if block else drawn
