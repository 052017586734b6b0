"""A lesson of the site is what its notebook says: title, question, facts, headings, parts, code."""

import base64

import nbformat
import pytest
import specimen
from bs4 import BeautifulSoup
from nbformat.v4 import (
    new_code_cell,
    new_markdown_cell,
    new_notebook,
    new_output,
    new_raw_cell,
)

from workbook.publishing.site import lesson
from workbook.publishing.site.build import build


@pytest.fixture
def read(tmp_path):
    """Read a lesson from a notebook with these cells."""

    def written(*cells, name="05_made"):
        file = tmp_path / f"{name}.ipynb"
        nbformat.write(new_notebook(cells=list(cells)), file)
        return lesson.read(file, tmp_path / "site")

    return written


@pytest.fixture
def page(read):
    return BeautifulSoup(read(*specimen.notebook().cells).body, "html.parser")


def test_a_notebook_without_a_heading_is_refused_in_words(tmp_path):
    file = tmp_path / "05_bare.ipynb"
    nbformat.write(new_notebook(cells=[new_markdown_cell("no heading")]), file)
    with pytest.raises(ValueError, match=r"05_bare\.ipynb does not open with a heading"):
        build(tmp_path / "site", [file])


def test_a_pasted_picture_is_on_the_page(tmp_path):
    """A16: an attachment ended `make site` in a traceback; a lost one leaves its words."""
    picture = base64.b64encode(specimen.png()).decode()
    cell = new_markdown_cell(
        "# 05 Pasted\n\n![a dot](attachment:my%20dot.png) ![lost](attachment:x)"
    )
    cell["attachments"] = {"my dot.png": {"image/png": picture}}
    file = tmp_path / "05_pasted.ipynb"
    nbformat.write(new_notebook(cells=[cell]), file)
    page = BeautifulSoup(lesson.read(file, tmp_path / "site").body, "html.parser")
    (image,) = page.select("img")
    assert (image["alt"], image["src"]) == ("a dot", f"data:image/png;base64,{picture}")
    assert "lost" in page.get_text()


def test_code_can_be_folded_and_still_says_what_it_is(page):
    """C9"""
    cells = page.select(".code details.source")
    assert len(cells) == len(page.select(".code")) and all("open" in cell.attrs for cell in cells)
    assert cells[0].summary.code.get_text() == "# a comment"


def test_a_file_that_is_no_notebook_is_named(tmp_path):
    """A13: the site reads notebooks, too."""
    file = tmp_path / "05_bad.ipynb"
    file.write_text('{"cells": [\n<<<<<<< HEAD\n]}', encoding="utf-8")
    with pytest.raises(ValueError, match=r"05_bad\.ipynb is not a notebook: line 2 has conflict"):
        build(tmp_path / "site", [file])


def test_title_number_question_and_sections_are_those_of_the_notebook(read):
    found = read(*specimen.notebook().cells, name="77_specimen")
    assert (found.name, found.number) == ("77_specimen", "77")
    assert found.title == "Specimen: all that a notebook shows"
    assert found.question == "Is everything shown?"
    assert [(heading.level, heading.id) for heading in found.headings] == [
        (1, "77-Specimen:-all-that-a-notebook-shows"), (2, "Formulas-&-code"), (2, "Twice"),
        (2, "Twice-2"),
    ]  # fmt: skip
    assert [heading.text for heading in found.sections] == ["Formulas & code", "Twice", "Twice"]


def test_bold_words_ask_and_without_them_the_first_paragraph_does(read):
    found = read(new_markdown_cell("# Words 3\n\nFirst of\nall.\n\nThen **bold**?"))
    assert (found.number, found.title, found.question) == ("", "Words 3", "bold")
    found = read(new_markdown_cell("# 5 Words\n\nFirst of\nall.\n\n#### Deep"))
    assert (found.number, found.title, found.question) == ("5", "Words", "First of all.")
    assert found.sections == [] and found.facts == {}


def test_the_facts_are_the_rows_that_the_header_has_made(read):
    table = (
        "<table><tr><th>Time</th><td>5 s</td></tr><tr><td>no header</td></tr>"
        "<tr><th>Needs</th><td>03 &amp; 08</td></tr></table>"
    )
    other = new_code_cell("table()", outputs=[new_output("display_data", {"text/html": table})])
    header = new_code_cell("lesson_header('made')", outputs=other.outputs)
    title = new_markdown_cell("# 05 Made")
    assert read(title, header).facts == {"Time": "5 s", "Needs": "03 & 08"}
    assert read(title, other).facts == {}


def test_the_search_finds_prose_and_code_under_their_heading(read):
    found = read(
        new_markdown_cell("# 05 Made\n\nSome *prose*."), new_code_cell("x = 1  # code"),
        new_raw_cell("raw"), new_markdown_cell("## Part\n\nmore " + "word " * 2_000),
    )  # fmt: skip
    assert [(part["id"], part["title"]) for part in found.parts] == [
        ("05-Made", "05 Made"), ("Part", "Part"),
    ]  # fmt: skip
    assert found.parts[0]["text"] == "Some prose . x = 1 code"
    assert len(found.parts[1]["text"].split()) == 1_500
    assert "raw" not in found.body


def test_an_exercise_is_marked_and_an_empty_cell_leaves_nothing(read):
    asked = new_code_cell("\n@exercise('a.b')\ndef f(): ...", metadata={"tags": ["exercise"]})
    page = BeautifulSoup(
        read(new_markdown_cell("# 05 Made"), asked, new_code_cell(" \n")).body, "html.parser"
    )
    (cell,) = page.select("div.code")
    assert cell["class"] == ["code", "exercise"]
    assert cell.summary.code.get_text() == "@exercise('a.b')"
