"""Asks a student's answer for a value, and sends it out as one display message.

`collect` puts decorators in place that note each answer; `call` hands an answer its inputs and
sends back what it returned, what became of the inputs, or which error it raised. Left out: whether
any of it is right, which nobody in this process knows.
"""

from __future__ import annotations

import json
import random
import sys
import traceback
from typing import Any

MIME = "application/vnd.workbook.answer+json"
MOST = 3_000_000  # characters of one message
_answers: dict[str, Any] = {}


def collect(namespace: dict[str, Any]) -> None:
    """Replace the calls that check answers by calls that note them."""
    from workbook.core.exercises import exercise as module

    def exercise(exercise_id: str = "") -> Any:
        def note(function: Any) -> Any:
            _answers[exercise_id] = function
            return function

        return note

    def answer(exercise_id: str = "", value: Any = None) -> Any:
        _answers[exercise_id] = value
        return value

    def nothing(*_: Any, **__: Any) -> None:
        return None

    calls = {"exercise": exercise, "answer": answer, "hint": nothing, "progress": nothing}
    for name, function in calls.items():
        setattr(module, name, function)
    namespace.update(calls, guess=nothing)


def call(exercise_id: str, function: str, coded: str) -> None:
    """Call an answer with encoded arguments and send what came of it.

    function: the name to look for where no answer was noted. coded: JSON of a list.
    """
    from IPython import get_ipython

    from workbook.core.exercises import plain_values

    shell: Any = get_ipython()  # type: ignore[no-untyped-call]
    noted = _answers.get(exercise_id, shell.user_ns.get(function))
    if not callable(noted):
        _send({"kind": "missing"})
        return
    arguments = [plain_values.decode(one) for one in json.loads(coded)]
    _seed()
    try:
        result = noted(*arguments)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        _send({"kind": "error", **_told(error, noted)})
        return
    coded_arguments = [plain_values.encode(one) for one in arguments]
    said = plain_values.encode(result)
    _send({"kind": "result", "result": said, "arguments": coded_arguments})


def value(exercise_id: str) -> None:
    """Send the value that was given as an answer."""
    from workbook.core.exercises import plain_values

    if exercise_id in _answers:
        _send({"kind": "result", "result": plain_values.encode(_answers[exercise_id])})
    else:
        _send({"kind": "missing"})


def _told(error: BaseException, function: Any) -> dict[str, Any]:
    code = getattr(function, "__code__", None)
    frames = traceback.walk_tb(error.__traceback__)
    lines = [line for frame, line in frames if code is not None and frame.f_code is code]
    line = lines[-1] - code.co_firstlineno + 1 if code is not None and lines else None
    return {"type": type(error).__name__[:60], "text": str(error)[:500], "line": line}


def _seed() -> None:
    random.seed(0)
    for name, seed in (("numpy", "random.seed"), ("torch", "manual_seed")):
        target: Any = sys.modules.get(name)
        for part in seed.split("."):
            target = getattr(target, part, None)
        if target is not None:
            target(0)


def _send(message: dict[str, Any]) -> None:
    from IPython import get_ipython

    if len(json.dumps(message)) > MOST:
        message = {"kind": "error", "type": "TooLarge", "text": "the result is too large."}
    shell: Any = get_ipython()  # type: ignore[no-untyped-call]
    shell.display_pub.publish({MIME: message, "text/plain": "an answer"})
