"""Attempts to get out of the sandbox: none succeeds, the host is unharmed, each verdict says why.

A program of REFUSED ends without a value; the pattern is what its reason has to say. A program of
HARMLESS goes on past what it was refused; its answer is all that it reached. {canary} is a file of
the host, {folder} its folder, {port} a server on the host's loopback, {abstract} and {path} two of
its Unix sockets, {pid} the process that runs the test.
"""

from __future__ import annotations

import os
import re
import secrets
import socket

import psutil
import pytest

from workbook.sandbox import run

pytestmark = pytest.mark.usefixtures("boxed")

LIBC = "import ctypes\nlibc = ctypes.CDLL(None, use_errno=True)\n"
WALK = (  # from any object to every class, and from one of them to the module os
    "kinds = ().__class__.__base__.__subclasses__()\n"
    "os = next(k for k in kinds if k.__name__ == '_wrap_close').__init__.__globals__\n"
)
FRAME = "import sys\nframe = sys._getframe()\nwhile frame.f_back: frame = frame.f_back\n"
REQUEST = (  # the request with its key, from the frames that called the program
    "import sys, os, json\nframe = sys._getframe()\n"
    "while 'request' not in frame.f_locals: frame = frame.f_back\n"
    "request = frame.f_locals['request']\n"
    "fds = [int(fd) for fd in os.listdir('/proc/self/fd') if int(fd) > 2]\n"
    "def forge(**fields):\n"
    "    line = json.dumps({'key': request['key'], **fields}).encode() + b'\\n'\n"
    "    for fd in fds:\n"
    "        try: os.write(fd, line)\n"
    "        except OSError: pass\n"
    "    os._exit(0)\n"
)

