"""Records: what a long run leaves behind, one JSON object per line.

`append` is safe with several writers at once and after a kill: it takes a lock on the file, closes
a torn last line first, and writes the new line in one go. `read` skips what is torn and says so.
`stamp` says where a number came from: seed, commit, hardware, library versions.
Notebooks read recorded runs from `data/runs/` in their section "At real scale".
"""

from __future__ import annotations

import json
import os
import subprocess
import warnings
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

STAMPED = ("torch", "transformers", "tokenizers", "datasets", "numpy")


def append(path: str | Path, record: Mapping[str, Any]) -> None:
    """Add one record to a JSON-lines file, made if absent; NumPy and torch values become plain.

    Raises ValueError when the record is not a mapping or holds something JSON has no word for.
    """
    import portalocker

    if not isinstance(record, Mapping):
        raise ValueError(f"a record is a mapping of names to values, not {type(record).__name__}.")
    line = json.dumps(dict(record), ensure_ascii=False, default=plain) + "\n"
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with portalocker.Lock(path, "ab+", flags=portalocker.LOCK_EX) as file:
        file.write((b"" if _ends_cleanly(file) else b"\n") + line.encode("utf-8"))
        file.flush()
        os.fsync(file.fileno())


def read(path: str | Path) -> list[dict[str, Any]]:
    """All whole records of a file in order; a warning names each line that was cut off."""
    path = Path(path)
    if not path.exists():
        raise ValueError(f"there is no record at {path}; run what writes it, or check the name.")
    records = []
    for number, line in enumerate(path.read_bytes().split(b"\n"), start=1):
        if not line.strip():
            continue
        try:
            records.append(dict(json.loads(line)))
        except (ValueError, TypeError):  # torn in the middle of a number, a string or a character
            warnings.warn(
                f"{path}, line {number} is cut off (was its run killed?) and is left out.",
                stacklevel=2,
            )
    return records


def stamp(seed: int | None = None) -> dict[str, Any]:
    """Where a number comes from: time (UTC), seed, commit, hardware, versions."""
    from workbook.core.system import machine

    found = machine.detect()
    return {
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "seed": seed,
        "commit": commit(),
        "hardware": {
            "device": found.device,
            "name": found.device_name,
            "cores": found.cores,
            "memory_bytes": found.memory_total,
        },
        "versions": {name: version for name in STAMPED if (version := _version(name))},
    }


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:  # a training machine has fewer packages than a learner's
        return None


def commit() -> str | None:
    """The checkout's commit, with "+" behind it when files differ from it; None without git."""
    folder = Path(__file__).resolve().parent
    try:
        answers = [
            subprocess.run(
                ["git", *arguments],
                cwd=folder, capture_output=True, text=True, check=True, timeout=20,
            ).stdout.strip()
            for arguments in (["rev-parse", "HEAD"], ["status", "--porcelain", "-uno"])
        ]  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return None
    head, changes = answers
    return head + "+" if changes else head


def plain(value: Any) -> Any:
    """A value JSON can write: NumPy and torch scalars and arrays, paths, sets; else ValueError."""
    if hasattr(value, "tolist"):
        return value.tolist()
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    raise ValueError(f"a record cannot hold a {type(value).__name__}: make it a number or a text.")


def _ends_cleanly(file: Any) -> bool:
    """True when the file is empty or its last byte ends a line."""
    if file.seek(0, os.SEEK_END) == 0:
        return True
    file.seek(-1, os.SEEK_END)
    return file.read(1) == b"\n"
