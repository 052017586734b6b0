"""A lesson's own checks, run on this side with an answer that lives on the other.

A check is a function of the answer. Here it gets a stand-in: the first time that it calls the
stand-in with new inputs, `replay` stops and tells the inputs; once the student's process has
answered, the check runs again with that result, and so on until it has its finding. So inputs go
out, plain values come in, and what is right stays where the check computes it. Calls that a check
makes before it looks at any result are asked together. A function that a check passes is called
here, and a gradient is asked for as one more question. Left out: the process (`session.py`) and
points (`marks.py`).
"""

from __future__ import annotations

import inspect
import json
import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from workbook.core.exercises import gradients, plain_values
from workbook.core.exercises.checks import Check, Finding, run_checks
from workbook.core.exercises.exercise import Exercise
from workbook.grading.inside import probe

MOST_CALLS = 300  # of the answer in one check, and of a function that it was given in one call
TOGETHER = 256  # questions that are asked at once, at most
LETTERS = 1_000_000  # of questions that are asked at once
SECONDS = 10.0  # of one check on this side
FORGED = "its reply is not a plain value"


@dataclass(frozen=True)
class Question:
    """What an answer is to be asked, in words of JSON.

    gave: what came of its calls of functions among the arguments. gradient: at the result.
    """

    arguments: list[Any]
    gave: tuple[Any, ...] = ()
    gradient: Any = None

    def words(self) -> dict[str, Any]:
        """Return what the probe reads."""
        said = {"arguments": self.arguments, "gave": list(self.gave), "gradient": self.gradient}
        return said


@dataclass(frozen=True)
class Reply:
    """What came back. kind: "result", "error", "missing", "called" (a function that was passed), or
    "none" where nothing usable came. question: what it is a reply to, where that is noted."""

    kind: str
    result: Any = None
    arguments: tuple[Any, ...] = ()
    error: tuple[str, str, int | None] = ("", "", None)  # type, text, line
    named: tuple[tuple[str, Any], ...] = ()  # of a call, whose function is number `result`
    question: Question | None = None

    @staticmethod
    def read(message: Any) -> Reply:
        """Read a message of the student's process; whatever is wrong with it is kind "none"."""
        try:
            kind = message["kind"]
            if kind == "result":
                arguments = tuple(plain_values.decode(a) for a in message.get("arguments", []))
                return Reply(kind, plain_values.decode(message["result"]), arguments)
            if kind == "called":
                return _read_call(message)
            if kind == "error":
                line = message.get("line")
                text = (str(message["type"])[:60], str(message.get("text", ""))[:500])
                return Reply(kind, error=(*text, line if type(line) is int else None))
            return Reply("missing") if kind == "missing" else Reply("none")
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError, MemoryError):
            return Reply("none")


def _read_call(message: Any) -> Reply:
    which, named = message["which"], plain_values.decode(message["named"])
    arguments = plain_values.decode(message["arguments"])
    fits = type(which) is int and which >= 0 and type(arguments) is list and type(named) is dict
    if not fits or not all(type(name) is str for name in named):
        return Reply("none")
    return Reply("called", which, tuple(arguments), named=tuple(named.items()))


@dataclass(frozen=True)
class Ask:
    """What the student's process is to be asked next. kept: replies that hold until there."""

    questions: tuple[Question, ...]
    kept: tuple[Reply, ...] = ()

    def answered(self, replies: Sequence[Reply]) -> list[Reply]:
        """Return all replies, once these have come to the questions."""
        pairs = zip(replies, self.questions, strict=True)
        return [*self.kept, *(replace(reply, question=question) for reply, question in pairs)]


class _Next(BaseException):
    """Stops a check at a question that has no reply yet; not an Exception, so checks let it by."""

    def __init__(self, question: Question) -> None:
        self.question = question


class _Looked(BaseException):
    """Stops a check that looks at a result which is not known yet."""


