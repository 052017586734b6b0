"""The suite's tables: fields in few characters, no interval from few cases, a column a system."""

from made_results import made

from workbook.evaluation import suite
from workbook.evaluation.suite_report import (
    accuracy_table,
    filled,
    printed,
    short,
    shortest,
    table,
)


def test_an_interval_in_few_characters():
    """Half the interval stands behind the plus and minus, not the whole."""
    assert shortest(0.5, 0.4, 0.6) == "0.50 ±0.10"
    assert short(0.5, 0.4, 0.65) == "0.50 [0.40, 0.65]"
    result = made()
    mean, low, high = suite.measure(result)["accuracy"]
    cell = table([result]).loc["open_book", "accuracy"]
    assert cell == f"{mean:.2f} ±{(high - low) / 2:.2f}" and cell != "0.50 ±0.00"
    own = accuracy_table({"made": [result]}).loc["open_book", "made"]
    assert own == f"{mean:.2f} [{low:.2f}, {high:.2f}]"


def test_no_interval_is_printed_as_0_00():
    """C12: `evaluate --cases 2` printed "1.00 ±0.00", as if two cases were proof."""
    assert shortest(1.0, 1.0, 1.0) == "1.00"
    assert shortest(0.998, 0.994, 1.0) == "1.00"
    few = made(
        scores={version: [1.0, 0.0] for version in ("plain", "typos", "names")},
        renamed=[False] * 2, confidence=None, she_he=[[0, 0, 0, 0]] * 2, rude=[False] * 2,
        thrift=[1.0] * 2,
    )  # fmt: skip
    row = table([few]).loc["open_book"]
    assert row["accuracy"] == "0.50" and not row.astype(str).str.contains("±").any()
    assert "no intervals" in printed([few]).title


def test_tables_hold_the_numbers():
    results = [made(), made(task="summarise", confidence=None)]
    frame = table(results, draws=50)
    assert list(frame.index) == ["open_book", "summarise"]
    assert list(frame.columns) == [*suite.METRICS, "cases"]
    assert frame.loc["open_book", "accuracy"].startswith("0.50 ±")
    assert frame.loc["summarise", "calibration"] == ""
    assert filled(results) == (12, 14)
    best = accuracy_table({"one": results})
    assert best.loc["summarise", "score"] == "facts stated"


def test_fields_are_filled_where_a_metric_means_something():
    """Without confidence there is neither calibration nor efficiency; without names no fairness."""
    assert filled([made()]) == (7, 7)
    assert filled([made(confidence=None), made(renamed=[False] * 40)]) == (5 + 6, 14)


def test_a_system_without_a_task_has_an_empty_field():
    frame = accuracy_table({"one": [made(), made(task="polite")], "other": [made()]})
    assert list(frame.columns) == ["score", "one", "other"]
    assert frame.loc["open_book", "one"] == frame.loc["open_book", "other"] != ""
    assert frame["other"].isna().to_dict() == {"open_book": False, "polite": True}


def test_the_printed_table_has_the_rows_and_columns_of_the_other():
    results = [made(), made(task="summarise", confidence=None)]
    shown, frame = printed(results), table(results)
    assert shown.title == "made: the town suite, 95 % intervals over cases"
    assert [column.header for column in shown.columns] == ["task", *frame.columns]
    cells = [list(column.cells) for column in shown.columns]
    assert cells[0] == ["open_book", "summarise"] and cells[-1] == ["40", "40"]
    assert cells[1] == list(frame["accuracy"])
