"""The tests are laid out like the package: the tests of a module are found by its name."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def offers_code(path: Path) -> bool:
    """True for a module with a public function or a class with methods; phrase tables have none."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, FUNCTIONS) and not node.name.startswith("_"):
            return True
        if isinstance(node, ast.ClassDef) and any(isinstance(n, FUNCTIONS) for n in node.body):
            return True
    return False


def test_every_module_has_a_test_file_of_its_name():
    modules = [path.relative_to(ROOT / "workbook") for path in (ROOT / "workbook").rglob("*.py")]
    missing = [
        path.as_posix()
        for path in sorted(modules)
        if not path.name.startswith("__")
        and offers_code(ROOT / "workbook" / path)
        and not (ROOT / "tests" / path.with_name(f"test_{path.name}")).is_file()
    ]
    assert missing == [], "write tests/<folder>/test_<module>.py for each"


def test_every_test_file_has_a_test():
    for path in (ROOT / "tests").rglob("test_*.py"):
        nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        assert any(isinstance(n, FUNCTIONS) and n.name.startswith("test_") for n in nodes), path
