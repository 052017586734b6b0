"""*Run All* of a lesson in the edition without answers: to the end, and open answers are named."""

from __future__ import annotations

import os
import zipfile

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from workbook.core.exercises import sealed
from workbook.grading import cells, release

LESSON = "06_scaling_laws.ipynb"
CHAIN = {  # cells that a lesson could have, each in need of the one before it
    "first": "doubled = 2 * break_even(70e9, 1.4e12, 7e9, 2e12)",
    "second": "total = doubled + 1",
    "third": "print(f'{total}')",
}
END = "reached = 'the end'\nprint(reached)"


def short(root, folder):
    """A lesson's first cell, its answer cells, and a chain of cells that need one of them."""
    whole = nbformat.read(root / "notebooks" / LESSON, as_version=4)
    code = [cell for cell in whole.cells if cell.cell_type == "code"]
    asked = [cell for cell in code if cells.exercise_ids(cell.source)]
    others = [cell.source for cell in code if cell not in asked]
    wanted = {"answer", "exercise"}.union(*(cells.names_read(cell.source) for cell in asked))
    imports = new_code_cell("\n".join(cells.needed(wanted, others)), id="imports")
    made = new_notebook(cells=[whole.cells[0], imports, *asked], metadata=whole.metadata)
    made.cells += [new_code_cell(source, id=name) for name, source in CHAIN.items()]
    made.cells.append(new_code_cell(END, id="end"))
    nbformat.write(made, folder / LESSON)
    return folder / LESSON


def tagged(cell):
    return "raises-exception" in cell.metadata.get("tags", [])


@pytest.mark.slow
def test_run_all_reaches_the_end_and_open_answers_are_named(root, tmp_path):
    from nbclient import NotebookClient

    out = tmp_path / "out"
    release.write([short(root, tmp_path)], out, with_answers=False)
    (wheel,) = (out / "student").glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "installed")
    notebook = nbformat.read(out / "student" / "notebooks" / LESSON, as_version=4)
    assert set(CHAIN) <= {cell.id for cell in notebook.cells if tagged(cell)}
    env = os.environ | {
        "PYTHONPATH": str(tmp_path / "installed"),
        "WORKBOOK_DATA": str(out / "student" / "data"),
        "WORKBOOK_HOME": str(tmp_path / "home"),
        "WORKBOOK_PROFILE": "binder",
        "OMP_NUM_THREADS": "1",
    }
    NotebookClient(notebook, timeout=300, kernel_name="python3").execute(env=env)
    assert notebook.cells[-1].outputs[0].text == "the end\n"
    errors = {
        cell.id: output for cell in notebook.cells if cell.cell_type == "code"
        for output in cell.outputs if output.output_type == "error"
    }  # fmt: skip
    assert set(errors) == set(CHAIN)
    for error in errors.values():
        assert error.ename == "Sealed" and len(error.traceback) == 1
        assert error.traceback[0].startswith("This needs your answer to scaling_laws.")


def test_names_behind_an_open_answer_say_which(monkeypatch):
    from IPython.core.interactiveshell import InteractiveShell

    shell = InteractiveShell()
    monkeypatch.setattr("IPython.get_ipython", lambda: shell)
    monkeypatch.setattr(shell, "showtraceback", lambda *a, **k: None)
    monkeypatch.setattr(sealed, "_stored", lambda name: {"calls": []})
    shell.push({"lora_weight": lambda *a: sealed.stored("lora.weight", a), "kept": 7})
    first = "kept, doubled = 3, 2 * lora_weight(1, 2)\ndef later(x):\n    inner = x\n    return x"
    words = "This needs your answer to lora.weight: "
    for source in first, "total = doubled + 1", "total[0]", "doubled.sum()", "print(f'{total}')":
        error = shell.run_cell(source, store_history=True).error_in_exec
        assert isinstance(error, sealed.Sealed) and str(error).startswith(words), source
    assert shell.user_ns["kept"] == 7 and "inner" not in shell.user_ns
    assert repr(shell.user_ns["later"]).startswith(words)
    assert shell.run_cell("total = 4", store_history=True).success
    assert shell.user_ns["total"] == 4
    wrong = shell.run_cell("misspelled + 1", store_history=True).error_in_exec
    assert isinstance(wrong, NameError)
