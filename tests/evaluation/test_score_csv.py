"""The labs' table from their own file of summaries, where it lies beside the checkout."""

import pytest

from workbook.evaluation import score_csv

PRINTED = {"original": ".2334", "instruct": ".4216", "peft": ".4081"}  # ROUGE-1 of the labs


@pytest.fixture
def tables(shared_data):
    found = sorted((shared_data / "labs").glob("*.csv"))
    if not found:
        pytest.skip("the labs' table is not beside this checkout")
    return found


def test_the_medians_are_what_the_labs_printed(tables):
    for table in tables:
        head, *rows = score_csv.score_lines(table)
        assert head.startswith("1,500 summaries") and len(rows) == 3
        medians = {row.split("_")[0]: row.split()[2].lstrip("0") for row in rows}
        assert medians == PRINTED


def test_a_small_table(tmp_path):
    file = tmp_path / "own.csv"
    file.write_text(
        "human_baseline_summaries,mine_summaries,note\nThe goose sat.,The goose sat.,x\nA,B,y\n",
        encoding="utf-8",
    )
    references, systems = score_csv.read_table(file)
    assert references == ["The goose sat.", "A"]
    assert systems == {"mine_summaries": ["The goose sat.", "B"]}
    name, mean, median, *_ = score_csv.score_lines(file)[1].split()
    assert (name, mean) == ("mine_summaries", "0.5000") and 0 <= float(median) <= 1
    assert score_csv.score_lines(file, 1) == score_csv.score_lines(file, 1)


@pytest.mark.parametrize(
    "text, says",
    [
        (None, "no table at"),
        ("", "needs a column"),
        ("a,b\n1,2\n", "needs a column"),
        ("human_baseline_summaries\nx\n", "one or more others"),
    ],
)
def test_a_wrong_table_is_one_sentence(tmp_path, text, says):
    file = tmp_path / "table.csv"
    if text is not None:
        file.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=says):
        score_csv.read_table(file)


HEAD = "human_baseline_summaries,mine_summaries"


def test_forty_rows_are_forty_rows(tmp_path):
    """A BOM hid the first column, and no character may cut a cell."""
    cells = [f'"row {i}\u2028\u0085\nend",' for i in range(40)]
    for mark in ("", "\ufeff"):
        (tmp_path / "own.csv").write_text("\n".join([mark + HEAD, *cells]), encoding="utf-8")
        references, systems = score_csv.read_table(tmp_path / "own.csv")
        assert references == [f"row {i}\u2028\u0085\nend" for i in range(40)]
        assert systems == {"mine_summaries": [""] * 40}  # a system may say nothing


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ("a,b\nc\n", "own.csv, line 3 has 1 cells for 2 columns"),
        ("a,b\nc,d,e\n", "own.csv, line 3 has 3 cells for 2 columns"),
        ("a,b\n,d\n", "own.csv, line 3: human_baseline_summaries is empty"),
        ('a,b\n"c,d\n', "own.csv, line 3 is not CSV"),
    ],
)
def test_a_cell_that_is_missing_is_named_with_its_line(tmp_path, rows, says):
    """A short row gave None for a text, and a traceback in the middle of the scores."""
    (tmp_path / "own.csv").write_text(f"{HEAD}\n{rows}", encoding="utf-8")
    with pytest.raises(ValueError, match=says):
        score_csv.read_table(tmp_path / "own.csv")
