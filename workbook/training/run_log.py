"""The log of a run: one JSON line per recorded step, in step with the checkpoints.

Lines are handed to the system twenty at a time, and forced to the disk before each checkpoint; a
run that goes on from step n drops the lines after n first, so every step is logged once. Read it
with `records.read`. Left out: locks, as one process writes and
`folder_lock.py` keeps others away.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from workbook.core.runs import records
from workbook.core.runs.files import write_atomically
from workbook.training.checkpoint import disk_errors


class Journal:
    """The records of a run, in memory and, where there is a file, in it."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self.records: list[dict[str, Any]] = []
        self.unwritten: list[str] = []

    def go_on_from(self, step: int) -> list[dict[str, Any]]:
        """Take up the records up to a step, drop those after it; the ones that stay."""
        self.records = []
        if self.path is None:
            return self.records
        if step and self.path.exists():
            self.records = [r for r in records.read(self.path) if r.get("step", 0) <= step]
        with disk_errors(self.path):
            write_atomically(self.path, "".join(map(_line, self.records)))
        return self.records

    def add(self, record: dict[str, Any]) -> None:
        """One more record."""
        self.records.append(record)
        self.unwritten.append(_line(record))
        if len(self.unwritten) >= 20:
            self.flush()

    def flush(self, to_disk: bool = False) -> None:
        """Hand what is new to the system; with `to_disk`, wait until the disk has it."""
        if self.path is not None and (self.unwritten or to_disk):
            with disk_errors(self.path), open(self.path, "a", encoding="utf-8") as file:
                file.writelines(self.unwritten)
                if to_disk:
                    file.flush()
                    os.fsync(file.fileno())
        self.unwritten.clear()


def _line(record: dict[str, Any]) -> str:
    return json.dumps(record, default=records.plain) + "\n"
