"""Program-aided answers: the model writes a program, something safe runs it, the value comes back.

Gao et al. (2023), "PAL". Where there is a sandbox the program runs in it, elsewhere it is
interpreted (`workbook.sandbox`); each result says which. Beside it the two ways it is compared
with: a chain of thought whose sums can be checked, and the majority of several. Left out: how a
program is kept from doing harm, which `workbook.sandbox` explains. Lesson 16.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

from workbook import sandbox
from workbook.react.models import Model
from workbook.react.toolbox import Tool
from workbook.tasks.short_answers import commonest, final_answer

Isolation = Literal["sandbox", "interpreter"]
SECONDS, MEMORY_MB = 2.0, 256
TOKENS = 120  # of a program of the town's word problems
OPERATIONS = {"+": int.__add__, "-": int.__sub__, "x": int.__mul__, "/": int.__floordiv__}


INSTRUCTIONS = """Write a Python program that works out the answer. Do not work it out yourself.
Put the program into one code block. Its last line puts the value into the variable answer.

Question: Ansel has 3 boxes with 14 pears in each. He eats 5 pears. How many are left?
```python
boxes = 3
pears_in_a_box = 14
eaten = 5
answer = boxes * pears_in_a_box - eaten
```"""


class Executed(NamedTuple):
    """What running a program gave."""

    ok: bool
    value: Any
    reason: str  # why there is no value; empty where ok
    isolation: Isolation  # what kept the program from doing harm


class Solved(NamedTuple):
    """A problem answered by a program."""

    answer: str  # the value in words; empty where the program gave none
    program: str
    executed: Executed
    new_tokens: int = 0


class Sum(NamedTuple):
    """One sum that a chain of thought states."""

    text: str
    stated: int
    true: int | None  # None where it has no whole value, such as 7 / 2

    @property
    def right(self) -> bool:
        return self.stated == self.true


def isolation() -> Isolation:
    """Return what programs run in here: the sandbox where there is one, else the interpreter."""
    return "sandbox" if sandbox.available() else "interpreter"


def execute(program: str, within: Isolation | None = None) -> Executed:
    """Run a program and return the value of its variable `answer`, or of its `solution()`.

    within: "sandbox" (all of Python) or "interpreter" (a subset); chosen by `isolation` by default.
    Raises SandboxUnavailable where the sandbox is asked for and there is none.
    """
    within, program = within or isolation(), _with_answer(program)
    if within == "sandbox":
        result = sandbox.run(program, seconds=SECONDS, memory_mb=MEMORY_MB)
    else:
        result = sandbox.interpret(program)
    return Executed(result.ok, result.value, result.reason, within)


def _with_answer(program: str) -> str:
    """The program; where it only defines `solution`, as in the paper, with a call of it."""
    try:
        body = ast.parse(program).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return program  # what runs it says what is wrong
    defines = any(isinstance(one, ast.FunctionDef) and one.name == "solution" for one in body)
    answers = any(isinstance(one, ast.Name) and one.id == "answer" for top in body
                  if not isinstance(top, ast.FunctionDef) for one in ast.walk(top))  # fmt: skip
    return f"{program}\nanswer = solution()" if defines and not answers else program


def read_program(text: str) -> str:
    """Return the program in a reply: of the last code fence, after "Program:", or all of it."""
    text = text.replace("\r\n", "\n")
    if fences := re.findall(r"```\w*[ \t]*\n(.*?)(?:```|\Z)", text, re.DOTALL):
        return fences[-1].strip()
    _, label, after = text.rpartition("Program:")
    program = after if label else text
    return re.split(r"\n(?:Result|Answer):", program)[0].strip()


def instructions() -> str:
    """Return a system message with one worked example, for a model that was not tuned on PAL."""
    return INSTRUCTIONS


def solve(request: str, model: Model, within: Isolation | None = None, system: str = "") -> Solved:
    """Have a model write a program for a request, run it, and return its value as the answer."""
    chat = [{"role": "system", "content": system}] if system else []
    chat.append({"role": "user", "content": request})
    reply = model(chat, stop=("\nResult:",), max_tokens=TOKENS)
    program = read_program(reply.text)
    executed = execute(program, within)
    answer = in_words(executed.value) if executed.ok else ""
    return Solved(answer, program, executed, reply.new_tokens)


def in_words(value: Any) -> str:
    """Return a value as an answer is written: 12.0 is "12"."""
    whole = isinstance(value, float) and value.is_integer()
    return str(int(value) if whole else value)


def python_tool(within: Isolation | None = None) -> Tool:
    """Return the runner of programs as a tool for the loop: `python[answer = 3 * 14]`."""

    def run(program: str) -> str:
        executed = execute(read_program(program), within)
        return in_words(executed.value) if executed.ok else f"No value: {executed.reason}."

    help_ = f"Runs a small program in the {within or isolation()}; returns its variable answer."
    return Tool("python", "python[program]", help_, run)


def read_answer(text: str) -> str:
    """Return what a chain of thought ends in: after the last "Answer:", without the full stop."""
    return final_answer(text) if "Answer:" in text else ""


def vote(answers: Sequence[str]) -> str:
    """Return the answer given most often, the earliest of equals; an empty one does not vote."""
    return commonest(answers)


def sums(text: str) -> list[Sum]:
    """Return the sums that a chain of thought states, in order, each with its true value.

    Both of the town's forms are read: "Step 1: 6 + 4 = 10" and "Step 2: 8 + 9: ..., so 17".
    """
    found = []
    for line in text.splitlines():
        step = re.match(r"Step \d+: (-?\d+) ([-+x/]) (-?\d+)(?: = |:.* so )(-?\d+)\s*$", line)
        if step:
            left, sign, right, stated = int(step[1]), step[2], int(step[3]), int(step[4])
            exact = sign != "/" or (right != 0 and left % right == 0)
            true = OPERATIONS[sign](left, right) if exact else None
            found.append(Sum(f"{left} {sign} {right}", stated, true))
    return found


def first_fault(text: str) -> Sum | None:
    """Return the first wrong sum of a chain of thought, or None where all are right."""
    return next((one for one in sums(text) if not one.right), None)
