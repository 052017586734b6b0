"""The table at the head of a lesson."""

from workbook.core.exercises.exercise import find
from workbook.core.exercises.lesson import lesson_header


def test_header_counts_the_exercises_and_escapes_words(monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda data, raw: shown.append(data))
    lesson_header("sampling", 1.5, 2, 1.2, trains="a <small> model", needs="01 attention")
    (data,) = shown
    assert "Runs in, on 2 CPU cores  at most 90 seconds" in data["text/plain"]
    assert "Runs in, on a GPU        at most 2 minutes" in data["text/plain"]
    assert "a &lt;small&gt; model" in data["text/html"]
    assert find("sampling.predict_kept").minutes == 5
    assert "4, 9 points, about 45 minutes" in data["text/plain"]
