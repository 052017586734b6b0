"""The functions that an interpreted program may call, and the options that each takes.

Each hands checked values to Python's own function of that name, so that results and errors are
Python's. Left out: functions that take functions, and everything that touches the machine.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from workbook.sandbox.interpreter_values import (
    NUMBERS,
    Budget,
    LimitReached,
    Refused,
    combine,
)

MOST_OUTPUT = 64 * 1024  # characters
MOST_POWER_BITS = 100_000  # of an exponent times those of a modulus
MOST_DIGITS = 400  # to round to; no float has more


# How many values a function takes, where Python's own is not called with all of them.
COUNTS = {
    "all": (1, 1), "any": (1, 1), "divmod": (2, 2), "enumerate": (1, 2), "pow": (2, 3),
    "reversed": (1, 1), "round": (1, 2), "str": (0, 1), "sum": (1, 2),
}  # fmt: skip


def check_count(name: str, values: Sequence[Any], options: Mapping[str, Any]) -> None:
    """Raise Python's own TypeError where a function gets too few or too many values."""
    least, most = COUNTS.get(name, (0, len(values) + len(options)))
    if len(values) < least or len(values) + len(options) > most:
        getattr(builtins, name)(*values, **options)  # raises, without a look at the values
        raise TypeError(f"{name}() takes {least} to {most} arguments ({len(values)} given)")


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


def _power(run: Program, base: Any, exponent: Any, modulus: Any = None) -> Any:
    if modulus is None:
        return combine(run.budget, ast.Pow, _plain(run, base), _plain(run, exponent))
    values = [_plain(run, value) for value in (base, exponent, modulus)]
    if all(isinstance(value, int) for value in values):
        bits = values[1].bit_length() * values[2].bit_length()
        if bits > MOST_POWER_BITS:
            raise LimitReached("exponent and modulus of pow are too large here")
    return run.budget.fits(pow(*values))


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