REFUSED = {
    # files
    "read a file of the host": ("open({canary!r}).read()", "FileNotFoundError"),
    "overwrite it": ("open({canary!r}, 'w').write('x')", "FileNotFoundError"),
    "list its folder": ("import os; os.listdir({folder!r})", "FileNotFoundError"),
    "through a symbolic link": (
        "import os; os.symlink({canary!r}, 'link'); open('link').read()",
        "FileNotFoundError",
    ),
    "through dots": ("open('../../../../../..' + {canary!r}).read()", "FileNotFoundError"),
    "through the first process's root": (
        "open('/proc/1/root' + {canary!r}).read()",
        "FileNotFoundError|PermissionError",
    ),
    "through the first process's folder": (
        "open('/proc/1/cwd/..' + {canary!r}).read()",
        "FileNotFoundError|PermissionError",
    ),
    "through an open descriptor": (
        "import os\n"
        "for fd in range(3, 99):\n"
        "    try: os.open({canary!r}[1:], os.O_RDONLY, dir_fd=fd); print('found')\n"
        "    except OSError: pass\n"
        "assert False, 'nothing found'",
        "line 5: AssertionError: nothing found",
    ),
    "passwords": ("open('/etc/shadow').read()", "FileNotFoundError"),
    "accounts": ("open('/etc/passwd').read()", "FileNotFoundError"),
    "change a program": ("open('/usr/bin/env', 'r+b')", "Read-only file system|PermissionError"),
    "add a program": ("open('/usr/bin/new', 'w')", "Read-only file system|PermissionError"),
    "make a program privileged": (
        "import os; os.chmod('/usr/bin/env', 0o4755)",
        "Read-only file system|PermissionError",
    ),
    "hard link": ("import os; os.link('/usr/bin/env', 'env')", "line 1: (OSError|PermissionError)"),
    "device": ("import os; os.mknod('disk', 0o60666, os.makedev(8, 0))", "PermissionError"),
    "memory of the machine": ("open('/dev/mem', 'rb')", "FileNotFoundError"),
    "the terminal": ("open('/dev/tty')", "No such device|PermissionError"),
    "type into the terminal": (
        "import fcntl; fcntl.ioctl(0, 0x5412, b'x')",
        "PermissionError: .* Operation not permitted",
    ),
    "core pattern": (
        "open('/proc/sys/kernel/core_pattern', 'w').write('|/bin/sh')",
        "Read-only file system|PermissionError",
    ),
    "magic key": (
        "open('/proc/sysrq-trigger', 'w').write('b')",
        "Read-only file system|PermissionError|FileNotFoundError",
    ),
    "modules of the course": ("import torch", "ModuleNotFoundError: No module named 'torch'"),
    "fill the disk": (
        "for n in range(999): open(str(n), 'wb').write(bytes(10**6))",
        "work folder full",
    ),
    "one large file": ("open('f', 'wb').truncate(10**12)", "file too large"),
    "reserve a large file": (
        "import os; f = open('f', 'wb'); os.posix_fallocate(f.fileno(), 0, 10**12)",
        "file too large",
    ),
    "files in memory": (
        "import os\nwhile True: os.write(os.memfd_create('x'), bytes(10**6))",
        "too many open files",
    ),
    # network
    "the host's loopback": (
        "import socket; socket.create_connection(('127.0.0.1', {port}))",
        "ConnectionRefusedError",
    ),
    "a socket without a path": (
        "import socket; socket.socket(socket.AF_UNIX).connect({abstract!r})",
        "ConnectionRefusedError",
    ),
    "a socket with a path": (
        "import socket; socket.socket(socket.AF_UNIX).connect({path!r})",
        "FileNotFoundError",
    ),
    "an address": (
        "import socket; socket.create_connection(('1.1.1.1', 80), 5)",
        "Network is unreachable",
    ),
    "a name": ("import socket; socket.getaddrinfo('example.org', 80)", "gaierror"),
    "a datagram": (
        "import socket; socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('8.8.8.8', 53))",
        "Network is unreachable",
    ),
    "a web page": (
        "from urllib.request import urlopen; urlopen('http://1.1.1.1/', timeout=5)",
        "URLError: .*Network is unreachable",
    ),
    "the machine below": ("import socket; socket.socket(socket.AF_VSOCK)", "PermissionError"),
    "raw packets": (
        "import socket; socket.socket(socket.AF_PACKET, socket.SOCK_RAW)",
        "PermissionError",
    ),
    "raw ip": (
        "import socket; socket.socket(type=socket.SOCK_RAW, proto=1)",
        "PermissionError",
    ),
    "the kernel's ciphers": ("import socket; socket.socket(38, 5)", "PermissionError"),
    # processes
    "fork bomb": ("import os\nwhile True: os.fork()", "too many processes"),
    "thread bomb": (
        "import _thread, time\nwhile True: _thread.start_new_thread(time.sleep, (60,))",
        "too many processes",
    ),
    "another program": ("import subprocess; subprocess.run(['ls', '/'])", "too many processes"),
    "spawn": (
        "import os; os.posix_spawn('/bin/ls', ['ls'], {})",
        "too many processes",
    ),
    "a terminal of its own": ("import pty; pty.fork()", "too many processes|OSError"),
    "multiprocessing": (
        "import multiprocessing as m\nm.get_context('fork').Process(target=print).start()",
        "too many processes",
    ),
    "become a shell": (
        "import os; os.execv('/bin/sh', ['sh', '-c', 'echo $$; : < {canary}'])",
        "it ended with exit code [12]",
    ),
    "kill the caller": ("import os; os.kill({pid}, 9)", "ProcessLookupError"),
    "stop itself": ("import os, signal; os.kill(os.getpid(), signal.SIGSTOP)", "time limit"),
    "kill itself": ("import os, signal; os.kill(os.getpid(), 9)", "it was ended by SIGKILL"),
    "become root": ("import os; os.setuid(0)\nassert os.getuid()\n1 / 0", "line 1: .*Error|line 3"),
    "first in the queue": (
        "import os; os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(50))",
        "PermissionError",
    ),
    "be less nice": ("import os; os.setpriority(os.PRIO_PROCESS, 0, -20)", "PermissionError"),
    "a root of its own": ("import os; os.chroot('.')", "PermissionError"),
    "another name of the machine": ("import socket; socket.sethostname('x')", "PermissionError"),
    "another time": ("import time; time.clock_settime(time.CLOCK_REALTIME, 0)", "PermissionError"),
    "more memory": (
        "import resource as r; r.setrlimit(r.RLIMIT_AS, (-1, -1))",
        "not allowed to raise maximum limit",
    ),
    "more processes": (
        "import resource as r; r.setrlimit(r.RLIMIT_NPROC, (-1, -1))",
        "not allowed to raise maximum limit",
    ),
    # memory and time
    "memory bomb": ("x = 'x'\nwhile True: x += x", "memory limit"),
    "an integer like a bomb": ("x = 1 << (1 << 40)", "memory limit|OverflowError"),
    "a small archive": (
        "import zlib; x = zlib.compress(bytes(2 * 10**8)); zlib.decompress(zlib.decompress(x))",
        "memory limit",
    ),
    "shared memory": ("import mmap; x = mmap.mmap(-1, 10**9)", "memory limit|Cannot allocate"),
    "endless loop": ("while True: pass", "time limit"),
    "a loop that cannot be caught": (
        "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
        "time limit",
    ),
    "a call that cannot be interrupted": ("x = 9 ** 9 ** 9", "time limit|memory limit"),
    "a pattern that explodes": ("import re; re.match('(a|a)*b', 'a' * 99)", "time limit"),
    "no signals": (
        "import signal\n"
        "for s in range(1, 65):\n"
        "    try: signal.signal(s, signal.SIG_IGN)\n"
        "    except (OSError, ValueError): pass\n"
        "while True: pass",
        "time limit",
    ),
    "sleep": ("import time; time.sleep(10**6)", "time limit"),
    "recursion without a limit": (
        "import sys; sys.setrecursionlimit(10**9)\ndef f(): f()\nf()",
        "memory limit|SIGSEGV|RecursionError|time limit",
    ),
    "nested lists": (
        "x = []\nfor _ in range(10**5): x = [x]\nanswer = x",
        "answer is not JSON|memory limit|SIGSEGV",
    ),
    # output
    "flood": ("while True: print('x' * 10**5)", "output too long"),
    "flood past Python": ("import os\nwhile True: os.write(1, b'x' * 10**5)", "output too long"),
    "flood of errors": ("import os\nwhile True: os.write(2, b'x' * 10**5)", "output too long"),
    "flood from a thread after the answer": (
        "import threading, os\n"
        "def flood():\n    while True: os.write(1, b'x' * 10**5)\n"
        "threading.Thread(target=flood).start()\nanswer = 1\nimport time; time.sleep(60)",
        "output too long",
    ),
    "close everything": ("import os; os.closerange(0, 99)\nwhile True: pass", "time limit|closed"),
    "an error with long words": (
        "raise ValueError('x' * 10**6)",
        r"^line 1: ValueError: x+\.\.\.$",
    ),
    "an error that does not end": (
        "class E(Exception):\n    def __str__(self):\n        while True: pass\nraise E",
        "time limit",
    ),
    "an error that fails": (
        "class E(Exception):\n    def __str__(self): return 1 / 0\nraise E",
        "^line 3: E$",
    ),
    # the answer and the channel
    "an object that pickles into a command": (
        "class E:\n    def __reduce__(self): return eval, ('1',)\nanswer = E()",
        "not JSON: Object of type E",
    ),
    "a pickle": ("import pickle; answer = pickle.dumps(print)", "not JSON: Object of type bytes"),
    "a module": ("import os; answer = os", "not JSON: Object of type module"),
    "write into every descriptor": (
        "import os\n"
        "for fd in range(3, 99):\n"
        '    try: os.write(fd, b\'{"ok": true, "json": "1", "reason": ""}\\n\')\n'
        "    except OSError: pass\n"
        "answer = 1",
        "the program wrote into the channel",
    ),
    "a half line": (
        REQUEST
        + "for fd in fds:\n    try: os.write(fd, b'x')\n    except OSError: pass\nanswer = 1",
        "the program wrote into the channel",
    ),
    "an endless line": (
        REQUEST + "for fd in fds:\n    try:\n        while True: os.write(fd, b'x' * 10**5)\n"
        "    except OSError: pass",
        "the program wrote into the channel",
    ),
    "forge a deep answer": (
        REQUEST + "forge(ok=True, json='[' * 50_000, reason='')",
        "the program wrote into the channel",
    ),
    "forge a value that is not JSON": (
        REQUEST + "forge(ok=True, json='NaN', reason='')",
        "the program wrote into the channel",
    ),
    "forge fields": (
        REQUEST + "forge(ok=True, json='1', reason='', output='x')",
        "the program wrote into the channel",
    ),
    "replace the writer": (
        FRAME + "frame.f_globals['ERRORS'].clear(); import json, os\n"
        "json.dumps = None; os.write = None; os._exit = None\nanswer = object()",
        "TypeError|channel|not JSON|ended|exit code",
    ),
}

