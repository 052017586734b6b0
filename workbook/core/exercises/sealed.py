"""The edition of the course without answers, as a graded class gets it.

There the reference answer of an exercise is a call of `stored`: it knows the right results for the
inputs of the visible checks and for no others, and those checks always use these inputs. A
prediction has no stored result, as it would be the answer; it is noted and marked later. A cell
that needs an open answer stops with one sentence; the names that it would have made say the same
sentence in later cells. Which exercises are sealed is told by `stored_answers.json` in the lesson's
folder, which the full package does not have. Left out: how that edition is made, which is
`workbook.grading`.
"""

from __future__ import annotations

import ast
import functools
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from workbook.core.exercises import gradients, plain_values
from workbook.core.exercises.feedback import Refusal

FILE = "stored_answers.json"
CLOSED = "This function is what {} asks you to write, so an answer to it may not call it."
_answering: list[str] = []  # the exercise whose answer runs now
OPEN = "This needs your answer to {}: this edition of the course does not hold one."


class Sealed(Refusal):
    """An answer was asked for that this edition does not hold."""


def stored(exercise_id: str, arguments: tuple) -> Any:
    """Return the stored result for these arguments.

    Functions among them are called as the reference called them; a gradient is a stored one, too.

    Raises Sealed, in one sentence, where there is none.
    """
    asked = json.dumps(plain_values.encode(arguments))
    call = _followed(_by_arguments(exercise_id).get(asked, []), arguments)
    if call is not None:
        known = call.get("slopes", [])
        result = plain_values.decode(call["result"])
        return gradients.connected(
            result, arguments, lambda gradient: _slopes(exercise_id, known, gradient)
        )
    _bind_open(exercise_id)
    raise Sealed(OPEN.format(exercise_id))


def _followed(calls: list[dict[str, Any]], arguments: tuple) -> dict[str, Any] | None:
    """The one of some stored calls that fits what functions among the arguments give."""
    step = 0
    while calls:
        called = calls[0].get("called", [])
        if step == len(called):
            return calls[0]
        which, coded, _ = called[step]
        gave = plain_values.encode(arguments[which](*plain_values.decode(coded)))
        calls = [one for one in calls if one["called"][step : step + 1] == [[which, coded, gave]]]
        step += 1
    return None


def _slopes(exercise_id: str, known: list[Any], gradient: Any) -> list[Any]:
    asked = json.dumps(plain_values.encode(gradient))
    for at_result, found in known:
        if json.dumps(at_result) == asked:
            return plain_values.decode(found)
    raise Sealed(OPEN.format(exercise_id))


@contextmanager
def answering(exercise_id: str) -> Iterator[None]:
    """While the answer to an exercise runs, what this exercise forbids refuses to work."""
    _answering.append(exercise_id)
    try:
        yield
    finally:
        _answering.pop()


def closed(*exercise_ids: str) -> None:
    """Refuse, in one sentence, while the answer to one of these exercises runs.

    An edition calls it first in each function that an exercise forbids.
    """
    if _answering and _answering[-1] in exercise_ids:
        raise Sealed(CLOSED.format(_answering[-1]))


class Open:
    """What a name stands for whose value needs an open answer: whatever uses it says so."""

    def __init__(self, exercise_id: str) -> None:
        """Stand for the answer to an exercise."""
        self.__dict__["open"] = exercise_id

    def __repr__(self) -> str:
        """Return the sentence, for those who look."""
        return OPEN.format(self.open)

    def __getattr__(self, name: str) -> Any:
        """Refuse, but for what Python and IPython ask every object."""
        if name.startswith("_"):
            raise AttributeError(name)
        self._refuse()

    def _refuse(self, *_: Any, **__: Any) -> Any:
        _bind_open(self.open)
        raise Sealed(OPEN.format(self.open))

    __call__ = __getitem__ = __setitem__ = __iter__ = __len__ = __bool__ = __format__ = _refuse
    __add__ = __sub__ = __mul__ = __truediv__ = __pow__ = __matmul__ = __neg__ = _refuse
    __radd__ = __rsub__ = __rmul__ = __rtruediv__ = __rpow__ = __rmatmul__ = _refuse
    __lt__ = __le__ = __gt__ = __ge__ = __float__ = __int__ = __str__ = _refuse


def _bind_open(exercise_id: str) -> None:
    """Let the names that the cell would have made stand for the open answer."""
    from IPython import get_ipython

    shell: Any = get_ipython()  # type: ignore[no-untyped-call]
    source = (shell.user_ns.get("In") or [""])[-1] if shell is not None else ""
    try:
        tree = ast.parse(shell.transform_cell(source) if source else "")
    except SyntaxError:
        return
    for name in _bound(tree):
        shell.user_ns.setdefault(name, Open(exercise_id))


def _bound(node: ast.AST) -> Iterator[str]:
    """The names that a cell binds itself, not inside its functions."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.ClassDef):
            yield child.name
        elif isinstance(child, ast.Name) and isinstance(child.ctx, ast.Store):
            yield child.id
        elif not isinstance(child, ast.Lambda | ast.comprehension):
            yield from _bound(child)


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
def _by_arguments(exercise_id: str) -> dict[str, list[dict[str, Any]]]:
    """The stored calls of an exercise by the JSON of their arguments."""
    found: dict[str, list[dict[str, Any]]] = {}
    for call in (_stored(exercise_id) or {}).get("calls", []):
        found.setdefault(json.dumps(call["arguments"]), []).append(call)
    return found


@functools.cache
def _file(topic: str) -> dict[str, Any]:
    path = Path(__file__).resolve().parents[2] / topic / FILE
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
