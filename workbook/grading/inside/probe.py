"""Asks a student's answer for a value, and sends it out as one display message.

`collect` puts decorators in place that note each answer; `call` hands an answer its inputs and
sends back what it returned, what became of the inputs, or which error it raised. A function among
the inputs stays outside: when the answer calls it, that call is sent, and the answer is called
again with what came of it. Left out: whether any of it is right, which nobody in this process
knows.
"""

from __future__ import annotations

import builtins
import json
import random
import sys
import traceback
from collections.abc import Callable, Mapping
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
    """Put questions to an answer and send what came of each.

    function: the name to look for where no answer was noted. coded: JSON of a list of questions.
    """
    from IPython import get_ipython

    shell: Any = get_ipython()  # type: ignore[no-untyped-call]
    noted = _answers.get(exercise_id, shell.user_ns.get(function))
    for question in json.loads(coded):
        _send(answered(noted, question, exercise_id) if callable(noted) else {"kind": "missing"})


def answered(function: Callable, question: Mapping[str, Any], exercise_id: str) -> dict[str, Any]:
    """Return the message about one question.

    question: "arguments"; "gave", what came of the calls of functions among them; "gradient" at the
    result, where those at the arguments are asked for, else None.
    """
    from workbook.core.exercises import gradients, plain_values, sealed

    outside = _Outside(question["gave"])
    arguments = [outside.argument(one) for one in question["arguments"]]
    _seed()
    try:
        with sealed.answering(exercise_id):
            result = function(*arguments)
            if question["gradient"] is not None:
                at_result = plain_values.decode(question["gradient"])
                result = gradients.slopes(result, arguments, at_result)
            coded = plain_values.encode(result), [plain_values.encode(one) for one in arguments]
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        if outside.asks is None:
            return {"kind": "error", **_told(error, function)}
    if outside.asks is not None:
        return outside.asks
    return {"kind": "result", "result": coded[0], "arguments": coded[1]}


class _Pause(BaseException):
    """Ends an answer at a call whose result is not known yet."""


class _Outside:
    """Stands for the functions among the arguments. gave: what came of their calls, in order."""

    def __init__(self, gave: list[Any]) -> None:
        self.left = list(gave)
        self.asks: dict[str, Any] | None = None  # the call whose result is not known

    def argument(self, coded: Any) -> Any:
        from workbook.core.exercises import plain_values

        if isinstance(coded, dict) and coded.get("t") == "function":
            return lambda *arguments, **named: self._called(coded["v"], arguments, named)
        return plain_values.decode(coded)

    def _called(self, which: int, arguments: tuple, named: dict[str, Any]) -> Any:
        from workbook.core.exercises import plain_values

        if self.asks is None and self.left:
            came = self.left.pop(0)
            if "error" not in came:
                return plain_values.decode(came["result"])
            name, text = came["error"]
            known: Any = getattr(builtins, name, None)
            fits = isinstance(known, type) and issubclass(known, Exception)
            raise (known if fits else Exception)(text)
        if self.asks is None:
            coded = plain_values.encode(list(arguments)), plain_values.encode(named)
            self.asks = {"kind": "called", "which": which, "arguments": coded[0], "named": coded[1]}
        raise _Pause


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