class _Unknown:
    """A result that is not known yet; it may be kept, and not looked at."""

    def __getattr__(self, name: str) -> Any:
        raise _Looked

    def _look(self, *_: Any) -> Any:
        raise _Looked

    __call__ = __getitem__ = __iter__ = __len__ = __bool__ = __float__ = __int__ = __index__ = _look
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __neg__ = _look
    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __hash__ = __str__ = __repr__ = _look
    __array__ = __contains__ = __format__ = __abs__ = __matmul__ = __pow__ = _look


def replay(check: Check, asked: Exercise, seed: int, replies: Sequence[Reply]) -> Finding | Ask:
    """Run a check as far as the replies go; its finding, or what to ask next."""
    stand_in = _StandIn(asked, replies)
    try:
        result = run_checks((check,), stand_in, seed, SECONDS)
    except _Next as stopped:
        kept = tuple(replies[: len(replies) - len(stand_in.left)])
        if len(kept) >= MOST_CALLS:
            return Finding(check.says, _endless(kept[-1]))
        return Ask(_together(check, asked, seed, kept) or (stopped.question,), kept)
    if result.status == "unanswered":
        return Finding(check.says, "not answered")
    return _with_line(result.findings[0], stand_in.last)


def _endless(last: Reply) -> str:
    if last.kind == "called":
        return f"it called what it was given {MOST_CALLS} times and did not end."
    return "it was asked too many times."


def _together(
    check: Check, asked: Exercise, seed: int, kept: tuple[Reply, ...]
) -> tuple[Question, ...]:
    """The questions that a check has after some replies, before it looks at what came of them."""
    stand_in = _StandIn(asked, kept, noted=[])
    try:
        run_checks((check,), stand_in, seed, SECONDS)
    except (_Looked, _Next):
        pass
    return tuple(stand_in.noted or ())


def judge_value(check: Check, reply: Reply, seed: int) -> Finding:
    """Return the finding of a check on an answer that is a value."""
    if reply.kind != "result":
        return Finding(check.says, "not answered" if reply.kind == "missing" else FORGED + ".")
    if reply.result is None:
        return Finding(check.says, "not answered")
    result = run_checks((check,), reply.result, seed, SECONDS)
    return result.findings[0]


class _StandIn:
    """What a check calls in place of the student's function.

    noted: a list for the questions that have no reply; without one the check stops at the first.
    """

    def __init__(
        self, asked: Exercise, replies: Sequence[Reply], noted: list[Question] | None = None
    ) -> None:
        self.left, self.noted = list(replies), noted
        self.last: Reply | None = None  # that the check has seen
        self.letters = 0
        self.__signature__ = inspect.signature(asked.reference)

    def __call__(self, *arguments: Any) -> Any:
        question = Question([_coded(one, place) for place, one in enumerate(arguments)])
        while (reply := self._reply(question)) and reply.kind == "called":
            came = _called_here(reply, arguments)
            question = replace(question, gave=(*question.gave, came))
        if reply is None:
            return _Unknown()
        result = _result(reply, arguments)
        return gradients.connected(result, arguments, lambda at: self._slopes(question, at))

    def _slopes(self, question: Question, gradient: Any) -> list[Any]:
        reply = self._reply(replace(question, gradient=plain_values.encode(gradient)))
        if reply is None:
            raise _Looked
        found = _result(reply, ())
        return found if type(found) is list else []

    def _reply(self, question: Question) -> Reply | None:
        """The reply to a question; None where it was noted to be asked."""
        if self.left and self.left[0].question in (None, question):
            self.last = self.left.pop(0)
            return self.last
        if self.noted is None:
            raise _Next(question)
        self.letters += len(json.dumps(question.words()))
        if self.noted and (self.letters > LETTERS or len(self.noted) == TOGETHER):
            raise _Looked
        self.noted.append(question)
        return None


def _coded(argument: Any, place: int) -> Any:
    """An argument in words of JSON; a function is named by its place, and stays here."""
    if isinstance(argument, _Unknown):
        raise _Looked
    if callable(argument):
        return {"t": "function", "v": place}
    return plain_values.encode(argument)


