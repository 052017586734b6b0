"""Where a live explorer draws: one plain figure at a time, its alt text beside it."""

import sys
import types

import ipywidgets
import plotly.graph_objects as go
import pytest

from workbook.core.notebook import figures
from workbook.core.notebook.canvas import Canvas


def figure(values, alt="Two bars."):
    return go.Figure(go.Bar(y=values), layout={"meta": {"alt": alt}})


@pytest.fixture(autouse=True)
def not_building(monkeypatch):
    monkeypatch.delenv("WORKBOOK_PNG", raising=False)


def test_the_output_is_the_figure_with_its_alt_text():
    canvas = Canvas(figure([1, 2], "Two bars, the second is higher."))
    assert isinstance(canvas.widget, ipywidgets.Output), "no FigureWidget: it sends 5 MB of script"
    (output,) = canvas.widget.outputs
    assert output["output_type"] == "display_data" and output["metadata"] == {}
    assert set(output["data"]) == {figures.PLOTLY_MIME, "text/plain"}
    assert output["data"]["text/plain"] == "Two bars, the second is higher."
    (trace,) = output["data"][figures.PLOTLY_MIME]["data"]
    assert go.Figure(trace).data[0].y == (1, 2)


def test_a_new_figure_takes_the_place_of_the_old_one():
    canvas = Canvas(figure([1, 2]))
    place, later = canvas.widget, figure([3], "One bar.")
    canvas.update(later)
    assert canvas.widget is place and canvas.figure is later
    (output,) = place.outputs
    assert output["data"]["text/plain"] == "One bar."
    (trace,) = output["data"][figures.PLOTLY_MIME]["data"]
    assert go.Figure(trace).data[0].y == (3,)


def test_a_figure_without_alt_text_is_refused_and_the_old_one_stays():
    canvas = Canvas(figure([1, 2]))
    with pytest.raises(ValueError, match="A figure needs alt text"):
        canvas.update(figure([3], " "))
    assert canvas.figure.data[0].y == (1, 2)
    assert canvas.widget.outputs[0]["data"]["text/plain"] == "Two bars."


@pytest.mark.parametrize("has_the_call", [True, False])
def test_colab_is_asked_for_widgets_once_a_canvas_and_may_lack_the_call(has_the_call, monkeypatch):
    asked = []
    colab = types.ModuleType("google.colab")
    colab.output = types.SimpleNamespace()
    if has_the_call:
        colab.output.enable_custom_widget_manager = lambda: asked.append(True)
    monkeypatch.setitem(sys.modules, "google", types.ModuleType("google"))
    monkeypatch.setitem(sys.modules, "google.colab", colab)
    canvas = Canvas(figure([1, 2]))
    canvas.update(figure([3]))
    assert asked == [True] * has_the_call and canvas.figure.data[0].y == (3,)
