"""A process in the sandbox from outside: its output, its limits, and why it ended.

`start` is for a long process such as a notebook's kernel, `call` for one command. Whatever ends it
(its own end, a limit, `stop`, an exception in the caller, the death of the caller) every process in
the sandbox is gone with it. Nothing that it says is trusted: output is text, and `reason` follows
from what is seen from outside. Left out: asking it for a value (`runner.py`).
"""

from __future__ import annotations

import contextlib
import os
import select
import selectors
import signal
import subprocess
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbook.sandbox import watching
from workbook.sandbox.bubblewrap import Limits, SandboxUnavailable, command
from workbook.sandbox.watching import Child, close_all, in_words

TICK = 0.05  # seconds between two looks at memory, processes and space
MOST_FILES = 10_000  # in the work folder
BLOCK = 65_536


@dataclass(frozen=True)
class End:
    """How a process in the sandbox ended."""

    code: int | None  # exit code; None where it was killed
    reason: str  # "finished", or one sentence
    output: str  # what it printed (stdout and stderr), up to the limit
    seconds: float

    @property
    def ok(self) -> bool:
        """Whether it ended by itself, with code 0."""
        return self.code == 0


def call(argv: Sequence[str], *, input: bytes = b"", **options: Any) -> End:
    """Run a command in the sandbox until it ends; the options are those of `start`."""
    with start(argv, watched=False, **options) as process:
        if input:
            threading.Thread(target=process.send, args=(input,), daemon=True).start()
        else:
            process.send(b"")
        return process.wait()


def start(
    argv: Sequence[str],
    *,
    folder: str | Path | None = None,
    readable: Iterable[str | Path] = (),
    writable: Iterable[str | Path] = (),
    environment: Mapping[str, str] | None = None,
    limits: Limits | None = None,
    watched: bool = True,
    code: str | None = None,
    makes_sandboxes: bool = False,
    descriptors: Sequence[int] = (),
) -> Process:
    """Start a command in the sandbox and return its process; use it in a `with` statement.

    Paths and environment are those of `bubblewrap.command`. watched: a thread enforces the limits
    while the caller does something else; without it the caller has to `wait`. `folder` and
    `writable` have to be writable for the sandbox's user: where root calls, open them first
    (`os.chmod(folder, 0o777)` in a folder of yours). makes_sandboxes: for `zygote.py` only.
    descriptors: of this process, that stay open in the command. The kernel ends the process with
    the *thread* that started it, so start it in one that lives on.
    Raises SandboxUnavailable where there is no sandbox, ValueError where the command cannot start.
    """
    limits = limits or Limits()
    hosts = [Path(path) for path in ([folder] if folder else []) + list(writable)]
    told, tell = os.pipe()
    info, inform = os.pipe()
    answers, answer = os.pipe() if code else (None, None)
    inner = [fd for fd in (tell, inform, answer) if fd is not None]
    try:
        words = command(
            argv, folder=folder, readable=readable, writable=writable, environment=environment,
            limits=limits, ready_fd=tell, info_fd=inform,
            code=code and f"answers = {answer}\n{code}", makes_sandboxes=makes_sandboxes,
        )  # fmt: skip
        child = subprocess.Popen(
            words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env={}, cwd="/", pass_fds=[*inner, *descriptors], start_new_session=True,
        )  # fmt: skip
    except BaseException:
        close_all(told, info, answers)
        raise
    finally:
        close_all(*inner)
    process = Process(child, limits, hosts, answers)
    try:
        process.begin(told, info)
    except BaseException:
        process.stop()
        raise
    if watched:
        process.watch()
    return process


def available() -> bool:
    """Return whether programs can be run in the sandbox here; `problem` says why not."""
    return not problem()


def problem() -> str:
    """Return why there is no sandbox on this machine, as a sentence; nothing where there is one.

    A command that does nothing is run in it to find out; later calls remember a success.
    """
    if not _worked:
        try:
            _worked.append(call(["true"], limits=Limits(seconds=30)).ok)
        except SandboxUnavailable as error:
            return str(error)
    return "" if _worked[0] else "the sandbox starts here, but not even `true` ends well in it."


_worked: list[bool] = []


