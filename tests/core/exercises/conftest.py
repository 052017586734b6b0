"""A topic with two exercises, for tests of what a learner meets."""

import pytest

import workbook

TOPIC = """
from workbook.core.exercises.exercise import Check, Exercise, compare
import random

def double(x):
    return 2 * x

def on(make):
    def test(answer, seed):
        x = make(random.Random(seed))
        return compare("the double", answer(x), double(x))
    return test

def value(answer, seed):
    return compare("the length", answer, 7)

HINTS = ("Think of addition.", "x + x", "return x + x")
EXERCISES = {e.id: e for e in [
    Exercise("fake.double", "Twice as much", 2, 1, 3,
        (Check("whole numbers", on(lambda r: r.randrange(1, 99))),
         Check("negative numbers", on(lambda r: -r.randrange(1, 99))),
         Check("fractions", on(lambda r: r.random()))), HINTS, double),
    Exercise("fake.length", "A measured length", 1, 2, 5,
        (Check("it is a number", value), Check("sign", value), Check("size", value)),
        HINTS, lambda: 7, wants="value"),
]}
"""


@pytest.fixture
def topic(tmp_path, monkeypatch):
    """A topic of our own beside the course's, and a home for the log; gives the topic's source."""
    folder = tmp_path / "topics" / "fake"
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text("", encoding="utf-8")
    (folder / "exercises.py").write_text(TOPIC, encoding="utf-8")
    monkeypatch.setattr(workbook, "__path__", [*workbook.__path__, str(folder.parent)])
    monkeypatch.setattr(
        workbook, "LESSONS", (*workbook.LESSONS, workbook.Lesson(99, "fake", "Fake", "ready"))
    )
    monkeypatch.setenv("WORKBOOK_HOME", str(tmp_path / "home"))
    return TOPIC
