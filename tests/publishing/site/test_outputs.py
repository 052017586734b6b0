"""What a code cell has shown becomes HTML: the form that says most, pictures, and tables."""

import base64

import pytest
import specimen
from bs4 import BeautifulSoup
from nbformat.v4 import new_output

from workbook.core.notebook.figures import PLOTLY_MIME
from workbook.publishing.site.markdown import Prose
from workbook.publishing.site.outputs import Outputs, alt_text, png_size, tidy

PICTURE = base64.b64encode(specimen.png()).decode()


@pytest.fixture
def outputs(tmp_path):
    return Outputs(tmp_path, Prose(), "05_page")


def shown(**forms):
    """An output with these forms; `png` stands for "image/png" and so on."""
    kinds = {"png": "image/png", "jpeg": "image/jpeg", "svg": "image/svg+xml",
             "plain": "text/plain", "html": "text/html", "latex": "text/latex",
             "markdown": "text/markdown", "plotly": PLOTLY_MIME}  # fmt: skip
    return new_output("display_data", {kinds[name]: form for name, form in forms.items()})


def soup(page):
    return BeautifulSoup(page, "html.parser")


def test_tables_have_headers_and_a_box_to_scroll_in(outputs):
    page = soup("".join(map(outputs.html, specimen.outputs())))
    table = page.select_one("table")
    assert table.parent["class"] == ["wide"] and not page.select("style")
    assert table.select_one("thead").select_one("td, th").name == "td", (
        "an empty header names nothing"
    )
    assert [th["scope"] for th in table.select("th")] == ["col", "row"]


def test_texts_of_the_terminal_are_escaped_and_lose_their_codes(outputs):
    stream = new_output("stream", name="stdout", text="a <b> & \x1b[31mred\x1b[0m\n\n")
    page = soup(outputs.html(stream))
    assert page.pre["class"] == ["out"] and page.get_text() == "a <b> & red"
    error = new_output("error", ename="E", evalue="v", traceback=["\x1b[0;31mE\x1b[0m", "<v>"])
    assert soup(outputs.html(error)).pre.get_text() == "E\n<v>"


@pytest.mark.parametrize(
    ("forms", "selected"),
    [
        ({"html": "<p>rich</p>", "png": PICTURE, "plain": "x"}, "div.rich > p"),
        ({"markdown": "**bold**", "plain": "x"}, "strong"),
        ({"latex": "$$x^3$$", "plain": "x"}, "span.formula msup"),
        ({"svg": specimen.SVG, "png": PICTURE, "plain": "x"}, "img[src$='.svg']"),
        ({"png": PICTURE, "jpeg": PICTURE, "plain": "x"}, "img[src$='.png']"),
        ({"plotly": {"data": [], "layout": {}}, "html": "<p>rich</p>"}, "figure.plot p.alt"),
        ({"plotly": {"data": [], "layout": {}}, "png": PICTURE}, "figure.plot img"),
        ({"plain": "42"}, "pre.out"),
    ],
)
def test_the_form_that_says_most_is_taken(outputs, forms, selected):
    page = soup(outputs.html(shown(**forms)))
    assert len(page.select(selected)) == 1 and len(page.find_all(recursive=False)) == 1


def test_an_output_that_no_page_can_show_is_nothing(outputs, tmp_path):
    assert outputs.html(new_output("display_data", {"application/json": {}})) == ""
    assert not list(tmp_path.iterdir()), "a folder comes with the first picture"


def test_pictures_are_numbered_files_with_their_size_on_the_page(outputs, tmp_path):
    first = soup(outputs.html(shown(png=PICTURE, plain='a "grey" <box>\n'))).img
    second = soup(outputs.html(shown(jpeg=base64.b64encode(b"jpeg").decode(), plain="x"))).img
    third = soup(outputs.html(shown(svg=specimen.SVG))).img
    assert first["src"] == "figures/05_page-1.png" and first["alt"] == 'a "grey" <box>'
    assert (first["width"], first["height"], first["loading"]) == ("20", "8", "lazy")
    assert second["src"] == "figures/05_page-2.jpg" and not second.has_attr("width")
    assert (third["src"], third["alt"]) == ("figures/05_page-3.svg", "")
    assert (tmp_path / first["src"]).read_bytes() == specimen.png()
    assert (tmp_path / second["src"]).read_bytes() == b"jpeg"
    assert (tmp_path / third["src"]).read_text(encoding="utf-8") == specimen.SVG


def test_a_pictures_own_words_come_before_those_of_its_figure_and_of_its_text():
    output = new_output(
        "display_data",
        {"text/plain": " words\n", PLOTLY_MIME: {"layout": {"meta": {"alt": "of the figure"}}}},
        metadata={"image/png": {"alt": "of the picture"}},
    )
    assert alt_text(output, "image/png") == "of the picture"
    assert alt_text(output, "image/jpeg") == "of the figure"
    del output.data[PLOTLY_MIME]
    assert alt_text(output, "image/jpeg") == "words"


def test_a_picture_of_the_course_is_stored_larger_than_it_is_shown():
    assert png_size(specimen.png(1000, 500)) == (800, 400)
    assert png_size(b"GIF89a" + specimen.png()) == ()


def test_a_table_is_made_ready_and_what_it_brings_of_style_and_script_is_not():
    page = soup(tidy(
        "<style>x</style><script>x</script><table border='1' class='dataframe'>"
        "<thead><tr><th>a</th><th scope='row'>b</th></tr></thead>"
        f"<tr><th>r</th><th> </th><td>{'x' * 24}</td><td>{'x' * 25}</td></tr></table>"
    ))  # fmt: skip
    assert not page.select("style, script") and page.table.attrs == {}
    assert [(th.get_text(), th["scope"]) for th in page.select("th")] == [
        ("a", "col"), ("b", "row"), ("r", "row"),
    ]  # fmt: skip
    assert [len(td.get_text()) for td in page.select("td.short")] == [1, 24]
