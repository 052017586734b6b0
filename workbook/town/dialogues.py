"""Dialogues with summaries: the town's, or any that the learner brings.

`load_dialogues(split)` gives rows with `dialogue` and `summary`. They come from the town unless
`WORKBOOK_DIALOGUES` names a JSON-lines file, a folder of CSV, JSON or Parquet files, or a data
set of the Hub; columns of other names are given in `WORKBOOK_DIALOGUE_COLUMNS=talk,gist` or by
argument. A file has no splits of its own, so its rows are dealt out 80 / 10 / 10 by a hash of the
dialogue: two copies share a split.
"""

import hashlib
import json
import os
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from workbook.core.hub import loading
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
    """All dialogues of a JSON-lines file, each with the split its hash gives it."""
    rows = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            talk, summary = (str(row[column]) for column in columns)
        except (json.JSONDecodeError, KeyError, TypeError) as error:
            raise ValueError(
                f"{path}, line {number}: expected a JSON object with the columns "
                f"{columns[0]!r} and {columns[1]!r} ({type(error).__name__}: {error})"
            ) from error
        rows.append(Dialogue(talk, summary, split_of(talk)))
    return rows


def read_folder(path: Path, split: str, columns: tuple[str, str] = COLUMNS) -> list[Dialogue]:
    """A split of a folder in the Hub's layout: CSV, JSON or Parquet files named by their split."""
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
    return [Dialogue(row[columns[0]], row[columns[1]], split) for row in rows]


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
