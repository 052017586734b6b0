"""A small part of Python, evaluated over its syntax tree; nothing is executed as code.

It knows numbers, texts, lists, tuples, dictionaries, the functions of `interpreter_functions.py`,
assignment, arithmetic, comparisons, if, for, while and list comprehensions. No attribute is ever
read and nothing can be imported or defined, so a program reaches only its own values; a step
count and size limits bound time and memory. A program either gets the answer that Python gives or
is refused. It runs on every platform. Lesson 16 uses it where there is no sandbox.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

from workbook.sandbox.interpreter_expressions import Expressions, method_for
from workbook.sandbox.interpreter_syntax import described, parse
from workbook.sandbox.interpreter_values import Budget, LimitReached, Refused, combine
from workbook.sandbox.result import NO_ANSWER, Result, answered, checked_inputs, shortened

STEPS = 100_000


def interpret(
    program: str, inputs: Mapping[str, Any] | None = None, *, steps: int = STEPS
) -> Result:
    """Return what a program of the subset leaves in its variable `answer`.

    inputs: its first variables, as JSON. steps: how much it may do; one is a node of the syntax
    tree, an item of a loop, or 16 items of a value that is made or compared. `Result` is that of
    `run`, with the same value where both have one. Raises ValueError for inputs that are not JSON.
    """
    if not isinstance(program, str):
        raise ValueError(f"a program is a text, not {type(program).__name__}.")
    run = _Interpreter(checked_inputs(inputs), Budget(steps))
    try:
        run.block(parse(program))
        if "answer" not in run.names:
            return Result(False, None, run.output, NO_ANSWER)
        run.budget.weigh(run.names["answer"])
        return answered(run.names["answer"], run.output)
    except SyntaxError as error:
        where = f" in line {error.lineno}" if error.lineno else ""
        reason = f"syntax error{where}: {error.msg}"
    except LimitReached as error:
        reason = str(error)
    except Refused as error:
        reason = f"line {run.line}: {error} is not in the subset of Python that is interpreted"
    except RecursionError:
        reason = f"line {run.line}: nested too deeply"
    except Exception as error:  # what the program's own operations raise, such as 1 / 0
        words = str(error)
        reason = f"line {run.line}: {type(error).__name__}" + (f": {words}" if words else "")
    return Result(False, None, run.output, shortened(reason))


class _Break(Exception):
    pass


class _Continue(Exception):
    pass


class _Interpreter(Expressions):
    """The statements of a program."""

    def block(self, statements: list[ast.stmt]) -> None:
        for statement in statements:
            self.line = statement.lineno
            self.budget.charge()
            method_for(self, "do", statement)(statement)

    def do_Pass(self, node: ast.Pass) -> None:
        pass

    def do_Expr(self, node: ast.Expr) -> None:
        self.value(node.value)

    def do_Assign(self, node: ast.Assign) -> None:
        value = self.value(node.value)
        for target in node.targets:
            self.assign(target, value, self.names)

    def do_AugAssign(self, node: ast.AugAssign) -> None:
        target = node.target
        if isinstance(target, ast.Subscript) and not isinstance(target.slice, ast.Slice):
            owner, key = self.value(target.value), self.budget.weigh(self.value(target.slice))
            owner[key] = self.augmented(node, owner[key])
            self.budget.fits(owner)
        elif isinstance(target, ast.Name):
            self.names[target.id] = self.augmented(node, self.value(target))
        else:
            raise Refused(described(target))

    def augmented(self, node: ast.AugAssign, before: Any) -> Any:
        """The value after `+=` and its like; a list is changed in place, for all its names."""
        after = self.value(node.value)
        operator = type(node.op)
        if isinstance(before, list) and operator is ast.Add:
            before += self.budget.fits(list(self.items(after)))
        elif isinstance(before, list) and operator is ast.Mult:
            before[:] = combine(self.budget, operator, before, after)
        else:
            return combine(self.budget, operator, before, after)
        return self.budget.fits(before)

    def do_If(self, node: ast.If) -> None:
        self.block(node.body if self.value(node.test) else node.orelse)

    def do_While(self, node: ast.While) -> None:
        while self.value(node.test):
            if not self._once(node.body):
                return
            self.line = node.lineno
        self.block(node.orelse)

    def do_For(self, node: ast.For) -> None:
        for item in self.items(self.value(node.iter)):
            self.assign(node.target, item, self.names)
            if not self._once(node.body):
                return
            self.line = node.lineno
        self.block(node.orelse)

    def _once(self, body: list[ast.stmt]) -> bool:
        """Run a loop's body; false where it breaks off the loop."""
        try:
            self.block(body)
        except _Break:
            return False
        except _Continue:
            pass
        return True

    def do_Break(self, node: ast.Break) -> None:
        raise _Break

    def do_Continue(self, node: ast.Continue) -> None:
        raise _Continue
