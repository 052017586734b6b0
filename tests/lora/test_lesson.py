"""The cells of lesson 10, read: what they do on a GPU, and what they show of several tasks."""

import ast
from pathlib import Path

import nbformat

NOTEBOOK = next((Path(__file__).parents[2] / "notebooks").glob("*_lora.ipynb"))
CELLS = nbformat.read(NOTEBOOK, as_version=4).cells


def test_ids_are_made_where_the_model_is():
    """Guards against ids on the CPU for a model on a GPU, which no machine without one notices."""
    found = []
    for cell in CELLS:
        for node in ast.walk(ast.parse(cell.source)) if cell.cell_type == "code" else ():
            if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("torch."):
                if "tokenizer" in ast.unparse(node) or "vocab_size" in ast.unparse(node):
                    found.append(ast.unparse(node))
    assert len(found) >= 2 and all("device=base.device" in call for call in found), found


def test_several_tasks_answer_in_one_batch_as_they_do_alone():
    """Guards against a second adapter that was never trained, which is the base by another name."""
    (cell,) = (c for c in CELLS if "adapter_per_row(several" in c.source)
    text = "".join(output.get("text", "") for output in cell.outputs)
    assert text.count("same as alone: True") == 3 and "False" not in text
    answers = [part.split("\n", 1)[1].strip() for part in text.strip().split("\n\n")]
    assert len(set(answers)) == 3
