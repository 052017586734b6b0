"""`workbook record`: which runs it makes, and what it says of a name it does not know."""

import pytest
from typer.testing import CliRunner

from workbook.cli import app
from workbook.core.runs import experiment


@pytest.fixture
def recorded(monkeypatch):
    asked = []
    monkeypatch.setattr(experiment, "record", lambda *given: asked.append(given))
    return asked


@pytest.mark.parametrize(
    "words, given",
    [
        (["pretraining"], ("pretraining", None, [0, 1, 2])),
        (["2", "cleaning", "--seeds", "3,4"], ("pretraining", "cleaning", [3, 4])),
        (["08", "sizes", "--seeds", "7"], ("finetuning", "sizes", [7])),
    ],
)
def test_a_lesson_is_named_or_numbered(recorded, words, given):
    assert CliRunner().invoke(app, ["record", *words]).exit_code == 0
    assert recorded == [given]


def test_what_is_recorded_takes_no_time():
    """All of the course's records are whole, so there is nothing to run."""
    found = CliRunner().invoke(app, ["record", "attention"])
    said = "copy: nothing is missing\npositions: nothing is missing\n"
    assert (found.exit_code, found.output) == (0, said)


@pytest.mark.parametrize(
    "words, says",
    [
        (["welcome"], "no lesson with recorded runs is called 'welcome'"),
        (["attention", "cost"], "no part is called 'cost'; there are copy, positions"),
        (["attention", "--seeds", "0 1"], "seeds are whole numbers with commas"),
    ],
)
def test_a_mistake_is_one_sentence(words, says):
    error = CliRunner().invoke(app, ["record", *words]).exception
    assert isinstance(error, ValueError) and says in str(error) and "\n" not in str(error)
