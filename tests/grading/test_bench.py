"""The benchmark of grading makes the class it says, and compares only what gives equal grades."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile

import nbformat
import pytest

from workbook.core.runs import records
from workbook.grading import bench, manifest, release, warm, workplace
from workbook.grading.gradebook import Gradebook
from workbook.grading.marks import Grade


@pytest.fixture(scope="module")
def key(root, tmp_path_factory):
    out = tmp_path_factory.mktemp("course") / "out"
    release.write([root / "notebooks" / "03_sampling.ipynb"], out)
    return out / "key"


def test_every_tenth_student_means_harm_and_the_last_notebook_is_broken(key, tmp_path):
    bench.make_class(key, tmp_path / "class", 30)
    texts = [path.read_text(encoding="utf-8") for path in (tmp_path / "class").rglob("*.ipynb")]
    assert len(texts) == 30
    assert sum("(*given)" in text for text in texts) == 3
    broken = []
    for text in texts:
        try:
            notebook = nbformat.reads(text, as_version=4)
        except nbformat.reader.NotJSONError:
            broken.append(text)
            continue
        entry = manifest.read(key).lessons[0]
        assert {each.cell for each in entry.exercises} <= {cell.id for cell in notebook.cells}
    assert len(broken) == 1


def book(path, points):
    made = Gradebook(path)
    number, _ = made.begin_run(1, "sandbox", "1")
    grade = Grade(student="ada", lesson="03_sampling", points=points, out_of=9, verdict="graded",
                  seed=1, isolation="sandbox", package="1")  # fmt: skip
    made.add(grade, number, 1.0)
    return made


@pytest.mark.parametrize(
    ("change", "missed"),
    [
        ({}, []),
        ({"left_over": ["process 7"]}, ["something is left over"]),
        ({"peak_bytes": {"first_half": 100, "second_half": 121}}, ["memory grows"]),
        ({"ratio": 1.5}, ["two jobs against one: 1.5 times, not 1.6"]),
        ({"peer": 4.9}, ["nbgrader autograde: 4.9 times, not 5"]),
    ],
)
def test_goals_that_are_missed_are_named(change, missed):
    found = {"left_over": [], "peak_bytes": {"first_half": 100, "second_half": 120}} | change
    rows = [
        bench._row(bench.TWO_JOBS, 1.0, change.get("ratio", 1.6), 9),
        bench._row(bench.PEER, 1.0, change.get("peer", 5.0), 9),
        bench._row("warm kernels against cold", 1.0, 0.1, 9),
    ]
    assert bench.missed_goals(found, rows) == missed


def test_other_grades_are_no_comparison(tmp_path):
    one, two = (book(tmp_path / name, 9) for name in ("one", "two"))
    row = bench._compared("jobs", 30.0, 60.0, one, two)
    assert (row.ours, row.peer, row.ratio, row.unit) == (2.0, 1.0, 2.0, "submissions/min")
    other = book(tmp_path / "other", 8)
    with pytest.raises(ValueError, match="jobs: the grades differ"):
        bench._compared("jobs", 1.0, 1.0, book(tmp_path / "third", 9), other)


def test_what_is_left_over_is_seen(monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    before = bench._left_over()
    (tmp_path / (workplace.PREFIX + "x")).mkdir()
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        found = bench._left_over() - before
        child.communicate(b"\n")
    assert len(found) == 2 and any(str(child.pid) in each for each in found)


def test_a_run_is_recorded_with_its_rows(monkeypatch, tmp_path, capsys):
    row = bench._row("two jobs against one", 1.0, 2.0, 3)
    monkeypatch.setattr("workbook.grading.isolation.refuse_without_sandbox", lambda kind: None)
    monkeypatch.setattr(release, "write", lambda *a, **k: None)
    monkeypatch.setattr(bench, "make_class", lambda *a, **k: None)
    monkeypatch.setattr(bench, "soak", lambda *a: {"submissions": 10, "left_over": []})
    monkeypatch.setattr(bench, "two_jobs", lambda *a: row)
    monkeypatch.setattr(bench, "warm_kernels", lambda *a: row)
    monkeypatch.setattr(bench, "record_path", lambda lesson, part: tmp_path / f"{part}.jsonl")
    monkeypatch.delenv(bench.NBGRADER, raising=False)
    assert bench.run(quick=True, submissions=10) == [row, row]
    (written,) = records.read(tmp_path / "soak.jsonl")
    assert (written["run"], written["seed"], written["submissions"]) == ("soak/10", bench.SEED, 10)
    assert written["rows"][0]["ratio"] == 2.0 and "stamp" in written
    assert json.loads(capsys.readouterr().out)["submissions"] == 10


def test_cold_kernels_are_asked_for_only_while_they_are_measured(monkeypatch, tmp_path):
    seen = []

    def graded(*_, jobs):
        seen.append(os.environ.get(warm.COLD))
        return 1.0, book(tmp_path / f"{len(seen)}.sqlite", 9)

    monkeypatch.setattr(bench, "graded", graded)
    bench.warm_kernels(tmp_path, tmp_path)
    assert seen == [None, "1"] and warm.COLD not in os.environ
