"""Bring your own dialogues: a JSON-lines file takes the place of the town's."""

import json

import pytest

from workbook.town.dialogues import load_dialogues, read_file, read_folder, split_of


@pytest.fixture
def own(tmp_path, monkeypatch):
    path = tmp_path / "mein chör.jsonl"
    rows = [{"talk": f"A: hello {i}\nB: good day", "gist": f"A greets B, {i}."} for i in range(200)]
    lines = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    path.write_text(lines + "\n", encoding="utf-8")
    monkeypatch.setenv("WORKBOOK_DIALOGUES", str(path))
    return path


def test_the_town_is_the_default(monkeypatch):
    monkeypatch.delenv("WORKBOOK_DIALOGUES", raising=False)
    rows = load_dialogues("test", 20)
    assert len(rows) == 20 and len({row.dialogue for row in rows}) == 20
    assert all(row.dialogue.count("\n") >= 3 and row.summary.endswith(".") for row in rows)
    with pytest.raises(ValueError, match="say how many"):
        load_dialogues("train")


def test_a_file_with_other_column_names(own, monkeypatch):
    by_argument = load_dialogues("train", columns=("talk", "gist"))
    monkeypatch.setenv("WORKBOOK_DIALOGUE_COLUMNS", "talk, gist")
    assert load_dialogues("train") == by_argument
    parts = [load_dialogues(split) for split in ("train", "validation", "test")]
    assert sum(map(len, parts)) == 200
    assert len(parts[0]) > 130 and len(parts[1]) > 5 and len(parts[2]) > 5
    assert load_dialogues("train", 7) == by_argument[:7]


def test_a_folder_in_the_hubs_layout_keeps_its_own_splits(tmp_path, monkeypatch):
    for split, name in (("train", "A"), ("test", "B")):
        text = f"dialogue,summary\n{name}: hello,{name} greets.\n"
        (tmp_path / f"{split}.csv").write_text(text, encoding="utf-8")
    monkeypatch.setenv("WORKBOOK_DIALOGUES", str(tmp_path))
    assert [row.dialogue for row in load_dialogues("test")] == ["B: hello"]
    with pytest.raises(ValueError, match="cannot be read as a data set"):
        load_dialogues("validation")
    with pytest.raises(ValueError, match="no column 'talk', but dialogue, summary"):
        load_dialogues("train", columns=("talk", "gist"))


def test_the_town_stands_in_for_a_data_set_that_cannot_be_had(monkeypatch):
    monkeypatch.setenv("WORKBOOK_PROFILE", "gpu")
    monkeypatch.setenv("WORKBOOK_OFFLINE", "1")
    with pytest.warns(UserWarning, match="knkarthick/dialogsum@main.*bundled:town is used"):
        rows = load_dialogues("train")
    assert len(rows) == 1000


def test_copies_of_a_dialogue_share_a_split():
    assert split_of("A: hi") == split_of("A: hi")
    assert {split_of(str(i)) for i in range(100)} == {"train", "validation", "test"}


def test_wrong_columns_and_torn_lines_name_the_line(own, tmp_path, monkeypatch):
    with pytest.raises(ValueError, match="line 1: expected a JSON object with the columns 'dia"):
        load_dialogues("train")
    torn = tmp_path / "torn.jsonl"
    torn.write_text('{"dialogue": "a", "summary": "b"}\n{"dialogue": ', encoding="utf-8")
    with pytest.raises(ValueError, match="torn.jsonl, line 2"):
        read_file(torn)
    monkeypatch.setenv("WORKBOOK_DIALOGUE_COLUMNS", "one")
    with pytest.raises(ValueError, match="give two names"):
        load_dialogues("train")


def test_dialogsum_takes_the_towns_place(shared_data, monkeypatch):
    """The real data set that the well-known labs use: 500 dialogues, every one kept."""
    path = shared_data / "dialogsum" / "dialogsum.dev.jsonl"
    monkeypatch.setenv("WORKBOOK_DIALOGUES", str(path))
    parts = {split: load_dialogues(split) for split in ("train", "validation", "test")}
    assert sum(len(rows) for rows in parts.values()) == 500
    seen = [row.dialogue for rows in parts.values() for row in rows]
    for split, rows in parts.items():
        others = {row.dialogue for s, rs in parts.items() if s != split for row in rs}
        assert not others & {row.dialogue for row in rows}
    assert all("#Person1#" in talk for talk in seen)


ODD = "\u2028\u2029\u0085😀"


def write_rows(folder, kind, rows, mark=b""):
    """The rows as the train split of a folder, or as a file of JSON lines; where they lie."""
    import pandas as pd

    lines = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows).encode()
    if kind == "file":
        (folder / "own.jsonl").write_bytes(mark + lines)
        return folder / "own.jsonl"
    file = folder / f"train.{kind}"
    if kind == "jsonl":
        file.write_bytes(mark + lines)
    elif kind == "csv":
        file.write_bytes(mark + pd.DataFrame(rows).to_csv(index=False).encode())
    else:
        pd.DataFrame(rows).to_parquet(file)
    return folder


@pytest.mark.parametrize("kind", ["file", "jsonl", "csv", "parquet"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "BOM"])
def test_forty_rows_are_forty_rows_in_every_format(tmp_path, monkeypatch, kind, mark):
    """A U+2028 inside a JSON string cut the line, and a BOM was refused."""
    rows = [{"dialogue": f"A: {i}{ODD}\nB: yes", "summary": f"{i}{ODD}."} for i in range(40)]
    monkeypatch.setenv("WORKBOOK_DIALOGUES", str(write_rows(tmp_path, kind, rows, mark)))
    splits = ("train", "validation", "test") if kind == "file" else ("train",)
    found = [row for split in splits for row in load_dialogues(split)]
    assert sorted(row.dialogue for row in found) == sorted(row["dialogue"] for row in rows)


@pytest.mark.parametrize("kind", ["file", "jsonl", "csv", "parquet"])
@pytest.mark.parametrize("cell", [None, "", " ", 3, 1.5], ids=repr)
@pytest.mark.parametrize("column", ["dialogue", "summary"])
def test_a_cell_that_is_no_text_is_named(tmp_path, monkeypatch, kind, cell, column):
    """`"summary": null` was trained on as the word None."""
    rows = [{"dialogue": "A: hi", "summary": "A greets."} for _ in range(3)]
    rows[1][column] = cell
    if isinstance(cell, float | int) and kind != "file":  # these formats have a type per column
        for row in rows:
            row[column] = cell
    place = write_rows(tmp_path, kind, rows)
    where = "own.jsonl, line 2" if kind == "file" else "train.*, row [12]"
    monkeypatch.setenv("WORKBOOK_DIALOGUES", str(place))
    with pytest.raises(ValueError, match=f"{where}.*: {column} is ") as told:
        load_dialogues("train")
    assert "\n" not in str(told.value)


def test_the_file_of_several_is_named(tmp_path):
    rows = [{"dialogue": "A: hi", "summary": "A greets."}] * 3
    for number in range(2):
        lines = [json.dumps({**row, "summary": None if number else "S"}) for row in rows]
        file = tmp_path / f"train-0000{number}-of-00002.jsonl"
        file.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(ValueError, match="train-00001-of-00002.jsonl, row 1: summary is a text"):
        read_folder(tmp_path, "train")
