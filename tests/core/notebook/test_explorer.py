"""The explorer: its numbers, its link to the kernel by events, and each place it can be shown."""

import importlib.util
import json
import sys
import types

import ipywidgets
import numpy as np
import plotly.graph_objects as go
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workbook.core.notebook import figures
from workbook.core.notebook.explorer import Choice, Explorer, Slider, TextInput, Toggle

WIDGET_MIME = "application/vnd.jupyter.widget-view+json"
LOGITS = np.array([2.0, 1.0, 0.0])


def compute(temperature, count, name, norm):
    if name == "":
        raise ValueError("Give the figure a name.")
    if name == "fault":
        raise KeyError("lost")
    weights = np.exp(LOGITS[:count] / temperature)
    return name, (weights / weights.sum() if norm == "softmax" else weights).tolist()


def draw(data):
    name, bars = data
    figure = go.Figure(go.Bar(x=[f"t{i}" for i in range(len(bars))], y=bars))
    return figure.update_layout(title={"text": name})


def make(**changes):
    parts = {
        "title": "Three <tokens>",
        "compute": compute,
        "draw": draw,
        "controls": {
            "temperature": Slider("Temperature", 1.0, (0.5, 1.0, 2.0), low=0.1, high=5.0, step=0.1),
            "count": Slider("Tokens", 3, low=1, high=3, step=1),
            "name": TextInput("Name", "softmax"),
            "norm": Choice("Rule", "softmax", options=("softmax", "none")),
        },
        "alt": lambda data: f"{data[0]}, the first token has {data[1][0]:.3f}",
    }
    return Explorer(**{**parts, **changes})


def drawn(explorer):
    """What the output area of the live form holds: the figure as the browser gets it."""
    (output,) = explorer._view.canvas.widget.outputs
    plot = output["data"][figures.PLOTLY_MIME]
    return go.Figure(plot["data"], plot["layout"])


def bars(explorer):
    return list(drawn(explorer).data[0].y)


@pytest.fixture
def live():
    explorer = make()
    explorer.widget()
    return explorer


@pytest.fixture
def shown(monkeypatch):
    outputs = []
    monkeypatch.setattr("IPython.display.display", lambda data, **rest: outputs.append(data))
    monkeypatch.delenv("WORKBOOK_PNG", raising=False)
    return outputs


def test_an_event_from_the_front_end_changes_the_bars(live):
    """`set_state` is what ipywidgets calls when the browser sends a value."""
    live._view.inputs["temperature"].set_state({"value": 0.5})
    assert bars(live) == pytest.approx([0.8668, 0.1173, 0.0159], abs=1e-4)
    assert live.settings["temperature"] == 0.5
    assert 'role="status"' in live._view.note.value and "0.867" in live._view.note.value


def test_set_moves_the_controls_with_one_update(live, monkeypatch):
    updates = []
    update = live._view.canvas.update
    monkeypatch.setattr(live._view.canvas, "update", lambda f: updates.append(f) or update(f))
    live.set(temperature=2.0, count=2)
    assert live._view.inputs["temperature"].value == 2.0
    assert bars(live) == pytest.approx([0.6225, 0.3775], abs=1e-4)
    assert len(updates) == 1


def test_set_works_without_a_widget():
    explorer = make()
    explorer.set(temperature=2.0)
    assert list(explorer.figure().data[0].y) == pytest.approx([0.5065, 0.3072, 0.1863], abs=1e-4)
    assert explorer._view is None
    with pytest.raises(ValueError, match="No control named 'heat'.*temperature"):
        explorer.set(heat=1.0)


def test_refused_setting_is_one_sentence_and_the_figure_stays(live):
    before = bars(live)
    live._view.inputs["name"].value = ""
    assert live.error == "Give the figure a name."
    assert "Give the figure a name." in live._view.note.value
    assert "Traceback" not in live._view.note.value
    assert bars(live) == before
    live._view.inputs["name"].value = "again"
    assert live.error is None and "Not possible" not in live._view.note.value


def test_a_fault_in_the_explorer_is_said_and_raised(live):
    with pytest.raises(KeyError):
        live._view.inputs["name"].value = "fault"
    assert "KeyError" in live.error
    assert "<details>" in live._view.note.value, "the traceback is there for whoever asks"


def test_bad_drawing_code_is_a_fault_not_a_refused_setting():
    """plotly raises ValueError for a misspelt property; the reader did nothing wrong."""
    explorer = make(draw=lambda data: go.Figure(go.Bar(nonsense=1)))
    with pytest.raises(ValueError, match="nonsense"):
        explorer.set(temperature=0.5)
    assert explorer.error is None


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    events=st.lists(
        st.one_of(
            st.tuples(st.just("temperature"), st.floats(0.1, 5.0)),
            st.tuples(st.just("count"), st.integers(1, 3)),
            st.tuples(st.just("name"), st.sampled_from(["", "a", "b<b>"])),
            st.tuples(st.just("norm"), st.sampled_from(["softmax", "none"])),
        ),
        min_size=1,
        max_size=6,
    )
)
def test_any_events_leave_the_figure_equal_to_the_function(live, events):
    """Also guards against leaks: an event may open no new widget (each is a comm in the kernel)."""
    made = []
    ipywidgets.Widget.on_widget_constructed(made.append)
    for name, value in events:
        live._view.inputs[name].set_state({"value": value})
    ipywidgets.Widget.on_widget_constructed(None)
    assert made == []
    values = {name: widget.value for name, widget in live._view.inputs.items()}
    if values["name"] == "":
        assert live.error
    else:
        assert bars(live) == pytest.approx(compute(**values)[1])
        assert drawn(live).layout.title.text == values["name"]


