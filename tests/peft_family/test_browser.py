"""A learner in a real browser: lesson 11 runs, and the explorer of methods follows a drag."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

pytestmark = [pytest.mark.browser, pytest.mark.slow]

KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}
EXPLORER = """
from workbook.peft_family.explorers import methods_explorer
methods_explorer().show()
"""
LABEL = "Prompt, prefix: length"


def test_the_explorer_follows_the_learner(opened, tmp_path):
    path = tmp_path / "methods.ipynb"
    notebook = new_notebook(cells=[new_code_cell(EXPLORER)], metadata={"kernelspec": KERNEL})
    nbformat.write(notebook, path)
    page = opened(path)
    page.run_all()
    assert page.errors() == []
    before, value = page.bars(LABEL), page.value(LABEL)
    page.drag(LABEL, pixels=120)
    assert page.bars_after(LABEL, before) != before and page.value(LABEL) != value
    assert page.elsewhere == []


def test_lesson_11_runs_as_a_learner_runs_it(opened, root):
    page = opened(root / "notebooks" / "11_peft_family.ipynb")
    page.run_all()
    assert page.errors() == []
    assert page.elsewhere == []
