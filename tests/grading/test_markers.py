"""Solutions and hidden tests between marks are taken out, and everything else stays."""

from __future__ import annotations

import pytest

from workbook.grading import markers


def test_marked_solutions_and_tests_are_taken_out():
    marked = "def f():\n    ### BEGIN SOLUTION\n    return 1\n    ### END SOLUTION\n"
    marked += "### BEGIN HIDDEN TESTS\nassert f() == 1\n### END HIDDEN TESTS\nf()"
    assert markers.strip(marked) == f"def f():\n    {markers.STUB}\nf()"


def test_a_stub_has_the_indentation_of_its_mark_and_every_solution_has_one():
    source = "if x:\n        ### BEGIN SOLUTION\n    y = 1\n### END SOLUTION\n{0}\n{1}"
    second = ["###  BEGIN  SOLUTION  ", "###END SOLUTION"]
    assert markers.strip(source.format(*second)) == (
        f"if x:\n        {markers.STUB}\n{markers.STUB}"
    )


def test_lines_that_only_look_like_marks_stay():
    source = "# BEGIN SOLUTION\nx = 1  ### BEGIN SOLUTION\n### BEGIN SOLUTIONS\n\n"
    assert markers.strip(source) == source


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("x\n### END SOLUTION", "line 2: END SOLUTION without its BEGIN."),
        (
            "### BEGIN SOLUTION\n### END HIDDEN TESTS",
            "line 2: END HIDDEN TESTS without its BEGIN.",
        ),
        (
            "### BEGIN HIDDEN TESTS\n\n### BEGIN SOLUTION",
            "line 3: BEGIN SOLUTION inside of HIDDEN TESTS.",
        ),
        ("### BEGIN HIDDEN TESTS\nx", "BEGIN HIDDEN TESTS is never closed."),
    ],
)
def test_a_mark_that_does_not_fit_is_told_with_its_line(source, words):
    with pytest.raises(ValueError) as refused:
        markers.strip(source)
    assert str(refused.value) == words
