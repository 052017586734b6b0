"""Ctrl-C as a question: the loop finishes its step, saves and only then stops.

The first Ctrl-C (or SIGTERM, which a cluster sends before it takes the machine away) is noted; the
second stops at once. Works in the main thread, where Python receives signals; elsewhere nothing
changes. Left out: SIGKILL, which no program can answer, and for which there are checkpoints.
"""

from __future__ import annotations

import signal
import threading
from types import FrameType
from typing import Any


class Interrupts:
    """with Interrupts() as asked: `asked.to_stop` is true after the first Ctrl-C."""

    def __init__(self) -> None:
        self.to_stop = False
        self.before: dict[int, Any] = {}

    def __enter__(self) -> Interrupts:
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                self.before[number] = signal.signal(number, self._note)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self.before.items():
            signal.signal(number, handler)

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        if self.to_stop:
            raise KeyboardInterrupt("stopped at once; what was saved before stays as it was.")
        self.to_stop = True
