"""A sandbox from outside: the limits that are watched, how it ends, and that all of it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from workbook.sandbox import Limits, call, process, start


@pytest.mark.usefixtures("boxed")
class TestLimits:
    def test_wall_clock(self):
        end = call(["sleep", "60"], limits=Limits(seconds=0.3))
        assert end.reason == "time limit: it ran longer than 0.3 s" and end.code is None
        assert not end.ok

    def test_memory_of_all_processes_together(self, python):
        text = """
            import os, time
            for _ in range(3):
                os.fork()
            block = bytearray(b"x" * (40 * 2**20))
            time.sleep(60)
        """
        end = python(text, limits=Limits(memory_mb=100))
        assert end.reason == "memory limit: all processes used more than 100 MB"

    def test_shared_memory_counts(self, python):
        """Guards against memory that no limit of a single process sees."""
        text = """
            import mmap, time
            blocks = [mmap.mmap(-1, 50 * 2**20) for _ in range(4)]
            for block in blocks:
                block.write(b"x" * len(block))
            time.sleep(60)
        """
        end = python(text, limits=Limits(memory_mb=100))
        assert end.reason == "memory limit: all processes used more than 100 MB"

    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            ("for n in range(10): open(str(n), 'wb').write(bytes(2**20))",
             "disk limit: work grew over 5 MB"),
            ("for n in range(400): open(str(n), 'wb').close()",
             "disk limit: more than 300 files in work"),
        ],
    )  # fmt: skip
    def test_space_in_a_folder_of_the_host(self, python, tmp_path, monkeypatch, text, reason):
        monkeypatch.setattr(process, "MOST_FILES", 300)
        work = tmp_path / "work"
        work.mkdir()
        work.chmod(0o777)
        text += "\nimport time; time.sleep(60)"
        assert python(text, folder=work, limits=Limits(disk_mb=5)).reason == reason

    def test_output(self):
        end = call(["yes"], limits=Limits(output_kb=3))
        assert end.reason == "output too long: more than 3 KB" and len(end.output) == 3 * 1024
        end = call(["head", "-c", "3072", "/dev/zero"], limits=Limits(output_kb=3))
        assert end.ok and len(end.output) == 3 * 1024


@pytest.mark.usefixtures("boxed")
class TestTheEnd:
    def test_codes_and_signals_in_words(self):
        assert call(["sh", "-c", "exit 3"]).reason == "it ended with exit code 3"
        assert call(["sh", "-c", "kill -SEGV $$"]).reason == "it was ended by SIGSEGV"
        assert call(["true"]).reason == "finished"

    def test_a_command_that_is_not_there(self):
        with pytest.raises(
            ValueError, match="^nowhere could not be started in the sandbox: No such"
        ):
            call(["nowhere"])

    def test_leftover_processes_end_with_it(self):
        end = call(["sh", "-c", "sleep 61.25 & sleep 61.25 & echo $!"])
        assert end.ok and not running("61.25")

    def test_stopping_ends_the_whole_tree(self, wait_for):
        with start(["sh", "-c", "setsid sleep 62.25 & sleep 62.25"]) as box:
            wait_for(lambda: len(running("62.25")) >= 2)
            assert box.running and box.end is None
        assert not running("62.25") and box.end.reason == "stopped from outside"
        assert box.stop() is box.end

    def test_it_dies_with_the_process_that_started_it(self, wait_for, root):
        text = (
            "from workbook.sandbox import start; import time\n"
            "box = start(['sh', '-c', 'sleep 63.25 & sleep 63.25'])\n"
            "print('up', flush=True); time.sleep(60)"
        )
        with subprocess.Popen(
            [sys.executable, "-c", text], cwd=root, stdout=subprocess.PIPE
        ) as caller:
            caller.stdout.readline()
            wait_for(lambda: running("63.25"))
            os.kill(caller.pid, signal.SIGKILL)
        wait_for(lambda: not running("63.25"))

    def test_no_file_descriptor_is_left_open(self):
        call(["true"])
        before = os.listdir("/proc/self/fd")
        call(["true"]), call(["yes"])
        with pytest.raises(ValueError):
            call(["nowhere"])
        assert os.listdir("/proc/self/fd") == before


def running(mark):
    """The processes of this machine with a word of their command line."""
    return [
        file.parent.name
        for file in Path("/proc").glob("[0-9]*/cmdline")
        if mark in _text(file).split("\0")
    ]


def _text(file):
    try:
        return file.read_text(encoding="utf-8")
    except OSError:
        return ""
