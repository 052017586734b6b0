"""A kernel in the sandbox, spoken to by nbval through Unix sockets in one shared folder.

The other side of the sockets is the student's: messages may be forged, endless, huge or missing.
So each wait has an end, the size of a message and of all messages has a limit, and a kernel that
has died is seen at once. Left out: what is executed (`session.py`).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from queue import Empty
from typing import Any

import zmq
from jupyter_client.blocking import BlockingKernelClient
from jupyter_client.connect import write_connection_file
from nbval.kernel import RunningKernel

from workbook.grading import warm
from workbook.grading.isolation import (
    START_SECONDS,
    Isolation,
    command,
    environment_of,
    new_folder,
    readable,
    work_folder,
)
from workbook.sandbox import process as sandbox
from workbook.sandbox.zygote import Zygote

MESSAGE_BYTES = 4_000_000
MOST_MESSAGES, MOST_CHARACTERS = 20_000, 40_000_000
TICK = 0.2


class KernelGone(RuntimeError):
    """The kernel ended, or is not worth listening to any more; the message says why."""


class SandboxKernel(RunningKernel):
    """nbval's kernel with the process on the other side of a sandbox."""

    def __init__(self, isolation: Isolation) -> None:
        self.isolation = isolation
        self.warm = warm.zygote(isolation)
        self.folder = self.warm.folder if self.warm else new_folder(isolation)
        self.work = work_folder(self.folder)
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
            self.process = _start(isolation, self.work, connection, self.warm)
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
            reason = sandbox.in_words(self.process.wait())
        else:
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
        shutil.rmtree(self.work if self.warm else self.folder, ignore_errors=True)
        if self.warm and self.work.exists():  # nobody else may find what is left in it
            warm.end()


def _start(isolation: Isolation, work: Path, connection: str, parent: Zygote | None) -> Any:
    if parent is not None:
        return parent.fork([connection], work, isolation.limits)
    argv, environment = [*command(isolation), connection], environment_of(work)
    if isolation.kind == "none":
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        return subprocess.Popen(
            argv, cwd=work, env=environment | kept,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
    waiting = replace(isolation.limits, seconds=START_SECONDS + isolation.limits.seconds)
    return sandbox.start(
        argv, folder=work, readable=readable(isolation), environment=environment, limits=waiting
    )
