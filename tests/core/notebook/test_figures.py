"""The look of figures against WCAG and a model of colour blindness; what `show` stores."""

import io
import itertools
import json
import subprocess
import sys

import numpy as np
import plotly.graph_objects as go
import pytest
from PIL import Image, PngImagePlugin

from workbook.core.notebook import charts, figures

PAGES = {"white": "#ffffff", "JupyterLab dark": "#111111"}
# Machado, Oliveira and Fernandes 2009, severity 1.0, on linear RGB.
BLINDNESS = {
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
    "none": np.eye(3),
}


def linear(colour):
    """Linear RGB in [0, 1] of "#rrggbb" or of an 8-bit triple (the sRGB transfer curve)."""
    if isinstance(colour, str):
        colour = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    c = np.asarray(colour) / 255
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def contrast(a, b):
    """WCAG 2.2 contrast ratio."""
    low, high = sorted(linear(c) @ [0.2126, 0.7152, 0.0722] for c in (a, b))
    return (high + 0.05) / (low + 0.05)


def paper_over(page):
    """What the half-transparent white paper looks like on a page."""
    page = np.array([int(page[i : i + 2], 16) for i in (1, 3, 5)])
    return figures.PAPER_ALPHA * 255 + (1 - figures.PAPER_ALPHA) * page


