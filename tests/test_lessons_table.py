"""The table of the course, `workbook.LESSONS`, and all that is made from it or must fit it."""

from __future__ import annotations

import re

import nbformat
import pytest

from workbook import LESSONS, STAGES
from workbook.core.exercises.exercise import catalogue
from workbook.publishing import badges, course_table, runner

READY = [lesson for lesson in LESSONS if lesson.ready]
each_ready = pytest.mark.parametrize("lesson", READY, ids=lambda lesson: lesson.notebook)


def test_the_order_is_that_of_the_numbers_and_no_topic_stands_twice():
    assert [lesson.number for lesson in LESSONS] == list(range(len(LESSONS)))
    assert len({lesson.topic for lesson in LESSONS}) == len(LESSONS)
    assert all(re.fullmatch(r"[a-z_]+", lesson.topic) for lesson in LESSONS)
    assert LESSONS[3].notebook == "03_sampling"
    assert {lesson.stage for lesson in LESSONS} == {"", *STAGES}


@each_ready
def test_a_ready_lesson_has_its_notebook_exercises_explorers_and_tests(root, lesson):
    folder = root / "workbook" / lesson.topic
    assert (root / "notebooks" / f"{lesson.notebook}.ipynb").is_file()
    assert (folder / "exercises.py").is_file() and (folder / "explorers.py").is_file()
    assert (root / "tests" / lesson.topic).is_dir()
    assert lesson.finding


@each_ready
def test_the_notebook_has_the_title_of_the_table(root, lesson):
    first = nbformat.read(root / "notebooks" / f"{lesson.notebook}.ipynb", as_version=4).cells[0]
    assert first.source.startswith(f"# {lesson.number:02} {lesson.title}")


def test_every_notebook_and_every_topic_is_a_ready_lesson():
    assert [file.stem for file in runner.find()] == [lesson.notebook for lesson in READY]
    topics = list(dict.fromkeys(name.partition(".")[0] for name in catalogue()))
    assert topics == [lesson.topic for lesson in READY], "exercises come in the course's order"


def test_what_is_written_out_from_the_table_is_up_to_date(root):
    """The import contracts and README.md's list; after a change run `workbook lessons --write`."""
    for file, wanted in course_table.texts(root).items():
        assert file.read_text(encoding="utf-8") == wanted, file.name


def test_a_new_ready_lesson_gets_a_contract_and_a_row(tmp_path):
    (tmp_path / "lora").mkdir()
    for name in ("exercises", "explorers", "explorers_rank", "rank_charts", "rank"):
        (tmp_path / "lora" / f"{name}.py").touch()
    lessons = [each._replace(state="ready") if each.topic == "lora" else each for each in LESSONS]
    (lora,) = (each for each in lessons if each.topic == "lora")
    text = course_table.contracts([lora], tmp_path)
    assert 'name = "Lesson 10_lora keeps these to itself"' in text
    assert re.findall(r'"workbook\.lora\.(\w+)"', text) == [
        "exercises", "explorers", "explorers_rank", "rank_charts",
    ]  # fmt: skip
    assert "[10 LoRA](notebooks/10_lora.ipynb)" in course_table.readme_list(lessons)


def test_layers_hold_every_lesson_in_reverse(root):
    text = course_table.contracts(LESSONS, root / "workbook")
    listed = re.findall(r'^    "\((\w+)\)",$', text, re.MULTILINE)
    assert listed[: len(LESSONS)] == [lesson.topic for lesson in reversed(LESSONS)]


@pytest.mark.parametrize("missing", ["begin", "end"])
def test_a_file_without_its_markers_is_refused(missing):
    text = "one\nbegin\nold\nend\nrest".replace(missing, "")
    with pytest.raises(ValueError, match=f"README.md lacks the line '{missing}'; put it back"):
        course_table.renewed(text, "begin", "end", "new\n", "README.md")
    text = course_table.renewed("a\nbegin x\nend\nb", "begin", "end", "new\n", "README.md")
    assert text == "a\nbegin\nnew\nend\nb"


def test_the_first_lesson_is_what_a_badge_opens():
    assert badges.FIRST == READY[0].notebook


@each_ready
def test_the_numbers_of_a_finding_are_printed_by_the_lesson(root, lesson):
    """A share may be a per cent there; what the lesson prints longer is rounded.

    Ends of intervals and numbers in the code do not count.
    """
    notebook = nbformat.read(root / "notebooks" / f"{lesson.notebook}.ipynb", as_version=4)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    texts = [o.get("text", "") or o.get("data", {}).get("text/plain", "")
             for cell in cells for o in cell.outputs]  # fmt: skip
    said = re.findall(r"\d*\.?\d+", re.sub(r"\[[^\[\]]*\]", " ", " ".join(texts)))
    printed = {float(number) for number in said}
    for number in re.findall(r"(?<![A-Za-z\d])\d*\.?\d+", lesson.finding):
        digits = len(number.partition(".")[2])
        near = {round(one, digits) for one in printed}
        near |= {round(100 * one, digits) for one in printed if one <= 1}
        assert float(number) in near, f"{number} is in the table, not in the lesson"
