"""The diary of a run: one JSON line per recorded step, in step with the checkpoints.

Lines are written as they come but only a checkpoint makes sure that they are on the disk; a run
that goes on from step n drops the lines after n first, so every step is told once. Read it with
`workbook.core.records.read`. Left out: locking, as one process writes.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from workbook.core import records
from workbook.training.checkpoint import explain_full_disk


class Journal:
    """The records of a run, in memory and, where there is a file, in it."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self.records: list[dict[str, Any]] = []
        self.unwritten: list[str] = []

    def go_on_from(self, step: int) -> None:
        """Take up the records up to a step; drop those after it."""
        if self.path is None:
            return
        self.records = []
        if step and self.path.exists():
            self.records = [r for r in records.read(self.path) if r.get("step", 0) <= step]
        self.path.parent.mkdir(parents=True, exist_ok=True)
        draft = self.path.with_name(self.path.name + ".writing")
        draft.write_text("".join(map(_line, self.records)), encoding="utf-8")
        os.replace(draft, self.path)

    def add(self, record: dict[str, Any]) -> None:
        """One more record."""
        self.records.append(record)
        self.unwritten.append(_line(record))
        if len(self.unwritten) >= 20:
            self.flush()

    def flush(self) -> None:
        """Hand what is new to the system."""
        if self.path is not None and self.unwritten:
            try:
                with open(self.path, "a", encoding="utf-8") as file:
                    file.writelines(self.unwritten)
            except OSError as error:
                explain_full_disk(error, self.path)
                raise
        self.unwritten.clear()


def _line(record: dict[str, Any]) -> str:
    return json.dumps(record, default=records.plain) + "\n"
