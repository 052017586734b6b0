"""Blocks every connection that leaves this machine, in any Python that starts with it.

`tests/conftest.py` imports it and puts its folder on PYTHONPATH, so kernels and other child
processes get it too. It listens to Python's own audit events and cannot be undone in the process.
Loopback and Unix sockets work as ever; name look-ups other than of this machine count as leaving.
"""

import ipaddress
import socket
import sys

blocked = []  # what was tried, for the test suite to report

GUARDED = {  # audit event -> the position of the address among its arguments
    "socket.connect": 1,
    "socket.sendto": 1,
    "socket.sendmsg": 1,
    "socket.getaddrinfo": 0,
    "socket.gethostbyname": 0,
    "socket.gethostbyaddr": 0,
}


class NetworkBlocked(OSError):
    """A connection that the test suite does not allow."""


def is_local(address):
    """True for loopback, this machine's own name, Unix sockets and "any address"."""
    host = address[0] if isinstance(address, tuple) else address
    if isinstance(address, tuple) is False and not isinstance(address, (str, bytes)):
        return True  # None: the socket was connected before
    if not isinstance(host, (str, bytes)):
        return True  # netlink and the like
    host = host.decode() if isinstance(host, bytes) else host
    if host in ("", "localhost", socket.gethostname()) or host.startswith(("/", "\0")):
        return True
    try:
        found = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return found.is_loopback or found.is_unspecified


def guard(event, arguments):
    """The audit hook."""
    position = GUARDED.get(event)
    if position is None or is_local(arguments[position]):
        return
    blocked.append(f"{event} {arguments[position]}")
    raise NetworkBlocked(f"the test suite allows no network: {event} {arguments[position]}")


sys.addaudithook(guard)