def test_what_the_new_figure_lacks_goes_from_the_live_one():
    """Guards against a note, a line or a colour that stays although its setting is gone."""

    def draw(marked):
        figure = go.Figure(go.Bar(y=[1, 2], marker_color=["red", "blue"] if marked else None))
        if marked:
            figure.add_annotation(text="look here", x=0, y=1).add_vline(x=0.5)
        return figure

    explorer = Explorer("Marks", lambda marked: marked, draw, {"marked": Toggle("mark", True)}, "x")
    explorer.widget()
    for marked in (True, False, True, False):
        explorer.set(marked=marked)
        live = drawn(explorer)
        assert len(live.layout.annotations) == len(live.layout.shapes) == int(marked)
        assert (live.data[0].marker.color is not None) == marked


def test_a_frame_without_a_note_loses_that_of_the_frame_before():
    """Guards against a note of one frame that stays in all others."""

    def draw(on):
        return go.Figure(go.Bar(y=[1]), layout={"annotations": [{"text": "on"}] * on})

    control = Slider("On", 1, (0, 1), low=0, high=1, step=1)
    off, on = Explorer("Note", lambda on: on, draw, {"on": control}, "x").static_figure().frames
    assert [note.visible for note in off.layout.annotations] == [False]
    assert [note.text for note in on.layout.annotations] == ["on"]


def test_the_live_table_follows_the_controls_once_it_is_asked_for(live):
    view = live._view
    assert view.twin.value == "", "nothing is sent that nobody reads"
    view.wish.set_state({"value": True})
    assert "0.6652" in view.twin.value
    view.inputs["temperature"].set_state({"value": 0.5})
    assert "0.8668" in view.twin.value and "0.6652" not in view.twin.value
    view.wish.set_state({"value": False})
    assert view.twin.value == ""


def test_the_static_table_holds_every_frame():
    table = make().static_table()
    assert list(table.columns) == ["Temperature", "x", "y"]
    assert table.Temperature.tolist() == [0.5] * 3 + [1.0] * 3 + [2.0] * 3
    for temperature, rows in table.groupby("Temperature"):
        assert rows.y.tolist() == pytest.approx(compute(temperature, 3, "softmax", "softmax")[1])


def test_a_figure_without_numbers_brings_its_own_table():
    import pandas as pd

    def draw(text):
        return go.Figure(layout={"annotations": [{"text": text}]})

    parts = {"title": "T", "compute": lambda text: text, "draw": draw, "alt": "a"}
    controls = {"text": TextInput("Text", "hi")}
    silent = Explorer(**parts, controls=controls)
    silent.widget()
    silent._view.wish.value = True
    assert "pass a DataFrame" in silent._view.twin.value, "a sentence, not a silent button"
    spoken = Explorer(**parts, controls=controls, table=lambda text: pd.DataFrame({"t": [text]}))
    assert spoken.static_table().to_numpy().tolist() == [["hi"]]


def test_every_frame_of_the_static_figure_equals_the_function():
    explorer = make()
    figure = explorer.static_figure()
    assert [frame.name for frame in figure.frames] == ["0.5", "1.0", "2.0"]
    for frame in figure.frames:
        expected = compute(float(frame.name), 3, "softmax", "softmax")[1]
        assert list(frame.data[0].y) == pytest.approx(expected, abs=1e-12)
        assert frame.layout.meta["alt"] == f"softmax, the first token has {expected[0]:.3f}"
    (slider,) = figure.layout.sliders
    assert [list(step.args[0]) for step in slider.steps] == [["0.5"], ["1.0"], ["2.0"]]
    assert slider.active == 1, "the slider starts where the figure is"
    with pytest.raises(ValueError, match="count has no grid"):
        explorer.static_figure("count")


@pytest.mark.parametrize(
    ("default", "grid", "step"),
    [(1e23, (10.0**22, 10.0**23, 10.0**24), 1), (1.2, (0.5, 1.0, 2.0), 1), ("c", ("a", "b"), 0)],
)
def test_a_default_beside_the_grid_stands_at_the_nearest_step(default, grid, step):
    """Guards against 10.0**23, which is not 1e23: the slider stood at its first step."""
    if isinstance(default, str):
        control = Choice("x", default, grid, options=(*grid, default))
    else:
        control = Slider("x", default, grid, low=0.0, high=1e30, step=0.1)
    made = Explorer(
        title="x",
        compute=lambda x: x,
        draw=lambda data: go.Figure(go.Bar(x=[0], y=[len(str(data))])),
        controls={"x": control},
        alt=str,
    )
    assert made.static_figure().layout.sliders[0].active == step


