"""Warm sandboxes from outside: their limits, their end, and a parent that cannot start."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from workbook.sandbox import SandboxUnavailable, zygote
from workbook.sandbox.zygote import Zygote

pytestmark = pytest.mark.usefixtures("boxed")


@pytest.mark.parametrize(
    "program, limits, reason",
    [
        ("while True: pass", {"seconds": 1}, "time limit: it ran longer than 1 s"),
        ("import time; time.sleep(99)", {"seconds": 1}, "time limit"),
        ("x = bytearray(2**30)", {}, "exit code 1"),
        ("import os, time\nfor _ in 1, 2: os.fork()\nx = b'1'*2**27\ntime.sleep(15)", {}, "memory"),
        ("while True: print('x' * 1000)", {}, "output too long: more than 64 KB"),
        ("open('big', 'wb').write(bytes(2**22))", {}, "exit code 1"),
        ("for n in range(40): open(str(n), 'wb').write(bytes(2**20))\nwhile 1: 1", {}, "disk lim"),
        ("raise SystemExit(3)", {}, "it ended with exit code 3"),
        ("import os; os.kill(os.getpid(), 9)", {}, "it was ended by SIGKILL"),
        ("import ctypes; ctypes.string_at(0)", {}, "it was ended by SIGSEGV"),
        ("import os; os._exit(0)", {}, "finished"),
    ],
)  # fmt: skip
def test_limits_end_it_and_the_reason_is_named(warm, program, limits, reason):
    end = warm.end_of(program, replace(warm.small, **limits))
    assert reason in end.reason, (end.reason, end.output)
    assert warm.seen("seen = 1") == 1


def test_work_that_ended_before_it_is_watched_has_its_reason(warm, monkeypatch, wait_for):
    """Guards against a number that no process has any more, or that another one has."""
    go_on = zygote._First.go_on

    def slowly(first):
        said = go_on(first)
        wait_for(lambda: not Path(f"/proc/{first.pid}").exists())
        return said

    monkeypatch.setattr(zygote._First, "go_on", slowly)
    end = warm.end_of("import os\nprint('said', flush=True)\nos._exit(3)")
    assert (end.reason, end.output) == ("it ended with exit code 3", "said\n")


def test_the_number_of_processes_is_limited(warm):
    program = """
import os, time
seen = 0
try:
    while os.fork() or time.sleep(60): seen += 1
except OSError: pass
"""
    assert warm.seen(program) == warm.small.processes - 1


def test_all_is_gone_when_it_is_stopped(warm):
    mark = "wb-" + os.urandom(8).hex()
    program = f"""
import os, time
for _ in range(3): os.fork()
open('/proc/self/comm', 'w').write({mark[:12]!r})
time.sleep(60)
"""

    def named():
        found = []
        for comm in Path("/proc").glob("[0-9]*/comm"):
            try:
                found += [comm] if comm.read_text(encoding="utf-8").strip() == mark[:12] else []
            except OSError:
                pass
        return len(found)

    def until(wanted):
        deadline = time.monotonic() + 20
        while named() != wanted and time.monotonic() < deadline:
            time.sleep(0.05)
        return named()

    def stop(process):
        assert until(8) == 8
        process.stop()

    warm.end_of(program, meanwhile=stop)
    assert until(0) == 0


def test_a_parent_that_cannot_start_says_why(tmp_path):
    argv = [sys.executable, "-I", "-c", "raise SystemExit('no torch here')"]
    with pytest.raises(SandboxUnavailable, match="no torch here"):
        Zygote(argv, folder=tmp_path, readable=[sys.prefix])


@pytest.mark.parametrize(
    "before",
    [
        ["--reuid=4321", "--regid=4321", "--clear-groups"],
        ["--bounding-set=-sys_admin", "--inh-caps=-sys_admin"],
    ],
    ids=["an ordinary user", "root of a container"],
)
def test_it_works_for_others_than_root(before, root, serve):
    if os.geteuid() != 0 or not Path("/usr/bin/python3").exists():
        pytest.skip("only root may become another user")
    look = (
        "import os\n"
        "for path in '/proc/1/mem', '/proc/1/environ', '../x', '/x', '/dev/x':\n"
        "    try: print('open', open(path, 'a+b'))\n"
        "    except OSError: pass\n"
        "caps = [l for l in open('/proc/self/status') if l.startswith(('CapEff', 'CapPrm'))]\n"
        "print(sorted(os.listdir('..')), [int(l.split()[1], 16) for l in caps], os.getuid() != 0)\n"
        "open('left', 'w')\n"
    )
    text = (
        f"import os, shutil, sys, tempfile; sys.path.insert(0, {str(root)!r})\n"
        "from pathlib import Path\n"
        "from workbook.sandbox import Limits\n"
        "from workbook.sandbox.zygote import Zygote\n"
        "folder = Path(tempfile.mkdtemp()); folder.chmod(0o777)\n"
        f"argv = ['/usr/bin/python3', '-I', '-S', '-c', {serve!r}, {str(root)!r}]\n"
        f"with Zygote(argv, folder=folder, readable=[{str(root / 'workbook')!r}]) as zygote:\n"
        "    for _ in range(2):\n"
        "        work = folder / 'k'; work.mkdir(); work.chmod(0o777)\n"
        f"        with zygote.fork([{look!r}], work, Limits(processes=10)) as process:\n"
        "            print(process.wait().output.strip())\n"
        "        shutil.rmtree(work)\n"
        "shutil.rmtree(folder)\n"
    )
    done = subprocess.run(
        ["setpriv", *before, "/usr/bin/python3", "-c", text], capture_output=True, text=True
    )
    if "ModuleNotFoundError" in done.stderr:
        pytest.skip("only root may become another user")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["['k'] [0, 0] True"] * 2
