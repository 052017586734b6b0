"""The command that starts a process in the sandbox: bubblewrap's arguments, and what it needs.

Inside there is a read-only system (programs and libraries, no home, no /etc beyond the loader's),
one folder to write in, no network but a loopback of its own, no other process, a clean environment,
and limits set by `launch.py` with the filter of `seccomp.py`. Started by root, the process becomes
a user without rights; started by anyone else it lives in a user namespace. Left out: running and
watching it (`process.py`), graphics cards, systems other than Linux.
"""

from __future__ import annotations

import json
import os
import platform
import random
import shutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from workbook.sandbox.seccomp import ARCHITECTURES, filter_bytes

FOLDER = "/sandbox"  # the work folder where no folder of the host is given
SYSTEM = ("usr", "bin", "sbin", "lib", "lib32", "lib64", "libx32")
LOADER = ("ld.so.cache", "ld.so.conf", "ld.so.conf.d", "alternatives", "localtime")  # of /etc
DEVICES = ("null", "zero", "full", "random", "urandom", "tty")
USERS = range(61184, 65520)  # numbers that no account has (systemd's dynamic users)
OLDEST = (0, 7)  # of bubblewrap: the first with --size
OLDEST_KERNEL = (5, 14)  # the first that counts a user's processes in each user namespace
CAP_SETGID, CAP_SETUID, CAP_SYS_ADMIN = 6, 7, 21  # linux/capability.h

MISSING = (
    "the sandbox needs bubblewrap (the command `bwrap`), which is not installed: "
    "`sudo apt-get install bubblewrap` on Debian and Ubuntu, "
    "`sudo dnf install bubblewrap` on Fedora."
)


class SandboxUnavailable(RuntimeError):
    """There is no sandbox on this machine; the message says why and what helps."""


@dataclass(frozen=True)
class Limits:
    """What a sandbox may use. Megabytes are 2**20 bytes."""

    seconds: float = 60.0  # of wall clock, enforced from outside
    cpu_seconds: int | None = None  # of each process
    memory_mb: int = 1024  # of all processes together; also the most private memory of each
    address_mb: int | None = None  # of one process's whole address space
    processes: int = 64  # and threads, at once; 1 also forbids to fork, and leaves 16 threads
    file_mb: int = 16  # of one file
    disk_mb: int = 64  # of the work folder
    output_kb: int = 256  # of what is printed
    open_files: int = 256


def command(
    argv: Sequence[str],
    *,
    folder: str | Path | None = None,
    readable: Iterable[str | Path] = (),
    writable: Iterable[str | Path] = (),
    environment: Mapping[str, str] | None = None,
    limits: Limits | None = None,
    code: str | None = None,
    ready_fd: int | None = None,
    info_fd: int | None = None,
    makes_sandboxes: bool = False,
) -> list[str]:
    """Return the command line that starts `argv` in the sandbox.

    folder: the work folder on the host, seen at the same path; by default an empty one in memory
    that vanishes with the sandbox. readable, writable: more files and folders of the host, seen at
    the same paths; a Unix socket in a writable folder joins both sides. environment: variables on
    top of PATH, HOME, TMPDIR and LANG; nothing is inherited. The command line shows them to every
    user of the host. The caller enforces wall clock, output and, in folders of the host, the space
    (`process.start` does). code, ready_fd, info_fd: for `process.py`; `code` runs in the first
    process instead of `argv`. makes_sandboxes: `argv` is ours, keeps the rights to make namespaces
    and has no limits; for `zygote.py`.
    Raises SandboxUnavailable with one sentence where the sandbox cannot be.
    """
    bwrap, how = _bwrap(), rights()
    limits = limits or Limits()
    place = os.path.abspath(folder) if folder else FOLDER
    text = Path(__file__).with_name("launch.py").read_text(encoding="utf-8")
    text += "import sys\nsettings = settings_from(sys.argv[1])\n"
    text += code or "become(settings, sys.argv[2:])\n"
    within = settings(limits, how, ready_fd)
    if makes_sandboxes:
        within |= {"user": None, "limits": {}, "filter": ""}
    return [
        *_before(how),
        bwrap,
        *_isolation(how, place, environment or {}, makes_sandboxes),
        *(["--info-fd", str(info_fd)] if info_fd is not None else []),
        *_file_system(
            place,
            readable,
            ([folder] if folder else []) + list(writable),
            limits,
            _devices(makes_sandboxes and how != "become another user"),
        ),
        *("--chdir", place, "--", str(outer_python())),
        *(["-S", "-P"] if code else ["-I", "-S"]),  # no modules but the standard library's
        *("-B", "-c", text, json.dumps(within)),
        *argv,
    ]


