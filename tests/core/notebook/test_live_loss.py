"""The live loss: what it draws, how often, and what stays in the notebook."""

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

from workbook.core.notebook.figures import PLOTLY_MIME, as_table, building
from workbook.core.notebook.live_loss import LiveLoss, describe, loss_figure, thinned


def records(count, every=0):
    made = [{"step": s, "loss": 5.0 / s} for s in range(1, count + 1)]
    for record in made[every - 1 :: every] if every else []:
        record["evaluation_loss"] = 6.0 / record["step"]
    return made


def test_the_figure_holds_the_losses_the_evaluations_and_the_floor():
    figure = loss_figure(records(6, every=3), entropy_bound=0.5)
    training, judged, bound = figure.data
    assert list(training.x) == [1, 2, 3, 4, 5, 6] and training.y[3] == 1.25
    assert list(judged.x) == [3, 6] and list(judged.y) == [2.0, 1.0]
    assert list(bound.y) == [0.5, 0.5] and list(bound.x) == [1, 6]
    assert len({trace.line.dash for trace in figure.data}) == 3
    with pytest.raises(ValueError, match="no record to draw"):
        loss_figure([])
    assert list(as_table(loss_figure(records(4))).columns) == ["step", "training"]


def test_a_long_run_is_thinned_but_keeps_its_end():
    found = thinned(records(10_001), 400)
    assert len(found) <= 402 and found[0]["step"] == 1 and found[-1]["step"] == 10_001
    assert thinned(records(7), 400) == records(7)


def test_the_sentence_says_where_it_began_and_ended():
    assert describe(records(10)) == "Loss by step: 5.00 nats a token at step 1, 0.50 at step 10."
    assert describe(records(10), 0.25).endswith("; nothing can get below 0.25.")


def test_without_a_notebook_nothing_is_drawn(capsys):
    with LiveLoss() as plot:
        for record in records(3):
            assert plot(record) is None  # a true answer would end the run
    assert capsys.readouterr().out == "" and plot.handle is None


@pytest.mark.slow
def test_the_notebook_keeps_one_figure_the_last_and_its_table():
    code = """
from workbook.core.notebook.live_loss import LiveLoss
with LiveLoss(every=0) as plot:
    for step in range(1, 6):
        plot({"step": step, "loss": 5 / step})
"""
    notebook = new_notebook(cells=[new_code_cell(code)])
    NotebookClient(notebook, timeout=300).execute()
    output, table = notebook.cells[0].outputs
    folded = table["data"]["text/html"]
    assert "1.00 at step 5." in folded and "<table" in folded
    assert output["data"]["text/plain"].endswith("1.00 at step 5.")
    assert len(output["data"][PLOTLY_MIME]["data"][0]["x"]) == 5
    assert nbformat.validate(notebook) is None and not building()
