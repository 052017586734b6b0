"""What can be seen of a sandbox from outside: its processes, their memory, its space on disk.

Everything is read from the host's /proc and from the folder itself; the sandbox is not asked. Also
here: exit codes and bubblewrap's messages in words. `process.py` decides what follows from them.
"""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import IO, Protocol


class Child(Protocol):
    """What `Process` asks of the process that it watches; a Popen has it."""

    @property
    def stdin(self) -> IO[bytes] | None: ...
    @property
    def stdout(self) -> IO[bytes] | None: ...
    def poll(self) -> int | None: ...
    def wait(self, timeout: float | None = None) -> int: ...
    def kill(self) -> None: ...


def in_words(code: int) -> str:
    """Say what an exit code means; bubblewrap gives 128 + the number of a signal."""
    if code == 0:
        return "finished"
    number = -code if code < 0 else code - 128
    if number == signal.SIGXCPU:
        return "CPU limit: it used more processor time than it may"
    if number == signal.SIGXFSZ:
        return "file too large: it wrote more into one file than it may"
    if number in {sign.value for sign in signal.Signals}:
        return f"it was ended by {signal.Signals(number).name}"
    return f"it ended with exit code {code}"


def explain(text: str) -> str:
    """Turn bubblewrap's message about a sandbox that could not be made into one sentence."""
    said = " ".join(text.split()) or "no message"
    if "namespace" in said or "Operation not permitted" in said or "uid map" in said:
        return (
            "this system forbids the namespaces that the sandbox is made of: start a container "
            "with `--security-opt seccomp=unconfined --security-opt apparmor=unconfined "
            "--security-opt systempaths=unconfined`; on Ubuntu 24.04 and later run "
            f"`sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0` ({said})."
        )
    return f"the sandbox could not be made: {said}."


def tree(pid: int) -> list[int]:
    """Return a process and all that descend from it, as far as they can be seen."""
    found, new = [], [pid]
    while new:
        found.append(now := new.pop())
        try:
            for task in os.listdir(f"/proc/{now}/task"):
                text = Path(f"/proc/{now}/task/{task}/children").read_text(encoding="ascii")
                new += [int(word) for word in text.split()]
        except OSError:
            continue
    return found


def memory_of(pid: int) -> int:
    """Return the bytes of memory that are a process's own or shared memory, not a file's."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    except OSError:
        return 0
    return 1024 * sum(int(x.split()[1]) for x in lines if x.startswith(("RssAnon:", "RssShmem:")))


def space_of(folder: Path, most_files: int) -> tuple[int, int]:
    """Return bytes on disk and number of entries below a folder, links not followed."""
    space, files, new = 0, 0, [str(folder)]
    while new and files <= most_files:
        try:
            with os.scandir(new.pop()) as entries:
                for entry in entries:
                    files += 1
                    space += entry.stat(follow_symlinks=False).st_blocks * 512
                    if entry.is_dir(follow_symlinks=False):
                        new.append(entry.path)
        except OSError:
            continue
    return space, files


def close_all(*descriptors: int | None) -> None:
    """Close file descriptors; None stands for one that was not opened."""
    for descriptor in descriptors:
        if descriptor is not None:
            os.close(descriptor)
