"""The edition of the course without answers, as a graded class gets it.

There the reference answer of an exercise is a call of `stored`: it knows the right results for the
inputs of the visible checks and for no others, and those checks always use these inputs. A
prediction has no stored result, as it would be the answer; it is noted and marked later. Which
exercises are sealed is told by `stored_answers.json` in the lesson's folder, which the full
package does not have. Left out: how that edition is made, which is `workbook.grading`.
"""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

from workbook.core.exercises import plain_values
from workbook.core.exercises.feedback import Refusal

FILE = "stored_answers.json"


class Sealed(Refusal):
    """An answer was asked for that this edition does not hold."""


def stored(exercise_id: str, arguments: tuple) -> Any:
    """Return the stored result for these arguments.

    Raises Sealed, in one sentence, where there is none.
    """
    asked = json.dumps(plain_values.encode(arguments))
    for call in (_stored(exercise_id) or {}).get("calls", []):
        if json.dumps(call["arguments"]) == asked:
            return plain_values.decode(call["result"])
    raise Sealed(
        f"This needs your answer to {exercise_id}: this edition of the course does not hold one."
    )


def seed_of(exercise_id: str) -> int | None:
    """Return the seed of the stored inputs; None where the exercise is not sealed."""
    entry = _stored(exercise_id)
    return None if entry is None else entry["seed"]


def version_of(exercise_id: str) -> str | None:
    """Return the version of the exercise that was sealed; None where it is not."""
    entry = _stored(exercise_id)
    return None if entry is None else entry["version"]


def _stored(exercise_id: str) -> dict[str, Any] | None:
    return _file(exercise_id.partition(".")[0]).get(exercise_id)


@functools.cache
def _file(topic: str) -> dict[str, Any]:
    path = Path(__file__).resolve().parents[2] / topic / FILE
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
