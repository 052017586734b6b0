"""What a learner's own machine noted about an answer: version, package, seed, checks passed.

The message below an answer carries it in the notebook. It comes from the student's side, so it
earns nothing; it tells which exercise was answered, and lets an instructor check with the very
inputs that the learner saw. Left out: how it is noted (`workbook.core.exercises.regrading`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from workbook.core.exercises.regrading import KEY

MOST = 50  # outputs of a cell that are looked at


class Claim(BaseModel):
    """One note of a learner's machine."""

    model_config = ConfigDict(frozen=True, strict=True)

    exercise: str = Field(max_length=200)
    version: str = Field(max_length=64)
    package: str = Field(max_length=64)
    seed: int = Field(ge=0, lt=2**63)
    passed: int = Field(ge=0, le=1000)
    checks: int = Field(ge=0, le=1000)


def read(outputs: Any) -> tuple[Claim, ...]:
    """Return the notes in a cell's outputs, first to last; whatever is malformed is left out."""
    found = []
    for output in outputs[:MOST] if isinstance(outputs, list) else []:
        metadata = output.get("metadata") if isinstance(output, dict) else None
        said = metadata.get(KEY) if isinstance(metadata, dict) else None
        try:
            found.append(Claim.model_validate(said))
        except ValidationError:
            continue
    return tuple(found)


def of(exercise_id: str, claims: Sequence[Claim]) -> Claim | None:
    """Return the last note about an exercise, or None."""
    return next((each for each in reversed(claims) if each.exercise == exercise_id), None)
