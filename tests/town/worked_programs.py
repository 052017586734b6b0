"""Draw problems and programs, and run a program that can do no harm."""

import ast

from workbook.town.choices import ChoiceSource
from workbook.town.writer import Writer

ALLOWED = (
    ast.Module, ast.Assign, ast.Name, ast.Store, ast.Load, ast.Constant, ast.BinOp, ast.Add,
    ast.Sub, ast.Mult, ast.FloorDiv, ast.If, ast.Compare, ast.Gt, ast.Lt, ast.Eq, ast.For,
    ast.List, ast.Call,
)  # fmt: skip


def made(town, make, split="train", count=150, **options):
    seeds = (f"{make.__name__}/{options}/{i}" for i in range(count))
    return [make(Writer(ChoiceSource(seed), town, split), **options) for seed in seeds]


def run(code: str) -> str:
    """Run a program of at most eight lines that can do no harm; returns `answer`."""
    assert len(code.split("\n")) <= 8
    for node in ast.walk(ast.parse(code)):
        assert isinstance(node, ALLOWED), ast.dump(node)
    names: dict[str, object] = {}
    exec(code, {"__builtins__": {"range": range}}, names)
    return str(names["answer"])
