"""The most memory of a process and its children: what is counted, and that no peak is missed."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import contextmanager

import pytest

from workbook.core.system import peak_memory
from workbook.core.system.peak_memory import PeakMemory, family_memory, high_water

MB = 10**6
# Takes 80 MB, says so, waits, gives them back, says so, waits.
HOLDER = """
held = bytearray(b"x") * 80_000_000
print("held", flush=True); input()
del held
print("freed", flush=True); input()
"""
PARENT = f"""
import subprocess, sys
child = subprocess.Popen([sys.executable, "-IS", "-c", {HOLDER!r}])
child.wait()
"""


@contextmanager
def running(program):
    """A process that holds 80 MB, itself or in a child."""
    process = subprocess.Popen(
        [sys.executable, "-IS", "-c", program],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stdout.readline() == "held\n"
        yield process
    finally:
        process.stdin.close()
        process.kill()
        process.wait()
        process.stdout.close()


def free(process):
    process.stdin.write("\n")
    process.stdin.flush()
    assert process.stdout.readline() == "freed\n"


def test_what_a_process_holds_now_is_counted_and_what_it_gave_back_is_not():
    with running(HOLDER) as process:
        held = family_memory(process.pid)
        assert 80 * MB < held < 200 * MB
        free(process)
        assert family_memory(process.pid) < held - 70 * MB


def test_children_belong_to_the_family():
    with running(PARENT) as process:
        assert family_memory(process.pid) > 80 * MB
        process.stdin.write("\n\n")  # both are read by the child
        process.stdin.flush()
        assert process.wait() == 0
        assert family_memory(process.pid) == 0, "a process that was waited for is gone"


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="keeps no high-water mark")
def test_the_peak_outlives_the_memory():
    with running(HOLDER) as process:
        free(process)
        mark = high_water(process.pid)
        assert mark > 80 * MB > family_memory(process.pid)
        watched = PeakMemory()
        with watched.of(process.pid):
            pass
        assert watched.peak == mark, "a spike between two looks is read from the system's mark"


def test_the_highest_look_is_kept_where_there_is_no_mark(monkeypatch):
    looks = iter([300, 500, 400, 0])
    watched = PeakMemory()
    monkeypatch.setattr(peak_memory, "high_water", lambda pid: 0)
    monkeypatch.setattr(peak_memory, "family_memory", lambda pid: next(looks))
    waits = iter([False, False, False, True])  # whether the block has ended
    watched._watch(1, wait=lambda seconds: next(waits))
    assert watched.peak == 500


def test_a_block_that_fails_is_measured_too(monkeypatch):
    monkeypatch.setattr(peak_memory, "high_water", lambda pid: 70)
    monkeypatch.setattr(peak_memory, "family_memory", lambda pid: 30)
    watched = PeakMemory()
    with pytest.raises(KeyError), watched.of(1):
        raise KeyError
    assert watched.peak == 70


@pytest.mark.parametrize(
    ("status", "mark"),
    [
        ("Name:\tx\nVmPeak:\t  999 kB\nVmHWM:\t  12 kB\nVmRSS:\t   7 kB\n", 12 * 1024),
        ("Name:\tVmHWM: 5 kB\nVmRSS:\t 7 kB\n", 0),
        (None, 0),
    ],
)
def test_the_mark_is_read_in_bytes_and_is_0_where_there_is_none(
    tmp_path, monkeypatch, status, mark
):
    file = tmp_path / "status"
    if status is not None:
        file.write_text(status, encoding="utf-8")
    asked = []
    monkeypatch.setattr(peak_memory, "Path", lambda name: asked.append(name) or file)
    assert high_water(17) == mark and asked == ["/proc/17/status"]
