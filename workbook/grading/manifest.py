"""The manifest of a release: which exercises it has, what they are worth, the hash of every file.

The student's bundle and the instructor's key hold the same manifest; the grader reads points and
rules from the key's. An instructor may change `points` and `rule` there by hand. Left out: how an
exercise is checked, which is the lesson's `exercises.py`.
"""

from __future__ import annotations

import hashlib
import importlib
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, Field, ValidationError

from workbook import __version__
from workbook.core.exercises.exercise import Exercise
from workbook.core.exercises.regrading import version_of
from workbook.core.system.text_files import read_text

NAME = "manifest.json"


class ExerciseEntry(BaseModel):
    """One exercise: where its answer cell is and what it is worth."""

    id: str
    title: str
    points: float = Field(ge=0)
    rule: Literal["each", "all"]  # points for each check, or only for all of them
    wants: Literal["function", "value"]
    checks: list[str]  # what must hold, in words
    cell: str  # id of the answer cell in the lesson's notebook
    function: str = ""  # name of the function asked for; "" for a value
    version: str  # hash of the exercise as it was released


class LessonEntry(BaseModel):
    """One lesson of the release."""

    lesson: str  # "03_sampling"
    topic: str
    exercises: list[ExerciseEntry]

    @property
    def out_of(self) -> float:
        """The points that the lesson is worth."""
        return sum(entry.points for entry in self.exercises)


class Manifest(BaseModel):
    """A release. files: path in the bundle -> sha256."""

    format: Literal[1] = 1
    package: str = __version__
    with_answers: bool = True  # whether the package for students shows the reference answers
    due: str | None = None  # ISO date and time, of the course's time zone
    lessons: list[LessonEntry]
    files: dict[str, str] = {}

    def lesson(self, name: str) -> LessonEntry | None:
        """Return the lesson of that name, or None."""
        return next((entry for entry in self.lessons if entry.lesson == name), None)

    def text(self) -> str:
        """Return the manifest as JSON, the same for the same content."""
        return self.model_dump_json(indent=1) + "\n"


def read(folder: Path) -> Manifest:
    """Read the manifest of a bundle or a key; ValueError, in one sentence, where it is none."""
    file = folder / NAME
    if not file.is_file():
        raise ValueError(f"{folder} has no {NAME}; `workbook release` writes a key with one.")
    try:
        return Manifest.model_validate_json(read_text(file))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        raise ValueError(f"{file} is not a manifest: {where}: {first['msg']}.") from None


def entries(topic: str, cells: dict[str, str]) -> list[ExerciseEntry]:
    """Return the entries of a lesson's exercises. cells: exercise id -> id of its answer cell.

    A prediction is worth its points only if all of it is right: one number of three may be luck.
    """
    exercises = exercises_of(topic).values()
    return [entry_of(asked, cells[asked.id]) for asked in exercises if asked.id in cells]


def entry_of(asked: Exercise, cell: str = "") -> ExerciseEntry:
    """Return the entry of an exercise whose answer cell has that id."""
    return ExerciseEntry(
        id=asked.id,
        title=asked.title,
        points=asked.points,
        rule="all" if asked.wants == "value" else "each",
        wants="value" if asked.wants == "value" else "function",
        checks=[check.says for check in asked.checks],
        cell=cell,
        function="" if asked.wants == "value" else asked.reference.__name__,
        version=version_of(asked),
    )


def exercises_of(topic: str) -> dict[str, Exercise]:
    """Return a lesson's exercises by id, references and all."""
    return dict(importlib.import_module(f"workbook.{topic}.exercises").EXERCISES)


def digest(content: bytes) -> str:
    """Return the sha256 of some bytes, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()
