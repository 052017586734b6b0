"""A figure of a page: its caption, what the script draws it from, and the steps of an explorer."""

import copy
import json
from pathlib import Path

import pytest
import specimen
from bs4 import BeautifulSoup

from workbook.core.notebook import figures
from workbook.core.notebook.figures import PLOTLY_MIME
from workbook.publishing.site import plots

PLOT = {
    "data": [{"type": "bar", "y": [1, 2]}],
    "layout": {
        "title": {"text": "Two bars"}, "margin": {"t": 90, "b": 80, "l": 5}, "meta": {"alt": "x"},
        "xaxis": {"title": {"text": "x"}}, "height": 300,
    },
}  # fmt: skip
SLIDERS = [{"currentvalue": {"prefix": "Height: "}, "steps": []}]


def test_an_explorer_becomes_steps_with_their_own_words():
    plot = specimen.outputs()[-5]["data"][PLOTLY_MIME]
    form = plots.page_form(plot, "alt")
    assert (form["label"], form["active"]) == ("Height & more", 1)
    assert [step["label"] for step in form["steps"]] == ["1.0", "2.0", "8.0"]
    assert form["steps"][2]["caption"] == "Height <b>8</b> &lt; 9"
    assert form["steps"][2]["alt"] == "The first bar is 8 high."
    assert form["steps"][2]["data"][0]["y"] == [8.0, 3.0]
    assert "sliders" not in form["layout"] and form["layout"]["height"] == 380
    assert "title" not in form["layout"], "it is the caption"


def test_a_caption_is_text_but_for_plotlys_small_markup():
    title = {"title": {"text": "a<br>b <b>c</b> <img src=x onerror=alert(1)> &lt;d&gt;"}}
    assert plots.caption(title) == "a<br>b <b>c</b> &lt;img src=x onerror=alert(1)&gt; &lt;d&gt;"
    assert plots.caption({}) == ""


def test_no_text_of_a_figure_closes_its_script():
    plot = {"data": [{"name": "</script><b>"}], "layout": {}}
    page = BeautifulSoup(plots.figure(plot, "alt", "<img>"), "html.parser")
    assert json.loads(page.script.string)["data"] == plot["data"]


def test_a_still_figure_keeps_its_data_and_axes_and_gives_its_title_away():
    before = copy.deepcopy(PLOT)
    form = plots.page_form(PLOT, "Two bars of 1 and 2.")
    assert form == {
        "data": PLOT["data"],
        "alt": "Two bars of 1 and 2.",
        "layout": {
            "margin": {"t": 30, "b": 80, "l": 5}, "xaxis": {"title": {"text": "x"}}, "height": 300,
            "paper_bgcolor": "rgba(0,0,0,0)",
        },
    }  # fmt: skip
    assert before == PLOT, "the figure itself is not changed"


def test_the_page_of_a_figure_is_caption_picture_and_script():
    page = BeautifulSoup(plots.figure(PLOT, "alt", '<img src="a.png">'), "html.parser")
    assert [tag.name for tag in page.figure.find_all(recursive=False)] == [
        "figcaption", "img", "script",
    ]  # fmt: skip
    assert page.figcaption.get_text() == "Two bars"
    assert json.loads(page.script.string) == plots.page_form(PLOT, "alt")
    untitled = PLOT | {"layout": {}}
    assert "figcaption" not in plots.figure(untitled, "alt", "<img>")


def test_a_step_without_words_of_its_own_has_those_of_the_figure():
    frames = [
        {"name": "1", "data": [{"y": [1]}]},
        {"name": "2", "data": [{"y": [2]}],
         "layout": {"title": {"text": "Two"}, "meta": {"alt": "2 high"}, "height": 5}},
    ]  # fmt: skip
    layout = {"sliders": SLIDERS, "margin": {"b": 80}}
    form = plots.page_form({"data": [], "layout": layout, "frames": frames}, "A bar.")
    assert (form["label"], form["active"]) == ("Height", 0)
    assert form["layout"]["height"] == 440 - 60, "what plotly's slider took"
    assert form["layout"]["margin"] == {"t": 30}
    assert form["steps"] == [
        {"label": "1", "data": [{"y": [1]}], "layout": {}, "caption": "", "alt": "A bar."},
        {"label": "2", "data": [{"y": [2]}], "layout": {"height": 5},
         "caption": "Two", "alt": "2 high"},
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("plain", "plain"),
        ({"text": None}, ""),
        ({"text": "x<sub>1</sub> < 2 & y"}, "x<sub>1</sub> &lt; 2 &amp; y"),
        ({"text": "<b onclick=alert(1)>x</b>"}, "&lt;b onclick=alert(1)&gt;x</b>"),
        ({"text": "5 &gt; 4<br />next"}, "5 &gt; 4<br />next"),
    ],
)
def test_a_caption_may_be_a_text_or_nothing(title, shown):
    assert plots.caption({"title": title}) == shown


def test_every_colour_of_a_figure_has_its_twin_for_the_dark_look():
    """Names of reference lines stood in light letters on a ground that stayed white."""
    script = Path(plots.__file__).with_name("static") / "figures.js"
    twins = script.read_text(encoding="utf-8")
    for colour in (figures.TEXT, figures.QUIET, figures.GRID, figures.PAPER, *figures.PALETTE):
        assert f'"{colour.lower()}": "' in twins, colour
