"""Warm sandboxes: nothing of one reaches the next, and each is as closed as one started anew."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from workbook.sandbox import Limits
from workbook.sandbox.zygote import Zygote

SERVE = """
import sys
sys.path.insert(0, sys.argv[1])
from workbook.sandbox import forking
shared = []
forking.serve(int(sys.argv[2]), lambda words: exec(words[0], {"shared": shared}))
"""
SMALL = Limits(seconds=20, memory_mb=200, processes=12, file_mb=2, disk_mb=8, output_kb=64)

pytestmark = pytest.mark.usefixtures("boxed")


@pytest.fixture(scope="module")
def zygote(root):
    folder = Path(tempfile.mkdtemp(prefix="wbz-"))
    folder.chmod(0o755)
    argv = [sys.executable, "-I", "-c", SERVE, str(root)]
    with Zygote(argv, folder=folder, readable=[sys.prefix, root / "workbook"]) as made:
        yield made
    shutil.rmtree(folder)


def end_of(zygote, program, limits=SMALL, meanwhile=None):
    """How a program ended in a fork, with a work folder of its own."""
    work = zygote.folder / "k"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir()
    work.chmod(0o777)
    with zygote.fork([program], work, limits) as process:
        if meanwhile:
            meanwhile(process)
        return process.wait()


def seen(zygote, program, **options):
    """What a program leaves in `seen`, as it printed it."""
    end = end_of(zygote, f"{program}\nimport json; print(json.dumps(seen))", **options)
    assert end.ok, (end.reason, end.output)
    return json.loads(end.output.splitlines()[-1])


LEAVE = """
import os, socket, sys
shared.append("left")
sys.modules["left"] = sys
os.environ["LEFT"] = "left"
for place in ".", "/dev/shm", "/tmp", "..", "/dev", "/":
    try:
        open(os.path.join(place, "left"), "w").close()
    except OSError:
        pass
server = socket.socket(socket.AF_UNIX)
server.bind("\\0left")
server.listen()
lines = socket.socket()
lines.bind(("127.0.0.1", 45678))
lines.listen()
if os.fork() == 0:
    os.setsid()
    import time
    time.sleep(60)
"""
LOOK = """
import os, socket, sys
seen = [*shared, *(["module"] if "left" in sys.modules else []), *os.environ.get("LEFT", "")]
for place in ".", "/dev/shm", "/tmp", "..", "/dev", "/":
    seen += [place] if os.path.exists(os.path.join(place, "left")) else []
for family, address in (socket.AF_UNIX, "\\0left"), (socket.AF_INET, ("127.0.0.1", 45678)):
    try:
        socket.socket(family).connect(address)
        seen.append(str(address))
    except OSError:
        pass
processes = [int(name) for name in os.listdir("/proc") if name.isdigit()]
seen += [pid for pid in processes if pid not in (1, os.getpid())]
"""


def test_nothing_of_one_reaches_the_next(zygote):
    assert end_of(zygote, LEAVE).ok
    assert seen(zygote, LOOK) == []
    itself = seen(zygote, LEAVE.replace("if os.fork", "if 0 and os.fork") + LOOK)
    assert {"left", "module", ".", "/dev/shm", "\0left"} <= set(itself)  # so LOOK can see them


def test_neighbours_folders_and_the_parents_files_are_not_there(zygote):
    (zygote.folder / "other").mkdir(exist_ok=True)
    (zygote.folder / "other" / "secret").write_text("x", encoding="utf-8")
    assert seen(zygote, "import os; seen = os.listdir('..')") == ["k"]
    shutil.rmtree(zygote.folder / "other")
    program = "import os\nseen = [n for n in range(3, 200) if os.path.exists(f'/proc/self/fd/{n}')]"
    assert seen(zygote, program) == []


def test_it_has_given_up_all_rights(zygote):
    program = """
