"""Which cell answers which exercise, and which statements a piece of code needs.

An answer cell is known by `@exercise("topic.name")` or `answer("topic.name", ...)`, read from the
syntax tree, or from the text where the cell is not valid Python. `needed` follows names backwards
through earlier cells, statement by statement, so that a submission is graded without running the
whole lesson. Left out: executing anything.
"""

from __future__ import annotations

import ast
import builtins
import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass

CALLS = ("exercise", "answer")
IN_TEXT = re.compile(r"\b(?:exercise|answer)\s*\(\s*[rfbu]*(['\"])([a-z_]+\.[a-z_0-9]+)\1")
INVISIBLE = re.compile("[\u200b-\u200f\u2060-\u2064\ufeff\u00ad\u202a-\u202e\u2066-\u2069]")
OVER_PYTHON = re.compile(r"\s*%%(?:time|timeit|capture|prun)\b[^\n]*(?:\n|\Z)")
MAGIC = re.compile(r"^\s*[!%?]|=\s*[!%]|\?\s*$")  # lines that IPython turns into calls
MOST_LINES, MOST_MAGICS = 2000, 50  # of a cell that is turned into Python; the work grows with both
GIVEN = {"answer", "exercise", "hint", "progress", "guess", "display", "get_ipython"}


@dataclass(frozen=True)
class Names:
    """What a statement binds, whose objects it changes, and what it reads."""

    binds: frozenset[str]
    changes: frozenset[str]
    reads: frozenset[str]


def without_cell_magics(source: str) -> str:
    """Return a cell without the magics on top that leave its code Python, such as %%time."""
    while (match := OVER_PYTHON.match(source)) is not None:
        source = source[match.end() :]
    return source


def python_of(source: str) -> str:
    """Return a cell as plain Python: magics become calls.

    Raises SyntaxError for more lines or magics than IPython can turn into Python in a moment.
    """
    from IPython.core.inputtransformer2 import TransformerManager

    lines = source.splitlines()
    if len(lines) > MOST_LINES or sum(bool(MAGIC.search(line)) for line in lines) > MOST_MAGICS:
        raise SyntaxError("too many lines or magics to be read")
    return TransformerManager().transform_cell(source)


@functools.lru_cache(maxsize=1024)
def parsed(source: str) -> ast.Module | None:
    """Return the syntax tree of a cell, or None where it is not Python."""
    source = without_cell_magics(source)
    try:
        return ast.parse(source)
    except SyntaxError:
        pass
    except (ValueError, RecursionError, MemoryError):
        return None
    try:
        return ast.parse(python_of(source))
    except (SyntaxError, ValueError, RuntimeError, RecursionError, MemoryError):
        return None


def exercise_ids(source: str) -> list[str]:
    """Return the ids of the exercises that a cell answers, in their order."""
    if not any(name in source for name in CALLS):
        return []
    tree = parsed(source)
    if tree is None:
        return list(dict.fromkeys(match[2] for match in IN_TEXT.finditer(_visible(source))))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and node.args]
    ids = []
    for node in sorted(calls, key=lambda call: (call.lineno, call.col_offset)):
        first = node.args[0]
        if _called(node) in CALLS and isinstance(first, ast.Constant):
            if isinstance(first.value, str):
                ids.append(_visible(first.value))
    return list(dict.fromkeys(ids))


def functions(source: str) -> list[str]:
    """Return the names of the functions that a cell defines at its top."""
    tree = parsed(source)
    return [node.name for node in tree.body if isinstance(node, ast.FunctionDef)] if tree else []


def answered_value(source: str, exercise_id: str) -> bool:
    """Whether the cell gives `answer(exercise_id, ...)` anything but None or three dots."""
    return answer_text(source, exercise_id) not in ("", "None", "...")


def answer_text(source: str, exercise_id: str) -> str:
    """Return what a cell gives to `answer(exercise_id, ...)`, as code; "" if it gives nothing."""
    for node in ast.walk(parsed(source) or ast.Module([], [])):
        if isinstance(node, ast.Call) and _called(node) == "answer" and len(node.args) > 1:
            first, value = node.args[:2]
            if isinstance(first, ast.Constant) and first.value == exercise_id:
                return ast.unparse(value)
    return ""


def same_code(left: str, right: str) -> bool:
    """Whether two cells are the same but for comments, blanks and layout."""
    trees = parsed(left), parsed(right)
    if None in trees:
        return left.strip() == right.strip()
    return ast.dump(trees[0]) == ast.dump(trees[1])  # type: ignore[arg-type]


