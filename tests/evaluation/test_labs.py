"""The labs' table from their own file of summaries, where it lies beside the checkout."""

import sys

import pytest

from workbook.evaluation import labs

PRINTED = {"original": ".2334", "instruct": ".4216", "peft": ".4081"}  # ROUGE-1 of the labs


@pytest.fixture
def tables(shared_data):
    found = sorted((shared_data / "labs").glob("*.csv"))
    if not found:
        pytest.skip("the labs' table is not beside this checkout")
    return found


def test_it_prints_what_the_labs_printed(tables, monkeypatch, capsys):
    for table in tables:
        monkeypatch.setattr(sys, "argv", ["labs", str(table)])
        labs.main()
        head, *rows = capsys.readouterr().out.splitlines()
        assert head.startswith("1,500 summaries") and len(rows) == 3
        medians = {row.split("_")[0]: row.split()[2].lstrip("0") for row in rows}
        assert medians == PRINTED


def test_a_small_table(tmp_path):
    file = tmp_path / "own.csv"
    file.write_text(
        "human_baseline_summaries,mine_summaries,note\nThe goose sat.,The goose sat.,x\nA,B,y\n",
        encoding="utf-8",
    )
    references, systems = labs.read(file)
    assert references == ["The goose sat.", "A"]
    assert systems == {"mine_summaries": ["The goose sat.", "B"]}
    name, mean, median, *_ = labs.lines(file)[1].split()
    assert (name, mean) == ("mine_summaries", "0.5000") and 0 <= float(median) <= 1
    assert labs.lines(file, 1) == labs.lines(file, 1)


@pytest.mark.parametrize(
    "text, says",
    [
        (None, "no table at"),
        ("", "needs a column"),
        ("a,b\n1,2\n", "needs a column"),
        ("human_baseline_summaries\nx\n", "one or more others"),
    ],
)
def test_a_wrong_table_is_one_sentence(tmp_path, text, says, monkeypatch, capsys):
    file = tmp_path / "table.csv"
    if text is not None:
        file.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=says):
        labs.read(file)
    monkeypatch.setattr(sys, "argv", ["labs", str(file)])
    with pytest.raises(SystemExit):
        labs.main()
    assert says in " ".join(capsys.readouterr().err.split())
