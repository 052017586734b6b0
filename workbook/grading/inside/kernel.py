"""Starts the kernel in which a student's answers run: python -I kernel.py EDITION CONNECTION.

The edition is the package without answers, first on the path. torch is imported before the clock of
the first answer runs, and what a cell prints is cut off at a limit. With the word "zygote" and a
descriptor in place of the connection, it imports everything once and forks a kernel for each order.
Left out: limits of the system, which the sandbox sets before a kernel starts.
"""

from __future__ import annotations

import sys
import tempfile
from typing import Any

PRINTED = 200_000  # characters of one stream in one cell


def main(edition: str, *words: str) -> None:
    """Serve a connection file until the grader ends the process, or the orders for many."""
    sys.path.insert(0, edition)
    prepare()
    if words[0] == "zygote":
        from workbook.sandbox import forking

        forking.serve(int(words[1]), lambda order: serve(*order))
    else:
        serve(*words)


def prepare() -> None:
    """Import what every kernel needs."""
    import numpy  # noqa: F401
    import torch
    from ipykernel import kernelapp, zmqshell  # noqa: F401

    from workbook.core.exercises import checks, exercise, plain_values  # noqa: F401
    from workbook.grading.inside import probe  # noqa: F401

    torch.set_num_threads(1)


def serve(connection: str) -> None:
    """Be the kernel of one connection file."""
    from ipykernel.kernelapp import IPKernelApp

    from workbook.grading.inside import probe

    tempfile.tempdir = None  # the parent of kernels may have looked for one, and has another folder
    app: Any = IPKernelApp.instance()
    app.initialize(["-f", connection, "--quiet"])
    _cut_off(sys.stdout, app.shell)
    _cut_off(sys.stderr, app.shell)
    probe.collect(app.shell.user_ns)
    app.start()


def _cut_off(stream: Any, shell: Any) -> None:
    """Let a stream take only so many characters in one cell; a notice says that it was cut."""
    write, left = stream.write, [PRINTED]

    def limited(text: str) -> int:
        if left[0] > 0:
            write(text[: left[0]])
            left[0] -= len(text)
            if left[0] <= 0:
                write("\n[cut off: this cell printed too much]\n")
        return len(text)

    def fresh(*_: Any) -> None:
        left[0] = PRINTED

    stream.write = limited
    shell.events.register("pre_run_cell", fresh)


if __name__ == "__main__":
    main(*sys.argv[1:])
