"""Notebooks seen without a kernel by others' readers: nbconvert, and through it nbviewer.

GitHub shows the same forms of an output: the picture, HTML without script, text. The static edition
is the reader that also moves the sliders; nbconvert has nothing that draws plotly's JSON.
"""

from __future__ import annotations

import nbformat
import pytest
import specimen
from bs4 import BeautifulSoup

from workbook.core.notebook.figures import PLOTLY_MIME
from workbook.publishing import runner

LESSONS = runner.find()


def converted(notebook, template):
    from nbconvert.exporters import HTMLExporter

    page, _ = HTMLExporter(template_name=template).from_notebook_node(notebook)
    return BeautifulSoup(page, "html.parser").body


def figures(notebook):
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return [output for output in outputs if PLOTLY_MIME in output.get("data", {})]


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_nbconvert_shows_every_figure_as_a_picture(path):
    """Its lab template drops the words of a picture; they stand in the folded table below."""
    notebook = nbformat.read(path, as_version=4)
    page, drawn = converted(notebook, "lab"), figures(notebook)
    assert len(page.select(".jp-OutputArea img[src^='data:image/png']")) >= len(drawn) > 0
    assert len(page.select("details > summary")) >= len(drawn) - 1, "the tables are there too"


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_nbconvert_keeps_the_words_of_every_picture(path):
    notebook = nbformat.read(path, as_version=4)
    said = {image["alt"] for image in converted(notebook, "classic").select("img")}
    assert {output["metadata"]["image/png"]["alt"] for output in figures(notebook)} <= said


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_the_words_of_a_picture_are_those_of_its_figure(path):
    for output in figures(nbformat.read(path, as_version=4)):
        alt = output["data"][PLOTLY_MIME]["layout"]["meta"]["alt"]
        assert output["metadata"]["image/png"]["alt"] == alt == output["data"]["text/plain"]
        assert len(alt.split()) > 3, alt


def test_an_explorer_keeps_its_frames_beside_the_picture():
    """What JupyterLab, VS Code and the static edition draw: the slider steps without a kernel."""
    plot = specimen.outputs()[-5]["data"][PLOTLY_MIME]
    assert [frame["name"] for frame in plot["frames"]] == ["1.0", "2.0", "8.0"]
    assert len(plot["layout"]["sliders"][0]["steps"]) == 3
