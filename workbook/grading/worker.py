"""One process that grades: it opens the key once, starts one parent of kernels, and serves.

A fault of ours costs one submission its grade, and the next run grades that one again. Left out:
who starts it (`batch.py` on this machine, `cluster.py` on others).
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import time

from workbook.grading import key, warm
from workbook.grading.grade import Settings, grade, ungraded
from workbook.grading.marks import Grade
from workbook.grading.submissions import Submission

MEMORY = 8 * 2**30  # bytes of this process: a check may compute with what an answer gave
_held: dict[str, object] = {}


def begin(settings: Settings, parent: int) -> None:
    """Open the key in a process that ends when the grader does, even by kill -9."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL, 0, 0, 0)  # PR_SET_PDEATHSIG
        if os.getppid() != parent:
            os._exit(1)
        limit_memory()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    open_key(settings)


def limit_memory() -> None:
    """Let a check that asks for too much fail, rather than the machine run out of memory."""
    import resource

    _, most = resource.getrlimit(resource.RLIMIT_DATA)
    wanted = MEMORY if most == resource.RLIM_INFINITY else min(MEMORY, most)
    resource.setrlimit(resource.RLIMIT_DATA, (wanted, most))


def open_key(settings: Settings) -> None:
    """Take what all submissions are graded with."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    _held["key"] = key.read(settings.key, settings.hidden)
    _held["settings"] = settings
    warm.zygote(settings.kept_apart())  # now, as no submission should be charged for it


def work(submission: Submission) -> tuple[Grade, float]:
    """Return the grade of a submission, and how many seconds it took."""
    start = time.monotonic()
    opened, settings = _held["key"], _held["settings"]
    assert isinstance(opened, key.Key) and isinstance(settings, Settings)
    try:
        result = grade(submission, opened, settings)
    except Exception as error:
        result = failed(submission, opened, settings, f"{type(error).__name__}: {error}")
    return result, round(time.monotonic() - start, 2)


def failed(submission: Submission, opened: key.Key, settings: Settings, words: str) -> Grade:
    """Return what is noted where the grader failed; the next run grades the submission again."""
    result = ungraded(submission, opened, settings, f"grader error: {words}")
    result.basis = ""
    return result
