"""The explorer of methods in a real browser: bars follow a drag."""

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
