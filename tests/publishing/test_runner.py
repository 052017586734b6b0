"""Notebooks run headless as a learner would run them; failures are reported, not raised."""

from __future__ import annotations

import json

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from workbook.core.system import peak_memory
from workbook.publishing import runner
from workbook.publishing.runner import LessonReport


@pytest.fixture
def lesson(tmp_path, monkeypatch):
    """Write a notebook of code cells to a folder of lessons; returns its path."""
    monkeypatch.setenv("WORKBOOK_NOTEBOOKS", str(tmp_path))

    def write(name, *sources):
        cells = [new_markdown_cell("Words."), *map(new_code_cell, sources)]
        path = tmp_path / f"{name}.ipynb"
        nbformat.write(new_notebook(cells=cells), path)
        return path

    return write


def outputs(path):
    cells = nbformat.read(path, as_version=4).cells
    return [output for cell in cells for output in cell.get("outputs", [])]


def test_a_good_lesson_is_measured(lesson):
    path = lesson("03_good", "block = b'x' * 200_000_000", "del block")
    report = runner.run_lesson(path, timeout=60)
    assert (report.lesson, report.status, report.error) == ("03_good", "ok", None)
    assert report.seconds > 0
    # The kernel itself takes some 50 MB; the block must show although it was freed at once.
    assert 200e6 < report.peak_bytes < 600e6


SHOW = "from IPython.display import display\ndisplay({%r: %s}, raw=True)"


@pytest.mark.parametrize(
    ("kind", "content"),
    [("application/vnd.plotly.v1+json", "{'data': []}"), ("image/svg+xml", "'<svg/>'")],
)
def test_the_first_figure_is_timed(lesson, kind, content):
    """From the start to the end of the cell that shows it; later figures do not count."""
    show, wait = SHOW % (kind, content), "import time; time.sleep(0.5)"
    report = runner.run_lesson(lesson("03_shown", wait, show, wait, show), timeout=60)
    assert report.status == "ok" and 0.5 < report.first_figure < report.seconds - 0.5


def test_words_and_tables_are_no_figure(lesson):
    show = SHOW % ("text/html", "'<table></table>'")
    assert runner.run_lesson(lesson("03_told", "print(1)", show), timeout=60).first_figure is None


def test_memory_of_child_processes_counts(lesson):
    child = "import time; block = b'x' * 200_000_000; time.sleep(1.5)"
    code = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {child!r}])"
    assert runner.run_lesson(lesson("03_child", code), timeout=60).peak_bytes > 250e6


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("raise ValueError('first line\\nsecond')", "ValueError: first line"),
        ("import os; os._exit(3)", "the kernel died"),
    ],
)
def test_a_bad_lesson_says_why_in_one_line(lesson, code, words):
    report = runner.run_lesson(lesson("03_bad", code, "print('never')"), timeout=60)
    assert report.status == "failed"
    assert report.error.startswith(words) and "\n" not in report.error


def test_a_lesson_gets_only_its_time_over_all_cells(lesson):
    """Guards against a limit per cell, under which ten slow cells would take ten times as long."""
    path = lesson("03_slow", *["import time; time.sleep(1.5)"] * 40)
    report = runner.run_lesson(path, timeout=3)
    assert report.status == "failed" and "longer than the time" in report.error


def test_the_kernel_works_in_the_lessons_folder(lesson):
    (path := lesson("03_where", "open('beside.txt').read()")).with_name("beside.txt").write_text(
        "yes", encoding="utf-8"
    )
    assert runner.run_lesson(path, timeout=60, write=True).status == "ok"
    assert outputs(path)[0]["data"]["text/plain"] == "'yes'"


def test_only_writing_changes_the_file_and_a_failure_never_does(lesson):
    good, bad = lesson("03_good", "6 * 7"), lesson("04_bad", "6 * 7", "1 / 0")
    before = good.read_bytes(), bad.read_bytes()
    runner.run_lesson(good, timeout=60)
    runner.run_lesson(bad, timeout=60, write=True)
    assert (good.read_bytes(), bad.read_bytes()) == before
    runner.run_lesson(good, timeout=60, write=True)
    cell = nbformat.read(good, as_version=4).cells[1]
    assert cell.execution_count == 1 and cell.outputs[0]["data"]["text/plain"] == "42"
    assert not list(good.parent.glob("*.tmp"))


def test_writing_twice_gives_the_same_bytes(lesson):
    path = lesson("03_twice", "print('a')\nprint('b')", "{'x': 1}")
    runner.run_lesson(path, timeout=60, write=True)
    first = path.read_bytes()
    runner.run_lesson(path, timeout=60, write=True)
    assert path.read_bytes() == first


def test_saved_notebooks_hold_no_live_widgets(tmp_path):
    view = {runner.WIDGET_VIEW: {"model_id": "a"}, "text/plain": "a slider"}
    cell = new_code_cell("x", outputs=[new_output("display_data", view)])
    cell.metadata.execution = {"iopub.status.busy": "2026-01-01"}
    notebook = new_notebook(cells=[cell], metadata={"widgets": {"state": {"a": {}}}})
    runner.save(notebook, tmp_path / "03_x.ipynb")
    saved = nbformat.read(tmp_path / "03_x.ipynb", as_version=4)
    assert "widgets" not in saved.metadata and not saved.cells[0].metadata
    assert saved.cells[0].outputs[0]["data"] == {"text/plain": "a slider"}


def test_a_real_widget_leaves_no_state(lesson):
    path = lesson("03_slider", "import ipywidgets\nipywidgets.IntSlider()")
    assert runner.run_lesson(path, timeout=60, write=True).status == "ok"
    assert "widget-state" not in path.read_text(encoding="utf-8")
    assert list(outputs(path)[0]["data"]) == ["text/plain"]


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["03"], ["03_sampling"]),
        (["3"], ["03_sampling"]),
        (["03_sampling"], ["03_sampling"]),
        (["03_sampling.ipynb"], ["03_sampling"]),
        (["10", "03", "3"], ["03_sampling", "10_lora"]),
        (None, ["00_welcome", "03_sampling", "10_lora"]),
    ],
)
def test_lessons_are_found_by_number_or_name(lesson, names, found):
    for name in ("10_lora", "03_sampling", "00_welcome", "scratch"):
        lesson(name)
    assert [path.stem for path in runner.find(names)] == found


def test_an_unknown_lesson_is_named_with_those_there_are(lesson):
    with pytest.raises(ValueError, match="there are no lessons in "):
        runner.find()
    lesson("03_sampling")
    with pytest.raises(ValueError, match="no lesson '4'; there are: 03_sampling"):
        runner.find(["4"])


def test_the_report_is_one_line_and_its_fields_are_the_contract():
    report = LessonReport("03_sampling", "failed", 12.34, 300 * 2**20, "ValueError: no")
    assert report.line().split() == [
        "03_sampling", "failed", "12.3", "s", "300", "MB", "ValueError:", "no",
    ]  # fmt: skip
    fields = json.loads(json.dumps(vars(report)))
    assert list(fields) == ["lesson", "status", "seconds", "peak_bytes", "error", "first_figure"]
    shown = LessonReport("03_sampling", "ok", 12.34, 300 * 2**20, first_figure=6.78)
    assert shown.line().endswith("300 MB, first figure after 6.8 s")


def test_messages_lose_their_colours():
    assert runner.one_line("\x1b[0;31mred\x1b[0m alarm\nmore") == "red alarm"
    assert runner.one_line("") == ""


def test_memory_of_a_process_that_is_gone_is_zero():
    assert peak_memory.family_memory(2**22 + 1) == peak_memory.high_water(2**22 + 1) == 0
