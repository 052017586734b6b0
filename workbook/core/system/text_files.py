"""Read the text files that people bring: UTF-8 text, JSON lines and CSV, with and without a BOM.

A line ends at a line feed and nowhere else, so that a line separator (U+2028) inside a JSON string
cuts nothing. Whatever cannot be read is one sentence (ValueError) with the file and, where there is
one, the line. Left out: what the columns mean, and files that the course has written itself.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def read_text(path: str | Path) -> str:
    """Return the text of a file, without its byte order mark.

    Raises ValueError when there is no such file, or with the first line that is not UTF-8.
    """
    path = Path(path)
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise ValueError(f"{path} cannot be read ({error}).") from error
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ValueError(
            f"{path} cannot be read (line {line} is not UTF-8: save the file as UTF-8)."
        ) from error
    return text.replace("\r\n", "\n").replace("\r", "\n")


def read_json_lines(path: str | Path) -> Iterator[tuple[int, Any]]:
    """Yield (line number from 1, value) for each line that is not blank.

    Raises ValueError with file and line where a line is not JSON.
    """
    for number, line in enumerate(read_text(path).split("\n"), start=1):
        if line.strip():
            try:
                yield number, json.loads(line)
            except (ValueError, RecursionError) as error:
                raise ValueError(f"{path}, line {number} is not JSON: {error}.") from error


def read_csv(path: str | Path) -> tuple[list[str], list[tuple[int, dict[str, str]]]]:
    """Return (columns, rows): each row with the number of its first line and its cells by column.

    Raises ValueError with file and line where a row has more or fewer cells than there are columns,
    or is not CSV.
    """
    reader = csv.reader(io.StringIO(read_text(path)), strict=True)
    columns: list[str] = []
    rows: list[tuple[int, dict[str, str]]] = []
    line = 1
    try:
        for cells in reader:
            if not columns:
                columns = cells
            elif cells and len(cells) != len(columns):
                raise ValueError(
                    f"{path}, line {line} has {len(cells)} cells for {len(columns)} columns."
                )
            elif cells:
                rows.append((line, dict(zip(columns, cells, strict=True))))
            line = reader.line_num + 1
    except csv.Error as error:
        raise ValueError(f"{path}, line {line} is not CSV: {error}.") from error
    return columns, rows


def text_problem(name: str, value: object) -> str | None:
    """Return what is wrong with a cell that must hold a text, as a clause; None for a good one."""
    if not isinstance(value, str):
        return f"{name} is a text, not {value!r}"
    if not value.strip():
        return f"{name} is empty"
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return f"{name} holds half of a surrogate pair, which is no character"
    return None
