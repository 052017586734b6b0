"""Each lesson keeps the rules of a lesson: size, words, exercises, guesses, claims and references.

All of it is read from the committed notebooks. What an answer is worth, and what a cell prints
when it runs again, are tested elsewhere.
"""

from __future__ import annotations

import ast
import re
from functools import cache
from importlib import import_module
from itertools import pairwise
from pathlib import Path

import nbformat
import pytest

from workbook import LESSONS

ROOT = Path(__file__).resolve().parents[1]
PATHS = sorted((ROOT / "notebooks").glob("*.ipynb"))
MOST_CELLS, MOST_WORDS, MOST_GUESSES = 100, 4500, 8
APPENDIX = "## For the curious"
FURTHER = "## Further reading"
# Terms that a learner could not search for, and words that hide who is meant or who said it.
STOPPED = re.compile(
    r"\b(?:some notes|(?:the|course) notes (?:say|also|call|give)|one set of notes"
    r"|you may read that|bend function|nobody knows|furniture|share right|share filled in)\b",
    re.IGNORECASE,
)
NAME = r"[A-Z][\w'-]+"
CITED = re.compile(
    rf"({NAME}) et al\.,? \(?((?:19|20)\d\d)\b|({NAME})(?: and {NAME})? \(((?:19|20)\d\d)\)"
    rf"|\(({NAME})(?: and {NAME})?, ((?:19|20)\d\d)\)"
)
LISTED = re.compile(r"^- ([^\W\d_][\w'-]+).*?\(((?:19|20)\d\d)\)", re.MULTILINE)
ARXIV = re.compile(r"arXiv:(\d{4}\.\d{4,5})")
CLAIMS = re.compile(r"^\|(.+?)\|(.+?)\|(.+?)\|$", re.MULTILINE)


def each_lesson(test):
    """Run a test once per lesson, on the notebook's path."""
    return pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)(test)


@cache
def cells(path):
    return tuple(nbformat.read(path, as_version=4).cells)


def prose(path):
    return "\n\n".join(cell.source for cell in cells(path) if cell.cell_type == "markdown")


def code(path):
    return [cell.source for cell in cells(path) if cell.cell_type == "code"]


def calls(path, name):
    """Return the first argument of each call of a function, in order."""
    found = []
    for source in code(path):
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == name and node.args:
                found.append(ast.literal_eval(node.args[0]))
    return found


def exercises_of(path):
    """Return the exercises of a lesson by id."""
    topic = path.stem.partition("_")[2]
    return import_module(f"workbook.{topic}.exercises").EXERCISES


@each_lesson
def test_it_is_one_lesson_long(path):
    """References and the appendix are not counted among the words."""
    text = prose(path).split(FURTHER)[0].split(APPENDIX)[0]
    words = re.sub(r"\$[^$]*\$|\]\([^)]*\)", " ", text).split()
    assert len(cells(path)) <= MOST_CELLS
    assert len(words) <= MOST_WORDS


@each_lesson
def test_something_to_try_comes_first(path):
    """The sixth cell shows an explorer: title, header, goals, setup and one paragraph go before."""
    assert cells(path)[4].source.startswith("## ")
    assert re.search(r"explorer|playground|ask_all", cells(path)[5].source)


@each_lesson
def test_it_has_an_equation_and_a_diagram(path):
    assert re.search(r"\$[^$]+\$", prose(path))
    drawn = [cell for cell in cells(path) if "diagram" in cell.metadata.get("tags", [])]
    assert drawn and all(cell.outputs for cell in drawn)


@each_lesson
def test_its_words_can_be_searched_for(path):
    assert not STOPPED.findall(prose(path))
    for cell in cells(path):
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            shown = [
                *(data.get(kind, "") for kind in ("text/plain", "text/html")),
                output.get("text", ""),
            ]
            assert not STOPPED.findall("\n".join(map(str, shown)))


@each_lesson
def test_every_guess_has_a_place_to_be_written(path):
    guesses = calls(path, "guess")
    assert len(set(guesses)) <= MOST_GUESSES
    for before, after in pairwise(cells(path)):
        if before.cell_type == "markdown" and re.search(r"\bGuess\b", before.source):
            assert "guess(" in after.source, before.source[:100]


@each_lesson
def test_one_exercise_at_least_is_hard(path):
    assert max(each.difficulty for each in exercises_of(path).values()) >= 4


@each_lesson
def test_an_exercise_has_one_title(path):
    """Its heading in the lesson is the title that feedback and `progress()` name it by."""
    known = exercises_of(path)
    heading = ""
    for cell in cells(path):
        titles = re.findall(r"^#+ (?:\d+\.\d+ )(.+)$", cell.source, re.MULTILINE)
        if cell.cell_type == "markdown" and titles:
            heading = titles[-1]
        for name in re.findall(r'@exercise\("([^"]+)"', cell.source):
            assert known[name].title == heading


@each_lesson
def test_a_claim_is_corrected_where_it_says(path):
    headings = re.findall(r"^#+ (.+)$", prose(path), re.MULTILINE)
    for _, _, seen in claims(path):
        assert any(seen.strip() in heading for heading in headings), seen


def claims(path):
    text = prose(path)
    part = text.partition("## Common claims, checked")[2].partition("\n## ")[0]
    return [
        row
        for row in CLAIMS.findall(part)
        if not set(row[0]) <= set(" -") and "claim" not in row[0]
    ]


def test_each_claim_is_corrected_once_in_the_course():
    rows = [re.sub(r"\W+", " ", row[0]).strip().lower() for path in PATHS for row in claims(path)]
    assert rows and len(rows) == len(set(rows))


@each_lesson
def test_what_is_cited_is_listed_and_what_is_listed_is_cited(path):
    body, _, references = prose(path).partition(FURTHER)
    listed = set(LISTED.findall(references))
    cited = {tuple(filter(None, each)) for each in CITED.findall(body)}
    assert {each for each in listed if each[0] not in body} == set()
    assert {
        (name, year)
        for name, year in cited
        if not any(year == y and name in references for _, y in listed)
    } == set()


@each_lesson
def test_papers_are_linked(path):
    text = prose(path)
    for number in ARXIV.findall(text):
        assert f"https://arxiv.org/abs/{number}" in text


@each_lesson
def test_nothing_is_said_on_stderr_but_progress(path):
    for cell in cells(path):
        for output in cell.get("outputs", []):
            if output.get("name") == "stderr":
                assert re.search(r"\d+%\||it/s|step/s", output.text), output.text[:200]


@each_lesson
def test_what_feedback_tells_to_run_is_imported(path):
    """Guards against `hint` that every lesson tells its readers to run and one did not import."""
    tree = ast.parse("\n".join(code(path)))
    imported = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert {"exercise", "hint", "progress"} <= imported


@each_lesson
def test_its_place_in_the_course_is_in_the_header_alone(path):
    assert "you are here" not in prose(path).lower()


@each_lesson
def test_its_last_cell_leads_to_the_lessons_before_and_after(path):
    stems = [other.stem for other in PATHS]
    place = stems.index(path.stem)
    last = cells(path)[-1].source
    for word, other in (("Previous", place - 1), ("Next", place + 1)):
        if 0 <= other < len(stems):
            assert re.search(rf"{word}: \[[^\]]+\]\({stems[other]}\.ipynb\)", last), word
        else:
            assert f"{word}: [" not in last


def test_every_lesson_of_the_course_that_is_ready_is_read_here():
    assert {path.stem for path in PATHS} == {
        f"{row.number:02}_{row.topic}" for row in LESSONS if row.state == "ready"
    }
