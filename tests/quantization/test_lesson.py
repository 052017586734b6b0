"""The notebook of lesson 05: each guess meets its result, and what the prose says is printed."""

import ast

import nbformat
import pytest


@pytest.fixture(scope="module")
def cells(root):
    return nbformat.read(root / "notebooks" / "05_quantization.ipynb", as_version=4).cells


def printed(cells):
    """All that the cells print, as plain text."""
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    return "\n".join(out.get("text", out.get("data", {}).get("text/plain", "")) for out in outputs)


def test_every_guess_is_followed_by_its_result(cells):
    """Guards: a guess about the outlier was never shown beside what came out."""
    asked, answered = set(), set()
    for cell in cells:
        if cell.cell_type != "code":
            continue
        for node in ast.walk(ast.parse(cell.source)):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "guess":
                with_result = any(word.arg == "result" for word in node.keywords)
                (answered if with_result else asked).add(node.args[0].value)
    assert asked == answered and len(asked) == 3


@pytest.mark.parametrize(
    "words",
    [
        "double quantization of 65 billion weights saves 3.0 GB",
        "the attention matrix is 70% of all",
        "cache smaller by 7.0",
        "entropy bound",
    ],
)
def test_what_the_prose_says_is_printed(cells, words):
    assert words in printed(cells)


def test_the_total_stands_last_in_the_table_of_states(cells):
    """Guards: the total stood above the master copy."""
    (table,) = [cell for cell in cells if cell.get("id") == "s029"]
    rows = table.outputs[0].data["text/plain"].splitlines()
    assert rows[-1].startswith("total") and any(row.startswith("master copy") for row in rows)
