"""The cells of lesson 11: those that other models and machines would trip over."""

import ast
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pandas as pd
import pytest
from tiny_family import logits, texts, tiny

from workbook import peft_family

NOTEBOOK = next((Path(__file__).parents[2] / "notebooks").glob("*_peft_family.ipynb"))
SOURCES = [c.source for c in nbformat.read(NOTEBOOK, as_version=4).cells if c.cell_type == "code"]


@pytest.mark.parametrize("family", ["llama", "qwen2"])
def test_selective_tuning_leaves_any_model_free_for_the_next_method(family, capsys):
    """A model with biases, such as Qwen2, lets them be tuned, where Llama refuses."""
    (cell,) = (source for source in SOURCES if 'attach(model, "bias")' in source)
    model = tiny(family)
    hub = SimpleNamespace(load_model=lambda name: model, load_tokenizer=lambda name: None)
    exec(cell, {"hub": hub, "peft_family": peft_family, "pd": pd})
    assert ("has no bias to train" in capsys.readouterr().out) == (family == "llama")
    ids, _ = texts()
    assert getattr(model, "attachment", None) is None
    assert logits(model, ids).equal(logits(tiny(family), ids))


def test_ids_are_made_where_the_model_is():
    """Guards against ids on the CPU for a model on a GPU, which no machine without one notices."""
    calls = [
        ast.unparse(node)
        for source in SOURCES
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "torch.tensor"
    ]
    assert len(calls) >= 2 and all("device=model.device" in call for call in calls), calls


def test_the_lesson_runs_on_the_model_of_its_records_in_float32():
    """Its comparisons hold to 1e-3, which bfloat16 cannot, and its runs are of this model."""
    setup = next(source for source in SOURCES if "load_model" in source)
    assert '"bundled:town-instruct"' in setup and "load_model(name).float()" in setup


def test_how_rates_were_chosen_is_printed_and_not_claimed():
    """Guards against "the best recorded of three rates" where no rate was compared."""
    assert sum("experiment.rate_choice()" in source for source in SOURCES) == 1
    prose = [
        c.source for c in nbformat.read(NOTEBOOK, as_version=4).cells if c.cell_type == "markdown"
    ]
    assert "best recorded" not in " ".join(prose)