HARMLESS = {
    "its environment": (
        "import os; answer = sorted(os.environ)",
        ["HOME", "LANG", "MALLOC_ARENA_MAX", "PATH", "PWD", "PYTHONDONTWRITEBYTECODE",
         "PYTHONHASHSEED", "TMPDIR"],
    ),
    "the first process's environment": (
        "try: answer = 'secret' in open('/proc/1/environ').read()\n"
        "except PermissionError: answer = False",
        False,
    ),
    "all processes": (
        "import os; answer = sorted(int(n) for n in os.listdir('/proc') if n.isdigit())",
        [1, 2],
    ),
    "the name of the machine": ("import socket; answer = socket.gethostname()", "sandbox"),
    "network devices": ("import socket; answer = socket.if_nameindex()", [[1, "lo"]]),
    "what is mounted from the host": (
        "answer = [x for x in open('/proc/mounts') if {folder!r} in x]",
        [],
    ),
    "a shell": ("import os; answer = os.system('touch {canary}') != 0", True),
    "dunder walk to a shell": (WALK + "answer = os['system']('touch {canary}') != 0", True),
    "dunder walk to a file": (
        WALK + "try: os['open']({canary!r}, 0)\nexcept FileNotFoundError: answer = 'not there'",
        "not there",
    ),
    "builtins by the back door": (
        "b = (lambda: 0).__globals__['__builtins__']\n"
        "load = b['__import__'] if isinstance(b, dict) else b.__import__\n"
        "answer = load('os').path.exists({canary!r})",
        False,
    ),
    "code from bytes": (
        "exec(compile('import os; answer = os.path.exists(\"{canary}\")', 'x', 'exec'))",
        False,
    ),
    "kill the first process": (
        "import os\ntry: os.kill(1, 9)\nexcept PermissionError: pass\nanswer = 'still here'",
        "still here",
    ),
    "kill everybody": (
        "import os\ntry: os.kill(-1, 9)\nexcept OSError: pass\nanswer = 'still here'",
        "still here",
    ),
    "trace the first process": (LIBC + "answer = libc.ptrace(16, 1, 0, 0)", -1),
    "memory of the first process": (  # which has neither the filter nor the limits
        "import os\nanswer = []\n"
        "for name in ('mem', 'maps', 'environ', 'fd/0', 'root/usr', 'task/1/mem', 'exe'):\n"
        "    try: answer.append(os.open('/proc/1/' + name, os.O_RDONLY))\n"
        "    except OSError: pass\n",
        [],
    ),
    "new namespaces": (
        LIBC + "answer = [libc.unshare(f) for f in (0x10000000, 0x20000, 0x40000000, 0x80)]",
        [-1] * 4,
    ),
    "mount": (LIBC + "answer = libc.mount(b'none', b'/sandbox', b'tmpfs', 0, None)", -1),
    "write to its program": (
        LIBC + "import os\ntry: open('/proc/self/exe', 'r+b')\n"
        "except OSError: answer = 'no'",
        "no",
    ),
    "gain rights by a privileged program": (
        "answer = [x.split()[1] for x in open('/proc/self/status')"
        " if x.startswith(('NoNewPrivs', 'CapEff', 'CapPrm'))]",
        ["0000000000000000", "0000000000000000", "1"],
    ),
    "switch the filter off": (LIBC + "answer = [libc.prctl(22, 0, 0, 0, 0), libc.prctl(38, 0)]",
                              [-1, -1]),
    "a number that is more": (
        "class N(int):\n    def __repr__(self): return 'Infinity'\n    __str__ = __repr__\n"
        "    def __eq__(self, other): return True\nanswer = N(3)",
        3,
    ),
    "a dictionary that is more": (
        "class D(dict):\n    def __getattr__(self, name): return eval\nanswer = D(a=1)",
        {"a": 1},
    ),
    "a thread after the answer": (
        "import threading, time\n"
        "def later():\n    time.sleep(30)\n    open('later', 'w')\n"
        "threading.Thread(target=later).start()\nanswer = 'at once'",
        "at once",
    ),
    "work at the end": (
        "import atexit, time\natexit.register(time.sleep, 60)\nanswer = 'at once'",
        "at once",
    ),
    "an object that will not die": (
        "class E:\n    def __del__(self):\n        while True: pass\nx = E()\nanswer = 'at once'",
        "at once",
    ),
    "a message in its own name": (  # it gains the value that it could have assigned
        REQUEST + "forge(ok=True, json='[5]', reason='')",
        [5],
    ),
    "hide in the channel's name": (
        "answer = {'ok': False, 'reason': 'x', 'key': 'k'}",
        {"ok": False, "reason": "x", "key": "k"},
    ),
}  # fmt: skip


