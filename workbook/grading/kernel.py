"""A kernel in the sandbox, spoken to by nbval through Unix sockets in one shared folder.

The other side of the sockets is the student's: messages may be forged, endless, huge or missing.
So each wait has an end, the size of a message and of all messages has a limit, and a kernel that
has died is seen at once. Left out: what is executed (`session.py`).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from queue import Empty
from typing import Any

import zmq
from jupyter_client.blocking import BlockingKernelClient
from jupyter_client.connect import write_connection_file
from nbval.kernel import RunningKernel

from workbook.core.runs.files import data_folder
from workbook.sandbox import process as sandbox
from workbook.sandbox.bubblewrap import Limits

START_SECONDS = 90.0
MESSAGE_BYTES = 4_000_000
MOST_MESSAGES, MOST_CHARACTERS = 20_000, 40_000_000
TICK = 0.2


class KernelGone(RuntimeError):
    """The kernel ended, or is not worth listening to any more; the message says why."""


@dataclass(frozen=True)
class Isolation:
    """How a submission is kept apart. kind: "sandbox" or "none"."""

    kind: str
    edition: Path  # folder with the package without answers
    limits: Limits = Limits(
        seconds=120, memory_mb=2048, processes=96, file_mb=32, disk_mb=64, output_kb=512
    )

    def in_words(self) -> str:
        """Say it in one line, for reports."""
        if self.kind == "none":
            return "none: answers ran with the rights of the person who graded"
        mb = self.limits.memory_mb
        return (
            "sandbox (bubblewrap): no network, read-only system, own folder, "
            f"{mb} MB, {self.limits.seconds:g} s"
        )


class SandboxKernel(RunningKernel):
    """nbval's kernel with the process on the other side of a sandbox."""

    def __init__(self, isolation: Isolation) -> None:
        self.isolation = isolation
        self.folder = Path(tempfile.mkdtemp(prefix="wbk-"))
        self.work = self.folder / "k"
        self.work.mkdir()
        self.work.chmod(0o777)
        self.messages = self.characters = 0
        self.given_up = ""
        connection = str(self.work / "c.json")
        names = ("shell_port", "iopub_port", "stdin_port", "hb_port", "control_port")
        ports: dict[str, Any] = {name: n for n, name in enumerate(names, 1)}
        key = os.urandom(16).hex().encode()
        write_connection_file(
            connection, transport="ipc", ip=str(self.work / "s"), key=key, **ports
        )
        os.chmod(connection, 0o644)
        self.context = zmq.Context()
        self.context.setsockopt(zmq.MAXMSGSIZE, MESSAGE_BYTES)
        self.context.setsockopt(zmq.RCVHWM, 500)
        self.context.setsockopt(zmq.LINGER, 0)
        self.kc = BlockingKernelClient(context=self.context)
        self.kc.load_connection_file(connection)
        self.process: Any = None
        try:
            self.process = _start(isolation, self.work, connection)
            self._connect()
        except BaseException:
            self.stop()
            raise

    def _connect(self) -> None:
        """Wait until the kernel answers on both channels."""
        deadline = time.monotonic() + START_SECONDS
        while not (self.work / "s-5").exists() and time.monotonic() < deadline:
            if not self.is_alive():
                raise KernelGone(self.why_it_ended())
            time.sleep(0.02)
        self.kc.start_channels(stdin=False, hb=False)
        while time.monotonic() < deadline:
            asked = self.kc.kernel_info()
            try:
                self.await_reply(asked, timeout=min(START_SECONDS, 10))
                self.await_idle(asked, 1)
                if isinstance(self.process, sandbox.Process):
                    self.process.restart_clock(self.isolation.limits)
                return
            except Empty:
                continue
        raise KernelGone("the kernel did not start")

    def get_message(self, stream: str, timeout: float | None = None) -> dict[str, Any]:
        """Return the next message; Empty after `timeout` seconds, KernelGone where none can come.

        Raises KernelGone for a flood of messages too.
        """
        ask: Callable = self.kc.get_iopub_msg if stream == "iopub" else self.kc.get_shell_msg
        end = time.monotonic() + (START_SECONDS if timeout is None else timeout)
        while True:
            try:
                message = ask(timeout=max(0.0, min(TICK, end - time.monotonic())))
                break
            except Empty:
                if not self.is_alive():
                    raise KernelGone(self.why_it_ended()) from None
                if time.monotonic() >= end:
                    raise
        self.messages += 1
        self.characters += len(str(message.get("content")))
        if self.messages > MOST_MESSAGES or self.characters > MOST_CHARACTERS:
            self.given_up = "output limit: too much output"
            self.stop()
            raise KernelGone(self.given_up)
        return message

    def is_alive(self) -> bool:
        """Whether the process on the other side still runs."""
        if self.given_up or self.process is None:
            return False
        if isinstance(self.process, subprocess.Popen):
            return self.process.poll() is None
        return bool(self.process.running)

    def why_it_ended(self) -> str:
        """Return what ended the kernel, in words."""
        if self.given_up or self.process is None:
            return self.given_up or "the kernel did not start"
        if isinstance(self.process, subprocess.Popen):
            return sandbox.in_words(self.process.wait())
        reason = self.process.wait().reason
        return "it ended itself with exit code 0" if reason == "finished" else str(reason)

    def interrupt(self) -> None:
        """Ask the kernel to stop what it does; it may not listen."""
        message = self.kc.session.msg("interrupt_request", content={})
        self.kc.control_channel.send(message)

    def stop(self) -> None:
        """End the process with all that it started, close the sockets and remove the folder."""
        self.given_up = self.given_up or "it was stopped"
        if isinstance(self.process, subprocess.Popen):
            self.process.kill()
            self.process.wait()
        elif self.process is not None:
            self.process.stop()
        self.kc.stop_channels()
        self.context.destroy(linger=0)
        shutil.rmtree(self.folder, ignore_errors=True)


