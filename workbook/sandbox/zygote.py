"""Warm sandboxes: one trusted process imports, and each piece of work gets a fork of it.

A `Zygote` lives in a sandbox of its own, with the rights to make namespaces, and runs no work. Each
fork has its own mounts, processes, network, IPC, user, work folder, limits and filter, and is
watched and ended by its host like a sandbox that was started anew (`process.Process`). What forks
share is how memory is laid out and hashed, as all copies come from one process; there is nothing in
which one of them could leave anything for the next. Left out: what happens inside (`forking.py`).
"""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import struct
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType

from workbook.sandbox import bubblewrap, process
from workbook.sandbox.bubblewrap import Limits, SandboxUnavailable
from workbook.sandbox.process import Process

UNLIMITED = Limits(
    seconds=1e9, memory_mb=2**20, processes=2**20, file_mb=1, disk_mb=64, output_kb=64
)
CREDENTIALS = struct.Struct("3i")  # of a message's sender: process, user, group
OTHERS = 3  # of our own, that count as the user's: bubblewrap, the zygote, the first process
SECONDS = 60.0  # for an order


class Zygote:
    """A process that has imported what the work needs; use it in a `with` statement or `close` it.

    The kernel ends it with the thread that started it. It forks one sandbox at a time.
    """

    def __init__(
        self,
        argv: Sequence[str],
        *,
        folder: Path,
        readable: Iterable[str | Path] = (),
        environment: Mapping[str, str] | None = None,
        seconds: float = 120.0,
    ) -> None:
        """Start it and wait until it has imported everything.

        argv: the command, which gets the number of a descriptor as its last word and hands it to
        `forking.serve`. folder: on the host; the work folders of forks are made in it.
        Raises SandboxUnavailable where it cannot be.
        """
        self.folder = folder
        self._orders, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            self._process = process.start(
                [*argv, str(theirs.fileno())], folder=folder, readable=readable,
                environment=environment, limits=UNLIMITED, watched=False,
                makes_sandboxes=True, descriptors=[theirs.fileno()],
            )  # fmt: skip
        except BaseException:
            self._orders.close()
            raise
        finally:
            theirs.close()
        try:
            self._orders.settimeout(seconds)
            said = self._orders.recv(64)
        except OSError:
            said = b""
        if said != b"ready":
            self._process.restart_clock(replace(UNLIMITED, seconds=5))
            end = self._process.wait()  # it is ending, or is ended now
            self.close()
            raise SandboxUnavailable(f"no warm sandbox: {end.output.strip()[-500:] or end.reason}.")
        self._orders.settimeout(SECONDS)

    def __enter__(self) -> Zygote:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def running(self) -> bool:
        """Whether it can be asked for a fork."""
        return self._process.running

    def close(self) -> process.End:
        """End it with all its forks."""
        self._orders.close()
        return self._process.stop("it is not needed any more")

    def fork(self, argv: Sequence[str], folder: Path, limits: Limits) -> Process:
        """Return a new sandbox that runs the work with these words.

        folder: its work folder, empty, directly in the zygote's, writable for everyone.
        Raises SandboxUnavailable where it cannot be made.
        """
        order = {
            "argv": list(argv),
            "folder": str(folder),
            "disk_bytes": limits.disk_mb * 2**20,
            "shared_memory": limits.processes > 1,
            "settings": bubblewrap.settings(limits, bubblewrap.rights(), None, OTHERS),
        }
        try:
            child = self._first_process(json.dumps(order).encode())
        except OSError as error:
            raise SandboxUnavailable(f"no warm sandbox: {error}.") from error
        said = child.go_on()
        if said != "ready":
            child.kill()
            child.wait()
            child.stdout.close()
            raise SandboxUnavailable(f"no warm sandbox: {said or 'it ended at once'}.")
        return Process.adopt(child, child.pid, child.new_handle(), limits, [folder])

    def _first_process(self, order: bytes) -> _First:
        """Send an order and return the sandbox that was made for it; its work has not begun."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        ours.settimeout(SECONDS)
        output, printed = os.pipe()
        try:
            with theirs:
                socket.send_fds(self._orders, [order], [theirs.fileno(), printed])
            said, extra, _, _ = ours.recvmsg(500, socket.CMSG_SPACE(CREDENTIALS.size))
            if said != b"made":
                raise OSError(said.decode("utf-8", "replace") or "it ended at once")
            return _First(ours, output, CREDENTIALS.unpack(extra[0][2])[0])
        except BaseException:
            ours.close()
            os.close(output)
            raise
        finally:
            os.close(printed)


class _First:
    """The first process of a fork, with what `Process` asks of a child: poll, wait, kill, output.

    It is no child of this process, so its exit code comes as its last message; the handle tells
    that it has ended.
    """

    stdin = None

    def __init__(self, report: socket.socket, output: int, pid: int) -> None:
        self.pid, self._handle = pid, os.pidfd_open(pid)  # it waits for us, so it is still there
        self.stdout = os.fdopen(output, "rb", buffering=0)
        self.returncode: int | None = None
        self._report = report

    def go_on(self) -> str:
        """Let it start its work; return "ready", or what went wrong."""
        try:
            self._report.send(b"go")
            return self._report.recv(500).decode("utf-8", "replace")
        except OSError as error:
            return str(error)

    def new_handle(self) -> int:
        """Return a handle of one's own; no other process can have taken over what it stands for."""
        return os.dup(self._handle)

    def poll(self) -> int | None:
        """Return the exit code, or None while it runs."""
        if self.returncode is None and select.select([self._handle], [], [], 0)[0]:
            self.returncode = self._code()
            os.close(self._handle)
            self._report.close()
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait until it has ended; TimeoutExpired after `timeout` seconds."""
        if self.returncode is None:
            select.select([self._handle], [], [], timeout)
        code = self.poll()
        if code is None:
            raise subprocess.TimeoutExpired("sandbox", timeout or 0)
        return code

    def kill(self) -> None:
        """End it, and with it the whole sandbox."""
        if self.poll() is None:
            signal.pidfd_send_signal(self._handle, signal.SIGKILL)

    def _code(self) -> int:
        self._report.setblocking(False)
        try:
            words = self._report.recv(64).split()
            return int(words[1]) if words and words[0] == b"ended" else -signal.SIGKILL
        except (OSError, ValueError):
            return -signal.SIGKILL
