"""Looks for solution text in what students get: in notebooks, their outputs, packages, any file.

A reference answer is cut into its statements; a file that holds most of them, whatever its layout,
gives it away. So does a notebook whose answer cell is filled in. The statements that a lesson
itself shows (a single call, say) are too short to count. Left out: solutions in other words.
"""

from __future__ import annotations

import ast
import io
import json
import re
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from workbook.grading import cells

SHORTEST = 12  # characters of a statement that count, blanks aside
SHARE = 0.6  # of a solution's characters that make a leak
BLANKS = re.compile(r"\s+|\\n|#[^\n]*")
TEXT_LIMIT = 50_000_000


def find(folder: Path, secrets: Mapping[str, list[str]]) -> list[str]:
    """Return a sentence for each place in a folder that gives an answer away.

    secrets: exercise id -> the sources of its reference answer.
    """
    wanted = {name: fragments(sources) for name, sources in secrets.items()}
    said = []
    for name, content in _texts(folder):
        squeezed = _squeezed(content)
        for exercise_id, parts in wanted.items():
            if _holds(squeezed, parts):
                said.append(f"{name} holds the reference answer of {exercise_id}.")
        if name.endswith(".ipynb"):
            said += [f"{name}: {sentence}" for sentence in _filled_in(content, secrets)]
    return said


def fragments(sources: list[str]) -> list[str]:
    """Return the statements of some functions as text without blanks, docstrings aside."""
    parts = []
    for source in sources:
        for function in ast.parse(source).body:
            for node in ast.walk(function):
                parts += [_squeezed(line) for line in _own_lines(node)]
    return [part for part in dict.fromkeys(parts) if len(part) >= SHORTEST]


def _own_lines(node: ast.AST) -> list[str]:
    """What a statement says itself, without the block below it."""
    if not isinstance(node, ast.stmt) or isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return []
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return []
    text = ast.unparse(node)
    return [text.splitlines()[0] if hasattr(node, "body") else text]


def _holds(text: str, parts: list[str]) -> bool:
    total = sum(map(len, parts))
    found = sum(len(part) for part in parts if part in text)
    return total > 0 and found >= SHARE * total


def _squeezed(text: str) -> str:
    return BLANKS.sub("", text).replace('"', "'").replace("\\'", "'")


def _texts(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield (name, text) of all files, of those inside archives too; a notebook cell by cell."""
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = file.relative_to(folder).as_posix()
        raw = file.read_bytes()
        if zipfile.is_zipfile(io.BytesIO(raw)):
            with zipfile.ZipFile(io.BytesIO(raw)) as archive:
                for entry in archive.namelist():
                    yield f"{name}/{entry}", _readable(archive.read(entry), entry)
        elif b"\0" not in raw[:8192]:  # weights and pictures hold no text
            yield name, _readable(raw, name)


def _readable(raw: bytes, name: str) -> str:
    text = raw[:TEXT_LIMIT].decode("utf-8", "replace")
    if name.endswith(".ipynb"):
        return text
    if name.endswith(".py"):
        try:  # the same layout as the fragments have
            return ast.unparse(ast.parse(text))
        except (SyntaxError, ValueError):
            pass
    return text


def _filled_in(content: str, secrets: Mapping[str, list[str]]) -> Iterator[str]:
    """Yield what is wrong with answer cells that are to be open, and with cell sources as code."""
    try:
        notebook = json.loads(content)
    except ValueError:
        return
    for cell in notebook.get("cells", []):
        source = cell.get("source", "")
        source = source if isinstance(source, str) else "".join(source)
        for exercise_id in set(cells.exercise_ids(source)) & set(secrets):
            if cells.answered_value(source, exercise_id):
                yield f"the answer to {exercise_id} is filled in."
        tree = cells.parsed(source) if cell.get("cell_type") == "code" else None
        if tree is not None:
            squeezed = _squeezed(ast.unparse(tree))
            for exercise_id, sources in secrets.items():
                if _holds(squeezed, fragments(sources)):
                    yield f"a cell holds the reference answer of {exercise_id}."
