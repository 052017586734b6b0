"""The syntax of an interpreted program: its tree, how large it may be, and its parts in words.

Python's own parser reads the text; nothing is compiled to code. What its compiler would refuse
later, such as a `break` outside of loops, is refused here. `interpreter.py` evaluates the tree.
Lesson 16 uses it.
"""

from __future__ import annotations

import ast
import re
import warnings

from workbook.sandbox.interpreter_values import LimitReached, Refused
from workbook.sandbox.result import shortened

LONGEST = 10_000  # characters of a program
DEEPEST = 60  # levels of its syntax tree
MOST_LOOPS = 20  # in one another; Python itself takes no more
FORMAT = re.compile(r"0?\d{0,2},?(\.\d{1,2})?[dfg%]?")  # what may follow the colon in an f-string


def parse(program: str) -> list[ast.stmt]:
    """Return the statements of a program that is neither too long nor nested too deeply."""
    if len(program) > LONGEST:
        raise LimitReached(f"the program is too long: more than {LONGEST:,} characters")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # such as a backslash without a meaning
            tree = ast.parse(program, "<program>")
    except (RecursionError, MemoryError):
        raise LimitReached("syntax error: the program is nested too deeply") from None
    except ValueError as error:  # a zero byte, half a character
        raise LimitReached(f"syntax error: {shortened(str(error))}") from None
    level: list[ast.AST] = [tree]
    for _ in range(DEEPEST):
        level = [child for node in level for child in ast.iter_child_nodes(node)]
    if level:
        raise LimitReached(f"the program is nested too deeply: more than {DEEPEST} levels")
    for statement in tree.body:
        _check(statement, 0)
    return tree.body


def _check(node: ast.AST, loops: int) -> None:
    """Refuse what Python's parser lets through and its compiler does not."""
    fault = ""
    if isinstance(node, ast.Break | ast.Continue) and not loops:
        where = "outside loop" if isinstance(node, ast.Break) else "not properly in loop"
        fault = f"'{type(node).__name__.lower()}' {where}"
    if isinstance(node, ast.For | ast.While):
        loops += 1
        if loops > MOST_LOOPS:
            fault = "too many statically nested blocks"
    if isinstance(node, ast.Call):
        names = [keyword.arg for keyword in node.keywords]
        fault = "keyword argument repeated" if len(set(names)) < len(names) else ""
    if fault:
        raise LimitReached(f"syntax error in line {getattr(node, 'lineno', 1)}: {fault}")
    after = getattr(node, "orelse", []) if isinstance(node, ast.For | ast.While) else []
    for child in ast.iter_child_nodes(node):
        _check(child, loops - 1 if child in after else loops)


def plain(name: str) -> str:
    """Return a name of the subset; raises Refused for the names that Python keeps for itself."""
    if name.startswith("__"):
        raise Refused(f"`{name}`")
    return name


def described(node: ast.AST) -> str:
    """Return a part of a program in the words of its author where they are short."""
    names = {
        ast.Import: "`import`", ast.ImportFrom: "`import`", ast.FunctionDef: "`def`",
        ast.ClassDef: "`class`", ast.Lambda: "`lambda`", ast.Delete: "`del`", ast.Try: "`try`",
        ast.With: "`with`", ast.Raise: "`raise`", ast.Assert: "`assert`", ast.Global: "`global`",
        ast.NamedExpr: "`:=`", ast.Starred: "`*`", ast.MatMult: "`@`", ast.Set: "a set",
        ast.Await: "`await`", ast.Yield: "`yield`", ast.Return: "`return`", ast.Match: "`match`",
        ast.AsyncFunctionDef: "`async`", ast.AsyncFor: "`async`", ast.AsyncWith: "`async`",
        ast.DictComp: "a dictionary comprehension", ast.SetComp: "a set comprehension",
        ast.GeneratorExp: "a generator outside of a call", ast.AnnAssign: "an annotation",
    }  # fmt: skip
    if type(node) in names:
        return names[type(node)]
    if isinstance(node, ast.Attribute):
        return f"`.{node.attr}`"
    if isinstance(node, ast.Constant):
        return f"a value of type {type(node.value).__name__}"
    return f"{type(node).__name__}"
