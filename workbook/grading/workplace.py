"""The temporary folder of a grading run, gone at its end; after a kill the next run removes it.

It holds the package without answers and, while they are graded, the work folders of submissions. A
run holds a lock on its folder, which the system takes back when the run's process ends, however it
ends. Left out: what is in it (`edition.py`, `warm.py`).
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import portalocker

from workbook.grading import edition

PREFIX = "wbg-"
LOCK = "lock"


@contextmanager
def workplace() -> Iterator[Path]:
    """Give the folder of an edition of the package without answers, beside which may be written."""
    remove_abandoned()
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    lock = (folder / "new").open("wb")
    try:
        portalocker.lock(lock, portalocker.LOCK_EX)
        os.replace(folder / "new", folder / LOCK)
        folder.chmod(0o755)  # for the sandbox's user
        place = folder / "edition"
        place.mkdir()
        edition.write(place, with_results=False)
        yield place
    finally:
        lock.close()
        shutil.rmtree(folder, ignore_errors=True)


def remove_abandoned() -> int:
    """Remove the folders of runs that were killed; returns how many."""
    removed = 0
    for folder in Path(tempfile.gettempdir()).glob(PREFIX + "*"):
        try:
            with (folder / LOCK).open("rb+") as lock:
                portalocker.lock(lock, portalocker.LOCK_EX | portalocker.LOCK_NB)
                shutil.rmtree(folder)
                removed += 1
        except (OSError, portalocker.LockException):
            continue  # in use, or someone else's
    return removed