def names_read(source: str) -> frozenset[str]:
    """Return the names that a cell takes from elsewhere."""
    tree = parsed(source)
    if tree is None:
        return frozenset()
    return _free(tree.body) - frozenset(dir(builtins)) - GIVEN


def needed(wanted: Iterable[str], earlier: Iterable[str]) -> list[str]:
    """Return the statements of earlier cells that define the names wanted, in their order.

    wanted: names. earlier: sources of the cells, first to last. A statement that changes a name
    that is wanted (a method called on it, an item set) is taken too; `from x import *` always is.
    """
    statements = [pair for source in earlier for pair in _statements(source)]
    open_names, taken = set(wanted), []
    for statement, names in reversed(statements):
        if not ((names.binds | names.changes) & open_names or "*" in names.binds):
            continue
        taken.append(_only(statement, open_names))
        if isinstance(statement, (ast.Assign, ast.FunctionDef, ast.ClassDef)):
            open_names -= _bound(statement)
        open_names |= names.reads - frozenset(dir(builtins))
    return [ast.unparse(statement) for statement in reversed(taken)]


@functools.lru_cache(maxsize=1024)
def _statements(source: str) -> tuple[tuple[ast.stmt, Names], ...]:
    """The statements of a cell, each with its names."""
    tree = parsed(source)
    return tuple((node, names_of(node)) for node in tree.body) if tree else ()


def names_of(statement: ast.stmt) -> Names:
    """Return what a statement binds, changes and reads."""
    bound, changed = frozenset(_bound(statement)), frozenset(_changed(statement))
    return Names(bound, changed, _free([statement]))


def _only(statement: ast.stmt, wanted: set[str]) -> ast.stmt:
    """Of an import, only what is wanted: the rest may take seconds."""
    if isinstance(statement, (ast.Import, ast.ImportFrom)):
        kept = [
            alias
            for alias in statement.names
            if alias.name == "*" or (alias.asname or alias.name.partition(".")[0]) in wanted
        ]
        if isinstance(statement, ast.Import):
            return ast.Import(kept)
        return ast.ImportFrom(statement.module, kept, statement.level)
    return statement


def _bound(node: ast.AST) -> set[str]:
    """Names that a statement binds at the top level of the notebook."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return {node.name}
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return {(a.asname or a.name.partition(".")[0]) for a in node.names}
    names: set[str] = set()
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Name) and isinstance(child.ctx, (ast.Store, ast.Del)):
            names.add(child.id)
        elif not isinstance(child, (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp)):
            names |= _bound(child)
    return names


def _changed(node: ast.AST) -> set[str]:
    """Names whose object a statement changes: x.y = ..., x[i] = ..., x.append(...) on its own."""
    changed = {
        _root(child)
        for child in ast.walk(node)
        if isinstance(child, (ast.Attribute, ast.Subscript))
        and isinstance(child.ctx, (ast.Store, ast.Del))
    }
    for child in ast.walk(node):
        if isinstance(child, ast.Expr) and isinstance(child.value, ast.Call):
            if isinstance(child.value.func, ast.Attribute):
                changed.add(_root(child.value.func))
    return changed - {""}


def _root(node: ast.AST) -> str:
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Call)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def _free(body: list[ast.stmt]) -> frozenset[str]:
    """Names that statements read and that are not their own parameters or local names."""
    import symtable

    source = ast.unparse(ast.fix_missing_locations(ast.Module(body, [])))
    try:
        table = symtable.symtable(source, "cell", "exec")
    except (SyntaxError, ValueError):
        return frozenset()
    reads: set[str] = set()
    for symbol in table.get_symbols():  # read before it is bound cannot be told apart: keep both
        if symbol.is_referenced() and not (symbol.is_assigned() or symbol.is_imported()):
            reads.add(symbol.get_name())
    tables = list(table.get_children())
    own = {s.get_name() for s in table.get_symbols() if s.is_assigned() or s.is_imported()}
    while tables:
        inner = tables.pop()
        tables += inner.get_children()
        reads |= {s.get_name() for s in inner.get_symbols() if s.is_global()} - own
    reads |= {node.target.id for node in body if _grows(node)}  # type: ignore[attr-defined]
    return frozenset(reads)


def _grows(node: ast.stmt) -> bool:
    return isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name)


def _called(node: ast.Call) -> str:
    function = node.func
    return function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")


def _visible(text: str) -> str:
    return INVISIBLE.sub("", text)