def rights() -> str:
    """Return how the sandbox gives up rights here.

    "become another user" (root that may mount), "user namespace" (anyone else), or both (root of
    most containers). Root that only became another user in a namespace would still count as root
    where the kernel counts processes.
    """
    if os.geteuid() != 0 or not _has(CAP_SETUID, CAP_SETGID) or not _maps_users():
        return "user namespace"
    return "become another user" if _has(CAP_SYS_ADMIN) else "both"


def _isolation(
    how: str, place: str, environment: Mapping[str, str], makes_sandboxes: bool
) -> list[str]:
    """bubblewrap's words for namespaces, rights and environment."""
    words = ["--die-with-parent", "--new-session", "--hostname", "sandbox", "--clearenv"]
    words += [f"--unshare-{kind}" for kind in ("pid", "ipc", "uts", "net", "cgroup-try")]
    words += ["--cap-drop", "ALL"]
    if how == "become another user":  # launch.py gives these two up
        words += ["--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
    else:
        words += ["--unshare-user"]
    if makes_sandboxes:
        words += ["--cap-add", "CAP_SYS_ADMIN", "--cap-add", "CAP_NET_ADMIN"]
    variables = {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "HOME": place,
        "TMPDIR": place,
        "LANG": "C.UTF-8",
        "PYTHONDONTWRITEBYTECODE": "1",
        **environment,
    }
    return words + [word for pair in variables.items() for word in ("--setenv", *pair)]


def settings(limits: Limits, how: str, ready_fd: int | None, others: int = 1) -> dict[str, object]:
    """Return what `launch.py` reads. others: processes of ours that count in a user namespace."""
    mb = 2**20
    alone = limits.processes == 1
    most = {
        "CORE": 0,
        "NOFILE": limits.open_files,
        "FSIZE": limits.file_mb * mb,
        "DATA": limits.memory_mb * mb,
        "NPROC": (16 if alone else limits.processes) + others * (how != "become another user"),
    }
    if limits.address_mb is not None:
        most["AS"] = limits.address_mb * mb
    if limits.cpu_seconds is not None:
        most["CPU"] = limits.cpu_seconds
    return {
        "user": random.SystemRandom().choice(USERS) if how == "become another user" else None,
        "limits": most,
        "filter": filter_bytes(platform.machine(), may_fork=not alone).hex(),
        "ready": ready_fd,
    }


def _file_system(
    place: str, readable: Iterable[str | Path], writable: Sequence[str | Path], limits: Limits,
    devices: Sequence[str],
) -> list[str]:  # fmt: skip
    """bubblewrap's words for what is seen inside; whatever is not named here does not exist."""
    words: list[str] = []
    for name in SYSTEM:
        if os.path.islink(f"/{name}"):
            words += ["--symlink", os.readlink(f"/{name}"), f"/{name}"]
        elif os.path.isdir(f"/{name}"):
            words += ["--ro-bind", f"/{name}", f"/{name}"]
    binds = {f"/etc/{name}": "--ro-bind-try" for name in LOADER}
    binds |= {os.path.realpath(sys.base_prefix): "--ro-bind"}
    binds |= {os.path.abspath(path): "--ro-bind" for path in readable}
    binds |= {os.path.abspath(path): "--bind" for path in writable}
    size = str(limits.disk_mb * 2**20)
    above = {str(up) for path in [*binds, place] for up in Path(path).parents} - {"/"}
    for parent in sorted(above):
        if not (parent + "/").startswith("/usr/") and parent not in binds:
            words += ["--perms", "0755", "--dir", parent]
    for path in sorted(binds):  # a folder before what lies in it
        if not path.startswith("/usr/") or binds[path] == "--bind":
            words += [binds[path], path, path]
    if place == FOLDER:
        words += ["--perms", "1777", "--size", size, "--tmpfs", FOLDER]
    # bubblewrap's own process has neither the filter nor the limits: hide its memory.
    words += ["--proc", "/proc", "--perms", "0000", "--tmpfs", "/proc/1", *devices]
    if limits.processes > 1:
        words += ["--perms", "1777", "--size", size, "--tmpfs", "/dev/shm"]
    if not any(path.startswith("/tmp/") for path in [*binds, place]):
        words += ["--symlink", place, "/tmp"]
    return [*words, "--remount-ro", "/proc/1", "--remount-ro", "/dev", "--remount-ro", "/"]


def _devices(without_terminals: bool) -> list[str]:
    """bubblewrap's words for /dev.

    Terminals make it take a second user namespace, which is no longer the owner of its mounts.
    """
    if not without_terminals:
        return ["--dev", "/dev"]
    words = ["--perms", "0755", "--tmpfs", "/dev"]
    for name in DEVICES:
        words += ["--dev-bind", f"/dev/{name}", f"/dev/{name}"]
    for name, number in ("stdin", 0), ("stdout", 1), ("stderr", 2):
        words += ["--symlink", f"/proc/self/fd/{number}", f"/dev/{name}"]
    return [*words, "--symlink", "/proc/self/fd", "/dev/fd", "--dir", "/dev/shm"]


def _before(how: str) -> list[str]:
    """Words before bubblewrap's own: root without the right to mount becomes a user first."""
    if how != "both":
        return []
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise SandboxUnavailable("the sandbox needs the command `setpriv` (package util-linux).")
    user = random.SystemRandom().choice(USERS)
    return [setpriv, f"--reuid={user}", f"--regid={user}", "--clear-groups", "--"]


def _bwrap() -> str:
    """The path of bubblewrap on a machine that can run it."""
    if sys.platform != "linux":
        raise SandboxUnavailable(f"the sandbox needs Linux; this is {platform.system()}.")
    if platform.machine() not in ARCHITECTURES:
        raise SandboxUnavailable(
            f"the sandbox knows {' and '.join(ARCHITECTURES)}, not {platform.machine()}."
        )
    if _numbers(platform.release()) < OLDEST_KERNEL:
        raise SandboxUnavailable(
            f"the sandbox needs Linux {'.'.join(map(str, OLDEST_KERNEL))} or newer; "
            f"this is {platform.release()}."
        )
    path = shutil.which("bwrap")
    if path is None:
        raise SandboxUnavailable(MISSING)
    version = _version(path)
    if _numbers(version) < OLDEST:
        raise SandboxUnavailable(
            f"the sandbox needs bubblewrap {'.'.join(map(str, OLDEST))} or newer; "
            f"this is {version}."
        )
    return path


@lru_cache
def _version(path: str) -> str:
    import subprocess

    done = subprocess.run([path, "--version"], capture_output=True, text=True, check=False)
    return (done.stdout.split() or ["0"])[-1]


def _numbers(version: str) -> tuple[int, ...]:
    """The first two numbers of a version: "6.18.44-x" gives (6, 18)."""
    words = version.replace("-", ".").split(".")[:2]
    return tuple(int(word) if word.isdigit() else 0 for word in words)


def outer_python() -> Path:
    """Return the path of this Python outside of any virtual environment."""
    return Path(os.path.realpath(getattr(sys, "_base_executable", "") or sys.executable))


def _has(*capabilities: int) -> bool:
    """Whether this process holds all these rights of root."""
    for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("CapEff:"):
            held = int(line.split()[1], 16)
            return all(held >> number & 1 for number in capabilities)
    return False


def _maps_users() -> bool:
    """Whether the numbers of USERS exist here; rootless containers may know only a few."""
    lines = Path("/proc/self/uid_map").read_text(encoding="utf-8").splitlines()
    spans = [tuple(map(int, line.split())) for line in lines]
    return any(low <= USERS.start and USERS.stop <= low + length for low, _, length in spans)
