"""A lesson's own checks, run on this side with an answer that lives on the other.

A check is a function of the answer. Here it gets a stand-in: the first time that it calls the
stand-in with new inputs, `replay` stops and tells the inputs; once the student's process has
answered, the check runs again with that result, and so on until it has its finding. So inputs go
out, plain values come in, and what is right stays where the check computes it. Left out: the
process (`session.py`) and points (`marks.py`).
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from workbook.core.exercises import plain_values
from workbook.core.exercises.checks import Check, Finding, run_checks
from workbook.core.exercises.exercise import Exercise

MOST_CALLS = 20  # of the answer in one check
SECONDS = 10.0  # of one check on this side
FORGED = "its reply is not a plain value"


@dataclass(frozen=True)
class Ask:
    """What the student's process is to be asked next: JSON words for the arguments."""

    arguments: list[Any]


@dataclass(frozen=True)
class Reply:
    """What came back. kind: "result", "error", "missing", or "none" where nothing usable came."""

    kind: str
    result: Any = None
    arguments: tuple[Any, ...] = ()
    error: tuple[str, str, int | None] = ("", "", None)  # type, text, line

    @staticmethod
    def read(message: Any) -> Reply:
        """Read a message of the student's process; whatever is wrong with it is kind "none"."""
        try:
            kind = message["kind"]
            if kind == "result":
                arguments = tuple(plain_values.decode(a) for a in message.get("arguments", []))
                return Reply(kind, plain_values.decode(message["result"]), arguments)
            if kind == "error":
                line = message.get("line")
                text = (str(message["type"])[:60], str(message.get("text", ""))[:500])
                return Reply(kind, error=(*text, line if type(line) is int else None))
            return Reply("missing") if kind == "missing" else Reply("none")
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError, MemoryError):
            return Reply("none")


class _Next(BaseException):
    """Stops a check at a question that has no reply yet; not an Exception, so checks let it by."""

    def __init__(self, arguments: list[Any]) -> None:
        self.arguments = arguments


def replay(check: Check, asked: Exercise, seed: int, replies: Sequence[Reply]) -> Finding | Ask:
    """Run a check as far as the replies go; its finding, or what to ask next."""
    try:
        result = run_checks((check,), _StandIn(asked, replies), seed, SECONDS)
    except _Next as question:
        if len(replies) >= MOST_CALLS:
            return Finding(check.says, "it was asked too many times.")
        return Ask(question.arguments)
    if result.status == "unanswered":
        return Finding(check.says, "not answered")
    return _with_line(result.findings[0], replies)


def judge_value(check: Check, reply: Reply, seed: int) -> Finding:
    """Return the finding of a check on an answer that is a value."""
    if reply.kind != "result":
        return Finding(check.says, "not answered" if reply.kind == "missing" else FORGED + ".")
    if reply.result is None:
        return Finding(check.says, "not answered")
    result = run_checks((check,), reply.result, seed, SECONDS)
    return result.findings[0]


class _StandIn:
    """What a check calls in place of the student's function."""

    def __init__(self, asked: Exercise, replies: Sequence[Reply]) -> None:
        self.left = list(replies)
        self.__signature__ = inspect.signature(asked.reference)

    def __call__(self, *arguments: Any) -> Any:
        if not self.left:
            raise _Next([plain_values.encode(one) for one in arguments])
        return _result(self.left.pop(0), arguments)


def _result(reply: Reply, arguments: tuple[Any, ...]) -> Any:
    """Do to the caller what the student's function did: return, raise, change the arguments."""
    if reply.kind == "missing":
        raise NotImplementedError
    if reply.kind == "none":
        raise ValueError(FORGED)
    if reply.kind == "error":
        name, text, _ = reply.error
        if name == "NotImplementedError":
            raise NotImplementedError
        raise type("".join(c for c in name if c.isidentifier()) or "Error", (Exception,), {})(text)
    for ours, theirs in zip(arguments, reply.arguments, strict=False):
        _follow(ours, theirs)
    return reply.result


def _follow(ours: Any, theirs: Any) -> None:
    """Change an argument in place as it was changed on the other side."""
    if plain_values.encode(ours) == plain_values.encode(theirs):
        return
    if hasattr(ours, "copy_") and hasattr(theirs, "shape") and ours.shape == theirs.shape:
        ours.copy_(theirs)
    elif isinstance(ours, list) and isinstance(theirs, list):
        ours[:] = theirs
    elif isinstance(ours, dict) and isinstance(theirs, dict):
        ours.clear()
        ours.update(theirs)


def _with_line(finding: Finding, replies: Sequence[Reply]) -> Finding:
    """Name the line of the student's function in which an error was raised."""
    line = replies[-1].error[2] if replies and replies[-1].kind == "error" else None
    if line is None or finding.wrong is None:
        return finding
    name = replies[-1].error[0]
    return Finding(finding.says, finding.wrong.replace(name, f"{name} in its line {line}", 1))


def answer_with(function: Callable) -> Callable[[Check, Exercise, int], Finding]:
    """Return a judge of a function on this side, through the same stand-in; for comparisons."""

    def judge(check: Check, asked: Exercise, seed: int) -> Finding:
        replies: list[Reply] = []
        while True:
            outcome = replay(check, asked, seed, replies)
            if isinstance(outcome, Finding):
                return outcome
            arguments = tuple(plain_values.decode(one) for one in outcome.arguments)
            try:
                result = plain_values.decode(plain_values.encode(function(*arguments)))
                replies.append(Reply("result", result, arguments))
            except Exception as error:
                replies.append(Reply("error", error=(type(error).__name__, str(error), None)))

    return judge


def by_accident(check: Check, asked: Exercise, seed: int) -> bool:
    """Whether an answer without a thought passes a check: an argument, None, zeros, a constant."""
    if asked.wants == "value":
        return False
    count = len(inspect.signature(asked.reference).parameters)
    simple: list[Callable] = [lambda *a, n=n: a[n] for n in range(count)]
    constants: tuple[Any, ...] = (None, 0, 1, 0.0, "", [], True)
    simple += [lambda *_, n=n: constants[n] for n in range(len(constants))]
    simple += [_shaped(asked.reference, fill, one) for fill in (0, 1) for one in (False, True)]
    return any(answer_with(each)(check, asked, seed).wrong is None for each in simple)


def _shaped(reference: Callable, fill: int, one: bool) -> Callable:
    """A function that knows only the form of the result; `one`: of a tensor, not even its shape."""

    def same_form(value: Any) -> Any:
        if hasattr(value, "detach"):
            return value.new_full((1,) if one else value.shape, fill)
        if isinstance(value, (list, tuple)):
            return type(value)(same_form(item) for item in value)
        return type(value)(fill) if isinstance(value, (int, float)) else value

    return lambda *arguments: same_form(reference(*arguments))
