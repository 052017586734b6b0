"""Prose cells as HTML: Markdown through nbconvert's reader, formulas as MathML, headings with ids.

MathML rather than MathJax: every browser draws it by itself, so a formula needs no script and no
network. An id is the one JupyterLab gives to the same heading, so that a link inside a lesson works
in both. Left out: what a code cell shows, which is `workbook.publishing.site.outputs`.
"""

from __future__ import annotations

import html
from collections import Counter
from dataclasses import dataclass

from bs4 import BeautifulSoup
from latex2mathml.converter import convert
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath


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

    def html(self, source: str) -> str:
        """One cell."""
        return self.reader.render(source)

    def heading(self, text: str, level: int, **_attributes) -> str:
        plain = BeautifulSoup(text, "html.parser").get_text().strip()
        name = self.free(plain.replace(" ", "-"))
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
    try:
        drawn = convert(latex, display="block" if block else "inline")
    except Exception:  # its errors have no common base below Exception
        return f'<code class="latex">{html.escape(latex)}</code>'
    drawn = drawn.replace("<math ", f'<math alttext="{html.escape(latex)}" ', 1)
    return f'<span class="formula">{drawn}</span>' if block else drawn
