"""The published figures that this lesson reproduces or draws, read from `data/published/`.

Numbers alone, each row with its source. Left out: what follows from them, which is computed. The
points of Hoffmann et al. (2022), Figure 4, which others have read off the picture, may not be
shipped; `read_points` reads them where you have them. Lesson 06.
"""

from __future__ import annotations

import csv
import math
from pathlib import Path
from typing import Any, NamedTuple

from workbook.core.hub import assets
from workbook.core.system.text_files import read_csv
from workbook.scaling_laws.chinchilla import CONSTANTS, Law

OUTLIERS = 5  # of the 245 points, those with the highest loss, which Besiroglu et al. leave out
POINT_COLUMNS = ("Model Size", "Training FLOP", "loss")


class Points(NamedTuple):
    """Runs as `fit_chinchilla` takes them."""

    parameters: tuple[float, ...]
    tokens: tuple[float, ...]
    loss: tuple[float, ...]


def rows(name: str) -> list[dict[str, Any]]:
    """Return the rows of `data/published/<name>.csv`, numbers as numbers, in order.

    Raises ValueError where the file is missing.
    """
    text = assets.path(f"published/{name}.csv").read_text(encoding="utf-8")
    return [
        {key: _number(value) for key, value in row.items()}
        for row in csv.DictReader(text.splitlines())
    ]


def values(name: str, key: str = "quantity") -> dict[str, float]:
    """Return a table of named numbers: the column `key` -> the column `value`."""
    return {row[key]: row["value"] for row in rows(name)}


def law(name: str) -> Law:
    """Return a published law: "hoffmann", "hoffmann printed", "besiroglu" or "muennighoff".

    "hoffmann" is the fit of the paper before its constants were rounded.
    """
    known = {row["name"]: row for row in rows("laws")}
    if name not in known:
        raise ValueError(f"no law is called {name!r}; there are {', '.join(known)}.")
    return Law(**{constant: known[name][constant] for constant in CONSTANTS})


def read_points(path: str | Path, outliers: int = OUTLIERS) -> Points:
    """Return the points of a file as Besiroglu et al. (2024) publish them, less its outliers.

    path: a CSV file with columns "Model Size", "Training FLOP" and "loss"; tokens are FLOP / 6 N.
    outliers: how many points of highest loss are left out.

    Raises ValueError with file and line for a file that is not such a table.
    """
    columns, table = read_csv(path)
    if missing := [name for name in POINT_COLUMNS if name not in columns]:
        raise ValueError(f"{path} has no column {missing[0]!r}; it needs {POINT_COLUMNS}.")
    runs = sorted((_point(path, line, row) for line, row in table), key=lambda run: run[2])
    if len(runs) <= outliers:
        raise ValueError(f"{path} has {len(runs)} points; {outliers} of them are left out.")
    kept = runs[: len(runs) - outliers]
    return Points(
        tuple(size for size, _, _ in kept),
        tuple(flops / 6 / size for size, flops, _ in kept),
        tuple(loss for _, _, loss in kept),
    )


def _point(path: str | Path, line: int, row: dict[str, str]) -> tuple[float, float, float]:
    """Return (N, FLOPs, loss) of a row."""
    numbers = []
    for name in POINT_COLUMNS:
        number = _number(row[name])
        if isinstance(number, str) or not 0 < number < math.inf:
            raise ValueError(f"{path}, line {line}: {name} is a number above 0, not {row[name]!r}.")
        numbers.append(number)
    return numbers[0], numbers[1], numbers[2]


def _number(text: str) -> Any:
    try:
        return float(text)
    except ValueError:
        return text
