"""Programs of models and students, run where they can do no harm.

`run` returns what a program leaves in `answer`; `call` and `start` put any command into the sandbox
(bubblewrap, Linux only). `available` says whether there is one here and `problem` why not.
`interpret` runs a small part of Python anywhere. Left out: anything that would run a program with
less protection where the sandbox is missing.
"""

from workbook.sandbox.bubblewrap import Limits, SandboxUnavailable
from workbook.sandbox.interpreter import interpret
from workbook.sandbox.process import End, Process, available, call, problem, start
from workbook.sandbox.result import Result
from workbook.sandbox.runner import run, warm_up

__all__ = [
    "End",
    "Limits",
    "Process",
    "Result",
    "SandboxUnavailable",
    "available",
    "call",
    "interpret",
    "problem",
    "run",
    "start",
    "warm_up",
]
