"""The instructor's key, opened: released lessons, their exercises, hidden checks.

Hidden checks are a Python file of the instructor's with `CHECKS`, exercise id -> checks of the same
kind as a lesson's own. They run on this side only. `basis` says what a grade rests on: while it is
the same, an unchanged submission need not be graded again. Left out: the students' bundle.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.util
import re
import types
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbook import __version__
from workbook.core.exercises.checks import Check
from workbook.core.exercises.exercise import Exercise
from workbook.core.exercises.regrading import version_of
from workbook.grading import asking, manifest, notebook_input
from workbook.grading.notebook_input import Cell

ADDRESS = re.compile(r" at 0x[0-9a-f]+")  # in the text of an object; another at every start
RULES = "4"  # raise it when marks change for the same answers


@functools.lru_cache(maxsize=512)
def _accidental(asked: Exercise, checks: tuple[Check, ...], seed: int) -> tuple[bool, ...]:
    return tuple(asking.by_accident(check, asked, seed) for check in checks)


@dataclass(frozen=True)
class GradedExercise:
    """One exercise as it is graded. hidden: how many checks, the last ones, students never see."""

    entry: manifest.ExerciseEntry
    asked: Exercise
    checks: tuple[Check, ...]
    hidden: int = 0

    def accidental(self, seed: int) -> tuple[bool, ...]:
        """For each check, whether an answer without a thought passes it with that seed."""
        return _accidental(self.asked, self.checks, seed)


@dataclass(frozen=True)
class Lesson:
    """One released lesson."""

    entry: manifest.LessonEntry
    cells: Sequence[Cell]
    questions: dict[str, GradedExercise]
    basis: str


@dataclass(frozen=True)
class Key:
    """All of a key."""

    listed: manifest.Manifest
    lessons: dict[str, Lesson]

    @property
    def topics(self) -> dict[str, str]:
        """Topic -> lesson, of the released ones."""
        return {lesson.entry.topic: name for name, lesson in self.lessons.items()}


def read(folder: Path, hidden: Path | None = None) -> Key:
    """Open a key.

    Raises ValueError, in one sentence, where a part is missing, or an exercise has changed since
    the release so that answers to it would be marked by other rules.
    """
    listed = manifest.read(folder)
    extra = _hidden(hidden) if hidden else {}
    known = {entry.id for lesson in listed.lessons for entry in lesson.exercises}
    for name in extra:
        if name not in known:
            raise ValueError(f"{hidden} has checks for {name}, which the key does not list.")
    written = hidden.read_bytes() if hidden else b""
    lessons = {entry.lesson: _lesson(folder, entry, extra, written) for entry in listed.lessons}
    return Key(listed, lessons)


def _lesson(
    folder: Path, entry: manifest.LessonEntry, extra: dict[str, tuple[Check, ...]], written: bytes
) -> Lesson:
    """Open a lesson. written: the file with hidden checks."""
    file = folder / "notebooks" / f"{entry.lesson}.ipynb"
    if not file.is_file():
        raise ValueError(f"the key has no {file.name}; release the lessons again.")
    raw = file.read_bytes()
    exercises = manifest.exercises_of(entry.topic)
    questions = {}
    for each in entry.exercises:
        asked = exercises.get(each.id)
        if asked is None or version_of(asked) != each.version:
            raise ValueError(
                f"{each.id} has changed since this key was released; release it again, "
                "or grade with the package of the release."
            )
        more = extra.get(each.id, ())
        questions[each.id] = GradedExercise(each, asked, (*asked.checks, *more), len(more))
    parts = [RULES, __version__, entry.model_dump_json(), manifest.digest(raw)]
    parts += [_code(c.test) + c.says for q in questions.values() for c in q.checks]
    if any(question.hidden for question in questions.values()):
        parts.append(manifest.digest(written))  # a long table in it shows in no text of a function
    basis = hashlib.sha256("\n".join(parts).encode("utf-8")).hexdigest()[:32]
    return Lesson(entry, notebook_input.parse(raw), questions, basis)


def _hidden(file: Path) -> dict[str, tuple[Check, ...]]:
    """Run the instructor's file and take its CHECKS."""
    spec = importlib.util.spec_from_file_location("hidden_checks", file)
    if not file.is_file() or spec is None or spec.loader is None:
        raise ValueError(f"there is no Python file {file} with hidden checks.")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
        checks = {name: tuple(some) for name, some in module.CHECKS.items()}
    except Exception as error:
        raise ValueError(f"{file} cannot be used: {type(error).__name__}: {error}.") from error
    if not all(isinstance(check, Check) for some in checks.values() for check in some):
        raise ValueError(f"{file}: CHECKS maps exercise ids to tuples of Check(says, test).")
    return checks


def _code(function: Any, depth: int = 6) -> str:
    """A text that changes when a function does: its code, and the functions it closes over."""
    code = getattr(function, "__code__", None)
    if code is None or not depth:
        return getattr(function, "__qualname__", type(function).__name__)
    parts = [code.co_code.hex(), repr(code.co_names)]
    for constant in code.co_consts:
        inner = isinstance(constant, types.CodeType)
        parts.append(constant.co_code.hex() if inner else repr(constant))
    for cell in function.__closure__ or ():
        value = cell.cell_contents
        text = _code(value, depth - 1) if callable(value) else repr(value)
        parts.append(ADDRESS.sub("", text))
    return "\n".join(parts)
