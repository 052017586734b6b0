"""What is made of a gradebook: files and pages, pairs that are alike, marks read from a table."""

from __future__ import annotations

import inspect

import pytest
from marked import LESSON, grade
from released import RIGHT

from workbook.grading import key, results
from workbook.grading.finals import Policy, final
from workbook.grading.gradebook import Gradebook
from workbook.grading.similarity import REFERENCE
from workbook.sampling import nucleus

HEADER = "student,lesson,exercise,points,comment\n"
ROW = f"ada,{LESSON},sampling.e2,"


@pytest.fixture
def book(tmp_path):
    made = Gradebook(tmp_path / "grades.sqlite", Policy(2, "best"))
    made.add(grade("ada", isolation="none: own rights"), 1, 0.5)
    made.add(grade("bo", isolation="sandbox"), 1, 0.5)
    yield made
    made.close()


@pytest.fixture(scope="module")
def opened(key_folder):
    return key.read(key_folder)


def written(tmp_path, text, encoding="utf-8"):
    (tmp_path / "hand.csv").write_text(text, encoding=encoding)
    return tmp_path / "hand.csv"


def test_marks_by_hand_are_read_with_their_comments(book, tmp_path):
    text = HEADER + ROW + f'4,"a new idea, at last"\nbo,{LESSON},sampling.e1,0.5,\n'
    assert results.read_manual(book, written(tmp_path, text, "utf-8-sig")) == 2
    ada, bo = book.finals()
    assert (ada.points, ada.manual) == (6, {"sampling.e2": (4.0, "a new idea, at last")})
    assert (bo.points, bo.manual) == (3.5, {"sampling.e1": (0.5, "")})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (HEADER + ROW + "4,\n" + ROW + "x,", "line 3: 'x' is no number of points"),
        (HEADER + ROW + '4,"two\nlines"\n' + ROW + "x,", "line 4: 'x' is no number of points"),
        (HEADER + ROW + "4,fine,really", "line 2 has 6 cells for 5 columns"),
        (HEADER + ROW + "9,", "line 2: sampling.e2 is worth 0 to 4, not 9"),
        (HEADER + f"eve,{LESSON},sampling.e2,1,", "line 2: eve has no grade for sampling.e2"),
        (HEADER + ROW + ",", "line 2: '' is no number of points"),
        (
            "name,points\nada,4",
            "line 1: the columns are student, lesson, exercise, points",
        ),
    ],
)
def test_a_row_that_does_not_fit_is_told_with_its_line(book, tmp_path, text, words):
    with pytest.raises(ValueError, match=f"hand.csv, {words}"):
        results.read_manual(book, written(tmp_path, text))
    assert not any(final.manual for final in book.finals()), "all marks are taken, or none"


@pytest.mark.parametrize("comment", ["a\u2028b", "a\u0085b", "two\nlines", "a, b"])
def test_a_comment_is_kept_as_it_was_written(book, tmp_path, comment):
    """Other readers take these for the end of a line, or glue the lines of a cell."""
    results.read_manual(book, written(tmp_path, HEADER + ROW + f'4,"{comment}"\n'))
    assert next(iter(book.finals())).manual == {"sampling.e2": (4.0, comment)}


def test_a_table_that_cannot_be_read_is_one_sentence(book, tmp_path):
    with pytest.raises(ValueError, match="hand.csv"):
        results.read_manual(book, tmp_path / "hand.csv")
    with pytest.raises(ValueError, match="hand.csv cannot be read .line 2"):
        results.read_manual(book, written(tmp_path, HEADER + "Zoë", "latin-1"))


def test_everything_is_written_and_says_how_answers_were_kept_apart(book, opened, tmp_path):
    finals = results.write(book, opened, tmp_path / "out")
    assert [each.grade.student for each in finals] == ["ada", "bo"]
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "grades.csv", "attempts.csv", "grades.json", "canvas.csv", "moodle", "junit.xml",
        "answers.csv", "class.html", "plotly.min.js", "students",
    }  # fmt: skip
    assert len(list((tmp_path / "out" / "students").glob("*/*.html"))) == 2
    text = (tmp_path / "out" / "class.html").read_text(encoding="utf-8")
    assert "none: own rights; sandbox. The best of at most 2 attempts counts." in text


def test_answers_are_compared_with_each_other_and_with_the_published_ones(opened):
    sources = results.secrets_of(["sampling"])
    reference = "\n".join(sources["sampling.no_repeat"])
    finals = []
    for student, source in (("ada", RIGHT["s040"]), ("bo", RIGHT["s040"]), ("eve", reference),
                            ("open", "")):  # fmt: skip
        each = grade(student)
        each.exercises[0].id, each.exercises[0].source = "sampling.no_repeat", source
        each.exercises[1].source = ""
        finals.append(final(each, (), 0.0))
    assert [(pair.one, pair.other) for pair in results.alike(finals, opened)] == [
        ("ada", "bo"), ("eve", REFERENCE),
    ]  # fmt: skip


def test_a_copy_of_the_packages_own_function_is_alike_what_is_published(opened):
    """Typed into the cell it breaks no lock, and the reference is written in another way."""
    copied = inspect.getsource(nucleus.quick_top_p_filter).replace("rising", "up")
    each = grade("eve")
    each.exercises[0].id, each.exercises[0].source = "sampling.top_p", copied
    (pair,) = results.alike([final(each, (), 0.0)], opened)
    assert (pair.exercise, pair.one, pair.other) == ("sampling.top_p", "eve", REFERENCE)
