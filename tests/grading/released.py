"""A small class for the tests: a release of lesson 03 and notebooks as students hand them in."""

from __future__ import annotations

import io
import tempfile
import zipfile
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from workbook.grading import workplace

NOTEBOOK = b'{"nbformat": 4, "cells": []}'

STUB = "raise NotImplementedError  # your code instead of this line"
RIGHT = {
    "s023": 'stay = answer("sampling.predict_kept", (2, 3, 1))',
    "s029": """@exercise("sampling.epsilon_filter")
def epsilon_filter(logits, epsilon):
    probabilities = logits.double().softmax(dim=-1)
    cut = probabilities < epsilon
    cut &= logits < logits.amax(dim=-1, keepdim=True)
    return torch.where(cut, torch.tensor(float("-inf"), dtype=torch.float64), logits.double())""",
    "s040": """@exercise("sampling.no_repeat")
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
    "s082": """@exercise("sampling.token_ranks")
def token_ranks(logits, ids):
    order = logits[:, :-1].argsort(-1, descending=True)
    return (order == ids[:, 1:, None]).int().argmax(-1)""",
    "s011": """@exercise("sampling.temperature")
def probabilities(logits, temperature):
    if temperature == 0:
        return (logits == logits.amax(-1, keepdim=True)).float()
    return (logits / temperature).softmax(-1)""",
    "s025": """@exercise("sampling.top_p")
def top_p_filter(logits, p):
    ordered, order = logits.sort(descending=True)
    shares = ordered.softmax(-1)
    late = shares.cumsum(-1) - shares >= p
    return logits.masked_fill(late.scatter(-1, order, late), -torch.inf)""",
    "s045": 'winners = answer("sampling.best_beam", (1, 2, 3))',
    "s050": """@exercise("sampling.constrain")
def constrain(logits, text, tokens, allowed):
    out = logits.clone()
    for place, token in enumerate(tokens):
        if not token or not any(form.startswith(text + token) for form in allowed):
            out[place] = -torch.inf
    return out""",
    "s065": """@exercise("sampling.accept")
def accept_or_leftover(p, q, token, uniform):
    rest = torch.where(p > q, p - q, torch.zeros_like(p))
    return bool(uniform * q[token] < p[token]), rest / rest.sum()""",
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


def hand_in(folder, student, notebook):
    """Lay a student's notebook of lesson 03 into the folder of a class."""
    path = folder / student / "03_sampling.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)


def zipped(entries):
    """An archive of (name, content), as bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, raw in entries:
            archive.writestr(name, raw)
    return buffer.getvalue()


def places():
    """The temporary folders of grading runs."""
    return set(Path(tempfile.gettempdir()).glob(workplace.PREFIX + "*"))
