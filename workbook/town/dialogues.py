"""Dialogues with summaries: the town's, or any that the learner brings.

`load_dialogues(split)` gives rows with `dialogue` and `summary`. They come from the town unless
`WORKBOOK_DIALOGUES` names a JSON-lines file, a folder of CSV, JSON or Parquet files, or a data
set of the Hub; columns of other names are given in `WORKBOOK_DIALOGUE_COLUMNS=talk,gist` or by
argument. A file has no splits of its own, so its rows are dealt out 80 / 10 / 10 by a hash of the
dialogue: two copies share a split.
"""

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from workbook.core.hub import loading
from workbook.core.system.text_files import read_json_lines, text_problem
from workbook.town.entities import SPLITS
from workbook.town.stream import stream

COLUMNS = ("dialogue", "summary")
IN_PLACE_OF_A_DATA_SET = 1000  # dialogues of the town, when a data set could not be had


@dataclass(frozen=True)
class Dialogue:
    """A conversation, one turn a line, and what somebody said it was about."""

    dialogue: str
    summary: str
    split: str


def load_dialogues(
    split: str = "train",
    count: int | None = None,
    seed: int = 0,
    columns: tuple[str, str] | None = None,
) -> list[Dialogue]:
    """Up to `count` dialogues of a split, from whatever fills the role "dialogues".

    The town has no end, so there `count` is needed. Raises ValueError for an unknown split, a
    missing column, a line that is not JSON, or a file with no dialogue in the split.
    """
    if split not in SPLITS:
        raise ValueError(f"no split is called {split!r}; there are {', '.join(SPLITS)}")
    source = loading.resolve("dialogues")
    if source.kind == "hub":
        source = loading.fetched(source)
        count = count or (IN_PLACE_OF_A_DATA_SET if source.kind == "bundled" else None)
    if source.kind == "bundled":
        if count is None:
            raise ValueError("the town never stops talking: say how many dialogues you want")
        found = islice(stream("dialogue", split, seed), count)
        return [Dialogue(d.fields["dialogue"], d.fields["summary"], split) for d in found]
    columns = columns or _columns()
    place = Path(source.location)
    rows = read_folder(place, split, columns) if place.is_dir() else read_file(place, columns)
    chosen = [row for row in rows if row.split == split]
    if not chosen:
        raise ValueError(f"{source.location} has no dialogue in the split {split!r}")
    return chosen[:count]


def read_file(path: Path, columns: tuple[str, str] = COLUMNS) -> list[Dialogue]:
    """Return all dialogues of a JSON-lines file, each with the split its hash gives it.

    Raises ValueError naming file and line where a line is not JSON or a cell holds no text.
    """
    rows = []
    for number, row in read_json_lines(path):
        where = f"{path}, line {number}"
        if not isinstance(row, dict) or not row.keys() >= set(columns):
            raise ValueError(
                f"{where}: expected a JSON object with the columns {columns[0]!r} and "
                f"{columns[1]!r}; name yours in WORKBOOK_DIALOGUE_COLUMNS=talk,gist."
            )
        try:
            talk, summary = _texts(row, columns)
        except ValueError as error:
            raise ValueError(f"{where}: {error}") from error
        rows.append(Dialogue(talk, summary, split_of(talk)))
    return rows


def read_folder(path: Path, split: str, columns: tuple[str, str] = COLUMNS) -> list[Dialogue]:
    """Return a split of a folder in the Hub's layout: CSV, JSON or Parquet files named by split.

    Raises ValueError where the folder cannot be read, lacks a column, or a cell holds no text.
    """
    import datasets

    try:
        rows = datasets.load_dataset(str(path), split=split)
    except (OSError, ValueError, RuntimeError) as error:
        first = str(error).strip().split("\n")[0]
        raise ValueError(f"{path} cannot be read as a data set ({first}).") from error
    missing = [column for column in columns if column not in rows.column_names]
    if missing:
        raise ValueError(
            f"{path} has no column {missing[0]!r}, but {', '.join(rows.column_names)}; "
            "name the two in WORKBOOK_DIALOGUE_COLUMNS=talk,gist."
        )
    found = []
    for number, row in enumerate(rows):
        try:
            found.append(Dialogue(*_texts(row, columns), split))
        except ValueError as error:
            raise ValueError(f"{_file_of(path, split, number)}: {error}") from error
    return found


def _file_of(path: Path, split: str, number: int) -> str:
    """Return the file of a split that a row (numbered over all its files) stands in, and where."""
    import datasets

    files = datasets.load_dataset_builder(str(path)).config.data_files[split]
    for file in map(Path, files):
        kind = {".csv": "csv", ".parquet": "parquet"}.get(file.suffix, "json")
        rows = datasets.load_dataset(kind, data_files=str(file), split="train").num_rows
        if number < rows:
            return f"{file}, row {number + 1}"
        number -= rows
    return str(path)


def _texts(row: Mapping[str, Any], columns: tuple[str, str]) -> tuple[str, str]:
    for column in columns:
        if clause := text_problem(column, row[column]):
            raise ValueError(f"{clause}.")
    return row[columns[0]], row[columns[1]]


def split_of(dialogue: str) -> str:
    """The split of a dialogue that comes without one: 80 % train, 10 % each for the others."""
    bucket = hashlib.sha256(dialogue.encode("utf-8")).digest()[0] * 10 // 256
    return "train" if bucket < 8 else "validation" if bucket == 8 else "test"


def _columns() -> tuple[str, str]:
    """The two column names, as the learner gave them or the usual ones."""
    asked = os.environ.get("WORKBOOK_DIALOGUE_COLUMNS", "").strip()
    names = tuple(name.strip() for name in asked.split(",")) if asked else COLUMNS
    if len(names) != 2 or not all(names):
        raise ValueError(f"WORKBOOK_DIALOGUE_COLUMNS={asked}: give two names, as in talk,gist")
    return names
