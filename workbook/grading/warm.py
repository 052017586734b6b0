"""One warm parent of kernels per thread: torch and the course are imported once, kernels forked.

Without it a kernel of a light lesson spends four fifths of its time on imports. A parent is made
for the first submission and serves until another edition is graded with, or this process ends.
Where the machine allows no sandbox within a sandbox there is none, and each kernel imports for
itself: slower, kept apart just as well. Left out: the kernel (`kernel.py`).
"""

from __future__ import annotations

import atexit
import os
import shutil
import threading
from dataclasses import dataclass

from workbook.grading.isolation import Isolation, command, environment_of, new_folder, readable
from workbook.sandbox.bubblewrap import SandboxUnavailable
from workbook.sandbox.zygote import Zygote

COLD = "WORKBOOK_COLD_KERNELS"  # set in the environment: no warm parents, for comparisons


@dataclass
class _Parent:
    """A parent and what it was made for; none where it could not be made."""

    isolation: Isolation
    zygote: Zygote | None


_mine = threading.local()
_all: list[_Parent] = []


def zygote(isolation: Isolation) -> Zygote | None:
    """Return this thread's parent of kernels for an edition, or None where there can be none."""
    if isolation.kind != "sandbox" or os.environ.get(COLD):
        return None
    held: _Parent | None = getattr(_mine, "parent", None)
    if held not in _all:  # another thread has ended it
        held = None
    if held is not None and held.isolation.edition == isolation.edition:
        if held.zygote is None or held.zygote.running:
            return held.zygote
    if held is not None:
        _end(held)
    _mine.parent = _Parent(isolation, _start(isolation))
    _all.append(_mine.parent)
    return _mine.parent.zygote


def end() -> None:
    """End the parents of all threads; the next submission starts another."""
    while _all:
        _end(_all[0])


def _start(isolation: Isolation) -> Zygote | None:
    folder = new_folder(isolation)
    try:
        return Zygote(
            [*command(isolation), "zygote"], folder=folder, readable=readable(isolation),
            environment=environment_of(folder / "k"),
        )  # fmt: skip
    except SandboxUnavailable:
        shutil.rmtree(folder, ignore_errors=True)
        return None


def _end(parent: _Parent) -> None:
    _all.remove(parent)
    if parent.zygote is not None:
        parent.zygote.close()
        shutil.rmtree(parent.zygote.folder, ignore_errors=True)


atexit.register(end)
