"""What is written out from a table of lessons: the import contracts and README.md's list."""

from __future__ import annotations

import tomllib

import pytest

from workbook import Lesson
from workbook.publishing import course_table

LESSONS = (
    Lesson(0, "welcome", "Welcome", "ready", "One finding."),
    Lesson(1, "prompting", "Prompting"),
    Lesson(2, "lora", "LoRA", "ready", "Another finding."),
)
README = """# Course
<!-- lessons: written by `workbook lessons --write` from workbook.LESSONS -->
old
<!-- end of lessons -->
The end.
"""
PROJECT = """[project]
name = "x"
# lessons: written by `workbook lessons --write` from workbook.LESSONS
# end of lessons
[tool.other]
kept = true
"""


@pytest.fixture
def checkout(tmp_path):
    """A folder with the two files that are made, and a package of two lessons."""
    (tmp_path / "README.md").write_text(README, encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text(PROJECT, encoding="utf-8")
    for name in ("welcome/idea", "lora/charts_rank", "lora/rank", "lora/exercises"):
        file = tmp_path / "workbook" / f"{name}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    return tmp_path


def contracts_of(checkout):
    text = course_table.contracts(LESSONS, checkout / "workbook")
    return tomllib.loads(text)["tool"]["importlinter"]["contracts"]


def test_the_layers_stand_from_the_command_down_to_the_core_with_the_last_lesson_on_top(checkout):
    layers = contracts_of(checkout)[0]
    assert layers["type"] == "layers" and layers["exhaustive"]
    assert layers["layers"] == [
        "cli", "(grading) | publishing", "(lora)", "(prompting)", "(welcome)", "town_lm",
        "training", "(sandbox) | (tasks)", "(inference)", "town", "core",
    ]  # fmt: skip


def test_only_a_ready_lesson_with_modules_of_its_own_gets_a_contract(checkout):
    _, contract = contracts_of(checkout)
    assert contract == {
        "name": "Lesson 02_lora keeps these to itself",
        "type": "protected",
        "protected_modules": ["workbook.lora.charts_rank", "workbook.lora.exercises"],
        "allowed_importers": ["workbook.lora"],
    }


def test_what_a_lesson_keeps_to_itself_is_known_by_its_name(tmp_path):
    own = ("charts", "exercises_two", "experiment", "explorers", "peers", "rank_charts")
    for name in (*own, "rank", "chart", "own_exercises", "__init__"):
        (tmp_path / f"{name}.py").touch()
    (tmp_path / "charts.txt").touch()
    assert course_table.private_modules(tmp_path) == sorted(own)
    assert course_table.private_modules(tmp_path / "planned") == []


def test_the_list_has_a_row_for_each_ready_lesson_and_names_the_planned_ones():
    assert course_table.readme_list(LESSONS) == (
        "| lesson | you will find |\n| --- | --- |\n"
        "| [00 Welcome](notebooks/00_welcome.ipynb) | One finding. |\n"
        "| [02 LoRA](notebooks/02_lora.ipynb) | Another finding. |\n"
        "\nPlanned: 01 Prompting.\n"
    )
    assert "Planned" not in course_table.readme_list(LESSONS[:1])
    many = [Lesson(number, "x", "A title") for number in range(40)]
    assert max(map(len, course_table.readme_list(many).splitlines())) <= 100


def test_writing_changes_what_stands_between_the_markers_and_only_once(checkout):
    changed = course_table.write(checkout, LESSONS)
    assert changed == [checkout / "pyproject.toml", checkout / "README.md"]
    text = (checkout / "README.md").read_text(encoding="utf-8")
    begin, _, end = README.partition("old\n")
    assert text == begin + course_table.readme_list(LESSONS) + end
    project = tomllib.loads((checkout / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["tool"]["importlinter"]["contracts"] == contracts_of(checkout)
    assert project["tool"]["other"] == {"kept": True} and project["project"]["name"] == "x"
    assert course_table.write(checkout, LESSONS) == []
    for file, wanted in course_table.texts(checkout, LESSONS).items():
        assert file.read_text(encoding="utf-8") == wanted


def test_without_a_marker_nothing_is_written(checkout):
    file = checkout / "README.md"
    file.write_text(README.replace("<!-- end of lessons -->", ""), encoding="utf-8")
    with pytest.raises(ValueError, match="README.md lacks the line '<!-- end of lessons -->'"):
        course_table.write(checkout, LESSONS)
    assert (checkout / "pyproject.toml").read_text(encoding="utf-8") == PROJECT
