"""One run in a folder at a time: while `fit` is at work it holds the folder's `.lock`.

The system gives the lock up with the process that holds it, so that a killed run leaves none.
Left out: file systems that know no locks, where nothing is checked. `fit.py` uses it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from workbook.training.checkpoint import disk_errors
from workbook.training.devices import Dist


@contextmanager
def folder_lock(folder: str | Path | None, dist: Dist) -> Iterator[None]:
    """Have a folder, made if absent, to this run alone; without a folder nothing is done.

    Raises ValueError, in every process of the run, when another run is at work there or when the
    folder cannot be made.
    """
    held: list[IO[str]] = []
    if folder:
        dist.on_main(lambda: held.append(_locked(Path(folder))))
    try:
        yield
    finally:
        for file in held:
            file.close()


def _locked(folder: Path) -> IO[str]:
    import portalocker

    with disk_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        file = open(folder / ".lock", "a", encoding="utf-8")
    try:
        portalocker.lock(file, portalocker.LOCK_EX | portalocker.LOCK_NB)
    except portalocker.AlreadyLocked as error:
        file.close()
        raise ValueError(
            f"another process is training in {folder}: wait for its end, or give another folder."
        ) from error
    except portalocker.LockException:
        pass  # this file system has no locks
    return file
