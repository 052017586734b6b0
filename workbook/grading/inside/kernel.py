"""Starts the kernel in which a student's answers run: python -I kernel.py CONNECTION EDITION.

The edition is the package without answers, first on the path. torch is imported before the clock of
the first answer runs, and what a cell prints is cut off at a limit. Left out: limits of the system,
which the sandbox sets before this file runs.
"""

from __future__ import annotations

import sys
from typing import Any

PRINTED = 200_000  # characters of one stream in one cell


def main(connection: str, edition: str) -> None:
    """Serve the connection file until the grader ends the process."""
    sys.path.insert(0, edition)
    import torch
    from ipykernel.kernelapp import IPKernelApp

    from workbook.grading.inside import probe

    torch.set_num_threads(1)
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
    main(*sys.argv[1:3])
