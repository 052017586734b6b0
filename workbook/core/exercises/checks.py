"""Checks: what an answer must satisfy, run with a time limit, the outcome put into words.

A check gets the answer and a seed, makes fresh inputs from the seed, and returns None or one
sentence that names the quantity that is wrong, never the value expected. Left out: who asks and
where the result is shown, which is `exercise.py`; answers that may be hostile are
graded in a sandbox, not here.
"""

from __future__ import annotations

import ctypes
import functools
import inspect
import signal
import threading
import time
import traceback
from collections.abc import Callable
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

RAISED = "it raised "  # what an error in the answer is told with
PATIENCE = 10  # times the seconds of computing that an answer may take by the clock
LOOK_SECONDS = 0.05  # between two looks at the time
Inputs = Callable[[int], tuple]  # seed -> arguments of the answer


@dataclass(frozen=True)
class Check:
    """says: what must hold, in words. test: (answer, seed) -> None or what is wrong."""

    says: str
    test: Callable[[Any, int], str | None]


@dataclass(frozen=True)
class Finding:
    """One check's outcome. wrong: None, or one sentence."""

    says: str
    wrong: str | None = None


@dataclass(frozen=True)
class Result:
    """status: "right", "wrong", "unanswered", or "noted" where it is marked later.

    The seed makes the same inputs again.
    """

    status: str
    seed: int
    findings: tuple[Finding, ...] = field(default=())

    @property
    def passed(self) -> int:
        return sum(finding.wrong is None for finding in self.findings)


class TooSlow(BaseException):
    """The time is up. Not an Exception, so that an answer's own `except Exception` lets it pass."""


def run_checks(checks: tuple[Check, ...], answer: Any, seed: int, seconds: float) -> Result:
    """Runs all checks, each for at most `seconds`; stops after one that ran out of time.

    NotImplementedError from the answer means that it is not answered yet.
    """
    findings = []
    for check in checks:
        try:
            wrong = limited(functools.partial(check.test, answer, seed), seconds)
        except NotImplementedError:
            return Result("unanswered", seed)
        except TooSlow:
            wrong = f"it did not finish within {seconds:g} s; does every loop end?"
            findings.append(Finding(check.says, wrong))
            break
        except (Exception, SystemExit) as error:
            wrong = _raised(error, answer)
        findings.append(Finding(check.says, wrong))
    right = len(findings) == len(checks) and all(f.wrong is None for f in findings)
    return Result("right" if right else "wrong", seed, tuple(findings))


def same_parameters(reference: Callable, answer: Any) -> str | None:
    """None if the answer is a function with the reference's parameter names, else a sentence."""
    if not callable(answer):
        return f"it is of type {type(answer).__name__}, not a function."
    wanted, given = (tuple(inspect.signature(f).parameters) for f in (reference, answer))
    if wanted == given:
        return None
    return f"its parameters are ({', '.join(given)}), they should be ({', '.join(wanted)})."


def compare(quantity: str, got: Any, want: Any, tolerance: float = 1e-5) -> str | None:
    """None if `got` is `want` to a tolerance (relative and absolute), else what is wrong with it.

    quantity: its name, as in "the entropy". got, want: numbers, lists, arrays or tensors; the
    sentence tells kind, shape and direction, never a value of `want`.
    """
    import numpy as np

    if got is None:
        return f"{quantity} is None; is a return missing?"
    try:
        got, want = (np.asarray(_plain(x), dtype=float) for x in (got, want))
    except (TypeError, ValueError):
        return f"{quantity} is of type {type(got).__name__} and does not hold numbers."
    if got.shape != want.shape:
        return f"{quantity} has shape {got.shape}; it should have another."
    if np.isnan(got).any():
        return f"{quantity} is not a number (nan)."
    off = ~np.isclose(got, want, rtol=tolerance, atol=tolerance)
    if not off.any():
        return None
    high = got[off] > want[off]
    way = "too large" if high.all() else "too small" if not high.any() else "wrong"
    where = f" in {off.sum()} of {off.size} places" if off.size > 1 else ""
    return f"{quantity} is {way}{where}."


def like(
    says: str,
    quantity: str,
    right: Callable,
    inputs: Inputs,
    view: Callable[[Any], Any] = lambda out: out,
    form: Callable[[Any, Any], str | None] | None = None,
) -> Check:
    """Does the answer give what `right` gives, seen through `view`?

    form: (result, result wanted) -> None or what is wrong with its form; by default a tensor must
    be a tensor. The answer gets copies, so that it cannot spoil what it is compared with.
    """

    def test(answer: Callable, seed: int) -> str | None:
        got, want = answer(*_copied(inputs(seed))), right(*inputs(seed))
        wrong = (form or tensor_form)(got, want)
        return wrong or compare(quantity, view(got), view(want))

    return Check(says, test)


