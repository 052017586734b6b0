"""The table twin of a figure: every kind of trace, what is cut, and plain HTML."""

import re

import pandas as pd
import plotly.graph_objects as go
import pytest
from plotly.subplots import make_subplots

from workbook.core.notebook import tables
from workbook.core.notebook.tables import as_table


def test_as_table_puts_traces_with_the_same_x_side_by_side():
    figure = go.Figure(layout={"xaxis": {"title": {"text": "T"}}})
    figure.add_scatter(x=[1, 2], y=[3.0, 4.0], name="random")
    figure.add_scatter(x=[1, 2], y=[5.0, 6.0], name="nucleus")
    table = as_table(figure)
    assert list(table.columns) == ["T", "random", "nucleus"]
    assert table.to_numpy().tolist() == [[1, 3, 5], [2, 4, 6]]


def test_as_table_goes_long_where_the_x_differ_and_turns_lying_bars():
    figure = go.Figure([go.Scatter(x=[1], y=[3], name="a"), go.Scatter(x=[2], y=[4], name="b")])
    assert as_table(figure).to_numpy().tolist() == [["a", 1, 3], ["b", 2, 4]]
    lying = go.Figure(go.Bar(x=[0.2, 0.8], y=["no", "yes"], orientation="h"))
    assert as_table(lying).to_numpy().tolist() == [["no", 0.2], ["yes", 0.8]]
    with pytest.raises(ValueError, match="table="):
        as_table(go.Figure(go.Scattergeo(lon=[1], lat=[2])))


def test_parts_of_a_figure_are_told_apart_by_their_titles():
    """Guards against a table with the same column twice, one for each part of the figure."""
    figure = make_subplots(1, 2, subplot_titles=["<b>before</b>", "behind"])
    for column in (1, 2):
        figure.add_bar(name="a", x=["p", "q"], y=[column, 3], row=1, col=column)
    figure.add_annotation(text="a remark", x=0.5, y=0.5, xref="paper", yref="paper")
    assert as_table(figure).to_dict("list") == {
        "x": ["p", "q"], "before: a": [1, 3], "behind: a": [2, 3],
    }  # fmt: skip
    matrices = make_subplots(2, 1, subplot_titles=["first", "second"])
    for row in (1, 2):
        matrices.add_heatmap(z=[[row]], row=row, col=1)
    assert as_table(matrices)["series"].tolist() == ["first", "second"]
    without = make_subplots(2, 1)
    for row in (1, 2):
        without.add_heatmap(z=[[row]], row=row, col=1)
    assert as_table(without)["series"].tolist() == ["panel 1", "panel 2"]


def test_a_folded_table_keeps_the_names_of_its_rows():
    named = pd.DataFrame({"loss": [1.5, 2.5]}, index=["LoRA", "prompt"])
    page = tables.folded(named, "Two methods.")
    assert ">LoRA</th>" in page and ">prompt</th>" in page
    counted = tables.folded(named.reset_index(drop=True), "Two methods.")
    assert ">0<" not in counted and "1.5" in counted


def test_an_axis_with_words_is_read_by_its_words():
    """Guards against a table of positions 0, 1, 2 where the figure shows names."""
    axis = {
        "tickvals": [0, 1],
        "ticktext": ["<b>cat</b>", "dog &amp; co"],
        "title": {"text": "pet"},
    }
    figure = go.Figure(go.Bar(x=[0, 1], y=[3, 4]), layout={"xaxis": axis})
    assert as_table(figure).to_dict("list") == {"pet": ["cat", "dog & co"], "y": [3, 4]}


def test_error_bars_and_labels_are_numbers_of_the_figure_too():
    figure = go.Figure(go.Scatter(name="a", x=[1, 2], y=[3, 4], error_y={"array": [0.1, 0.2]}))
    figure.add_scatter(name="b", x=[1, 2], y=[5, 6])
    assert as_table(figure).to_dict("list") == {
        "x": [1, 2], "a": [3, 4], "a ±": [0.1, 0.2], "b": [5, 6],
    }  # fmt: skip
    figure = go.Figure(go.Scatter(x=[1, 2], y=[3, 4], text=["T = 1", "T = 2"]))
    assert as_table(figure).to_numpy().tolist() == [[1, "T = 1", 3], [2, "T = 2", 4]]


def test_error_bars_of_two_lengths_show_where_each_one_ends():
    """Guards against one length standing for both sides, as at a share cut at 1."""
    bars = {"array": [0.0, 0.2], "arrayminus": [0.5, 0.25]}
    figure = go.Figure(go.Scatter(name="a", x=[1, 2], y=[1.0, 0.75], error_y=bars))
    assert as_table(figure).to_dict("list") == {
        "x": [1, 2], "a": [1.0, 0.75], "a low": [0.5, 0.5], "a high": [1.0, 0.95],
    }  # fmt: skip


def test_a_point_that_a_curve_lacks_is_an_empty_cell():
    figure = go.Figure(go.Scatter(name="a", x=[1, 2], y=[3, None]))
    page = tables.folded(as_table(figure), "A curve.")
    assert "<td></td>" in page and "NaN" not in page and "None" not in page


def test_points_in_space_keep_their_third_coordinate():
    figure = go.Figure(go.Scatter3d(x=[1], y=[2], z=[3]))
    assert as_table(figure).to_numpy().tolist() == [[1, 2, 3]]


def test_a_heatmap_keeps_its_shape_and_several_are_named():
    one = go.Heatmap(z=[[1, 2], [3, 4]], x=["the", "cat"], y=["sat", "on"], name="head 1")
    table = as_table(go.Figure(one))
    assert list(table.columns) == ["y", "the", "cat"]
    assert table.to_numpy().tolist() == [["sat", 1, 2], ["on", 3, 4]]
    both = as_table(go.Figure([one, go.Heatmap(z=[[5, 6]], x=["the", "cat"])]))
    assert both["series"].tolist() == ["head 1", "head 1", "panel 2"]
    assert both["cat"].tolist() == [2, 4, 6]


