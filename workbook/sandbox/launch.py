"""The first code inside the sandbox: gives up rights, sets limits, then becomes the command.

`bubblewrap.command` hands this file's text to a bare Python in the sandbox, so it imports only the
standard library. Its settings come as JSON: `user` (the number to become, or null), `limits`
(names of the resource module without RLIMIT_), `filter` (hex, see `seccomp.py`, or empty) and
`ready` (a file descriptor, or null). Through `ready` it reports "ready", or "error: ..." where it
failed.
"""

import ctypes
import json
import os
import resource
import struct

PR_SET_DUMPABLE, PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS = 4, 22, 38
SECCOMP_MODE_FILTER = 2


def enter(settings):
    """Give up the rights that are left, set the limits, and install the filter."""
    if settings["user"] is not None:
        os.setgroups([])
        os.setresgid(*[settings["user"]] * 3)
        os.setresuid(*[settings["user"]] * 3)
    for name, most in settings["limits"].items():
        kind = getattr(resource, "RLIMIT_" + name)
        hard = resource.getrlimit(kind)[1]
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        # Past the first limit on time comes SIGXCPU, past the second SIGKILL.
        resource.setrlimit(kind, (most, most + 1 if name == "CPU" and hard != most else most))
    if settings["filter"]:
        install(bytes.fromhex(settings["filter"]))


def install(filter_bytes):
    """Install a filter of system calls; raises OSError where the kernel refuses it."""
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    prctl.argtypes = [ctypes.c_int, *[ctypes.c_ulong] * 4]
    lines = ctypes.create_string_buffer(filter_bytes, len(filter_bytes))
    program = struct.pack("HP", len(filter_bytes) // 8, ctypes.addressof(lines))
    where = ctypes.create_string_buffer(program, len(program))
    prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)
    for call in (
        (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0),
        (PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.addressof(where), 0, 0),
    ):
        if prctl(*call):
            raise OSError(ctypes.get_errno(), "the kernel refused the filter of system calls")


def become(settings, command):
    """Enter, report, and replace this process by the command."""
    ready = settings["ready"]
    try:
        enter(settings)
        if ready is not None:
            os.set_inheritable(ready, False)
            os.write(ready, b"ready")
        os.execvp(command[0], command)
    except OSError as error:
        message = f"{command[0]} could not be started in the sandbox: {error.strerror}"
        os.write(2 if ready is None else ready, f"error: {message}".encode())
        os._exit(127)


def settings_from(text):
    """Read the settings."""
    return json.loads(text)