def tensor_form(got: Any, want: Any) -> str | None:
    """None if `got` is a tensor, of truth values where `want` is, or `want` is no tensor at all."""
    if not hasattr(want, "detach"):
        return None
    if hasattr(got, "detach"):
        truth = str(want.dtype) == "torch.bool" != str(got.dtype)
        return (
            "the result holds numbers; it should hold truth values (torch.bool)." if truth else None
        )
    if got is None:
        return "the result is None; is a return missing?"
    kind = type(got).__name__
    return f"the result is of type {kind}, not a tensor: torch.tensor(...) makes one of it."


def untouched(inputs: Inputs) -> Check:
    """Does the answer leave its arguments as they were?"""

    def test(answer: Callable, seed: int) -> str | None:
        given = _copied(inputs(seed))
        answer(*given)
        for before, after in zip(inputs(seed), given, strict=True):
            if not _unchanged(before, after):
                is_tensor = hasattr(before, "detach")
                what = "the tensor" if is_tensor else f"a {type(before).__name__}"
                return f"{what} that was passed in has changed; make a new one."
        return None

    return Check("leaves what it was given as it was", test)


def _unchanged(before: Any, after: Any) -> bool:
    """Whether two values are equal; lists and tuples may hold tensors."""
    if isinstance(before, (list, tuple)):
        return len(before) == len(after) and all(map(_unchanged, before, after))
    return before.equal(after) if hasattr(before, "detach") else before == after


def predicted(
    place: int, says: str, quantity: str, right: Callable[[], tuple], form: str, tolerance=1e-5
) -> Check:
    """Is one of several predicted numbers right? form: of the answer, as in "(tokens, spans)"."""

    def test(answer: Any, _seed: int) -> str | None:
        if not isinstance(answer, (tuple, list)) or len(answer) != len(right()):
            return f"the answer has another form than {form}."
        return compare(quantity, answer[place], right()[place], tolerance)

    return Check(says, test)


def _copied(arguments: tuple) -> tuple:
    return tuple(a.clone() if hasattr(a, "detach") else deepcopy(a) for a in arguments)


def limited(function: Callable[[], Any], seconds: float) -> Any:
    """`function()`, or TooSlow after `seconds` of computing, or PATIENCE times that by the clock.

    So a right answer passes on a busy machine, too. In the main thread, where notebook cells run,
    an alarm signal interrupts it. Elsewhere (another thread, Windows) it runs in a helper thread
    that is asked to stop. Neither can stop a single call into compiled code that never returns.
    """
    main = threading.current_thread() is threading.main_thread()
    if main and hasattr(signal, "setitimer"):
        with _alarm(seconds):
            return function()
    return _in_a_thread(function, seconds)


def _deadline(seconds: float, computed: Callable[[], float]) -> Callable[[], bool]:
    """A question: is the time over that an answer has, by the clock and in computing?"""
    start, began = time.monotonic(), computed()

    def over() -> bool:
        if computed() - began >= seconds:
            return True
        return time.monotonic() - start >= PATIENCE * seconds

    return over


@contextmanager
def _alarm(seconds: float):
    over = _deadline(seconds, time.thread_time)

    def ring(_signal: int, _frame: Any) -> None:
        if over():
            raise TooSlow

    before = signal.signal(signal.SIGALRM, ring)
    try:
        # It rings again and again, should an answer's bare `except:` have eaten the first.
        signal.setitimer(signal.ITIMER_REAL, seconds, LOOK_SECONDS)
        yield
    finally:
        try:
            signal.setitimer(signal.ITIMER_REAL, 0)
        finally:  # also when it rang at the very end
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)


def _in_a_thread(function: Callable[[], Any], seconds: float) -> Any:
    outcome: dict[str, Any] = {}

    def work() -> None:
        try:
            outcome["value"] = function()
        except BaseException as error:
            outcome["error"] = error

    thread = threading.Thread(target=work, daemon=True)
    over = _deadline(seconds, time.process_time)
    thread.start()
    while thread.is_alive() and not over():
        thread.join(LOOK_SECONDS)
    if thread.is_alive():
        stop = ctypes.py_object(TooSlow)
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident or 0), stop)
        raise TooSlow
    if "error" in outcome:
        raise outcome["error"]
    return outcome["value"]


def _raised(error: BaseException, answer: Any) -> str:
    """The error in one sentence, with the line of the answer it came from where that is known."""
    code = getattr(answer, "__code__", None)
    frames = traceback.walk_tb(error.__traceback__)
    lines = [line for frame, line in frames if code is not None and frame.f_code is code]
    where = f" in its line {lines[-1] - code.co_firstlineno + 1}" if code and lines else ""
    text = " ".join(str(error).split())
    return f"{RAISED}{type(error).__name__}{where}" + (f": {text}" if text else ".")


def _plain(value: Any) -> Any:
    return value.detach().cpu().double().numpy() if hasattr(value, "detach") else value