@pytest.fixture
def host(tmp_path, monkeypatch):
    """What there is to find on the host; afterwards nothing of it may have changed."""
    monkeypatch.setenv("API_KEY", "secret-of-the-host")
    canary = tmp_path / "canary"
    canary.write_text("secret-of-the-host", encoding="utf-8")
    canary.chmod(0o666)
    abstract, path = f"\0{secrets.token_hex(8)}", str(tmp_path / "socket")
    servers = [socket.create_server(("127.0.0.1", 0))]
    for address in (abstract, path):
        servers.append(socket.socket(socket.AF_UNIX))
        servers[-1].bind(address)
        servers[-1].listen()
    before = children()
    yield {
        "canary": str(canary), "folder": str(tmp_path), "pid": os.getpid(), "abstract": abstract,
        "path": path, "port": servers[0].getsockname()[1],
    }  # fmt: skip
    for server in servers:
        server.settimeout(0)
        with pytest.raises(BlockingIOError):
            server.accept()  # nobody came
        server.close()
    assert canary.read_text(encoding="utf-8") == "secret-of-the-host"
    assert sorted(os.listdir(tmp_path)) == ["canary", "socket"]
    assert len(children()) <= max(len(before), 1)  # the worker that waits for the next program


def filled(program, host):
    """The program with the values of the host in place of {name} and {name!r}."""
    for name, value in host.items():
        program = program.replace("{" + name + "}", str(value))
        program = program.replace("{" + name + "!r}", repr(value))
    return program


def children():
    """The sandboxes that this process has started; other tests leave other kinds of children."""
    return [child.pid for child in psutil.Process().children() if child.name() == "bwrap"]


def test_there_are_enough_attempts():
    assert len(REFUSED) + len(HARMLESS) > 90


@pytest.mark.parametrize("name", REFUSED)
def test_an_attempt_is_refused_with_its_cause(name, host):
    program, pattern = REFUSED[name]
    seconds = 0.4 if "time limit" in pattern else 20
    result = run(filled(program, host), seconds=seconds, memory_mb=128)
    assert not result.ok and result.value is None
    assert re.search(pattern, result.reason), result.reason
    assert "secret" not in result.output + result.reason
    assert "\n" not in result.reason and len(result.reason) < 500


@pytest.mark.parametrize("name", HARMLESS)
def test_an_attempt_reaches_nothing(name, host):
    program, value = HARMLESS[name]
    result = run(filled(program, host), seconds=20, memory_mb=128)
    assert (result.ok, result.value, result.reason) == (True, value, "")
    assert "secret" not in result.output
