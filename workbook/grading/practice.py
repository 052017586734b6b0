"""A made-up class, to try the grader on: right, wrong, open and broken notebooks of each lesson.

Right answers are the package's references, wrong ones return something of the right kind without
a thought. The same seed makes the same class. Left out: hostile students, whom the tests bring.
"""

from __future__ import annotations

import ast
import inspect
import random
from collections.abc import Iterator
from pathlib import Path

from workbook.core.exercises import plain_values
from workbook.grading import manifest
from workbook.grading.release import secrets_of

NAMES = (
    "Ada", "Bo", "Chen", "Dana", "Emeka", "Fatima", "Goran", "Hana", "Iris", "Jamal", "Kaja",
    "Liam", "Mei", "Noor", "Olga", "Pia", "Quentin", "Rosa", "Sven", "Zoë",
)  # fmt: skip


def write(key: Path, out: Path, students: int = 20, seed: int = 0) -> list[Path]:
    """Write notebooks of a made-up class into out/<student>/; returns their paths.

    Raises ValueError for a folder that holds other files.
    """
    import nbformat

    if out.exists() and any(out.iterdir()):
        raise ValueError(f"{out} holds other files: name a new or empty folder for the class.")
    listed, source = manifest.read(key), random.Random(seed)
    paths = []
    for number in range(students):
        name = NAMES[number % len(NAMES)] + (f" {number // len(NAMES)}" if number >= 20 else "")
        skill = source.random()
        for lesson in listed.lessons:
            path = out / name / f"{lesson.lesson}.ipynb"
            path.parent.mkdir(parents=True, exist_ok=True)
            notebook = nbformat.read(key / "notebooks" / path.name, as_version=4)
            cells = {cell.id: cell for cell in notebook.cells}
            for entry, text in _answers(lesson, skill, source):
                stub = cells[entry.cell].source
                cells[entry.cell].source = _filled(stub, entry, text)
            broken = number == students - 1 and students > 5
            nbformat.write(notebook, path)
            if broken:
                path.write_bytes(path.read_bytes()[:1000])
            paths.append(path)
    return paths


def _answers(
    lesson: manifest.LessonEntry, skill: float, source: random.Random
) -> Iterator[tuple[manifest.ExerciseEntry, str]]:
    """Yield (exercise, code of an answer) for those that this student answers."""
    exercises, secrets = manifest.exercises_of(lesson.topic), secrets_of([lesson.topic])
    for entry in lesson.exercises:
        drawn = source.random()
        if drawn > skill + 0.5:
            continue
        right = drawn < skill
        reference = exercises[entry.id].reference
        if entry.wants == "value":
            value = plain_values.decode(plain_values.encode(reference()))
            yield entry, repr(value if right else (0,))
        elif right:
            yield entry, "\n".join(reversed(secrets[entry.id]))
        else:
            first = next(iter(inspect.signature(reference).parameters))
            yield entry, f"def {entry.function}{inspect.signature(reference)}:\n    return {first}"


def _filled(stub: str, entry: manifest.ExerciseEntry, text: str) -> str:
    """The answer cell with an answer in place of what is open."""
    if entry.wants == "value":
        return stub.replace(f'answer("{entry.id}", None)', f'answer("{entry.id}", {text})')
    tree = ast.parse(text)
    for node in ast.walk(tree):  # a learner's function has no annotations
        if isinstance(node, ast.FunctionDef):
            node.returns = None
        if isinstance(node, ast.arg):
            node.annotation = None
    *helpers, last = [ast.unparse(node) for node in tree.body]
    above = stub.partition(f'@exercise("{entry.id}")')[0]
    return "\n".join([*filter(None, [above.strip()]), *helpers, f'@exercise("{entry.id}")', last])