def _start(isolation: Isolation, work: Path, connection: str) -> Any:
    script = isolation.edition / "workbook" / "grading" / "inside" / "kernel.py"
    argv = [sys.executable, "-I", "-B", str(script), connection, str(isolation.edition)]
    environment = {
        "OMP_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "TOKENIZERS_PARALLELISM": "false",
        "HF_HUB_OFFLINE": "1",
        "WORKBOOK_OFFLINE": "1",
        "WORKBOOK_PROFILE": "binder",
        "WORKBOOK_DATA": str(data_folder()),
        "WORKBOOK_HOME": str(work),
        "IPYTHONDIR": str(work / "ipython"),
        "JUPYTER_PLATFORM_DIRS": "1",
        "MPLCONFIGDIR": str(work / "mpl"),
    }
    if isolation.kind == "none":
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        return subprocess.Popen(
            argv, cwd=work, env=kept | environment,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
    waiting = replace(isolation.limits, seconds=START_SECONDS + isolation.limits.seconds)
    readable = [*_environment(), isolation.edition, data_folder()]
    return sandbox.start(
        argv, folder=work, readable=readable, environment=environment, limits=waiting
    )


def _environment() -> list[Path]:
    """The installed packages; where this one lies among them, all but it."""
    places = [Path(entry) for entry in sys.path if Path(entry, "workbook").is_dir()]
    prefix = Path(sys.prefix)
    inside = [place for place in places if prefix in place.parents]
    if not inside:
        return [prefix]
    found: list[Path] = []
    for folder in [prefix, *_between(prefix, inside[0])]:
        following = {*inside, *_between(prefix, inside[0])}
        found += [e for e in folder.iterdir() if e not in following and e.name != "workbook"]
    return found


def _between(top: Path, bottom: Path) -> list[Path]:
    """The folders on the way from `top`, without it, down to `bottom`."""
    return [*reversed([each for each in bottom.parents if top in each.parents]), bottom]
