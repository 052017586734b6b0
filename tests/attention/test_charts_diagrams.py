"""The drawings of lesson 01: each number in its cell, and both orders of a block."""

import pytest
import torch

from workbook.attention import charts_diagrams


def test_matrices_and_block_are_drawn():
    one = (torch.tensor([[0.984, 0.0], [3.0, 0.25]]), ["a", "b"], ["c", "d"])
    figure = charts_diagrams.matrices_chart({f"m{n}": one for n in range(6)})
    assert len(figure.data) == 6 and figure.layout.height == 500
    assert [list(row) for row in figure.data[0].text] == [[".98", ""], ["3", ".25"]]
    words = [note.text for note in charts_diagrams.block_diagram().layout.annotations if note.text]
    assert words.count("norm") == 4 and words.count("+") == 4 and words.count("attention") == 2
    assert "<b>pre-norm: x + part(norm(x))</b>" in words


@pytest.mark.parametrize(
    ("number", "written"),
    [
        (0.984, ".98"),
        (-0.25, "-.25"),
        (-3.0, "-3"),
        (0.004, ""),
        (-0.004, ""),
        (10.5, "10.5"),
        (-20.25, "-20.25"),
        (100.0, "100"),
    ],
)
def test_a_cell_says_its_number_in_as_few_signs_as_can_be(number, written):
    """Guards against 1.5 written for 10.5: only a leading zero may go."""
    figure = charts_diagrams.matrices_chart({"m": (torch.tensor([[number]]), ["a"], ["b"])})
    assert figure.data[0].text[0][0] == written


def test_five_matrices_fill_a_row_and_each_keeps_its_names():
    def matrix(n):
        return torch.full((2, 1), float(n)), [f"row {n}", "last"], [f"column {n}"]

    figure = charts_diagrams.matrices_chart({f"m{n}": matrix(n) for n in range(7)})
    assert [note.text for note in figure.layout.annotations] == [f"m{n}" for n in range(7)]
    for n, shades in enumerate(figure.data):
        assert list(shades.y) == [f"row {n}", "last"] and list(shades.x) == [f"column {n}"]
        assert [list(row) for row in shades.z] == [[n], [n]]
    bottoms = [figure.layout[trace.yaxis.replace("y", "yaxis")].domain[0] for trace in figure.data]
    assert len(set(bottoms[:5])) == 1 and set(bottoms[5:]) == {0}
    five = charts_diagrams.matrices_chart({f"m{n}": matrix(n) for n in range(5)})
    assert five.layout.height == 250 < figure.layout.height


def test_norms_stand_before_the_parts_on_the_left_and_behind_the_sums_on_the_right():
    notes = charts_diagrams.block_diagram().layout.annotations
    written = sorted((note for note in notes if note.text), key=lambda note: note.y)
    columns = {x: [note.text for note in written if note.x == x] for x in (2, 8)}
    assert columns[2][1:-2] == ["norm", "attention", "+", "norm", "feed-forward", "+"]
    assert columns[8][1:-2] == ["attention", "+", "norm", "feed-forward", "+", "norm"]
    assert columns[8][-1] == "<b>post-norm: norm(x + part(x))</b>"


def test_the_way_around_begins_below_the_part_and_ends_at_its_sum():
    """Before a norm where norms come first; behind it, at what was normed, where they come last."""
    shapes = charts_diagrams.block_diagram().layout.shapes
    upright = [each for each in shapes if each.type == "line" and each.x0 == each.x1]
    ways = [(each.x0, each.y0, each.y1) for each in upright]
    assert ways == [(4, 0.45, 3), (4, 3.45, 6), (10, 0.45, 2), (10, 3.45, 5)]
