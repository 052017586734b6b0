"""Advice of libraries to install something more, which a lesson must not pass on to a reader.

On some processors bitsandbytes says when it is imported (peft and transformers do that by
themselves) that a package of faster kernels is missing. No lesson needs it, and a red line in a
cell looks like a fault. Left out: warnings of any other kind, which stay. Lessons 02 and 08.
"""

from __future__ import annotations

import logging

TALKATIVE = ("bitsandbytes.backends.cpu.ops",)  # loggers that ask for packages nobody needs


def hide_install_hints() -> None:
    """Let these libraries speak of errors alone. Call it before they are imported."""
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.ERROR)
