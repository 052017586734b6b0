"""The learner's log: one line for every attempt and every hint, kept outside the course's folder.

A log that is only ever appended to survives restarts, kills and two notebooks writing at once;
where the learner stands is computed from it. It lies in the user's data folder, or in
WORKBOOK_HOME. Left out: what an exercise is, which is `workbook.core.exercises.exercise`.
"""

from __future__ import annotations

import os
import warnings
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from workbook.core.runs import records

EVENTS = ("right", "wrong", "hint", "guess")


@dataclass
class Standing:
    """Where a learner stands with one exercise. Solved once is solved for good."""

    solved: bool = False
    attempts: int = 0
    hints: int = 0


def log_path() -> Path:
    """The log's file, in WORKBOOK_HOME or in the user's data folder."""
    home = os.environ.get("WORKBOOK_HOME", "").strip()
    if home:
        return Path(home).expanduser() / "progress.jsonl"
    import platformdirs

    return platformdirs.user_data_path("workbook") / "progress.jsonl"


def note(exercise_id: str, event: str, **details: Any) -> None:
    """Add an event, one of EVENTS, to the log, and what belongs to it.

    A folder that cannot be written is a warning, not an error: the lesson goes on.
    """
    if event not in EVENTS:
        raise ValueError(f"An event is one of {', '.join(EVENTS)}, not {event!r}.")
    time = datetime.now(UTC).isoformat(timespec="seconds")
    import portalocker

    try:
        records.append(
            log_path(), {"exercise": exercise_id, "event": event, **details, "time": time}
        )
    except (OSError, portalocker.LockException) as error:
        reason = getattr(error, "strerror", None) or "the file is locked"
        warnings.warn(
            f"Your progress is not kept ({reason}: {log_path()}); "
            "set WORKBOOK_HOME to a folder you can write to.",
            stacklevel=2,
        )


def standings() -> dict[str, Standing]:
    """Return exercise id -> standing, for every exercise that the log names."""
    found: dict[str, Standing] = {}
    for event in _events():
        if event["event"] == "guess":
            continue
        standing = found.setdefault(event["exercise"], Standing())
        standing.hints += event["event"] == "hint"
        standing.attempts += event["event"] != "hint"
        standing.solved |= event["event"] == "right"
    return found


def guesses() -> dict[str, Any]:
    """Return guess id -> the last guess that was written down."""
    return {e["exercise"]: e.get("value") for e in _events() if e["event"] == "guess"}


def _events() -> list[dict[str, Any]]:
    """The lines of the log; those that somebody else wrote are left out."""
    path = log_path()
    found = records.read(path) if path.exists() else []
    return [event for event in found if {"exercise", "event"} <= event.keys()]
