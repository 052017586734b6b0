"""The table at the head of a lesson."""

import json
import re
import subprocess
import sys
from dataclasses import fields

import pytest

from workbook import LESSONS, STAGES
from workbook.core.exercises import lesson
from workbook.core.exercises.exercise import catalogue, find
from workbook.core.exercises.lesson import exercise_totals, lesson_header, reading_minutes
from workbook.publishing.runner import LessonReport


def test_header_counts_the_exercises_and_escapes_words(monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda data, raw: shown.append(data))
    lesson_header("sampling", trains="a <small> model", needs="01 attention")
    (data,) = shown
    assert "a &lt;small&gt; model" in data["text/html"]
    assert find("sampling.predict_kept").minutes == 5
    assert "9, 20 points, about 103 minutes" in data["text/plain"]


def test_the_header_tells_what_was_measured(tmp_path, monkeypatch):
    """Guards against times typed into notebooks, for a GPU too, where nobody had measured any."""

    def entry(status, seconds, stem="03_sampling"):
        return {"lesson": stem, "status": status, "seconds": seconds, "peak_bytes": 1.25 * 2**30}

    reports = {
        "2_CPU_cores": [entry("ok", 41.2), entry("ok", 1.0, "05_quantization")],
        "H200_GPU": [entry("failed", 3)],
        "M1": [entry("ok", 125)],
    }
    monkeypatch.setattr(lesson, "RUNS", tmp_path)
    for name, entries in reports.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(entries), encoding="utf-8")
    assert lesson.measured("03_sampling") == {
        "Takes, on 2 CPU cores": "about 45 seconds and 1.2 GB of memory",
        "Takes, on M1": "about 2.5 minutes and 1.2 GB of memory",
    }
    assert lesson.measured("99_new") == {}
    shown = lesson.header("sampling", trains="nothing", needs="nothing")
    assert "Takes, on 2 CPU cores  about 45 seconds" in shown["text/plain"]


def test_every_kept_report_is_one_of_workbook_run():
    for file in lesson.RUNS.glob("*.json"):
        entries = json.loads(file.read_text(encoding="utf-8"))
        assert [each["lesson"] for each in entries] == sorted(each["lesson"] for each in entries)
        for each in entries:
            known = {field.name for field in fields(LessonReport)}
            assert {*each, "first_figure"} == known  # older reports lack the last
            assert each["status"] == "ok" and each["seconds"] > 0


def test_reading_time_counts_prose_and_code_but_not_what_a_learner_answers(tmp_path, monkeypatch):
    def cell(kind, source, *tags):
        return {"cell_type": kind, "source": source, "metadata": {"tags": list(tags)}}

    def minutes(*cells):
        text = json.dumps({"cells": cells})
        (tmp_path / "03_sampling.ipynb").write_text(text, encoding="utf-8")
        return reading_minutes("sampling")

    monkeypatch.chdir(tmp_path)
    prose, code = cell("markdown", ["one word\n"] * 1000), cell("code", "x = 1\n\n" * 100)
    assert minutes(prose) == 10 and minutes(prose, code) == 15
    assert minutes(prose, cell("code", "x = 1\n" * 400, "exercise")) == 10
    assert minutes(cell("markdown", "short")) == 5


def test_a_notebook_that_is_not_here_leaves_the_reading_time_out(tmp_path, monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda data, raw: shown.append(data))
    monkeypatch.setattr(lesson, "PACKAGE", tmp_path / "installed")
    monkeypatch.setattr(lesson, "exercise_totals", lambda topic: (1, 1, 1))
    monkeypatch.chdir(tmp_path)
    lesson_header("sampling", trains="nothing", needs="nothing")
    assert "Reading time" not in shown[0]["text/plain"]


@pytest.mark.parametrize("topic", [each.topic for each in LESSONS if each.ready])
def test_the_totals_are_those_of_the_exercises(topic):
    mine = [each for each in catalogue().values() if each.id.startswith(f"{topic}.")]
    assert exercise_totals(topic) == (
        len(mine), sum(each.points for each in mine), sum(each.minutes for each in mine),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("topic", "marked"), [("lora", ["adapt"]), ("evaluation", list(STAGES)), ("react", ["use"])]
)
def test_the_arc_marks_the_stage_that_the_lesson_is_about(topic, marked):
    shown = lesson.header(topic, trains="nothing", needs="nothing")
    first = shown["text/plain"].splitlines()[0]
    assert re.findall(r"\[(\w+)\]", first) == marked
    assert re.findall(r"<strong[^>]*>(\w+)<", shown["text/html"]) == marked
    assert [re.search(stage, first).start() for stage in STAGES] == sorted(
        re.search(stage, first).start() for stage in STAGES
    )
    assert "10, 11" in first


def test_the_header_loads_little_and_no_torch():
    """Guards against a first cell that loaded all exercises of the course: 205 modules, torch."""
    program = (
        "import sys\n"
        "from workbook.core.exercises.lesson import lesson_header\n"
        "lesson_header('sampling', trains='nothing', needs='nothing')\n"
        "print(len([m for m in sys.modules if m.partition('.')[0] == 'workbook']))\n"
        "print('torch' in sys.modules, 'transformers' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    *_, modules, heavy = done.stdout.splitlines()
    assert int(modules) < 40 and heavy == "False False", done.stderr[-500:]
