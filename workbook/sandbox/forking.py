"""The parent of warm sandboxes, from inside: it imports once, then forks a sandbox for each order.

1. the parent forks; 2. the child takes namespaces of its own (mounts, processes, network, IPC) and
forks their first process; 3. that one mounts what may differ (/proc, /dev/shm, the work folder) and
says so; 4. told to go on, it forks the process that runs the work, which gives up its rights as
every process in the sandbox does (`launch.py`). The parent runs no work, reads orders of the
trusted side only, and shares with the work no namespace and no open file. Left out: the other side
(`zygote.py`). It imports only the standard library.
"""

from __future__ import annotations

import ctypes
import fcntl
import gc
import json
import os
import signal
import socket
import struct
import sys
import threading
import traceback
from collections.abc import Callable
from functools import partial
from typing import Any

from workbook.sandbox import launch

NEWNS, NEWUTS, NEWIPC, NEWPID, NEWNET = 0x20000, 0x4000000, 0x8000000, 0x20000000, 0x40000000
RDONLY, NOSUID, NODEV, NOEXEC, REMOUNT, BIND = 1, 2, 4, 8, 32, 4096
RECURSIVE, PRIVATE = 0x4000, 0x40000
AMBIENT, CLEAR_ALL = 47, 4  # prctl
SIOCSIFFLAGS, UP_AND_RUNNING = 0x8914, 0x41
ORDER_BYTES = 60_000
KERNEL_FILES = ("sys", "sysrq-trigger", "irq", "bus")  # of /proc; bubblewrap closes them too


def serve(descriptor: int, work: Callable[[list[str]], None]) -> None:
    """Fork a sandbox for each order until the other side hangs up.

    descriptor: of a Unix socket that keeps messages apart. work: gets the words of the order.
    Raises RuntimeError where this process has several threads, which a fork would lose.
    """
    if len(os.listdir("/proc/self/task")) != 1 or threading.active_count() != 1:
        raise RuntimeError("what was imported has started threads, so it cannot be forked.")
    orders = socket.socket(fileno=descriptor)
    gc.collect()
    gc.freeze()
    orders.send(b"ready")
    while True:
        order, descriptors, _, _ = socket.recv_fds(orders, ORDER_BYTES, 2)
        if not order:
            return
        child = os.fork()  # 1
        if child == 0:
            orders.close()
            _and_end(partial(_own_namespaces, json.loads(order), descriptors, work))
        for each in descriptors:
            os.close(each)
        os.waitpid(child, 0)


def _and_end(function: Callable[[], None]) -> None:
    """Call a function in a forked process, which then ends as a Python of its own would."""
    code = 1
    try:
        function()
        code = 0
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else int(error.code is not None)
    except BaseException:
        traceback.print_exc()
    finally:
        try:
            sys.stdout.flush()
            sys.stderr.flush()
        finally:
            os._exit(code & 255)


def _own_namespaces(order: dict[str, Any], descriptors: list[int], work: Callable) -> None:
    report = socket.socket(fileno=descriptors[0])
    try:
        _call("unshare", NEWNS | NEWPID | NEWIPC | NEWNET | NEWUTS)  # 2
    except OSError as error:
        report.send(f"error: {error}".encode())
        return
    if os.fork() == 0:
        _and_end(partial(_first_process, report, order, descriptors[1], work))


def _first_process(
    report: socket.socket, order: dict[str, Any], output: int, work: Callable
) -> None:
    """Process 1 of the new sandbox: sets it up, starts the work and collects what has ended."""
    try:
        _mount_own(order["folder"], order["disk_bytes"], order["shared_memory"])  # 3
        _loopback_up()
    except OSError as error:
        report.send(f"error: {error}".encode())
        return
    report.send(b"made")
    if report.recv(16) != b"go":
        return
    worker = os.fork()  # 4
    if worker == 0:
        _and_end(partial(_work, report, order, output, work))
    os.close(output)
    drop_capabilities()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGPIPE):
        signal.signal(number, signal.SIG_IGN)
    while True:
        ended, status = os.waitpid(-1, 0)
        if ended == worker:
            code = os.waitstatus_to_exitcode(status)
            report.send(f"ended {code if code >= 0 else 128 - code}".encode())
            return  # and the kernel ends all others with this process


def _work(report: socket.socket, order: dict[str, Any], output: int, work: Callable) -> None:
    """The process that the sandbox is for."""
    os.setsid()
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.chdir(order["folder"])
    try:
        launch.enter(order["settings"])
        drop_capabilities()
    except OSError as error:
        report.send(f"error: {error}".encode())
        return
    report.send(b"ready")
    report.close()
    os.closerange(3, os.sysconf("SC_OPEN_MAX"))
    work(order["argv"])


def _mount_own(folder: str, disk_bytes: int, shared_memory: bool) -> None:
    """Mount what this sandbox must not share with the ones before and after it."""
    _mount("none", "/", "", RECURSIVE | PRIVATE)
    above, name = os.path.split(folder)
    inside = os.open(folder, os.O_PATH | os.O_DIRECTORY)
    _mount("tmpfs", above, "tmpfs", NOSUID | NODEV, "size=16k,mode=0755")  # hides its neighbours
    os.mkdir(os.path.join(above, name))
    _mount(f"/proc/self/fd/{inside}", folder, "", BIND)
    os.close(inside)
    _mount("none", folder, "", REMOUNT | BIND | NOSUID | NODEV)
    _mount("none", above, "", REMOUNT | BIND | RDONLY | NOSUID | NODEV)
    if shared_memory:
        _mount("tmpfs", "/dev/shm", "tmpfs", NOSUID | NODEV, f"size={disk_bytes},mode=1777")
    _mount("proc", "/proc", "proc", NOSUID | NODEV | NOEXEC)
    for each in KERNEL_FILES:
        path = f"/proc/{each}"
        if os.path.exists(path):
            _mount(path, path, "", BIND)
            _mount("none", path, "", REMOUNT | BIND | RDONLY | NOSUID | NODEV | NOEXEC)
    # Process 1 has neither the filter nor the limits: hide its memory.
    _mount("tmpfs", "/proc/1", "tmpfs", RDONLY | NOSUID | NODEV, "size=4k,mode=0000")


def _loopback_up() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = struct.pack("16sH22x", b"lo", UP_AND_RUNNING)
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, request)


def drop_capabilities() -> None:
    """Give up every right of root that this process still holds."""
    _call("prctl", AMBIENT, CLEAR_ALL, 0, 0, 0)
    header = ctypes.create_string_buffer(struct.pack("Ii", 0x20080522, 0))  # version 3, this one
    _call("capset", header, ctypes.create_string_buffer(bytes(24)))


def _mount(source: str, target: str, kind: str, flags: int, data: str = "") -> None:
    words = [source.encode(), target.encode(), kind.encode() or None]
    _call("mount", *words, ctypes.c_ulong(flags), data.encode() or None)


def _call(name: str, *arguments: Any) -> None:
    """Call the C library; OSError where it says no."""
    if getattr(ctypes.CDLL(None, use_errno=True), name)(*arguments):
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
