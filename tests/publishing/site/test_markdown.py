"""Markdown cells render as they were meant, formulas are drawn, and exercises read as text."""

from __future__ import annotations

import re

import nbformat
import pytest
from bs4 import BeautifulSoup

from workbook.core.exercises.exercise import catalogue
from workbook.publishing import runner
from workbook.publishing.site.markdown import Prose, formula

LESSONS = runner.find()
LEFT_OVER = re.compile(r"`|\*\*|(?<!\w)\*\w|\w\*(?!\w)|\]\(|^#+ |\$\$", re.MULTILINE)
LIST_LINE = re.compile(r"\s*(?:[-*+]|\d+[.)])\s")


def faults(source):
    """What a reader would see as raw Markdown, and list items that begin inside a paragraph."""
    page = BeautifulSoup(Prose().html(source), "html.parser")
    for tag in page.select("code, pre, math, .anchor"):
        tag.replace_with(" ")
    found = [match[0] for match in LEFT_OVER.finditer(page.get_text())]
    lines = re.sub(r"^```.*?^```$", "", source, flags=re.MULTILINE | re.DOTALL).splitlines()
    for before, line in zip(lines, lines[1:], strict=False):
        indented = before.startswith((" ", "\t"))
        if LIST_LINE.match(line) and before.strip() and not (LIST_LINE.match(before) or indented):
            found.append(line)
    return found


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_every_markdown_cell_renders_as_it_was_meant(path):
    """C4: in exercise 9.3 a line began with `*` inside a code span, which became a list."""
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "markdown":
            assert faults(cell.source) == [], cell.source


@pytest.mark.parametrize(
    "source",
    [
        "hold `(b + 1)\n* N // bins` (2015).",
        "a **bold word",
        "see [this](",
        "one\n2. two",
        "a *b c",
    ],
)
def test_broken_markdown_is_seen(source):
    assert faults(source)


@pytest.mark.parametrize(
    "source",
    ["a *b* **c** `d * e` [f](g.ipynb)", "- one\n- two\n  more\n- three", "$a * b$", "2 * 3 is 6"],
)
def test_good_markdown_passes(source):
    assert faults(source) == []


@pytest.mark.parametrize("exercise", catalogue().values(), ids=lambda exercise: exercise.id)
def test_the_texts_of_an_exercise_are_plain_text(exercise):
    """Title, checks and hints are shown as text, code between backticks: no other Markdown."""
    texts = [exercise.title, *exercise.hints, *(check.says for check in exercise.checks)]
    for text in texts:
        assert text.count("`") % 2 == 0, text
        assert not re.search(r"(?<![*\w])\*\*\w[^*]*\w\*\*(?!\w)|\]\(", text), text
        assert "\n\n" not in text and text == text.strip()


def test_a_formula_nobody_can_read_is_shown_as_it_was_written():
    assert formula(r"\frac{1}{") == r'<code class="latex">\frac{1}{</code>'


def test_prose_headings_are_remembered_in_order():
    prose = Prose()
    prose.html("# A\n\n## B *c*\n\n## Hide 15 %")
    assert [(h.level, h.id, h.text) for h in prose.headings] == [
        (1, "A", "A"), (2, "B-c", "B c"), (2, "Hide-15-", "Hide 15 %"),
    ]  # fmt: skip


ALIGNED = ("aligned", "align", "align*", "gathered", "gather", "split", "eqnarray", "dcases")


@pytest.mark.parametrize("name", [*ALIGNED, "aligned}[t", "alignedat}{2", "alignat*}{2"])
def test_aligned_formulas_have_rows_and_no_ampersand(name):
    r"""A16: `aligned` drew its `&`, on one line."""
    end = name.partition("}")[0]
    begin = rf"\begin{{{name}]" if "[" in name else rf"\begin{{{name}}}"
    left = "a" if end.startswith("gather") else "a &= b"
    page = BeautifulSoup(formula(rf"{begin} {left} \\ c \end{{{end}}}"), "html.parser")
    assert len(page.select("mtr")) == 2, page
    assert "&" not in page.math.get_text() and "2" not in page.math.get_text()


@pytest.mark.parametrize("latex", [r"\begin{rcases} a & b \end{rcases}", r"\nosuch{x} + 1"])
def test_a_formula_that_cannot_be_drawn_is_shown_as_it_was_written(latex):
    assert formula(latex).startswith('<code class="latex">')
