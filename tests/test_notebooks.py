"""Committed lessons: their outputs are true, their size and shape as promised.

nbval runs each lesson once more and compares what is tagged `nbval-check-output` with what an
earlier run left; the rest is read from the files. What a lesson teaches has its own tests, in the
folder of its topic.
"""

from __future__ import annotations

import json
import os
import re
import statistics
import subprocess
import sys
import urllib.request
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import nbformat
import pytest
from lab import Lab
from room import Room

from workbook.publishing import badges, runner

ROOT = Path(__file__).resolve().parents[1]
LESSONS = sorted((ROOT / "notebooks").glob("*.ipynb"))
LARGEST = 1_000_000  # bytes of a notebook
LONGEST_CELL, MEDIAN_CELL = 25, 8  # lines of code
LONGEST_PROSE = 120  # words of a Markdown cell, or of its part under a heading
CELL_SECONDS = 180  # the whole lesson gets 90 on two free cores; a loaded machine is slower
BINDER = 2 * 2**30  # bytes that a container may have
PEAK = 1.2e9  # bytes of a lesson's kernel
START = ROOT / "binder" / "start"
ELSEWHERE = re.compile(r"(?:src|href)\s*=\s*[\"']?https?:|!\[[^\]]*\]\(https?:", re.IGNORECASE)
EMBEDDED = re.compile(r"!\[[^\]]*\]\(data:|<script", re.IGNORECASE)


def each_lesson(test):
    """Run a test once per lesson, on the notebook."""
    return pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)(test)


def cells(path, kind=None):
    found = nbformat.read(path, as_version=4).cells
    return [cell for cell in found if kind in (None, cell.cell_type)]


def code_lines(cell):
    return [line for line in cell.source.splitlines() if line.strip()]


@pytest.fixture(scope="module")
def binder(tmp_path_factory):
    """The memory that Binder gives, with a JupyterLab in it that shows a page."""
    state = tmp_path_factory.mktemp("binder")
    with Room(BINDER) as room, Lab(ROOT, state, [*room.enter, START]) as lab:
        room.watch(lab.server.pid)
        with urllib.request.urlopen(lab.address(f"notebooks/{badges.FIRST}.ipynb")) as answer:
            assert answer.status == 200
        yield room
        assert lab.server.poll() is None, "JupyterLab did not live through the lessons"


def nbval(path, folder, room):
    """Run nbval on a lesson in a room; ({cell: "passed" or what went wrong}, the kernel's peak)."""
    report = folder / "report.xml"
    environment = os.environ | {"WORKBOOK_HOME": str(folder / "home")}
    command = [
        sys.executable, "-m", "pytest", "--nbval-lax", "--nbval-current-env", "-q",
        f"--nbval-cell-timeout={CELL_SECONDS}", f"--junitxml={report}",
        "-p", "no:cacheprovider", "-c", os.devnull, f"--rootdir={path.parent}", str(path),
    ]  # fmt: skip
    with subprocess.Popen(
        [*room.enter, START, *command], cwd=path.parent, env=environment,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    ) as run:  # fmt: skip
        room.watch(run.pid)
        said, _ = run.communicate()
    assert report.exists(), said[-3000:]
    outcome = {}
    for case in ElementTree.parse(report).iter("testcase"):
        bad = [
            child.get("message") for child in case if child.tag in ("failure", "error", "skipped")
        ]
        outcome[case.get("name")] = "; ".join(map(str, bad)) or "passed"
    return outcome, room.children[run.pid]


def test_there_are_lessons_and_each_has_its_number():
    assert "03_sampling" in {path.stem for path in LESSONS}
    assert all(re.fullmatch(r"\d\d_[a-z_]+", path.stem) for path in LESSONS)
    numbers = [path.stem[:2] for path in LESSONS]
    assert len(set(numbers)) == len(numbers)


@pytest.mark.slow
@each_lesson
def test_it_says_again_what_it_said_within_the_memory_of_binder(path, tmp_path, binder):
    """nbval, in the small profile, beside a JupyterLab: what a reader on Binder gets."""
    outcome, peak = nbval(path, tmp_path, binder)
    assert set(outcome.values()) == {"passed"}, outcome
    assert len(outcome) == len([c for c in cells(path, "code") if code_lines(c)])
    assert 1e8 < peak < PEAK
    assert binder.peak < BINDER


