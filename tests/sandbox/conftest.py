"""Tests of the sandbox are skipped where this machine has none; `.ci/run` installs it."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
import textwrap
import time
from pathlib import Path

import pytest

from workbook import sandbox
from workbook.sandbox import Limits, Result, bubblewrap, interpret
from workbook.sandbox.zygote import Zygote

PYTHON = str(bubblewrap.outer_python()) if sys.platform == "linux" else sys.executable
SERVE = """
import sys
sys.path.insert(0, sys.argv[1])
from workbook.sandbox import forking
shared = []
forking.serve(int(sys.argv[2]), lambda words: exec(words[0], {"shared": shared}))
"""
SMALL = Limits(seconds=20, memory_mb=200, processes=12, file_mb=2, disk_mb=8, output_kb=64)


@pytest.fixture(scope="session")
def boxed() -> None:
    """Skip a test on a machine without the sandbox."""
    if trouble := sandbox.problem():
        pytest.skip(f"this machine has no sandbox: {trouble}")


@pytest.fixture
def wait_for():
    """Wait for an event; fail if it has not come after half a minute."""

    def wait(condition):
        until = time.monotonic() + 30
        while not condition():
            assert time.monotonic() < until
            time.sleep(0.02)

    return wait


@pytest.fixture
def python():
    """Run a small program in the sandbox, by the Python below this one."""

    def run(text, **options):
        return sandbox.call([PYTHON, "-I", "-S", "-c", textwrap.dedent(text)], **options)

    return run


@pytest.fixture
def agrees_with_python():
    """Check that the interpreter leaves a value in `answer`, the one that Python leaves there."""

    def check(program, value):
        names: dict = {}
        exec(program, names)  # what Python itself makes of it
        result = interpret(program)
        assert result == Result(True, value, "", ""), result.reason
        plain = names["answer"]
        assert result.value == (list(plain) if isinstance(plain, tuple) else plain) or value

    return check


@pytest.fixture(scope="session")
def serve():
    """The program of a parent of warm sandboxes, which runs the text that comes as an order."""
    return SERVE


class Warm:
    """A parent of warm sandboxes, and programs in forks of it."""

    small = SMALL

    def __init__(self, zygote):
        self.zygote = zygote

    def end_of(self, program, limits=SMALL, meanwhile=None):
        """How a program ended in a fork, with a work folder of its own."""
        work = self.zygote.folder / "k"
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir()
        work.chmod(0o777)
        with self.zygote.fork([program], work, limits) as process:
            if meanwhile:
                meanwhile(process)
            return process.wait()

    def seen(self, program, **options):
        """What a program leaves in `seen`, as it printed it."""
        end = self.end_of(f"{program}\nimport json; print(json.dumps(seen))", **options)
        assert end.ok, (end.reason, end.output)
        return json.loads(end.output.splitlines()[-1])


@pytest.fixture(scope="module")
def warm(root, boxed):
    """A parent that is started once for the tests of a file."""
    folder = Path(tempfile.mkdtemp(prefix="wbz-"))
    folder.chmod(0o755)
    argv = [sys.executable, "-I", "-c", SERVE, str(root)]
    with Zygote(argv, folder=folder, readable=[sys.prefix, root / "workbook"]) as made:
        yield Warm(made)
    shutil.rmtree(folder)
