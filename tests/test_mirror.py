"""The tests are laid out like the package: who looks for the tests of a module finds them by name."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CODE = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def defines_code(path: Path) -> bool:
    """True for a module with a function or class of its own; a table of phrases has none."""
    return any(isinstance(node, CODE) for node in ast.parse(path.read_text("utf-8")).body)


def test_every_module_has_a_test_file_of_its_name():
    modules = [path.relative_to(ROOT / "workbook") for path in (ROOT / "workbook").rglob("*.py")]
    missing = [
        path.as_posix()
        for path in sorted(modules)
        if not path.name.startswith("__")
        and defines_code(ROOT / "workbook" / path)
        and not (ROOT / "tests" / path.with_name(f"test_{path.name}")).is_file()
    ]
    assert missing == [], "write tests/<folder>/test_<module>.py for each"


def test_every_test_file_has_a_test():
    for path in (ROOT / "tests").rglob("test_*.py"):
        functions = [n for n in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(n, CODE)]
        assert any(node.name.startswith("test_") for node in functions), path