def test_static_figure_does_not_depend_on_where_the_reader_left_the_controls(live):
    live.set(temperature=5.0)
    assert live.static_figure().to_json() == make().static_figure().to_json()


def test_show_is_one_output_with_a_fallback(shown):
    make().show()
    (data,) = shown
    assert set(data) == {"text/plain", figures.PLOTLY_MIME, WIDGET_MIME}
    assert data["text/plain"] == "softmax, the first token has 0.665"
    assert len(data[figures.PLOTLY_MIME]["frames"]) == 3


def test_built_notebook_holds_no_widget(shown, monkeypatch):
    """A stored widget view reads "Error displaying widget: model not found" when reopened, and a
    FigureWidget would store 5 MB of JavaScript. C3: the picture showed a slider and nothing said
    how to use it."""
    pictures = []
    monkeypatch.setenv("WORKBOOK_PNG", "1")
    monkeypatch.setattr(figures, "_png", lambda figure: pictures.append(figure) or b"\x89PNG")
    explorer = make()
    explorer.show()
    data, twin = shown
    assert len(pictures) == 1 and not pictures[0].layout.sliders, "a slider in a picture is dead"
    assert pictures[0].layout.height is None, "no room for a slider that is not there"
    assert "Run the cell to use the controls: Temperature, Tokens, Name" in twin["text/html"]
    assert "Run the cell" in twin["text/plain"]
    assert set(data) == {"text/plain", figures.PLOTLY_MIME, "image/png"}
    assert explorer._view is None, "no widget was even made"
    assert len(json.dumps(data)) < 10_000
    assert twin["text/html"].startswith("<details>") and "0.5065" in twin["text/html"]


@pytest.mark.parametrize("place", ["without anywidget", "Colab", "Colab without widget manager"])
def test_other_places_redraw_the_figure_too(place, monkeypatch):
    asked = []
    if place == "without anywidget":
        find = importlib.util.find_spec
        monkeypatch.setattr(
            "importlib.util.find_spec", lambda name: None if name == "anywidget" else find(name)
        )
    else:
        output = types.SimpleNamespace()
        if place == "Colab":
            output.enable_custom_widget_manager = lambda: asked.append(True)
        colab = types.ModuleType("google.colab")
        colab.output = output
        monkeypatch.setitem(sys.modules, "google.colab", colab)
        monkeypatch.setitem(sys.modules, "google", types.ModuleType("google"))
    explorer = make()
    explorer.widget()
    explorer._view.inputs["temperature"].value = 0.5
    assert bars(explorer) == pytest.approx([0.8668, 0.1173, 0.0159], abs=1e-4)
    assert asked == ([True] if place == "Colab" else [])


def test_a_live_explorer_sends_little_to_the_browser():
    """Guards against plotly's FigureWidget: 5 MB of script for every figure, which a busy machine
    does not start in the two seconds that anywidget allows; then the figure stays empty."""
    made = []
    ipywidgets.Widget.on_widget_constructed(made.append)
    make().widget()
    ipywidgets.Widget.on_widget_constructed(None)
    sent = [len(json.dumps(widget.get_state(), default=str)) for widget in made]
    assert sum(sent) < 30_000


def test_number_of_traces_may_change(live):
    live.draw = lambda data: go.Figure([go.Bar(y=data[1]), go.Scatter(y=data[1])])
    live.set(temperature=0.5)
    assert [trace.type for trace in drawn(live).data] == ["bar", "scatter"]
    assert bars(live) == pytest.approx([0.8668, 0.1173, 0.0159], abs=1e-4)


def test_every_control_is_labelled_and_the_title_is_text(live):
    for name, control in live.controls.items():
        widget = live._view.inputs[name]
        assert widget.description == control.label
        assert widget.tabbable is not False
    assert "Three &lt;tokens&gt;" in live.widget().children[0].value


def test_a_refusal_with_two_dollars_is_no_formula():
    """Guards against A14."""
    explorer = make(title="$1 or $2")
    explorer.widget()
    explorer.error = "neither"
    explorer._view._say("$5 and $10")
    assert "<span>$</span>5 and <span>$</span>10" in explorer._view.note.value
    assert "<span>$</span>1 or <span>$</span>2" in explorer.widget().children[0].value


def test_a_history_keeps_the_last_lines():
    """Guards against C8: an answer was gone as soon as the next was asked for."""
    explorer = make(history=lambda data: f"<{data[0]}>")
    explorer.widget()
    view = explorer._view
    assert view.past.value == ""
    for number in range(14):
        view.inputs["name"].value = f"n{number}"
    view.inputs["name"].value = ""  # refused
    items = view.past.value.count("<li>")
    assert items == 10 and "&lt;n12&gt;" in view.past.value and "n13" not in view.past.value
    assert make()._refresh() and explorer._view.past.value.index("n12") < view.past.value.index(
        "n5"
    )
