"""Which calls to the kernel a process in the sandbox may not make, as a filter for the kernel.

A filter is a short program in the kernel's packet-filter language (man 2 seccomp): it reads the
number of a system call and its arguments and answers "allow" or an error. This one lets everyday
calls through and refuses those that open a way round the other limits: new namespaces and mounts,
other processes' memory, memory that belongs to no process, sockets past the network namespace,
keys, kernel modules. Left out: machines other than x86-64 and ARM64. Sandbox programs meet an
ordinary OSError.
"""

from __future__ import annotations

import errno
import struct

ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}  # AUDIT_ARCH_*, linux/audit.h
X32 = 0x40000000  # numbers from here on are x86-64's second set of calls

# Name: (number on x86-64, number on ARM64), from the kernel's asm/unistd_64.h and
# asm-generic/unistd.h; None where a machine has no such call.
REFUSED: dict[str, tuple[int | None, int | None]] = {
    # namespaces and mounts
    "unshare": (272, 97), "setns": (308, 268), "mount": (165, 40), "umount2": (166, 39),
    "pivot_root": (155, 41), "chroot": (161, 51), "move_mount": (429, 429),
    "open_tree": (428, 428), "fsopen": (430, 430), "fsconfig": (431, 431), "fsmount": (432, 432),
    "fspick": (433, 433), "mount_setattr": (442, 442),
    "name_to_handle_at": (303, 264), "open_by_handle_at": (304, 265),
    # other processes
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271),
    "process_madvise": (440, 440), "pidfd_getfd": (438, 438), "kcmp": (312, 272),
    "move_pages": (279, 239), "migrate_pages": (256, 238),
    # memory that no limit of a process counts
    "shmget": (29, 194), "shmat": (30, 196), "shmctl": (31, 195), "msgget": (68, 186),
    "msgsnd": (69, 189), "msgrcv": (70, 188), "semget": (64, 190), "semop": (65, 193),
    "semtimedop": (220, 192), "semctl": (66, 191), "mq_open": (240, 180),
    "memfd_secret": (447, 447),
    # large and seldom needed parts of the kernel
    "keyctl": (250, 219), "add_key": (248, 217), "request_key": (249, 218), "bpf": (321, 280),
    "perf_event_open": (298, 241), "userfaultfd": (323, 282), "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426), "io_uring_register": (427, 427), "fanotify_init": (300, 262),
    "personality": (135, 92), "modify_ldt": (154, None), "uselib": (134, None),
    "lookup_dcookie": (212, 18), "mbind": (237, 235), "set_mempolicy": (238, 237),
    # the machine itself
    "init_module": (175, 105), "finit_module": (313, 273), "delete_module": (176, 106),
    "kexec_load": (246, 104), "kexec_file_load": (320, 294), "reboot": (169, 142),
    "swapon": (167, 224), "swapoff": (168, 225), "quotactl": (179, 60),
    "quotactl_fd": (443, 443), "acct": (163, 89), "syslog": (103, 116),
    "settimeofday": (164, 170), "clock_settime": (227, 112), "clock_adjtime": (305, 266),
    "adjtimex": (159, 171), "sethostname": (170, 161), "setdomainname": (171, 162),
    "iopl": (172, None), "ioperm": (173, None), "vhangup": (153, 58),
}  # fmt: skip
FORKS: dict[str, tuple[int | None, int | None]] = {"fork": (57, None), "vfork": (58, None)}
CLONE, CLONE3, SOCKET, IOCTL = (56, 220), (435, 435), (41, 198), (16, 29)

NEW_NAMESPACE = 0x7E020080  # every CLONE_NEW* flag, linux/sched.h
THREAD = 0x00010000  # CLONE_THREAD
FAMILIES = (1, 2, 10, 16)  # unix, inet, inet6, netlink; vsock would pass the network namespace
TERMINAL = (0x5412, 0x541C)  # TIOCSTI and TIOCLINUX type into a terminal

LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06  # linux/bpf_common.h
NUMBER, ARCHITECTURE, FIRST, SECOND = 0, 4, 16, 24  # offsets in struct seccomp_data
ALLOW, KILL, ERROR = 0x7FFF0000, 0x80000000, 0x00050000  # SECCOMP_RET_*


def filter_bytes(machine: str, may_fork: bool = True) -> bytes:
    """Return the filter for a machine ("x86_64" or "aarch64"), as the kernel reads it.

    may_fork: False also refuses new processes (not threads), with EAGAIN as at a limit.
    Raises ValueError for another machine.
    """
    if machine not in ARCHITECTURES:
        raise ValueError(f"the sandbox knows x86_64 and aarch64 machines, not {machine}.")
    column = list(ARCHITECTURES).index(machine)
    refuse, again = ERROR | errno.EPERM, ERROR | errno.EAGAIN
    lines = [(LOAD, 0, 0, ARCHITECTURE), (EQUAL, 1, 0, ARCHITECTURES[machine]), _end(KILL)]
    lines += [(LOAD, 0, 0, NUMBER)]
    if machine == "x86_64":
        lines += [(AT_LEAST, 0, 1, X32), _end(KILL)]
    refused = {name: (numbers, refuse) for name, numbers in REFUSED.items()}
    if not may_fork:
        refused |= {name: (numbers, again) for name, numbers in FORKS.items()}
    refused["clone3"] = (CLONE3, ERROR | errno.ENOSYS)  # its flags cannot be read; clone's can
    for numbers, answer in refused.values():
        if (number := numbers[column]) is not None:
            lines += [(EQUAL, 0, 1, number), _end(answer)]
    clone = [(LOAD, 0, 0, FIRST), (ANY_BIT, 0, 1, NEW_NAMESPACE), _end(refuse)]
    if not may_fork:
        clone += [(ANY_BIT, 1, 0, THREAD), _end(again)]
    lines += _for_call(CLONE[column], clone)
    families = [(EQUAL, len(FAMILIES) - n, 0, family) for n, family in enumerate(FAMILIES)]
    lines += _for_call(SOCKET[column], [(LOAD, 0, 0, FIRST), *families, _end(refuse)])
    typing = [(LOAD, 0, 0, SECOND)]
    for request in TERMINAL:
        typing += [(EQUAL, 0, 1, request), _end(refuse)]
    lines += _for_call(IOCTL[column], typing)
    return b"".join(struct.pack("<HBBI", *line) for line in [*lines, _end(ALLOW)])


def _end(answer: int) -> tuple[int, int, int, int]:
    return (RETURN, 0, 0, answer)


def _for_call(number: int, lines: list[tuple[int, int, int, int]]) -> list:
    """Lines that hold for one call only; where they give no answer it is allowed."""
    return [(EQUAL, 0, len(lines) + 1, number), *lines, _end(ALLOW)]
