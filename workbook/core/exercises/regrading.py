"""What it takes to check an answer again: the exercise, the package, the seed of the inputs.

The learner's log keeps it with every attempt, and the message below an answer carries it along in
the notebook, where a grader finds it. Left out: grading, which is `workbook.grading`.
"""

from __future__ import annotations

import ast
import functools
import hashlib
import inspect
from typing import TYPE_CHECKING, Any

from workbook.core.exercises import sealed

if TYPE_CHECKING:
    from workbook.core.exercises.checks import Result
    from workbook.core.exercises.definition import Exercise

KEY = "workbook"  # of the metadata of an output


def noted(asked: Exercise, result: Result) -> dict[str, Any]:
    """Return exercise version, package version, seed of the inputs, checks passed and run."""
    import workbook

    return {
        "version": version_of(asked),
        "package": workbook.__version__,
        "seed": result.seed,
        "passed": result.passed,
        "checks": len(asked.checks),
    }


def version_of(asked: Exercise) -> str:
    """Return a hash that changes with the file of the exercise, comments and layout aside.

    The edition without answers gives the hash of the exercise that it was made from.
    """
    stored = sealed.version_of(asked.id)
    if stored is not None:
        return stored
    source = inspect.getsource(inspect.getmodule(asked.reference) or type(asked))
    said = [asked.id, str(asked.points), *(check.says for check in asked.checks)]
    text = "\n".join([_tree(source), *said])
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:16]


@functools.lru_cache(maxsize=64)
def _tree(source: str) -> str:
    return ast.dump(ast.parse(source))