def oklab(rgb):
    """Ottosson 2020: a space in which distance is roughly what the eye sees."""
    to_lms = [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
    to_lab = [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
    return np.array(to_lab) @ np.cbrt(np.array(to_lms) @ np.clip(rgb, 0, 1))


def bar():
    return go.Figure(go.Bar(x=["a", "b"], y=[0.25, 0.75]))


@pytest.fixture
def shown(monkeypatch):
    """Collects what is displayed instead of displaying it."""
    outputs = []
    monkeypatch.setattr(
        "IPython.display.display", lambda data, **kwargs: outputs.append((data, kwargs))
    )
    monkeypatch.delenv("WORKBOOK_PNG", raising=False)
    return outputs


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_text_and_marks_are_readable_on_both_pages(page):
    paper = paper_over(page)
    layout = figures.template().layout
    assert layout.paper_bgcolor == f"rgba(255,255,255,{figures.PAPER_ALPHA})"
    assert contrast(layout.font.color, paper) >= 4.5
    assert contrast(figures.QUIET, paper) >= 4.5, "grey is used for text too"
    for colour in (*layout.colorway, *charts.COLOURS):
        assert contrast(colour, paper) >= 3, f"{colour}: WCAG asks 3:1 of marks"


def test_why_the_paper_is_not_transparent():
    """Every luminance was tried: no text colour reaches 4.5:1 on white and on #111111 at once."""
    greys = [(g, g, g) for g in np.linspace(0, 255, 2001)]
    best = max(min(contrast(grey, page) for page in PAGES.values()) for grey in greys)
    assert 4.3 < best < 4.5


@pytest.mark.parametrize("kind", BLINDNESS)
def test_palette_survives_colour_blindness(kind):
    matrix = np.array(BLINDNESS[kind])
    assert np.allclose(matrix.sum(1), 1, atol=1e-5), "white must stay white"
    seen = {colour: oklab(matrix @ linear(colour)) for colour in charts.COLOURS}
    for a, b in itertools.combinations(seen, 2):
        assert np.linalg.norm(seen[a] - seen[b]) >= 0.10, f"{a} and {b} look alike"


@pytest.mark.parametrize("alt", ["", "  \n ", None])
def test_empty_alt_text_is_refused_in_one_sentence(alt, shown):
    with pytest.raises(ValueError, match="needs alt text") as error:
        figures.show(bar(), alt=alt)
    assert "\n" not in str(error.value)
    assert shown == []


def test_show_gives_one_output_of_json_and_one_line(shown):
    figure = bar()
    figures.show(figure, alt="Two bars:\n  b is three times a.", table=False)
    ((data, options),) = shown
    assert options["raw"] is True
    assert data["text/plain"] == "Two bars: b is three times a."
    assert set(data) == {"text/plain", figures.PLOTLY_MIME}, "no PNG for a learner: needs a browser"
    plotly = json.loads(json.dumps(data[figures.PLOTLY_MIME]))
    assert plotly["layout"]["meta"]["alt"] == "Two bars: b is three times a."
    assert plotly["layout"]["template"]["layout"]["font"]["color"] == figures.TEXT
    assert len(json.dumps(plotly)) < 3000, "the default plotly template alone is 7 kB"
    assert figure.layout.meta is None, "the figure passed in is not changed"


def test_build_adds_a_png_with_its_alt_text(shown, monkeypatch):
    monkeypatch.setenv("WORKBOOK_PNG", "1")
    monkeypatch.setattr(figures, "_png", lambda figure: b"\x89PNG")
    figures.show(bar(), alt="Two bars.", table=False)
    ((data, options),) = shown
    assert data["image/png"] == "iVBORw=="
    assert options["metadata"] == {"image/png": {"alt": "Two bars.", "width": figures.WIDTH}}
    assert figures.WIDTH == 780, "a picture of 975 pixels was cut off at the cell's edge (C3)"


def test_a_picture_keeps_its_size_and_its_colours_in_fewer_bytes():
    """The paper is see-through, which a palette is not: it must come out white, not black."""
    source = Image.new("RGBA", (400, 400), (255, 255, 255, 235))
    for number, colour in enumerate(charts.COLOURS):
        rgb = tuple(bytes.fromhex(colour[1:]))
        for x in range(200):  # what a smoothed edge is made of: mixtures of a colour and the paper
            mixed = tuple(255 - (255 - c) * x // 200 for c in rgb)
            source.paste((*mixed, 255), (x, 50 * number, x + 1, 50 * number + 40))
        source.paste((*rgb, 255), (200, 50 * number, 400, 50 * number + 40))
    whole = io.BytesIO()
    source.save(whole, "PNG")
    small = PngImagePlugin.PngImageFile(io.BytesIO(figures.small_png(whole.getvalue())))
    assert small.size == source.size and small.mode == "P"
    seen = small.convert("RGB")
    assert seen.getpixel((399, 399)) == (255, 255, 255)
    for number, colour in enumerate(charts.COLOURS):
        found = seen.getpixel((300, 50 * number + 20))
        wanted = bytes.fromhex(colour[1:])
        assert max(abs(a - b) for a, b in zip(found, wanted, strict=True)) <= 4, colour


def test_table_twin_is_a_second_output_that_needs_no_script(shown):
    figures.show(bar(), alt="b > a")
    assert len(shown) == 2
    page = shown[1][0]["text/html"]
    assert page.startswith("<details><summary ") and "<script" not in page
    assert "0.75" in page and "b &gt; a" in page


def test_a_table_of_ones_own_takes_the_place_of_the_figures(shown):
    import pandas as pd

    silent = go.Figure(layout={"annotations": [{"text": "hi"}]})
    with pytest.raises(ValueError, match="pass a DataFrame as table="):
        figures.show(silent, alt="Hi.")
    assert shown == [], "half a figure would be left in the notebook"
    figures.show(silent, alt="Hi.", table=pd.DataFrame({"word": ["hello"]}))
    assert "hello" in shown[1][0]["text/html"]


def test_two_dollars_of_a_sentence_are_no_formula(shown):
    """Guards against A14: in JupyterLab "It costs $5 and $10." lost its text to a formula."""
    figures.show(bar(), alt="It costs $5 and $10.")
    assert shown[0][0]["text/plain"] == "It costs $5 and $10."
    assert "It costs <span>$</span>5 and <span>$</span>10." in shown[1][0]["text/html"]


def test_a_sentence_gives_no_sign_to_nothing():
    """Guards against C11."""
    assert figures.one_line("from -0.00 to -0.01,\n-0% less") == "from 0.00 to -0.01, 0% less"


def test_the_tool_bar_does_not_cover_the_title(shown):
    """Guards against plotly's buttons over the first line of a long title."""
    figures.show(bar(), alt="Two bars.", table=False)
    assert shown[0][0][figures.PLOTLY_MIME]["config"]["displayModeBar"] is False


def test_plotly_does_not_watch_the_size_that_jupyterlab_tells_it(shown):
    """Guards against C1: figures of no height after a change of the window's height."""
    figures.show(bar(), alt="Two bars.", table=False)
    assert shown[0][0][figures.PLOTLY_MIME]["config"]["responsive"] is False


def test_import_does_not_load_the_heavy_libraries():
    code = (
        "import sys, workbook.core.notebook.figures; print({'plotly', 'pandas'} & set(sys.modules))"
    )
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "set()"


def test_a_machine_without_a_browser_is_told_so_instead_of_waiting(monkeypatch):
    from choreographer.browsers.chromium import Chromium

    monkeypatch.setattr(Chromium, "find_browser", lambda **_: None)
    figures._start_browser.cache_clear()
    with pytest.raises(RuntimeError, match="need Chromium or Chrome: install one"):
        figures._start_browser()
