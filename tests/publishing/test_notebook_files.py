"""A notebook is read in the current format; what is none is one sentence with file and line."""

from __future__ import annotations

import json

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from workbook.publishing import notebook_files

OLD = {
    "metadata": {}, "nbformat": 3, "nbformat_minor": 0,
    "worksheets": [{"metadata": {}, "cells": [
        {"cell_type": "code", "input": "6 * 7", "outputs": [], "language": "python",
         "metadata": {}, "collapsed": False, "prompt_number": 1}]}],
}  # fmt: skip


@pytest.fixture
def file(tmp_path):
    return tmp_path / "05_made.ipynb"


def test_a_notebook_is_read_with_and_without_a_byte_order_mark(file):
    nbformat.write(new_notebook(cells=[new_code_cell("x = 'é'")]), file)
    plain = notebook_files.read(file)
    assert plain.cells[0].source == "x = 'é'" and plain.nbformat == 4
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
    assert notebook_files.read(file) == plain


def test_a_notebook_of_an_older_format_is_brought_to_the_current_one(file):
    file.write_text(json.dumps(OLD), encoding="utf-8")
    found = notebook_files.read(file)
    assert (found.nbformat, [cell.source for cell in found.cells]) == (4, ["6 * 7"])


def test_lines_that_look_like_conflict_marks_may_stand_in_a_cell(file):
    nbformat.write(new_notebook(cells=[new_code_cell("<<<<<<< HEAD\n=======")]), file)
    assert notebook_files.read(file).cells[0].source == "<<<<<<< HEAD\n======="


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", r"line 1 is not JSON \(Expecting value\)\.$"),
        ('{\n "cells": [,]\n}', r"line 2 is not JSON \(Expecting value\)\.$"),
        ('{"cells":\n[]\n=======\n}', "line 3 has conflict marks of git; decide between"),
        ('{"cells":\n[]\n=======x\n}', "line 3 is not JSON"),  # that is no mark
        ("[1]", "is not a notebook: "),
        ('{"cells": 3, "nbformat": 4, "nbformat_minor": 5, "metadata": {}}', "is not a notebook: "),
    ],
)
def test_what_is_no_notebook_is_one_sentence_with_the_file(file, text, words):
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=words) as caught:
        notebook_files.read(file)
    said = str(caught.value)
    assert said.startswith("05_made.ipynb is not a notebook: ") and "\n" not in said


def test_a_file_that_cannot_be_read_is_named(file):
    with pytest.raises(ValueError, match=r"05_made\.ipynb cannot be read"):
        notebook_files.read(file)
    file.write_bytes(b'{"cells":\n"\xff"}')
    with pytest.raises(ValueError, match="line 2 is not UTF-8"):
        notebook_files.read(file)
