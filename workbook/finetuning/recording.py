"""Where this lesson's long runs are kept, and how they are made once: a killed command goes on.

`recorded` reads a part, `record_missing` runs whatever a part has not got yet. Left out: what the
runs are, which `experiment.py` and `agreement.py` say. Lesson 08.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from workbook.core.hub import assets
from workbook.core.runs import records

Job = tuple[str, Callable[[], Mapping[str, Any]], int]  # its name, what makes it, its seed


def record_path(part: str) -> Path:
    """Where the runs of a part are written, and read from."""
    return assets.root() / "runs" / "finetuning" / f"{part}.jsonl"


def recorded(part: str) -> list[dict[str, Any]]:
    """The recorded runs of a part; ValueError if there are none."""
    return records.read(record_path(part))


def record_missing(path: Path, jobs: Iterable[Job]) -> None:
    """Run the jobs that have no line in the file yet, and add one for each as soon as it is done.

    A job is asked for only when those before it are recorded, so it may depend on them.
    """
    for name, make, seed in jobs:
        done = {each["run"] for each in records.read(path)} if path.exists() else set()
        if name not in done:
            print(f"{path.stem}: {name}", flush=True)
            records.append(path, {"run": name, **make(), **records.stamp(seed)})
