"""The controls of an explorer: what they refuse, and the widget that each one makes."""

import plotly.graph_objects as go
import pytest

from workbook.core.notebook import controls
from workbook.core.notebook.controls import Choice, Control, Slider, TextInput, Toggle
from workbook.core.notebook.explorer import Explorer


def test_controls_refuse_what_cannot_work():
    with pytest.raises(ValueError, match="label"):
        Toggle(" ", True)
    with pytest.raises(ValueError, match=r"Heat: 9.0 is outside the slider's 0.0 to 1.0"):
        Slider("Heat", 0.5, (0.5, 9.0))
    with pytest.raises(ValueError, match="default 'c' is not an option"):
        Choice("Letter", "c", options=("a", "b"))
    with pytest.raises(TypeError):
        Control("plain", 1)


def test_whole_numbers_stay_whole():
    assert isinstance(Slider("k", 3, low=1, high=9, step=1).widget().value, int)
    assert isinstance(Slider("T", 1.0, low=0.1, high=9, step=1).widget().value, float)
    assert Toggle("on", True).widget().value is True


def test_a_logarithmic_slider_shows_the_number_itself():
    """Guards against C8: "log10 of the step" showed 2.00 for 100."""
    control = Slider("Limit", 100.0, (10.0, 1000.0), low=10.0, high=1e5, step=0.5, log=True)
    widget = control.widget()
    assert widget.value == 100.0 and (widget.min, widget.max, widget.base) == (1, 5, 10)
    explorer = Explorer("L", lambda n: n, lambda n: go.Figure(go.Bar(y=[n])), {"n": control}, "x")
    explorer.widget()
    explorer._view.inputs["n"].set_state({"value": 1000.0})
    assert list(explorer._view.canvas.figure.data[0].y) == [1000.0]
    with pytest.raises(ValueError, match="begins above 0"):
        Slider("Limit", 1.0, low=0.0, high=10.0, log=True)


def test_a_slider_has_the_ends_and_the_step_it_was_given():
    widget = Slider("T", 1.0, low=0.5, high=2.5, step=0.25).widget()
    assert (widget.min, widget.max, widget.step, widget.value) == (0.5, 2.5, 0.25, 1.0)
    assert Slider("k", 9, (1, 9), low=1, high=9, step=1).widget().value == 9, "both ends are in"
    for default, grid in ((10, ()), (0, ()), (5, (5, 10))):
        with pytest.raises(ValueError, match="k: (10|0) is outside the slider's 1 to 9"):
            Slider("k", default, grid, low=1, high=9, step=1)


def test_a_choice_offers_its_options_in_their_order():
    widget = Choice("Rule", "b", options=("c", "b", "a")).widget()
    assert (widget.options, widget.value) == (("c", "b", "a"), "b")


def test_a_text_counts_when_it_is_finished():
    """Guards against a model that runs for every letter that is typed."""
    widget = TextInput("Name", "Ada").widget()
    assert widget.value == "Ada" and widget.continuous_update is False


@pytest.mark.parametrize(
    "control",
    [
        Slider("A label", 0.5),
        Slider("A label", 3, low=1, high=9, step=1),
        Slider("A label", 10.0, low=1.0, high=100.0, log=True),
        Choice("A label", "a", options=("a",)),
        TextInput("A label", ""),
        Toggle("A label", False),
    ],
)
def test_the_label_of_a_control_is_that_of_its_widget(control):
    widget = control.widget()
    assert widget.description == "A label" and widget.value == control.default
    assert widget.style.description_width == "10em" and widget.tabbable is not False


def test_one_unseen_widget_labels_all_boxes(monkeypatch):
    """Its script gives a slider's handle a name, and keeps JupyterLab's shortcuts away."""
    (first,), (second,) = controls.control_attributes(), controls.control_attributes()
    assert first is second and first.layout.display == "none"
    assert "aria-label" in first._esm and "data-lm-suppress-shortcuts" in first._esm
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert controls.control_attributes() == [], "without anywidget the controls go without"