def test_a_second_panel_is_read_with_its_own_axis():
    figure = go.Figure([go.Scatter(name="a", x=[0], y=[1]), go.Bar(name="b", x=[0], y=[2])])
    figure.data[1].xaxis = "x2"
    figure.update_layout(xaxis2={"tickvals": [0], "ticktext": ["zero"]})
    assert as_table(figure).to_numpy().tolist() == [["a", 0, 1], ["b", "zero", 2]]


def test_a_table_and_a_pie_are_tables():
    figure = go.Figure(go.Table(header={"values": ["<b>a</b>", "b"]}, cells={"values": [[1], [2]]}))
    assert as_table(figure).to_dict("list") == {"a": [1], "b": [2]}
    pie = go.Figure(go.Pie(labels=["x", "y"], values=[1, 3]))
    assert as_table(pie).to_numpy().tolist() == [["x", 1], ["y", 3]]


def test_names_that_meet_do_not_hide_a_column():
    figure = go.Figure(go.Scatter(name="x", x=[1], y=[2]))
    figure.add_scatter(name="x", x=[1], y=[3])
    assert as_table(figure).to_numpy().tolist() == [[1, 2, 3]]


def test_long_tables_are_cut_and_say_so():
    frame = pd.DataFrame([range(50)] * 1234)
    page, text = tables.plain(frame), tables.text(frame)
    sentence = "Shown: the first 200 of 1,234 rows and the first 40 of 50 columns."
    assert page.startswith(f"<p>{sentence}</p>") and text.endswith(sentence)
    assert page.count("<tr") == 201 and page.count("<th>") == 40
    assert len(page) < 100_000, "a notebook stays under 1 MB"
    assert "Shown" not in tables.plain(frame.head(200)[range(40)])


def test_a_table_is_plain_html_without_script_or_tag_of_the_data():
    page = tables.folded(pd.DataFrame({"<b>": ["<script>"], "n": [0.123456]}), "a < b")
    assert "<script" not in page and "&lt;b&gt;" in page and "a &lt; b" in page
    assert "0.1235" in page and "\n" not in page


def test_two_dollars_of_a_table_are_no_formula():
    """Guards against A14: what stood between two dollar signs was set as a formula."""
    frame = pd.DataFrame({"costs $": ["It costs $5", "and $10."]}, index=["$1", "$2"])
    for page in (tables.plain(frame), tables.plain(frame, True, ""), tables.folded(frame, "$ $")):
        assert page.replace("<span>$</span>", "").count("$") == 0
    assert tables.plain(frame, True, "").count("<span>$</span>") == 5
    assert tables.escaped("<$>") == "&lt;<span>$</span>&gt;"


def test_words_stand_left_numbers_right_and_an_interval_in_one_line():
    """Guards against C11: JupyterLab sets every cell at the right and breaks an interval."""
    frame = pd.DataFrame(
        {
            "word": ["bread", "7 loaves"],
            "n": [1.5, -2e-9],
            "share": ["-0%", "12%"],
            "mean": ["0.85 ±0.05", "-0.1 [-0.2, +0]"],
            "missing": [None, 3],
        }
    )
    body = tables.plain(frame).partition("<tbody>")[2]
    first, second = (
        re.findall(r"<td( style=\"[^\"]*\")?>", row) for row in body.split("</tr>")[:2]
    )
    left, one_line = ' style="text-align:left"', ' style="white-space:nowrap"'
    assert first == second == [left, "", "", one_line, ""]
    heads = re.findall(r"<th( style=\"[^\"]*\")?>", tables.plain(frame))
    assert heads == [left, "", "", "", ""]


@pytest.mark.parametrize(
    "said, shown",
    [
        ("-0.00", "0.00"), ("-0%", "0%"), ("-0", "0"), ("-0.05", "-0.05"), ("2-0", "2-0"),
        ("-0.000942", "-0.000942"), ("0 [-0.00, 0.01]", "0 [0.00, 0.01]"), ("(-0.0)", "(0.0)"),
        ("1900-01-0", "1900-01-0"), ("\u22120.0", "0.0"), ("-0.00, then", "0.00, then"),
    ],
)  # fmt: skip
def test_nothing_has_no_sign(said, shown):
    """Guards against C11."""
    assert tables.unsigned_zeros(said) == shown
    assert f">{shown}</td>" in tables.plain(pd.DataFrame({"x": [said]}))


def test_the_columns_of_plain_text_stay_below_each_other():
    lines = tables.text(pd.DataFrame({"x": [-0.0, -1.25], "y": [1, 2]})).splitlines()
    assert len({len(line) for line in lines}) == 1 and "-0.00" not in lines[1]


def test_a_notebook_shows_every_frame_so(monkeypatch):
    """Guards against A14 and C11 in the tables that end a cell."""
    from IPython.core.interactiveshell import InteractiveShell

    shell = InteractiveShell()
    monkeypatch.setattr("IPython.get_ipython", lambda: shell)
    tables.install()
    data, _ = shell.display_formatter.format(
        pd.DataFrame({"p": ["$1", "$2"], "n": [0.123456, -0.0]})
    )
    assert data["text/html"].count("<span>$</span>") == 2
    assert "0.123456" in data["text/html"], "the digits are pandas' own"
    assert "$1" in data["text/plain"]
    data, _ = shell.display_formatter.format(
        pd.DataFrame({"a": [1]}, index=pd.Index(["x"], name="k"))
    )
    assert ">k</th>" in data["text/html"]
