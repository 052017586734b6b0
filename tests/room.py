"""A limit on the memory of several processes together, as a Binder container has it.

A control group where this user may make one (Linux, root), version 2 or 1; elsewhere each process
gets the limit for its own address space, which is stricter for one process and laxer for all. So
`Room` also adds up what is resident, everywhere.
"""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import psutil

from workbook.core.system.peak_memory import family_memory, high_water

GROUPS = (  # (folder of the groups, file of the limit)
    (Path("/sys/fs/cgroup"), "memory.max"),
    (Path("/sys/fs/cgroup/memory"), "memory.limit_in_bytes"),
)
SAMPLE_SECONDS = 0.2
LEAVE_SECONDS = 30
JOIN = 'echo $$ > "$0" && exec "$@"'
NARROW = 'ulimit -v "$0" && exec "$@"'


class Room:
    """`enter` gives what to put before a command so that it runs inside; use it in a `with` block.

    `peak` is the most that was resident in all watched processes together, in bytes, and
    `children[pid]` the most of a watched process's children, such as a kernel that it started.
    """

    def __init__(self, limit: int) -> None:
        self.limit, self.peak, self.group = limit, 0, None
        self.pids: list[int] = []
        self.children: dict[int, int] = {}
        self.done = threading.Event()

    def __enter__(self) -> Room:
        self.group = next(filter(None, (make(*kind, self.limit) for kind in GROUPS)), None)
        self.watcher = threading.Thread(target=self._watch, daemon=True)
        self.watcher.start()
        return self

    def __exit__(self, *_error) -> None:
        self.done.set()
        self.watcher.join()
        if self.group is not None:
            limit = time.monotonic() + LEAVE_SECONDS
            inside = self.group / "cgroup.procs"
            while inside.read_text(encoding="ascii") and time.monotonic() < limit:
                time.sleep(SAMPLE_SECONDS)  # a kernel may need a moment to end
            self.group.rmdir()

    @property
    def enter(self) -> list[str]:
        if self.group is not None:
            return ["sh", "-c", JOIN, str(self.group / "cgroup.procs")]
        return ["sh", "-c", NARROW, str(self.limit // 1024)]

    def watch(self, pid: int) -> None:
        self.pids.append(pid)

    def _watch(self) -> None:
        while not self.done.wait(SAMPLE_SECONDS):
            self.peak = max(self.peak, sum(map(family_memory, self.pids)))
            for pid in self.pids:
                now = [max(family_memory(child), high_water(child)) for child in children_of(pid)]
                self.children[pid] = max(self.children.get(pid, 0), sum(now))


def children_of(pid: int) -> list[int]:
    """The processes that a process has started itself; none when it is gone."""
    try:
        return [child.pid for child in psutil.Process(pid).children()]
    except psutil.NoSuchProcess:
        return []


def make(parent: Path, file: str, limit: int) -> Path | None:
    """A new group with the limit, or None where that cannot be."""
    group = parent / f"workbook-test-{os.getpid()}"
    try:
        group.mkdir()
    except OSError:
        return None
    if (group / file).exists():  # made by the system, if this is a place for such groups
        (group / file).write_text(str(limit), encoding="ascii")
        return group
    group.rmdir()
    return None
