"""The functions that an interpreted program may call, and the options that each takes.

Each hands checked values to Python's own function of that name, so that results and errors are
Python's. Left out: functions that take functions, and everything that touches the machine.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, Protocol

from workbook.sandbox.interpreter_values import (
    NUMBERS,
    Budget,
    LimitReached,
    Refused,
    combine,
)

MOST_OUTPUT = 64 * 1024  # characters
MOST_DIGITS = 400  # to round to; no float has more


class Program(Protocol):
    """What a function needs of the program that calls it."""

    budget: Budget

    def items(self, value: Any) -> Iterator[Any]:
        """The items of a value, each of them a step."""

    def show(self, text: str) -> None:
        """Print a text."""


class Function(NamedTuple):
    """A function and the names of its options."""

    function: Callable[..., Any]
    options: tuple[str, ...] = ()


def _of_value(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of plain values."""

    def call(run: Program, *values: Any) -> Any:
        return function(*[_plain(run, value) for value in values])

    return call


def _of_items(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function that goes through the items of one value."""

    def call(run: Program, *values: Any, **options: Any) -> Any:
        if len(values) != 1:
            return function(*[_plain(run, value) for value in values], **options)
        return function(run.budget.weigh(list(run.items(values[0]))), **options)

    return call


def _plain(run: Program, value: Any) -> Any:
    """A value that is no generator, counted."""
    if hasattr(value, "gi_frame"):
        raise Refused("a generator here")
    return run.budget.weigh(value)


def _sequence(run: Program, value: Any) -> Any:
    """A value that is no generator, to be gone through later."""
    if hasattr(value, "gi_frame"):
        raise Refused("a generator in zip, enumerate or reversed")
    return value


def _sum(run: Program, values: Any, start: Any = 0) -> Any:
    items = run.budget.weigh(list(run.items(values)))
    if not isinstance(start, list | tuple):
        return sum(items, _plain(run, start))
    for item in items:  # lists grow at every step
        start = combine(run.budget, ast.Add, start, item)
    return start


def _all(run: Program, values: Any) -> bool:
    return all(run.items(values))


def _any(run: Program, values: Any) -> bool:
    return any(run.items(values))


def _round(run: Program, number: Any, ndigits: Any = None) -> Any:
    if isinstance(ndigits, int) and abs(ndigits) > MOST_DIGITS:
        raise LimitReached(f"round goes to at most {MOST_DIGITS} digits here")
    return round(_plain(run, number), ndigits)


def _power(run: Program, base: Any, exponent: Any) -> Any:
    return combine(run.budget, ast.Pow, _plain(run, base), _plain(run, exponent))


def _divmod(run: Program, left: Any, right: Any) -> Any:
    if not (isinstance(left, NUMBERS) and isinstance(right, NUMBERS)):
        raise Refused("divmod of other values than numbers")
    return divmod(left, right)


def _text(run: Program, value: Any = "") -> str:
    return run.budget.text(value)


def _enumerate(run: Program, values: Any, start: Any = 0) -> Any:
    return enumerate(_sequence(run, values), start)


def _zip(run: Program, *values: Any) -> Any:
    return zip(*[_sequence(run, value) for value in values], strict=False)


def _reversed(run: Program, values: Any) -> Any:
    return reversed(_sequence(run, values))


def _print(run: Program, *values: Any, sep: Any = " ", end: Any = "\n") -> None:
    words = (" " if sep is None else sep, "\n" if end is None else end)
    if not all(isinstance(word, str) for word in words):
        raise TypeError("sep and end of print are texts")
    run.show(words[0].join(run.budget.text(value) for value in values) + words[1])


FUNCTIONS = {
    "abs": Function(_of_value(abs)),
    "all": Function(_all),
    "any": Function(_any),
    "bool": Function(_of_value(bool)),
    "divmod": Function(_divmod),
    "enumerate": Function(_enumerate, ("start",)),
    "float": Function(_of_value(float)),
    "int": Function(_of_value(int)),
    "len": Function(_of_value(len)),
    "list": Function(_of_items(list)),
    "max": Function(_of_items(max), ("default",)),
    "min": Function(_of_items(min), ("default",)),
    "pow": Function(_power),
    "print": Function(_print, ("sep", "end")),
    "range": Function(_of_value(range)),
    "reversed": Function(_reversed),
    "round": Function(_round, ("ndigits",)),
    "sorted": Function(_of_items(sorted), ("reverse",)),
    "str": Function(_text),
    "sum": Function(_sum, ("start",)),
    "tuple": Function(_of_items(tuple)),
    "zip": Function(_zip),
}
