"""The reader of people's own text files: no line cut, no BOM kept, every error with its line."""

import json

import pytest

from workbook.core.system.text_files import read_csv, read_json_lines, read_text, text_problem

ODD = "\u2028\u2029\u0085\u00a0\ufffd😀"  # str.splitlines would cut at the first three
BOM = b"\xef\xbb\xbf"


@pytest.mark.parametrize("mark", [b"", BOM], ids=["plain", "BOM"])
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_forty_rows_are_forty_rows(tmp_path, mark, end):
    """Guards against `splitlines`, which cut a JSON string in two, and a BOM that was refused."""
    rows = [{"text": f"row {i}{ODD}end"} for i in range(40)]
    lines = [json.dumps(row, ensure_ascii=False) for row in rows]
    file = tmp_path / "own.jsonl"
    file.write_bytes(mark + end.join(lines).encode())
    assert list(read_json_lines(file)) == list(enumerate(rows, start=1))
    table = tmp_path / "own.csv"
    cells = ["text,note", *(f'"row {i}{ODD}\nend",x' for i in range(40))]
    table.write_bytes(mark + end.join(cells).encode())
    columns, found = read_csv(table)
    assert columns == ["text", "note"]
    assert [row["text"] for _, row in found] == [f"row {i}{ODD}\nend" for i in range(40)]
    assert [line for line, _ in found] == list(range(2, 82, 2))
    assert read_text(table).startswith("text,note\n")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b'{"a": 1}\n\n{"a": ', "own.jsonl, line 3 is not JSON: "),
        (b'{"a": 1}\n' + b"[" * 100_000, "own.jsonl, line 2 is not JSON: "),
        (b'{"a": 1}\n{"a": "\xe9"}', r"own.jsonl cannot be read \(line 2 is not UTF-8"),
        ('{"a": 1}'.encode("utf-16"), r"own.jsonl cannot be read \(line 1 is not UTF-8"),
    ],
)
def test_what_cannot_be_read_is_named_with_file_and_line(tmp_path, content, sentence):
    (tmp_path / "own.jsonl").write_bytes(content)
    with pytest.raises(ValueError, match=sentence) as told:
        list(read_json_lines(tmp_path / "own.jsonl"))
    assert "\n" not in str(told.value)


def test_a_file_that_is_not_there_is_one_sentence(tmp_path):
    with pytest.raises(ValueError, match="absent.txt cannot be read"):
        read_text(tmp_path / "absent.txt")
    with pytest.raises(ValueError, match="cannot be read"):
        read_text(tmp_path)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a,b\n1,2\n3\n", "own.csv, line 3 has 1 cells for 2 columns"),
        ("a,b\n1,2,3\n", "own.csv, line 2 has 3 cells for 2 columns"),
        ('a,b\n"x\ny",2\n"3', "own.csv, line 4 is not CSV"),
    ],
)
def test_a_row_of_another_length_is_named_with_its_line(tmp_path, text, sentence):
    (tmp_path / "own.csv").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=sentence):
        read_csv(tmp_path / "own.csv")


@pytest.mark.parametrize("value", [None, 3, 0.5, True, [], ["a"], {}, "", " \n", "\ud83d"])
def test_a_cell_without_a_text_has_a_problem(value):
    """Guards against `"summary": null`, which was trained on as the word None."""
    assert text_problem("summary", value).startswith("summary ")


def test_a_text_has_none():
    assert text_problem("summary", f"None{ODD}") is None