class Process:
    """A running sandbox; made by `start`."""

    def __init__(
        self,
        child: Child,
        limits: Limits,
        folders: Sequence[Path],
        answers: int | None,
    ) -> None:
        self.limits = limits
        self.end: End | None = None  # set when it has ended
        self.message: bytes = b""  # the first line from the inside, for `runner.py`
        self._child, self._folders, self._answers = child, folders, answers
        self._output = bytearray()
        self._pid: int | None = None  # of the sandbox's first process, as the host sees it
        self._handle: int | None = None
        self._started = time.monotonic()
        self._cause = ""  # why we killed it
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    @classmethod
    def adopt(
        cls, child: Child, pid: int, handle: int, limits: Limits, folders: Sequence[Path]
    ) -> Process:
        """Watch a sandbox that exists, or has ended. pid, handle: of its first process.

        The handle (from `os.pidfd_open`) is closed with the process.
        """
        process = cls(child, limits, folders, None)
        process._pid, process._handle = pid, handle
        process.watch()
        return process

    def __enter__(self) -> Process:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def running(self) -> bool:
        """Whether it has not ended yet."""
        return self.end is None and self._child.poll() is None

    @property
    def output(self) -> str:
        """What it has printed so far."""
        return self._output.decode("utf-8", "replace")

    def begin(self, told: int, info: int) -> None:
        """Wait until the command runs inside; both file descriptors are closed."""
        with os.fdopen(told, "rb") as ready, os.fdopen(info, "rb") as about:
            text = about.read(BLOCK)
            if b"child-pid" in text:
                self._pid = int(text.split(b'"child-pid":')[1].split(b",")[0].strip(b" \n}"))
                with contextlib.suppress(OSError):  # it has ended already
                    self._handle = os.pidfd_open(self._pid)
            said = ready.read(BLOCK).decode("utf-8", "replace")
        self._started = time.monotonic()
        if "error: " in said:
            raise ValueError(said.partition("error: ")[2] + ".")
        if said != "ready":
            assert self._child.stdout is not None
            text = self._child.stdout.read(BLOCK)
            raise SandboxUnavailable(watching.explain(text.decode("utf-8", "replace")))

    def send(self, data: bytes) -> None:
        """Write to its standard input and close it; an end in the middle is no error."""
        assert self._child.stdin is not None
        try:
            self._child.stdin.write(data)
            self._child.stdin.close()
        except (BrokenPipeError, ValueError):
            pass

    def restart_clock(self, limits: Limits) -> None:
        """Let the limits begin now; for a process that has been waiting for its work."""
        self.limits, self._started = limits, time.monotonic()

    def watch(self) -> None:
        """Enforce the limits in a thread."""
        self._thread = threading.Thread(target=self.wait, name="sandbox", daemon=True)
        self._thread.start()

    def stop(self, reason: str = "stopped from outside") -> End:
        """End it with everything in it, if it has not ended, and say how it ended."""
        self._kill(reason)
        return self.wait()

    def wait(self) -> End:
        """Enforce the limits until it ends; in a sandbox with `code`, until its message is here."""
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join()
        with self._lock:
            if self.end is None:
                self._serve()
                self.end = self._close_down()
            return self.end

    def _serve(self) -> None:
        """Read and check until it ends, breaks a limit, or has delivered its message."""
        assert self._child.stdout is not None
        with selectors.DefaultSelector() as both:
            both.register(self._child.stdout, selectors.EVENT_READ)
            if self._answers is not None:
                both.register(self._answers, selectors.EVENT_READ)
            look = 0.0  # when to look next at what all processes use
            while both.get_map() and not self._cause:
                left = self._started + self.limits.seconds - time.monotonic()
                if left <= 0:
                    return self._kill(f"time limit: it ran longer than {self.limits.seconds:g} s")
                for key, _ in both.select(min(left, TICK)):
                    if not (data := os.read(key.fd, BLOCK)):
                        both.unregister(key.fileobj)
                    elif key.fd == self._answers:
                        self.message += data
                    else:
                        self._output += data
                if self._too_much():
                    return None
                if b"\n" in self.message:
                    return self._drain()
                if (now := time.monotonic()) > look:
                    if cause := self._broken():
                        return self._kill(cause)
                    look = time.monotonic() + max(TICK, 4 * (time.monotonic() - now))
                if self._child.poll() is not None and self._answers is None:
                    return self._drain()
        return None

    def _too_much(self) -> bool:
        most = self.limits.output_kb * 1024
        if max(len(self._output), len(self.message)) <= most:
            return False
        del self._output[most:]
        self._kill(f"output too long: more than {self.limits.output_kb} KB")
        return True

    def _drain(self) -> None:
        """Read what an ended process left in the pipe."""
        assert self._child.stdout is not None
        os.set_blocking(self._child.stdout.fileno(), False)
        try:
            while (data := os.read(self._child.stdout.fileno(), BLOCK)) and not self._too_much():
                self._output += data
        except BlockingIOError:
            pass

    def _broken(self) -> str:
        """The limit that all processes together break now, as a sentence; or nothing."""
        if self.limits.processes > 1 and self._pid is not None:
            inside = watching.tree(self._pid)[1:]  # the first is ours
            used = sum(map(watching.memory_of, inside))
            if used > self.limits.memory_mb * 2**20:
                return f"memory limit: all processes used more than {self.limits.memory_mb} MB"
        for folder in self._folders:
            space, files = watching.space_of(folder, MOST_FILES)
            if space > self.limits.disk_mb * 2**20:
                return f"disk limit: {folder.name} grew over {self.limits.disk_mb} MB"
            if files > MOST_FILES:
                return f"disk limit: more than {MOST_FILES:,} files in {folder.name}"
        return ""

    def _kill(self, reason: str) -> None:
        """Kill the sandbox's first process; the kernel ends all others with it."""
        if self._child.poll() is None:
            self._cause = self._cause or reason
            if not self._kill_first():
                self._child.kill()

    def _kill_first(self) -> bool:
        """Kill the first process by its handle, which no other process can have taken over."""
        if self._handle is None:
            return False
        try:
            signal.pidfd_send_signal(self._handle, signal.SIGKILL)
        except ProcessLookupError:
            return False
        return True

    def _close_down(self) -> End:
        """Wait for the last process, close everything, and put the end into words."""
        if not self._cause and self._answers is not None and b"\n" in self.message:
            self._kill("it had delivered its message")
        left = self._started + self.limits.seconds - time.monotonic()
        try:
            code = self._child.wait(1 if self._answers is not None else max(left, 1))
        except subprocess.TimeoutExpired:
            self._kill("it closed its output and went on")
            code = self._child.wait()
        if self._kill_first() and self._handle is not None:  # bubblewrap died before it
            select.select([self._handle], [], [], 5)
        close_all(self._handle, self._answers)
        for stream in (self._child.stdin, self._child.stdout):
            if stream is not None:
                with contextlib.suppress(BrokenPipeError):
                    stream.close()
        took = time.monotonic() - self._started
        return End(None if self._cause else code, self._cause or in_words(code), self.output, took)
