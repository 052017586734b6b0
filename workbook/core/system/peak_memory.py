"""The most memory that a process and its children ever held at once, watched while they work.

A thread looks every tenth of a second, so a peak shorter than that can be missed. The lesson
runner and the benchmarks use it.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SAMPLE_SECONDS = 0.1  # between two looks


class PeakMemory:
    """The highest resident memory of a process and its children while watched, in bytes.

    Sampled for the whole family, and for the process itself also read from the system's own
    high-water mark where there is one (Linux), so that a short spike is not missed.
    """

    def __init__(self) -> None:
        self.peak = 0

    @contextmanager
    def of(self, pid: int) -> Iterator[None]:
        """Watch a process while the block runs."""
        done = threading.Event()
        watcher = threading.Thread(target=self._watch, args=(pid, done.wait), daemon=True)
        watcher.start()
        try:
            yield
        finally:
            mark = high_water(pid)  # now, while the process is there
            done.set()
            watcher.join()
            self.peak = max(self.peak, mark)

    def _watch(self, pid: int, wait: Callable[[float], Any]) -> None:
        while True:
            self.peak = max(self.peak, family_memory(pid))
            if wait(SAMPLE_SECONDS):
                return


def family_memory(pid: int) -> int:
    """Resident bytes of a process and all its children now; 0 when it is gone."""
    import psutil

    try:
        parent = psutil.Process(pid)
        family = [parent, *parent.children(recursive=True)]
    except psutil.NoSuchProcess:
        return 0
    total = 0
    for process in family:
        try:
            total += process.memory_info().rss
        except psutil.Error:  # ended between the listing and the look
            continue
    return total


def high_water(pid: int) -> int:
    """The most resident bytes a process ever had, from /proc; 0 where the system keeps no mark."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    except OSError:
        return 0
    mark = re.search(r"^VmHWM:\s+(\d+) kB", status, re.MULTILINE)
    return int(mark[1]) * 1024 if mark else 0