def _called_here(reply: Reply, arguments: tuple[Any, ...]) -> dict[str, Any]:
    """Call a function that the check has passed, as the student's function did."""
    function = arguments[reply.result] if reply.result < len(arguments) else None
    try:
        came = function(*reply.arguments, **dict(reply.named))  # type: ignore[misc]
        return {"result": plain_values.encode(came)}
    except Exception as error:
        return {"error": [type(error).__name__, str(error)]}


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
        ours.detach().copy_(theirs.detach())
    elif isinstance(ours, list) and isinstance(theirs, list):
        ours[:] = theirs
    elif any(isinstance(ours, kind) and isinstance(theirs, kind) for kind in (dict, set)):
        ours.clear()
        ours.update(theirs)
    elif hasattr(ours, "set_state") and hasattr(theirs, "get_state"):
        ours.set_state(theirs.get_state())
    elif type(ours) is type(theirs) is type(iter([])):
        for _ in range(operator.length_hint(ours) - operator.length_hint(theirs)):
            next(ours)


def _with_line(finding: Finding, last: Reply | None) -> Finding:
    """Name the line of the student's function in which an error was raised."""
    line = last.error[2] if last is not None and last.kind == "error" else None
    if last is None or line is None or finding.wrong is None:
        return finding
    name = last.error[0]
    return Finding(finding.says, finding.wrong.replace(name, f"{name} in its line {line}", 1))


def find(
    check: Check, asked: Exercise, seed: int, put: Callable[[Sequence[Question]], list[Reply]]
) -> Finding:
    """Ask until a check has its finding. put: questions -> a reply to each."""
    replies: list[Reply] = []
    for _ in range(MOST_CALLS + 2):
        outcome = replay(check, asked, seed, replies)
        if isinstance(outcome, Finding):
            return outcome
        replies = outcome.answered(put(outcome.questions))
    return Finding(check.says, "it was asked too many times.")  # a check that draws anew each time


def answer_with(function: Callable) -> Callable[[Check, Exercise, int], Finding]:
    """Return a judge of a function on this side, through the same stand-in; for comparisons."""

    def judge(check: Check, asked: Exercise, seed: int) -> Finding:
        def put(questions: Sequence[Question]) -> list[Reply]:
            said = [probe.answered(function, one.words(), asked.id) for one in questions]
            return [Reply.read(message) for message in said]

        return find(check, asked, seed, put)

    return judge


def by_accident(check: Check, asked: Exercise, seed: int) -> bool:
    """Whether an answer without a thought passes a check: an argument, None, zeros, a constant."""
    if asked.wants == "value":
        return False
    count = len(inspect.signature(asked.reference).parameters)
    simple: list[Callable] = [lambda *a, n=n: a[n] for n in range(count)]
    constants: tuple[Any, ...] = (None, 0, 1, 0.0, "", [], (), {}, True, False)
    simple += [lambda *_, n=n: constants[n] for n in range(len(constants))]
    simple += [_shaped(asked.reference, fill, one) for fill in (0, 1) for one in (False, True)]
    return any(_passes(check, each, seed) for each in simple)


def _passes(check: Check, function: Callable, seed: int) -> bool:
    result = run_checks((check,), function, seed, SECONDS)
    return result.status == "right"


def _shaped(reference: Callable, fill: int, one: bool) -> Callable:
    """A function that knows only the form of the result; `one`: of a tensor, not even its shape."""

    def same_form(value: Any) -> Any:
        if hasattr(value, "detach"):
            return value.new_full((1,) if one else value.shape, fill)
        if isinstance(value, (list, tuple)):
            return type(value)(same_form(item) for item in value)
        if isinstance(value, (str, dict, set, frozenset)):
            return type(value)()
        return type(value)(fill) if isinstance(value, (int, float)) else value

    return lambda *arguments: same_form(reference(*arguments))
