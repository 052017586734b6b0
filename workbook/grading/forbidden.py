"""The code of an answer to an exercise that forbids functions of the package, read and not run.

While such an answer runs, a forbidden function refuses to work. An answer that reaches for the
course's own grading, or for a function under a name that only the run knows, may get round that.
So its syntax tree is read as well: the first earns nothing, the second is noted for a person to
look at. Left out: a proof; Python has more ways than a list can name.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import workbook
from workbook.grading import cells

MOST = 5  # reasons of one answer
READABLE = {  # packages whose use can be read in the code
    "__future__", "abc", "bisect", "collections", "copy", "dataclasses", "decimal", "einops",
    "enum", "fractions", "functools", "heapq", "itertools", "math", "numbers", "numpy", "operator",
    "random", "re", "scipy", "statistics", "time", "torch", "typing", "warnings", "workbook",
}  # fmt: skip
UNREAD = {  # names that lead to other code, to files or to another process
    "DataLoader", "Formatter", "ForwardRef", "attrgetter", "builtins", "cpp_extension", "ctypes",
    "ctypeslib", "fx", "gc", "get_ipython", "get_type_hints", "hub", "importlib", "inspect", "load",
    "methodcaller", "multiprocessing", "os", "package", "pickle", "singledispatch",
    "sealed", "singledispatchmethod", "subprocess", "sys", "threading",
    "f_back", "f_builtins", "f_globals", "f_locals", "gi_frame", "tb_frame", "tb_next",
    "breakpoint", "compile", "eval", "exec", "globals", "input", "locals", "open", "vars",
}  # fmt: skip
METHODS = {"compile", "eval"}  # of torch, which has them under these names too
PUBLIC = {"__init__", "__len__", "__getitem__", "__name__", "__version__"}
EXERCISES = "workbook.core.exercises"
ASKING = f"{EXERCISES}.exercise"  # what a lesson imports to ask, and nothing more of that folder
ASKED = cells.GIVEN | {"check"}
CODE = {"eval", "exec", "compile"}
ATTRIBUTES = {"getattr", "setattr", "delattr"}
CLASS_PATTERN = "takes an object apart by a class pattern"


@dataclass
class Look:
    """What reading an answer shows. reaches: into the grading, or ""; doubts: to be looked at."""

    reaches: str = ""
    doubts: list[str] = field(default_factory=list)


def look(given: Iterable[str], own: Iterable[str], forbids: Iterable[str]) -> Look:
    """Read an answer.

    given: code of the lesson that it stands on. own: the student's code, the answer's cell last.
    forbids: full names of functions.
    """
    reader = _Reader(frozenset(forbids))
    for source in given:
        for node in ast.walk(cells.parsed(source) or ast.Module([], [])):
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                reader.bind(node)
    for source in own:
        reader.read(source)
    return Look(reader.reaches, list(dict.fromkeys(reader.doubts))[:MOST])


class _Reader(ast.NodeVisitor):
    """Notes what an answer reaches for. known: name -> full name of what was imported as it."""

    def __init__(self, forbids: frozenset[str]) -> None:
        self.closed = {name.rpartition(".")[2] for name in forbids}
        self.known: dict[str, str] = {}
        self.reaches = ""
        self.doubts: list[str] = []

    def read(self, source: str) -> None:
        """Read a piece of code; what it defines at its top is not what was imported so."""
        tree = cells.parsed(source)
        for node in tree.body if tree else ():
            self.visit(node)
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                self.known.pop(node.name, None)

    def bind(self, node: ast.Import | ast.ImportFrom) -> None:
        """Note what an import's names stand for."""
        above = f"{node.module}." if isinstance(node, ast.ImportFrom) else ""
        for alias in node.names:
            full = above + alias.name
            short = alias.name if above else alias.name.partition(".")[0]
            self.known[alias.asname or short] = full if above or alias.asname else short

    def visit_Import(self, node: ast.Import) -> None:
        self.bind(node)
        for alias in node.names:
            self._module(node, alias.name)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        self.bind(node)
        self._module(node, node.module or "")
        for alias in node.names:
            if alias.name == "*":
                self._doubt(node, f"imports all that {node.module} has")
            else:
                self._named(node, alias.name)
                self._full_name(node, f"{node.module}.{alias.name}", imported=True)

    def visit_Name(self, node: ast.Name) -> None:
        if node.id in UNREAD | ATTRIBUTES | {"__import__"}:
            self._doubt(node, f"uses {node.id}")
        elif node.id.startswith("__") and node.id not in PUBLIC:
            self._doubt(node, f"uses {node.id}, which is not public")
        elif node.id in self.known:
            self._full_name(node, self.known[node.id])

    def visit_Attribute(self, node: ast.Attribute) -> None:
        own = isinstance(node.value, ast.Name) and node.value.id in ("self", "cls")
        self._named(node, node.attr, own)
        if full := self._full(node):
            self._full_name(node, full)
            inner = node.value
            while isinstance(inner, ast.Attribute):
                self._named(inner, inner.attr)
                inner = inner.value
        else:
            self.visit(node.value)

    def visit_Call(self, node: ast.Call) -> None:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        place = 1 if name in ATTRIBUTES else 0
        text = node.args[place] if len(node.args) > place else None
        if isinstance(text, ast.Constant) and isinstance(text.value, str):
            if name in ATTRIBUTES:
                got = ast.Attribute(node.args[0], text.value, ast.Load())
                self.visit_Attribute(ast.copy_location(got, node))
                node = ast.Call(ast.Constant(0), node.args[2:], node.keywords)
            elif name == "__import__":
                self._module(node, text.value)
                node = ast.Call(ast.Constant(0), node.args[1:], node.keywords)
            elif name in CODE:
                self.read(text.value)
                node = ast.Call(ast.Constant(0), node.args[1:], node.keywords)
        self.generic_visit(node)

    def visit_MatchClass(self, node: ast.MatchClass) -> None:
        if node.patterns or node.kwd_patterns:
            self._doubt(node, CLASS_PATTERN)
        self.generic_visit(node)

    def _full(self, node: ast.AST) -> str:
        """The full name of an imported thing, or "" for anything else."""
        if isinstance(node, ast.Attribute):
            root = self._full(node.value)
            return f"{root}.{node.attr}" if root else ""
        return self.known.get(node.id, "") if isinstance(node, ast.Name) else ""

    def _module(self, node: ast.AST, name: str) -> None:
        top, *below = name.split(".")
        if top not in READABLE:
            self._doubt(node, f"imports {name or 'from its own folder'}")
        for part in below:
            self._named(node, part)

    def _named(self, node: ast.AST, name: str, own: bool = False) -> None:
        """Look at an attribute, or at a name that is imported. own: of the student's object."""
        if name in UNREAD - METHODS:
            self._doubt(node, f"uses {name}")
        elif name.startswith("_") and name not in PUBLIC and not own:
            self._doubt(node, f"uses {name}, which is not public")
        elif name in self.closed:
            self._doubt(node, f"names {name}, which it may not call")

    def _full_name(self, node: ast.AST, full: str, imported: bool = False) -> None:
        """Look at a thing that is used, or only imported so far."""
        parts = full.split(".")
        above, _, last = full.rpartition(".")
        if parts[0] != "workbook":
            return
        if "sealed" in parts or parts[1:2] == ["grading"]:
            self.reaches = self.reaches or full
        elif last in self.closed:
            self._doubt(node, f"names {last}, which it may not call")
        elif above == ASKING and last in ASKED or imported and full == ASKING:
            return
        elif full.startswith(EXERCISES) or not imported and _is_module(full):
            self._doubt(node, f"uses {full}")

    def _doubt(self, node: ast.AST, words: str) -> None:
        self.doubts.append(f"it {words} (line {getattr(node, 'lineno', 0)})")


def _is_module(full: str) -> bool:
    place = Path(workbook.__file__).parent.joinpath(*full.split(".")[1:])
    return place.is_dir() or place.with_suffix(".py").is_file()
