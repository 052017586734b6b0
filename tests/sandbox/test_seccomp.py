"""The filter of system calls answers as it is meant to, by simulation and in the sandbox."""

from __future__ import annotations

import errno
import platform
import struct

import pytest

from workbook.sandbox import run, seccomp

LIBC = "import ctypes\nlibc = ctypes.CDLL(None, use_errno=True)\n"
ARCHITECTURE = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
MACHINES = {  # of the kernel's own tables
    "x86_64": {
        "read": 0, "write": 1, "mmap": 9, "ioctl": 16, "socket": 41, "clone": 56, "fork": 57,
        "ptrace": 101, "mount": 165, "unshare": 272, "bpf": 321, "clone3": 435,
    },
    "aarch64": {
        "read": 63, "write": 64, "mmap": 222, "ioctl": 29, "socket": 198, "clone": 220,
        "ptrace": 117, "mount": 40, "unshare": 97, "bpf": 280, "clone3": 435,
    },
}  # fmt: skip
ALLOW, KILL = 0x7FFF0000, 0x80000000
EPERM, EAGAIN, ENOSYS = 0x50001, 0x5000B, 0x50026
each_machine = pytest.mark.parametrize("machine", MACHINES)


def answer(machine, call, *arguments, may_fork=True, architecture=None):
    """What the filter answers to a call, by running its lines as the kernel does."""
    number = MACHINES[machine].get(call, call)
    architecture = architecture or ARCHITECTURE[machine]
    data = struct.pack("<IIQ6Q", number, architecture, 0, *(*arguments, 0, 0, 0, 0, 0, 0)[:6])
    lines = list(struct.iter_unpack("<HBBI", seccomp.filter_bytes(machine, may_fork)))
    place, loaded = 0, 0
    while True:
        code, yes, no, operand = lines[place]
        place += 1
        if code == 0x06:  # return
            return operand
        if code == 0x20:  # load four bytes
            (loaded,) = struct.unpack_from("<I", data, operand)
            continue
        met = {0x15: loaded == operand, 0x35: loaded >= operand, 0x45: loaded & operand}[code]
        place += yes if met else no


@each_machine
def test_everyday_calls_pass_and_dangerous_ones_do_not(machine):
    for name in ("read", "write", "mmap"):
        assert answer(machine, name) == ALLOW, name
    for name in ("ptrace", "mount", "unshare", "bpf"):
        assert answer(machine, name) == EPERM, name
    assert answer(machine, "clone3") == ENOSYS


@each_machine
def test_calls_of_another_architecture_end_the_process(machine):
    other = {"x86_64": 0x40000003, "aarch64": 0xC000003E}[machine]  # i386, x86-64
    assert answer(machine, "read", architecture=other) == KILL
    assert answer("x86_64", 0x40000000) == answer("x86_64", 0xFFFFFFFF) == KILL


@each_machine
def test_only_sockets_that_stay_in_the_namespace_are_made(machine):
    allowed = {family for family in range(50) if answer(machine, "socket", family) == ALLOW}
    assert allowed == {1, 2, 10, 16}  # unix, inet, inet6, netlink
    assert answer(machine, "socket", 40, 1) == EPERM  # vsock, a stream


@each_machine
def test_no_key_is_typed_into_a_terminal(machine):
    refused = {request for request in range(0x5400, 0x5480)
               if answer(machine, "ioctl", 0, request) == EPERM}  # fmt: skip
    assert refused == {0x5412, 0x541C}
    assert answer(machine, "ioctl", 0x5412, 0) == ALLOW  # the first argument is a descriptor


@each_machine
def test_a_fork_is_a_matter_of_the_limit_and_a_thread_is_not(machine):
    thread, child = 0x3D0F00, 17  # as glibc makes a thread; SIGCHLD, as it forks
    assert answer(machine, "clone", child) == answer(machine, "clone", thread) == ALLOW
    assert answer(machine, "clone", child, may_fork=False) == EAGAIN
    assert answer(machine, "clone", thread, may_fork=False) == ALLOW
    for may_fork in (True, False):
        assert answer(machine, "clone", child | 0x10000000, may_fork=may_fork) == EPERM  # NEWUSER
    assert answer("x86_64", "fork") == ALLOW
    assert answer("x86_64", "fork", may_fork=False) == EAGAIN


def test_another_machine_is_refused_in_one_sentence():
    with pytest.raises(ValueError, match="knows x86_64 and aarch64 machines, not riscv64.$"):
        seccomp.filter_bytes("riscv64")


@pytest.mark.usefixtures("boxed")
def test_every_refused_call_to_the_kernel_is_refused():
    """By its number, with no arguments, from a program that has ctypes."""
    column = list(seccomp.ARCHITECTURES).index(platform.machine())
    numbers = {n: both[column] for n, both in seccomp.REFUSED.items() if both[column] is not None}
    program = LIBC + (
        "answer = {}\n"
        "for name, number in numbers.items():\n"
        "    ctypes.set_errno(0)\n"
        "    answer[name] = [libc.syscall(number, 0, 0, 0, 0, 0, 0), ctypes.get_errno()]\n"
    )
    result = run(program, inputs={"numbers": numbers}, seconds=20)
    assert result.ok and len(result.value) == len(numbers) > 50
    assert {name: got for name, got in result.value.items() if got != [-1, 1]} == {}  # EPERM


@pytest.mark.usefixtures("boxed")
def test_the_second_set_of_calls_ends_the_program():
    """x86-64 has every call twice; the kernel kills what asks for the other set."""
    if platform.machine() != "x86_64":
        pytest.skip("this machine has no sandbox: no x86-64")
    result = run(LIBC + "answer = libc.syscall(0x40000000 + 39)", seconds=20)
    assert result.reason == "it was ended by SIGSYS"


@pytest.mark.parametrize(
    ("call", "flags", "error"),
    [
        *[(seccomp.CLONE, flag | 17, errno.EPERM) for flag in
          (0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000)],
        (seccomp.CLONE, 17, errno.EAGAIN),  # an ordinary fork, one process too many
        (seccomp.CLONE3, 0, errno.ENOSYS),  # its flags lie where no filter can read them
    ],
)  # fmt: skip
@pytest.mark.usefixtures("boxed")
def test_a_clone_with_a_namespace_of_its_own_is_refused(call, flags, error):
    """By number and flags: Python and its C library make clones in their own ways only."""
    number = call[list(seccomp.ARCHITECTURES).index(platform.machine())]
    program = LIBC + (
        f"made = libc.syscall({number}, {flags}, 0, 0, 0, 0)\n"
        "import os\n"
        "if made == 0: os._exit(0)\n"
        "answer = [made, ctypes.get_errno()]\n"
    )
    assert run(program, seconds=20).value == [-1, error]