import os
lines = dict(line.split(":", 1) for line in open("/proc/self/status") if ":" in line)
names = "CapInh", "CapPrm", "CapEff", "CapAmb", "NoNewPrivs", "Seccomp"
seen = [int(lines[name].strip(), 16) for name in names] + [os.getuid() == 0]
"""
    assert seen(zygote, program) == [0, 0, 0, 0, 1, 2, False]


@pytest.mark.parametrize(
    "attempt",
    [
        "open('/proc/1/mem', 'rb')",
        "open('/proc/1/environ', 'rb')",
        "open('/proc/sys/kernel/core_pattern', 'w')",
        "open('/proc/sysrq-trigger', 'w')",
        "open('../left', 'w')",
        "__import__('socket').create_connection(('1.1.1.1', 80), 2)",
        "__import__('os').setuid(0)",
        "check(libc.unshare(0x10000000))",
        "check(libc.mount(b'none', b'/tmp', b'tmpfs', 0, None))",
        "check(libc.umount2(b'/proc/1', 2))",
        "check(libc.setns(0, 0))",
    ],
)
def test_the_ways_out_are_closed(zygote, attempt):
    program = f"""
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
def check(code):
    if code:
        raise OSError(ctypes.get_errno(), "refused")
try:
    {attempt}
    seen = "open"
except OSError as error:
    seen = "closed"
"""
    assert seen(zygote, program) == "closed"


def test_it_cannot_end_its_parent(zygote):
    program = "import os\nfor pid in 1, -1:\n    try: os.kill(pid, 9)\n    except OSError: pass"
    end_of(zygote, program + "\nos.abort()")
    assert zygote.running and seen(zygote, "seen = 42") == 42


def test_loopback_is_its_own(zygote):
    program = """
import socket
server = socket.create_server(("127.0.0.1", 0))
client = socket.create_connection(server.getsockname())
client.send(b"heard")
seen = server.accept()[0].recv(10).decode()
"""
    assert seen(zygote, program) == "heard"


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
def test_limits_end_it_and_the_reason_is_named(zygote, program, limits, reason):
    from dataclasses import replace

    end = end_of(zygote, program, replace(SMALL, **limits))
    assert reason in end.reason, (end.reason, end.output)
    assert seen(zygote, "seen = 1") == 1


def test_the_number_of_processes_is_limited(zygote):
    program = """
import os, time
seen = 0
try:
    while os.fork() or time.sleep(60): seen += 1
except OSError: pass
"""
    assert seen(zygote, program) == SMALL.processes - 1


def test_all_is_gone_when_it_is_stopped(zygote):
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

    end_of(zygote, program, meanwhile=stop)
    assert until(0) == 0


def test_a_parent_that_cannot_start_says_why(tmp_path):
    from workbook.sandbox import SandboxUnavailable

    argv = [sys.executable, "-I", "-c", "raise SystemExit('no torch here')"]
    with pytest.raises(SandboxUnavailable, match="no torch here"):
        Zygote(argv, folder=tmp_path, readable=[sys.prefix])


def test_a_parent_with_threads_is_not_forked(tmp_path, root):
    from workbook.sandbox import SandboxUnavailable

    text = "import threading, time\nthreading.Thread(target=time.sleep, args=(9,), daemon=True)"
    argv = [sys.executable, "-I", "-c", f"{text}.start()\n{SERVE}", str(root)]
    with pytest.raises(SandboxUnavailable, match="has started threads"):
        Zygote(argv, folder=tmp_path, readable=[sys.prefix, root / "workbook"])


@pytest.mark.parametrize(
    "before",
    [
        ["--reuid=4321", "--regid=4321", "--clear-groups"],
        ["--bounding-set=-sys_admin", "--inh-caps=-sys_admin"],
    ],
    ids=["an ordinary user", "root of a container"],
)
def test_it_works_for_others_than_root(before, root):
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
        f"argv = ['/usr/bin/python3', '-I', '-S', '-c', {SERVE!r}, {str(root)!r}]\n"
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
