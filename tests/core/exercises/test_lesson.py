"""The table at the head of a lesson."""

import subprocess
import sys

import pytest

from workbook import LESSONS
from workbook.core.exercises.exercise import catalogue, find
from workbook.core.exercises.lesson import exercise_totals, lesson_header


def test_header_counts_the_exercises_and_escapes_words(monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda data, raw: shown.append(data))
    lesson_header("sampling", 1.5, 2, 1.2, trains="a <small> model", needs="01 attention")
    (data,) = shown
    assert "Runs in, on 2 CPU cores  at most 90 seconds" in data["text/plain"]
    assert "Runs in, on a GPU        at most 2 minutes" in data["text/plain"]
    assert "a &lt;small&gt; model" in data["text/html"]
    assert find("sampling.predict_kept").minutes == 5
    assert "9, 20 points, about 103 minutes" in data["text/plain"]


@pytest.mark.parametrize("topic", [lesson.topic for lesson in LESSONS if lesson.ready])
def test_the_totals_are_those_of_the_exercises(topic):
    mine = [each for each in catalogue().values() if each.id.startswith(f"{topic}.")]
    assert exercise_totals(topic) == (
        len(mine), sum(each.points for each in mine), sum(each.minutes for each in mine),
    )  # fmt: skip


def test_the_header_loads_little_and_no_torch():
    """Guards against a first cell that loaded all exercises of the course: 205 modules, torch."""
    program = (
        "import sys\n"
        "from workbook.core.exercises.lesson import lesson_header\n"
        "lesson_header('sampling', 1, 1, 1, trains='nothing', needs='nothing')\n"
        "print(len([m for m in sys.modules if m.partition('.')[0] == 'workbook']))\n"
        "print('torch' in sys.modules, 'transformers' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    *_, modules, heavy = done.stdout.splitlines()
    assert int(modules) < 40 and heavy == "False False", done.stderr[-500:]
