"""`workbook run`, `lessons` and `new-lesson`: a line for each lesson, a report, one broken file."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from workbook import LESSONS
from workbook.publishing import badges, course_table, new_lesson, runner
from workbook.publishing.runner import LessonReport


def test_run_prints_a_line_per_lesson_and_writes_the_report(lessons, call):
    code, printed = call("run", "--json", str(lessons / "deep" / "report.json"))
    assert code == 1
    good, bad = printed.splitlines()
    assert good.split()[:2] == ["01_good", "ok"] and bad.split()[:2] == ["02_bad", "failed"]
    report = json.loads((lessons / "deep" / "report.json").read_text(encoding="utf-8"))
    assert [list(entry) for entry in report] == [
        ["lesson", "status", "seconds", "peak_bytes", "error", "first_figure"]
    ] * 2
    assert [entry["status"] for entry in report] == ["ok", "failed"]
    assert report[0]["error"] is None and "division by zero" in report[1]["error"]
    assert all(entry["seconds"] > 0 and entry["peak_bytes"] > 2**20 for entry in report)


def test_a_report_keeps_what_other_lessons_took(lessons, call):
    """So that the kept reports, which the headers read, are renewed lesson by lesson."""
    file = lessons / "2_CPU_cores.json"
    call("run", "1", "2", "--json", str(file))
    before = json.loads(file.read_text(encoding="utf-8"))
    call("run", "1", "--json", str(file))
    after = json.loads(file.read_text(encoding="utf-8"))
    assert [entry["lesson"] for entry in after] == ["01_good", "02_bad"]
    assert after[1] == before[1] and after[0]["seconds"] != before[0]["seconds"]


def test_a_file_that_is_no_report_is_not_written_over(lessons, call):
    file = lessons / "notes.json"
    for text in ('{"my": "notes"}', "[3]", "not JSON"):
        file.write_text(text, encoding="utf-8")
        with pytest.raises(ValueError, match="notes.json is not a report of `workbook run`"):
            call("run", "1", "--json", str(file))
        assert file.read_text(encoding="utf-8") == text


def test_run_of_good_lessons_ends_with_zero(lessons, call):
    code, printed = call("run", "1")
    assert code == 0 and len(printed.splitlines()) == 1


def test_run_tells_the_kernels_to_store_pictures(lessons, monkeypatch, call):
    monkeypatch.setenv("WORKBOOK_PNG", "0")  # is put back after the test
    for options, there in (((), "0"), (("--pictures",), "1")):
        cell = new_code_cell(f"import os; assert os.environ['WORKBOOK_PNG'] == '{there}'")
        nbformat.write(new_notebook(cells=[cell]), lessons / "01_good.ipynb")
        assert call("run", "1", *options)[0] == 0


CONFLICT = '{"cells": [],\n<<<<<<< HEAD\n "nbformat": 4}\n=======\n "nbformat": 3}\n>>>>>>> b\n'


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (CONFLICT.encode(), "line 2 has conflict marks of git"),
        (b"", "line 1 is not JSON"),
        (b"[1]", "is not a notebook"),
        (b'{"cells": 3, "nbformat": 4, "nbformat_minor": 5, "metadata": {}}', "is not a notebook"),
        (b'{"cells": [{"cell_type": "code"}], "nbformat": 4, "nbformat_minor": 5, "metadata": {}}',
         "is not a notebook"),
        (b"\xff\xfe", "is not UTF-8"),
        (None, "cannot be read"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_notebook_stops_no_other_lesson(lessons, content, words, call):
    """A13: with conflict marks in one of three notebooks all stopped, and there was no report."""
    broken, report = lessons / "02_bad.ipynb", lessons / "r.json"
    broken.unlink()
    broken.mkdir() if content is None else broken.write_bytes(content)
    shutil.copy(lessons / "01_good.ipynb", lessons / "03_also.ipynb")
    code, printed = call("run", "1", "2", "3", "--json", str(report))
    assert code == 1
    statuses = [line.split()[:2] for line in printed.splitlines()]
    assert statuses == [["01_good", "ok"], ["02_bad", "failed"], ["03_also", "ok"]]
    entries = json.loads(report.read_text(encoding="utf-8"))
    assert [entry["status"] for entry in entries] == ["ok", "failed", "ok"]
    assert words in entries[1]["error"] and "\n" not in entries[1]["error"]


def test_a_notebook_with_a_byte_order_mark_runs(lessons, call):
    """A6: some Windows editors put one in front."""
    file = lessons / "01_good.ipynb"
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
    assert call("run", "1")[0] == 0


@pytest.mark.parametrize("name", ["good", "1", "01", "01_good"])
def test_run_takes_number_topic_and_name(lessons, name, call):
    """C12: `workbook run sampling` was refused."""
    code, printed = call("run", name)
    assert code == 0 and printed.startswith("01_good ")


def test_run_says_which_lesson_it_is_at(lessons, shell):
    """C12: it was silent while it worked. The words go to stderr, results alone to stdout."""
    done = shell("run", "1", "2")
    lines = done.stderr.splitlines()
    assert lines == ["01_good: lesson 1 of 2 ...", "02_bad: lesson 2 of 2 ..."]
    assert len(done.stdout.splitlines()) == 2


def test_a_report_that_cannot_be_written_is_refused_before_the_work(lessons, shell):
    done = shell("run", "1", "--json", str(lessons))
    assert done.returncode == 2 and "the report cannot be written to" in done.stderr
    assert done.stdout == "" and "lesson 1 of 1" not in done.stderr


def test_lessons_lists_the_course(call):
    code, printed = call("lessons")
    rows = [line.split()[:3] for line in printed.splitlines()]
    assert code == 0
    assert rows == [[f"{x.number:02}", x.topic, x.state] for x in LESSONS]


def test_the_options_of_run_are_those_of_every_lesson(lessons, call, monkeypatch):
    asked = []

    def run_lesson(file, timeout, write, on_cell, pictures):
        asked.append((file.stem, timeout, write, pictures))
        return LessonReport(file.stem, "ok", 1.0, 2**20)

    monkeypatch.setattr(runner, "run_lesson", run_lesson)
    assert call("run", "--timeout", "5", "--write")[0] == 0
    assert call("run", "2", "--pictures")[0] == 0
    assert asked == [
        ("01_good", 5.0, True, False), ("02_bad", 5.0, True, False), ("02_bad", 600.0, False, True),
    ]  # fmt: skip
    assert call("run", "--timeout", "0")[0] == 2 and len(asked) == 3


def test_lessons_write_names_the_files_that_changed(call, monkeypatch, tmp_path):
    monkeypatch.setattr(badges, "root", lambda: tmp_path)
    monkeypatch.setattr(course_table, "write", lambda folder: [folder / "README.md"])
    assert call("lessons", "--write") == (0, f"{tmp_path / 'README.md'}\n")
    monkeypatch.setattr(course_table, "write", lambda folder: [])
    assert call("lessons", "--write") == (0, "README.md, pyproject.toml, lessons: up to date.\n")


@pytest.mark.parametrize(("error", "code"), [(None, 0), ("ValueError: no", 1)])
def test_a_new_lesson_is_written_and_its_notebook_run(call, monkeypatch, error, code):
    files = [Path("workbook/rag/idea.py"), Path("notebooks/15_rag.ipynb")]
    written, ran = [], []

    def run_lesson(file, **options):
        ran.append((file, options))
        return LessonReport(file.stem, "failed" if error else "ok", 1.0, 2**20, error)

    monkeypatch.setattr(badges, "root", lambda: Path("here"))
    monkeypatch.setattr(new_lesson, "write", lambda *given: written.append(given) or files)
    monkeypatch.setattr(runner, "run_lesson", run_lesson)
    ended, printed = call("new-lesson", "15", "rag")
    assert ended == code and written == [(Path("here"), 15, "rag")]
    assert ran == [(files[1], {"timeout": 600, "write": True, "pictures": True})]
    *listed, line = printed.splitlines()
    assert listed == [str(file) for file in files]
    assert line.startswith("15_rag ") and line.endswith(error or "1 MB")