@each_lesson
def test_some_outputs_are_compared(path):
    tagged = [c for c in cells(path, "code") if "nbval-check-output" in c.metadata.get("tags", [])]
    assert tagged and all(cell.outputs for cell in tagged)


@each_lesson
def test_it_was_run_from_top_to_bottom_and_shows_its_outputs(path):
    counts = [cell.execution_count for cell in cells(path, "code") if code_lines(cell)]
    assert counts == list(range(1, len(counts) + 1))
    outputs = [output for cell in cells(path, "code") for output in cell.outputs]
    assert outputs and all(output.output_type != "error" for output in outputs)
    pictures = [o for o in outputs if "application/vnd.plotly.v1+json" in o.get("data", {})]
    assert pictures
    for output in pictures:
        data = output["data"]
        assert "image/png" in data, "run `make notebooks`: a figure has no picture for GitHub"
        assert data["text/plain"].strip() and "<" not in data["text/plain"][:1]


@each_lesson
def test_it_stores_no_live_widget_and_no_script(path):
    notebook = nbformat.read(path, as_version=4)
    assert "widgets" not in notebook.metadata
    text = path.read_text(encoding="utf-8")
    assert runner.WIDGET_VIEW not in text and "widget-state" not in text
    for cell in cells(path, "code"):
        for output in cell.outputs:
            data = output.get("data", {})
            assert "application/javascript" not in data
            assert "<script" not in "".join(data.get("text/html", ""))


@each_lesson
def test_it_opens_with_the_kernel_of_any_environment(path):
    """Guards against the question "Select kernel" and against a kernel named after one machine."""
    spec = nbformat.read(path, as_version=4).metadata.kernelspec
    assert (spec.name, spec.language) == ("python3", "python")


@each_lesson
def test_it_is_small(path):
    assert path.stat().st_size < LARGEST


@each_lesson
def test_it_names_no_place_on_somebodys_machine(path):
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:  # pictures and figures are left out: their base64 may hold anything
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            for kind in [k for k in data if k.startswith("image/") or "plotly" in k]:
                del data[kind]
    text = json.dumps(notebook, ensure_ascii=False)
    assert not re.findall(r"(?:/(?:home|root|Users|tmp|work|mnt|opt)/|[A-Z]:\\\\)[\w.-]+", text)


@each_lesson
def test_code_cells_are_short(path):
    lengths = [len(code_lines(cell)) for cell in cells(path, "code") if code_lines(cell)]
    assert max(lengths) <= LONGEST_CELL
    assert statistics.median(lengths) <= MEDIAN_CELL


@each_lesson
def test_prose_cells_are_short(path):
    """Words of running text; a list or a table of references is reading matter of another kind."""
    for cell in cells(path, "markdown"):
        for part in re.split(r"^#+ .*$", cell.source, flags=re.MULTILINE):
            prose = [ln for ln in part.splitlines() if not re.match(r"\s*([-*|>]|\d+\. )", ln)]
            words = re.sub(r"\$[^$]*\$|\]\([^)]*\)", " ", " ".join(prose)).split()
            assert len(words) <= LONGEST_PROSE, part.strip()[:80]


@each_lesson
def test_a_sentence_stands_between_any_two_code_cells(path):
    all_cells = cells(path)
    for before, after in zip(all_cells, all_cells[1:], strict=False):
        assert (before.cell_type, after.cell_type) != ("code", "code"), after.source[:80]
    assert all(cell.source.strip() for cell in all_cells)


@each_lesson
def test_it_needs_nothing_from_the_network(path):
    for cell in cells(path):
        assert not re.search(r"^\s*[%!]\s*pip", cell.source, re.MULTILINE)
        if cell.cell_type == "markdown":
            assert not ELSEWHERE.search(re.sub(r"<a [^>]*>", "", cell.source)), cell.source[:80]
            assert not EMBEDDED.search(cell.source), cell.source[:80]


@each_lesson
def test_it_has_the_parts_that_every_lesson_has(path):
    text = "\n".join(cell.source for cell in cells(path))
    topic = path.stem.partition("_")[2]
    assert text.lstrip().startswith("# ")
    for part in ("setup(", "@exercise(", "In the library", "At real scale", "What you measured"):
        assert part in text, part
    assert f"workbook/{topic}/" in text
    assert (ROOT / "workbook" / topic).is_dir() and (ROOT / "tests" / topic).is_dir()
