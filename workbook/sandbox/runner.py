"""Run a program in the sandbox and return the value of its variable `answer`.

One process per program: a worker waits in the sandbox with Python booted, takes one program, and is
killed with everything it started as soon as its answer is here; the next worker then boots in the
background. What comes back is one line of JSON, checked like any text from a stranger. Left out:
platforms other than Linux (`interpreter.py` runs a subset of Python anywhere). Lesson 16 uses it.
"""

from __future__ import annotations

import atexit
import json
import os
import secrets
import threading
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

from workbook.sandbox.bubblewrap import Limits
from workbook.sandbox.process import End, Process, start
from workbook.sandbox.result import (
    LONGEST_ANSWER,
    NO_ANSWER,
    NOT_JSON,
    TOO_LONG,
    Result,
    checked_inputs,
    shortened,
)

LEAST_MB = 32  # Python itself takes about half of it
WORKER = Limits(
    seconds=3600, memory_mb=2**20, processes=1, file_mb=1, disk_mb=4, output_kb=64, open_files=64
)
WAIT = """
enter(settings)
os.write(settings["ready"], b"ready")
os.close(settings["ready"])
work(answers, sys.stdin.buffer.read())
"""


def run(
    program: str,
    *,
    inputs: Mapping[str, Any] | None = None,
    seconds: float = 2.0,
    memory_mb: int = 256,
) -> Result:
    """Return what a program leaves in its variable `answer`, after running it in the sandbox.

    program: any Python 3 with the standard library, without network and files. inputs: its first
    variables, as JSON. seconds: of wall clock. memory_mb: of address space, Python itself included.
    It may print 64 KB and write 4 MB, 1 MB a file. Whatever the program does ends in a `Result`.
    Raises SandboxUnavailable where there is no sandbox, and ValueError for impossible settings.
    """
    if not isinstance(program, str):
        raise ValueError(f"a program is a text, not {type(program).__name__}.")
    if not 0 < seconds <= WORKER.seconds:
        raise ValueError(f"a program runs up to {WORKER.seconds:g} seconds, not {seconds:g}.")
    if not LEAST_MB <= memory_mb <= WORKER.memory_mb:
        raise ValueError(f"a program needs at least {LEAST_MB} MB of memory, not {memory_mb:g}.")
    request = {
        "key": secrets.token_hex(16),
        "program": program,
        "inputs": checked_inputs(inputs),
        "seconds": seconds,
        "memory_mb": int(memory_mb),
        "longest": LONGEST_ANSWER,
        "threads": 16,
        "file_mb": WORKER.file_mb,
        "disk_mb": WORKER.disk_mb,
        "no_answer": NO_ANSWER,
        "not_json": NOT_JSON,
        "too_long": TOO_LONG,
    }
    with _workers.take() as process:
        process.restart_clock(replace(WORKER, seconds=seconds))
        process.send(json.dumps(request).encode())
        end = process.wait()
    _workers.prepare()
    return read_message(process.message, str(request["key"]), end)


def warm_up() -> None:
    """Boot the worker for the next program now and wait until it is ready."""
    _workers.prepare().result()


def dismiss() -> None:
    """End the worker that waits for the next program; the next `run` boots another."""
    _workers.dismiss()


def read_message(message: bytes, key: str, end: End) -> Result:
    """Return the result that a worker's line of JSON stands for, or why there is none.

    The line has to be the only one, with the key that the worker was given and values of the right
    types; anything else has been written by the program.
    """
    if not message:
        reason = end.reason
        if end.code == 0:
            reason = "the program ended its own process before its last line"
        return Result(False, None, end.output, reason)
    try:
        line = json.loads(message)
        valid = line.pop("key") == key and line.keys() == {"ok", "json", "reason"}
        if valid and line["ok"] is True and line["reason"] == "":
            return Result(True, json.loads(line["json"], parse_constant=_refuse), end.output, "")
        if valid and line["ok"] is False and isinstance(line["reason"], str) and line["reason"]:
            return Result(False, None, end.output, shortened(line["reason"]))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        pass
    reason = "the program wrote into the channel on which the sandbox reports"
    return Result(False, None, end.output, reason)


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


class _Workers:
    """The worker that waits for the next program, and the thread that starts workers.

    The kernel ends a sandbox with the thread that started it, so one thread that lives as long as
    this process starts them all. After a fork the child has no such thread and begins anew.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._starter: ThreadPoolExecutor | None = None
        self._next: Future[Process] | None = None
        self._owner = 0  # the process that these belong to

    def prepare(self) -> Future[Process]:
        """Start to boot the next worker, if none waits."""
        with self._lock:
            if self._owner != os.getpid():
                self._owner, self._next = os.getpid(), None
                self._starter = ThreadPoolExecutor(1, thread_name_prefix="sandbox")
                atexit.register(self.dismiss)
            assert self._starter is not None
            if self._next is None:
                self._next = self._starter.submit(_boot)
            return self._next

    def take(self) -> Process:
        """Return a worker that has not had a program; one that died while waiting is replaced."""
        for _ in range(3):
            future = self.prepare()
            with self._lock:
                if self._next is not future:
                    continue  # another thread was quicker
                self._next = None
            process = future.result()
            if process.running:
                return process
            process.stop()
        return _boot()

    def dismiss(self) -> None:
        """End the waiting worker."""
        with self._lock:
            future, self._next = self._next, None
        if future is not None and self._owner == os.getpid() and not future.exception():
            future.result().stop()


def _boot() -> Process:
    text = Path(__file__).with_name("worker.py").read_text(encoding="utf-8") + WAIT
    # Without the second, each thread reserves 64 MB of addresses, which count as memory here.
    environment = {"PYTHONHASHSEED": "0", "MALLOC_ARENA_MAX": "1"}
    return start((), environment=environment, limits=WORKER, code=text, watched=False)


_workers = _Workers()
