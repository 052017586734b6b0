"""A small class for the tests: a release of lesson 03 and notebooks as students hand them in."""

from __future__ import annotations

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

STUB = "raise NotImplementedError  # your code instead of this line"
RIGHT = {
    "s072": 'stay = answer("sampling.predict_kept", (2, 3, 1))',
    "s074": """@exercise("sampling.epsilon_filter")
def epsilon_filter(logits, epsilon):
    probabilities = logits.double().softmax(dim=-1)
    cut = probabilities < epsilon
    cut &= logits < logits.amax(dim=-1, keepdim=True)
    return torch.where(cut, torch.tensor(float("-inf"), dtype=torch.float64), logits.double())""",
    "s076": """@exercise("sampling.no_repeat")
def no_repeat(logits, ids, n):
    out = logits.detach().clone()
    for b in range(len(ids)):
        words = ids[b].tolist()
        runs = {}
        for i in range(len(words) - n + 1):
            runs.setdefault(tuple(words[i:i + n - 1]), set()).add(words[i + n - 1])
        end = tuple(words[len(words) - n + 1:]) if n > 1 else ()
        for token in runs.get(end, ()):
            out[b, token] = float("-inf")
    return out""",
    "s080": """@exercise("sampling.token_ranks")
def token_ranks(logits, ids):
    order = logits[:, :-1].argsort(-1, descending=True)
    return (order == ids[:, 1:, None]).int().argmax(-1)""",
}


def lesson(root):
    """The committed lesson 03."""
    return nbformat.read(root / "notebooks" / "03_sampling.ipynb", as_version=4)


def handed_in(root, answers=RIGHT):
    """Lesson 03 with answers by cell id, as a notebook."""
    notebook = lesson(root)
    for cell in notebook.cells:
        cell.source = answers.get(cell.id, cell.source)
    return notebook


def tiny(*answers, imports="import torch"):
    """A notebook with only answer cells; each is a source."""
    cells = [new_markdown_cell("# 03 Sampling"), new_code_cell(imports)]
    return new_notebook(cells=[*cells, *map(new_code_cell, answers)])
