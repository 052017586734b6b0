"""How long a program's answer takes: the sandbox, the interpreter, and a bare child process.

The peer is what one writes without a sandbox: a new Python per program, its answer as JSON, no
protection but a time limit. A warm worker has booted before the program comes, as it has in a
lesson where the model writes for longer than that; a cold one boots first. Left out: the
memory of the waiting worker. Run it as `workbook bench sandbox`; lesson 16 quotes it.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from functools import partial

from workbook.core.runs.bench import Row, seconds, summarise
from workbook.sandbox.bubblewrap import outer_python
from workbook.sandbox.interpreter import interpret
from workbook.sandbox.process import problem
from workbook.sandbox.runner import dismiss, warm_up
from workbook.sandbox.runner import run as run_program

PROGRAM = """eggs = 24
price = 3
answer = 0
for day in range(7):
    answer = answer + eggs * price
"""
ANSWER = 7 * 24 * 3


def run(quick: bool = False) -> list[Row]:
    """Programs per second: interpreter, warm and cold sandbox, each against a bare process.

    The sandbox's rows are left out on a machine that has none.
    """
    rounds = 5 if quick else 21
    rows = [compare("interpreter", lambda: interpret(PROGRAM).value, nothing, rounds)]
    if not problem():
        rows.append(compare("sandbox, warm worker", sandboxed, warm_up, rounds))
        rows.append(compare("sandbox, cold", sandboxed, dismiss, rounds))
    return rows


def compare(
    name: str, ours: Callable[[], object], prepare: Callable[[], object], rounds: int
) -> Row:
    """Time ours and the bare process in turns; `prepare` runs before each turn and does not count.

    Raises ValueError where one of them gives another answer.
    """
    pairs = []
    for turn in range(rounds + 1):
        took: dict[Callable[[], object], float] = {}
        for function in (ours, bare) if turn % 2 == 0 else (bare, ours):
            prepare()
            took[function] = seconds(partial(_check, name, function))
        pairs.append((took[ours], took[bare]))
    return summarise(name, pairs[1:], unit="programs/s")  # the first turn warms up


def sandboxed() -> object:
    """The program's answer from the sandbox."""
    return run_program(PROGRAM, seconds=30).value


def bare() -> object:
    """The program's answer from a Python process without protection."""
    text = f"import json\n{PROGRAM}\nprint(json.dumps(answer))"
    command = [str(outer_python()), "-I", "-S", "-c", text]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True)
    return json.loads(done.stdout)


def nothing() -> None:
    """Prepare nothing."""


def _check(name: str, function: Callable[[], object]) -> None:
    if (value := function()) != ANSWER:
        raise ValueError(f"{name} answered {value!r} instead of {ANSWER}.")
