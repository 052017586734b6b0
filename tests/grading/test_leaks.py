"""Solution text is found whatever its layout and wherever it lies, and what is common is not."""

from __future__ import annotations

import json
import shutil

import pytest
from released import zipped

from workbook.grading import edition, leaks, manifest, release

SECRET = '''def f(x):
    """Say nothing of this."""
    total = x.cumsum(0)
    kept = total["a" > 3]
    for place in range(10):
        y = 1
    return kept.mean()
'''
SECRETS = {"a.b": [SECRET]}
SENTENCE = "{} holds the reference answer of a.b."


def found(folder, name, content):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return leaks.find(folder, SECRETS)


def cell(source):
    return {"cells": [{"cell_type": "code", "source": source}], "nbformat": 4}


def test_fragments_are_statements_without_blanks_docstrings_and_short_ones():
    assert leaks.fragments([SECRET]) == [
        "total=x.cumsum(0)", "kept=total['a'>3]", "forplaceinrange(10):", "returnkept.mean()",
    ]  # fmt: skip


def test_another_layout_is_the_same_solution(tmp_path):
    text = "total  =  x.cumsum( 0 )  # mine\nkept = total['a'\n > 3]\nreturn kept.mean()"
    assert found(tmp_path, "notes.txt", text) == [SENTENCE.format("notes.txt")]


def test_a_small_part_of_a_solution_is_none(tmp_path):
    assert found(tmp_path, "notes.txt", "total = x.cumsum(0)\nkept = total['a' > 3]") == []
    more = "total = x.cumsum(0)\nkept = total['a' > 3]\nfor place in range(10):"
    assert found(tmp_path, "notes.txt", more) == [SENTENCE.format("notes.txt")]


def test_archives_are_looked_into_and_binary_files_are_not(tmp_path):
    assert found(tmp_path, "weights.bin", b"\0" + SECRET.encode()) == []
    raw = zipped([("in/solution.py", SECRET.encode())])
    assert found(tmp_path, "all.zip", raw) == [SENTENCE.format("all.zip/in/solution.py")]


def test_a_cell_is_read_as_code_where_a_comment_hides_the_rest_of_the_line(tmp_path):
    text = json.dumps(cell("# mine\n" + SECRET))  # one line, and the file's text ends at the #
    said = "x.ipynb: a cell holds the reference answer of a.b."
    assert found(tmp_path, "x.ipynb", text) == [said]


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ('answer("a.b", 5)', ["x.ipynb: the answer to a.b is filled in."]),
        (['x = answer("a.b",', " (1, 2))"], ["x.ipynb: the answer to a.b is filled in."]),
        ('answer("a.b", None)', []),
        ('answer("a.c", 5)', []),
    ],
)
def test_an_answer_that_is_filled_in_gives_itself_away(tmp_path, source, said):
    assert found(tmp_path, "x.ipynb", json.dumps(cell(source))) == said


def test_the_full_package_would_be_found_in_the_bundle(tmp_path):
    """The test of the test: with the references in it, the wheel is a leak."""
    shutil.copytree(edition.package_folder() / "sampling", tmp_path / "sampling")
    secrets = release.secrets_of(["sampling"])
    found = leaks.find(tmp_path, secrets)
    assert len(found) == len(secrets) == len(manifest.exercises_of("sampling")) and all(
        "sampling/exercises.py" in sentence for sentence in found
    )
