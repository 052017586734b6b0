"""A submitted notebook, read without trusting it: a clear word for what cannot be graded."""

from __future__ import annotations

import json

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from released import lesson

from workbook.grading import notebook_input
from workbook.grading.notebook_input import Cell, Unreadable, parse


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"", "empty: the file has no content"),
        (b" \n\n", "empty: the file has no content"),
        (b'{"nbformat": 4, "cells": []}', "empty: the notebook has no cell"),
        (b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": 5}]}', "empty"),
        (b"{", "corrupt: the file is not a notebook"),
        (b'{\n<<<<<<< HEAD\n"a": 1}', "line 2 has conflict marks of git"),
        (b"\xff\xfe\x00\xd8", "corrupt"),
        (b"\x89PNG\r\n\x1a\n\xff", "corrupt: the file is not text"),
        (b"[1, 2]", "not a notebook"),
        (b'{"nbformat": "4"}', "not a notebook"),
        (b'{"nbformat": 3, "worksheets": []}', "old format: nbformat 3"),
        (b'{"nbformat": 4, "cells": {}}', "no list of cells"),
        (b"[" * 200_000, "nested too deeply"),
        (b'{"nbformat": ' + b"9" * 10_000 + b"}", "a number is too long"),
    ],
)
def test_what_cannot_be_graded_is_told_in_a_sentence(raw, words):
    with pytest.raises(Unreadable, match=words):
        parse(raw)


def test_a_hundred_megabytes_are_not_read(monkeypatch):
    with pytest.raises(Unreadable, match="too large: 50 MB; a notebook has at most 50 MB"):
        parse(b"x" * 50_000_001)
    many = {"nbformat": 4, "cells": [{"cell_type": "code", "source": "1"}] * 4000}
    with pytest.raises(Unreadable, match="too large: 4,000 cells"):
        parse(json.dumps(many).encode())


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200))
def test_no_bytes_crash_the_reader(raw):
    for content in (raw, b'{"nbformat": 4, "cells": [' + raw + b"]}"):
        try:
            parse(content)
        except Unreadable as error:
            assert ": " in str(error)


def test_the_lesson_is_known_by_its_exercises(root):
    released = parse(nbformat.writes(lesson(root)).encode())
    topics = {"sampling": "03_sampling", "finetuning": "08_finetuning"}
    assert notebook_input.lesson_in(released, topics) == "03_sampling"
    assert notebook_input.lesson_in(released[:9], topics) == ""


def test_most_exercises_name_the_lesson_and_one_of_no_release_its_topic():
    code = [Cell("code", "", f'answer("{name}", 1)') for name in ("a.x", "b.x", "b.y")]
    assert notebook_input.lesson_in(code, {"a": "01_a", "b": "02_b"}) == "02_b"
    assert notebook_input.lesson_in(code, {"a": "01_a"}) == "b"


def notebook(*cells):
    return json.dumps({"nbformat": 4, "cells": list(cells)})


def test_of_a_cell_only_kind_id_source_and_tags_are_taken():
    code = {"cell_type": "code", "id": "c1", "source": ["x = 1\n", "y"], "outputs": 7,
            "metadata": {"tags": ["a", 2], "more": "x"}}  # fmt: skip
    text = {"cell_type": "markdown", "source": "Hello", "metadata": {"tags": "no list"}}
    assert parse(notebook(code, None, 7, {"source": [1]}, text).encode()) == [
        Cell("code", "c1", "x = 1\ny", ("a", "2")), Cell("markdown", "", "Hello"),
    ]  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_the_encodings_that_editors_write_are_read(encoding):
    raw = notebook({"cell_type": "code", "source": "ü"}).replace("\\u00fc", "ü").encode(encoding)
    assert parse(raw)[0].source == "ü"


def test_what_no_kernel_could_take_is_replaced_or_cut_off():
    half, long = (parse(notebook({"cell_type": "code", "source": source}).encode())[0].source
                  for source in ("x = '\ud800'", "y" * 200_001))  # fmt: skip
    assert half == "x = '?'"
    assert long.startswith("y" * 200 + "\n# cut off") and len(long) < 300
