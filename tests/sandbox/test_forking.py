"""Forks of a warm parent: nothing of one reaches the next, and each is closed on all sides."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys

import pytest

from workbook.sandbox import SandboxUnavailable
from workbook.sandbox.zygote import Zygote

pytestmark = pytest.mark.usefixtures("boxed")

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


def test_nothing_of_one_reaches_the_next(warm):
    assert warm.end_of(LEAVE).ok
    assert warm.seen(LOOK) == []
    itself = warm.seen(LEAVE.replace("if os.fork", "if 0 and os.fork") + LOOK)
    assert {"left", "module", ".", "/dev/shm", "\0left"} <= set(itself)  # so LOOK can see them


def test_neighbours_folders_and_the_parents_files_are_not_there(warm):
    (warm.zygote.folder / "other").mkdir(exist_ok=True)
    (warm.zygote.folder / "other" / "secret").write_text("x", encoding="utf-8")
    assert warm.seen("import os; seen = os.listdir('..')") == ["k"]
    shutil.rmtree(warm.zygote.folder / "other")
    program = "import os\nseen = [n for n in range(3, 200) if os.path.exists(f'/proc/self/fd/{n}')]"
    assert warm.seen(program) == []


def test_it_has_given_up_all_rights(warm):
    program = """
import os
lines = dict(line.split(":", 1) for line in open("/proc/self/status") if ":" in line)
names = "CapInh", "CapPrm", "CapEff", "CapAmb", "NoNewPrivs", "Seccomp"
seen = [int(lines[name].strip(), 16) for name in names] + [os.getuid() == 0]
"""
    assert warm.seen(program) == [0, 0, 0, 0, 1, 2, False]


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
def test_the_ways_out_are_closed(warm, attempt):
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
    assert warm.seen(program) == "closed"


def test_it_cannot_end_its_parent(warm):
    program = "import os\nfor pid in 1, -1:\n    try: os.kill(pid, 9)\n    except OSError: pass"
    warm.end_of(program + "\nos.abort()")
    assert warm.zygote.running and warm.seen("seen = 42") == 42


def test_loopback_is_its_own(warm):
    program = """
import socket
server = socket.create_server(("127.0.0.1", 0))
client = socket.create_connection(server.getsockname())
client.send(b"heard")
seen = server.accept()[0].recv(10).decode()
"""
    assert warm.seen(program) == "heard"


def test_a_parent_with_threads_is_not_forked(tmp_path, root, serve):
    text = "import threading, time\nthreading.Thread(target=time.sleep, args=(9,), daemon=True)"
    argv = [sys.executable, "-I", "-c", f"{text}.start()\n{serve}", str(root)]
    with pytest.raises(SandboxUnavailable, match="has started threads"):
        Zygote(argv, folder=tmp_path, readable=[sys.prefix, root / "workbook"])


RIGHTLESS = """
import sys
sys.path.insert(0, sys.argv[1])
from workbook.sandbox import forking
forking.drop_capabilities()
print([line for line in open("/proc/self/status") if line.startswith(("CapEff", "CapPrm"))])
sys.stdout.flush()
forking.serve(int(sys.argv[2]), print)
"""


@pytest.fixture
def rightless(root):
    """(a parent that has given up its rights, the socket that its orders go through)"""
    orders, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    words = [sys.executable, "-c", RIGHTLESS, str(root), str(theirs.fileno())]
    with (
        orders,
        subprocess.Popen(words, pass_fds=[theirs.fileno()], stdout=subprocess.PIPE) as parent,
    ):
        theirs.close()
        orders.settimeout(60)
        assert orders.recv(16) == b"ready"
        yield parent, orders
        parent.kill()


def test_all_capabilities_are_dropped_and_the_parent_ends_when_the_other_side_hangs_up(rightless):
    parent, orders = rightless
    orders.close()
    said = parent.stdout.read().decode()
    assert parent.wait(60) == 0
    assert said.count("Cap") == 2 and said.count("0" * 16) == 2


def test_an_order_that_the_kernel_refuses_is_answered_with_the_error(rightless):
    """The parent lives on; without rights it cannot make the namespaces of a sandbox."""
    parent, orders = rightless
    report, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    output, printed = os.pipe()
    with report, far:
        for _ in range(2):
            socket.send_fds(orders, [b"{}"], [far.fileno(), printed])
            report.settimeout(60)
            assert report.recv(200) == b"error: [Errno 1] unshare: Operation not permitted"
    os.close(output)
    os.close(printed)
    assert parent.poll() is None
