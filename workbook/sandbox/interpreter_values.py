"""What the values of an interpreted program may be and what handling them costs.

A `Budget` counts steps, and refuses values that are too large or of another type than those listed
here. `combine` does the arithmetic, checking the size of a result before it is computed. Left out:
the syntax (`interpreter.py`).
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from typing import Any, TypeVar

MOST_BITS = 10_000  # of a whole number: about 3,000 digits
MOST_ITEMS = 10_000  # of a list, a tuple, a dictionary; characters of a text
DEEPEST = 40  # lists in lists
ITEMS_A_STEP = 16  # when values are made, copied or compared

BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul,
    ast.Div: operator.truediv, ast.FloorDiv: operator.floordiv, ast.Mod: operator.mod,
    ast.Pow: operator.pow, ast.LShift: operator.lshift, ast.RShift: operator.rshift,
    ast.BitAnd: operator.and_, ast.BitOr: operator.or_, ast.BitXor: operator.xor,
}  # fmt: skip
UNARY: dict[type[ast.unaryop], Callable[[Any], Any]] = {
    ast.UAdd: operator.pos, ast.USub: operator.neg, ast.Not: operator.not_,
    ast.Invert: operator.invert,
}  # fmt: skip
COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt, ast.LtE: operator.le,
    ast.Gt: operator.gt, ast.GtE: operator.ge, ast.Is: operator.is_, ast.IsNot: operator.is_not,
    ast.In: lambda item, items: item in items, ast.NotIn: lambda item, items: item not in items,
}  # fmt: skip

NUMBERS = (bool, int, float)
CONTAINERS = (list, tuple, dict)
# What enumerate, zip and reversed return; they only serve to be looped over.
ITERATORS: tuple[type, ...] = (
    enumerate, zip, reversed, type(reversed([])), type(reversed(range(0))),
    type(reversed(range(2**70))), type(reversed({})),
)  # fmt: skip
TYPES = frozenset((type(None), *NUMBERS, str, range, *CONTAINERS, *ITERATORS))

Value = TypeVar("Value")


class Refused(Exception):
    """Something that is not in the subset; the message names it."""


class LimitReached(Exception):
    """The program did too much or made something too large; the message is the whole reason."""


class Budget:
    """The steps that a program has left, and the sizes that its values may have."""

    def __init__(self, steps: int) -> None:
        self.steps = self.left = steps

    def charge(self, steps: int = 1) -> None:
        """Take steps; raises LimitReached when there are none left."""
        self.left -= steps
        if self.left < 0:
            raise LimitReached(f"step limit: the program took more than {self.steps:,} steps")

    def search(self, items: Any, item: Any) -> None:
        """Take the steps of `item in items`."""
        if type(items) in ITERATORS:
            raise Refused("`in` with an iterator")
        if type(items) is range and type(item) is not int:  # then one after the other
            self.charge(max(self.left + 1, 0) if items[self.left :] else len(items))

    def fits(self, value: Value) -> Value:
        """Return a value of a known type that is not too large; its items are not looked at."""
        kind = type(value)
        if kind not in TYPES:
            raise Refused(f"a value of type {kind.__name__}")
        if isinstance(value, int):
            if value.bit_length() > MOST_BITS:
                raise LimitReached(f"number too large: more than {MOST_BITS:,} bits")
            self.charge(value.bit_length() // 1024)
        elif isinstance(value, str | list | tuple | dict):
            _check_length(len(value))
            self.charge(len(value) // ITEMS_A_STEP // 8)
        return value

    def weigh(self, value: Value) -> Value:
        """Return a value after taking the steps of going through all that is in it."""
        if type(value) not in CONTAINERS:
            return self.fits(value)
        level: list[Any] = [value]
        for _ in range(DEEPEST):
            inner: list[Any] = []
            for container in level:
                self.fits(container)
                for item in _parts(container):
                    self.charge()
                    if type(item) in CONTAINERS:
                        inner.append(item)
                    else:
                        self.fits(item)
            if not inner:
                return value
            level = inner
        raise LimitReached(f"a value is nested too deeply: more than {DEEPEST} levels")

    def text(self, value: Any) -> str:
        """Return str(value), for values whose text says what they are."""
        if type(value) in ITERATORS:
            raise Refused(f"the text of a value of type {type(value).__name__}")
        self.weigh(value)
        self.charge(_weight(value) // ITEMS_A_STEP)
        return self.fits(str(value))


def combine(budget: Budget, kind: type[ast.operator], left: Any, right: Any) -> Any:
    """Return `left kind right`, such as ast.Add; checked before it is computed.

    Raises LimitReached where the result would be too large, and what Python raises.
    """
    if kind not in BINARY:
        raise Refused("`@`")
    if isinstance(left, NUMBERS) and isinstance(right, NUMBERS):
        if isinstance(left, int) and isinstance(right, int):
            _check_bits(kind, left, right)
    elif kind is ast.Mod and isinstance(left, str):
        raise Refused("`%` with a text")
    elif kind is ast.Add and type(left) is type(right) and isinstance(left, str | list | tuple):
        _check_length(len(left) + len(right))
    elif kind is ast.Mult:
        for items, times in ((left, right), (right, left)):
            if isinstance(items, str | list | tuple) and isinstance(times, int):
                _check_length(len(items) * max(times, 0))
    elif kind is ast.BitOr and isinstance(left, dict):
        raise Refused("`|` with a dictionary")
    value = BINARY[kind](left, right)
    return budget.weigh(value) if type(value) in CONTAINERS else budget.fits(value)


def _check_bits(kind: type[ast.operator], left: int, right: int) -> None:
    """Refuse a whole number with too many bits before it is made."""
    bits = 0
    if kind is ast.Mult:
        bits = left.bit_length() + right.bit_length() - 1
    elif kind is ast.Pow and right > 0 and abs(left) > 1:
        bits = (left.bit_length() - 1) * right
    elif kind is ast.LShift and left and right > 0:
        bits = left.bit_length() + right
    if bits > MOST_BITS:
        raise LimitReached(f"number too large: more than {MOST_BITS:,} bits")


def _check_length(length: int) -> None:
    if length > MOST_ITEMS:
        raise LimitReached(f"value too large: more than {MOST_ITEMS:,} items or characters")


def _parts(container: Any) -> list[Any]:
    return [*container, *container.values()] if isinstance(container, dict) else list(container)


def _weight(value: Any) -> int:
    """Characters of a value's text, roughly."""
    return sum(map(_weight, _parts(value))) if type(value) in CONTAINERS else len(str(value))
