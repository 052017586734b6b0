"""Files that are whole or not there: a killed program leaves the old one or the new one.

What is new is written as a draft beside its place, forced to the disk and renamed. The draft's name
ends in `DRAFT`; a folder that makes room for its successor ends in `LEAVING` until that has its
place. Left out: locks against other programs (`records.append`, `training/folder_lock.py`), and
what to tell a learner whose disk is full (`training/checkpoint.py`).
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

DRAFT, LEAVING = ".writing", ".leaving"  # last part of the name


def data_folder() -> Path:
    """Return the course's `data` folder: WORKBOOK_DATA, or the one beside the package."""
    asked = os.environ.get("WORKBOOK_DATA", "").strip()
    return Path(asked) if asked else Path(__file__).resolve().parents[3] / "data"


def write_atomically(path: str | Path, text: str) -> None:
    """Write a text file (UTF-8), all of it or nothing; several processes may do so at once.

    Folders above it are made. Raises OSError when it cannot be written; the old file stays.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with _draft(path, path.with_name(f"{path.name}.{os.getpid()}{DRAFT}")) as draft:
        draft.write_text(text, encoding="utf-8", newline="\n")


@contextmanager
def replacing(path: str | Path) -> Iterator[Path]:
    """Yield the name of a draft that takes the place of `path` when the block ends well.

    Make a file or a folder under that name; an error in the block leaves `path` as it is. Folders
    above it are made. For one writer at a time: what a killed one left is cleared away first.
    """
    path = Path(path)
    draft = path.with_name(path.name + DRAFT)
    _remove(draft)
    path.parent.mkdir(parents=True, exist_ok=True)
    with _draft(path, draft):
        yield draft


@contextmanager
def _draft(path: Path, draft: Path) -> Iterator[Path]:
    leaving = path.with_name(path.name + LEAVING)
    try:
        yield draft
        for file in draft.rglob("*") if draft.is_dir() else ():
            _flush(file)
        _flush(draft)
        if path.is_dir():  # at every moment one of the two has its name or can have it back
            _remove(leaving)
            os.replace(path, leaving)
        os.replace(draft, path)
    except BaseException:
        _remove(draft)
        if leaving.exists() and not path.exists():
            os.replace(leaving, path)
        raise
    _flush(path.parent)
    _remove(leaving)


def _flush(path: Path) -> None:
    """Make the system write a file or folder to the disk now."""
    if os.name == "nt" and path.is_dir():  # Windows cannot open a folder
        return
    handle = os.open(path, os.O_RDWR if os.name == "nt" else os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
