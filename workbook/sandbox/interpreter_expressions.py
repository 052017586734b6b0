"""The expressions of an interpreted program and the places that it may assign to.

One method for each kind of node; a kind without a method is refused. `interpreter.py` adds the
statements, `interpreter_values.py` the arithmetic and the limits.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable, Iterator
from typing import Any

from workbook.sandbox import interpreter_functions
from workbook.sandbox.interpreter_syntax import FORMAT, described, plain
from workbook.sandbox.interpreter_values import (
    BINARY,
    COMPARISONS,
    ITERATORS,
    UNARY,
    Budget,
    LimitReached,
    Refused,
    combine,
)

LAZY = ("enumerate", "zip", "reversed")


def method_for(owner: object, kind: str, node: ast.AST) -> Callable[[Any], Any]:
    """Return the method of a kind of node; raises Refused where there is none."""
    method = getattr(owner, f"{kind}_{type(node).__name__}", None)
    if method is None:
        raise Refused(described(node))
    return method


class Expressions:
    """The state of one program: its variables, its budget, what it has printed."""

    def __init__(self, names: dict[str, Any], budget: Budget) -> None:
        self.names, self.budget = names, budget
        self.scopes: list[dict[str, Any]] = []  # of comprehensions, the innermost last
        self.output = ""
        self.line = 1

    def value(self, node: ast.expr) -> Any:
        """The value of an expression, within the limits."""
        self.budget.charge()
        return self.budget.fits(method_for(self, "value_of", node)(node))

    def items(self, value: Any) -> Iterator[Any]:
        """The items of a value one by one, each of them a step."""
        for item in iter(value):
            self.budget.charge()
            yield item

    def value_of_Constant(self, node: ast.Constant) -> Any:
        if node.value is not None and type(node.value) not in (bool, int, float, str):
            raise Refused(described(node))
        return node.value

    def value_of_Name(self, node: ast.Name) -> Any:
        for names in (*reversed(self.scopes), self.names):
            if node.id in names:
                return names[node.id]
        if hasattr(builtins, plain(node.id)):
            raise Refused(f"`{node.id}`")
        raise NameError(f"name '{node.id}' is not defined")

    def value_of_BinOp(self, node: ast.BinOp) -> Any:
        left, right = self.value(node.left), self.value(node.right)
        if type(node.op) not in BINARY:
            raise Refused(described(node.op))
        return combine(self.budget, type(node.op), left, right)

    def value_of_UnaryOp(self, node: ast.UnaryOp) -> Any:
        return UNARY[type(node.op)](self.value(node.operand))

    def value_of_BoolOp(self, node: ast.BoolOp) -> Any:
        for part in node.values:
            value = self.value(part)
            if bool(value) == isinstance(node.op, ast.Or):
                break
        return value

    def value_of_Compare(self, node: ast.Compare) -> Any:
        left = self.value(node.left)
        for operator, part in zip(node.ops, node.comparators, strict=True):
            right = self.value(part)
            if isinstance(operator, ast.Is | ast.IsNot) and not (
                {type(left), type(right)} & {type(None), bool}
            ):
                raise Refused("`is` between values other than None, True and False")
            self.budget.weigh(left)
            self.budget.weigh(right)
            if isinstance(operator, ast.In | ast.NotIn):
                self.budget.search(right, left)
            value = COMPARISONS[type(operator)](left, right)
            if not value:
                break
            left = right
        return value

    def value_of_IfExp(self, node: ast.IfExp) -> Any:
        return self.value(node.body if self.value(node.test) else node.orelse)

    def value_of_List(self, node: ast.List) -> Any:
        return self.budget.weigh([self.value(part) for part in node.elts])

    def value_of_Tuple(self, node: ast.Tuple) -> Any:
        return self.budget.weigh(tuple([self.value(part) for part in node.elts]))

    def value_of_Dict(self, node: ast.Dict) -> Any:
        made: dict[Any, Any] = {}
        for key, value in zip(node.keys, node.values, strict=True):
            if key is None:
                raise Refused("`**`")
            name = self.budget.weigh(self.value(key))
            made[name] = self.value(value)
        return self.budget.weigh(made)

    def value_of_Subscript(self, node: ast.Subscript) -> Any:
        owner = self.value(node.value)
        if not isinstance(node.slice, ast.Slice):
            return owner[self.budget.weigh(self.value(node.slice))]
        parts = (node.slice.lower, node.slice.upper, node.slice.step)
        return self.budget.weigh(owner[slice(*[part and self.value(part) for part in parts])])

    def value_of_JoinedStr(self, node: ast.JoinedStr) -> Any:
        return "".join([self.value(part) for part in node.values])

    def value_of_FormattedValue(self, node: ast.FormattedValue) -> Any:
        value, form = self.value(node.value), ""
        if node.format_spec is not None:
            form = self.value(node.format_spec)
        if node.conversion != -1 or not FORMAT.fullmatch(form):
            raise Refused("this format")
        return format(value, form) if form else self.budget.text(value)

    def value_of_ListComp(self, node: ast.ListComp) -> Any:
        return self.budget.weigh(list(self.rows(node)))

    def rows(self, node: ast.ListComp | ast.GeneratorExp) -> Iterator[Any]:
        """The values of a comprehension one by one; its names end with it."""
        yield from self._rows(node.elt, node.generators, {})

    def _rows(
        self, element: ast.expr, loops: list[ast.comprehension], names: dict[str, Any]
    ) -> Iterator[Any]:
        if not loops:
            yield self._within(names, element)
            return
        loop, *inner = loops
        if loop.is_async:
            raise Refused("`async`")
        for item in self.items(self._within(names, loop.iter)):
            self.scopes.append(names)
            try:
                self.assign(loop.target, item, names)
            finally:
                self.scopes.pop()
            if all(self._within(names, test) for test in loop.ifs):
                yield from self._rows(element, inner, names)

    def _within(self, names: dict[str, Any], node: ast.expr) -> Any:
        self.scopes.append(names)
        try:
            return self.value(node)
        finally:
            self.scopes.pop()

    def value_of_Call(self, node: ast.Call) -> Any:
        if not isinstance(node.func, ast.Name):
            raise Refused(described(node.func))
        name = node.func.id
        known = interpreter_functions.FUNCTIONS.get(name)
        if known is None or any(name in names for names in (self.names, *self.scopes)):
            shown = self.value(node.func)  # its own error where there is no such name
            raise TypeError(f"'{type(shown).__name__}' object is not callable")
        arguments = [
            self.rows(part) if isinstance(part, ast.GeneratorExp) else self.value(part)
            for part in node.args
        ]
        if name in LAZY:
            for part, value in zip(node.args, arguments, strict=True):
                _check_fresh(part, value)
        options = {}
        for keyword in node.keywords:
            if keyword.arg not in known.options:
                raise Refused(f"`{keyword.arg or '**'}=` in {name}")
            options[keyword.arg] = self.value(keyword.value)
        interpreter_functions.check_count(name, arguments, options)
        return known.function(self, *arguments, **options)

    def show(self, text: str) -> None:
        """Print a text."""
        self.output += text
        if len(self.output) > interpreter_functions.MOST_OUTPUT:
            self.output = self.output[: interpreter_functions.MOST_OUTPUT]
            raise LimitReached(
                f"output too long: more than {interpreter_functions.MOST_OUTPUT // 1024} KB"
            )

    def assign(self, target: ast.expr, value: Any, names: dict[str, Any]) -> None:
        """Bind a name, several names at once, or an item of a list or dictionary."""
        if isinstance(target, ast.Name):
            names[plain(target.id)] = value
        elif isinstance(target, ast.Tuple | ast.List):
            for part, item in zip(target.elts, self._unpacked(value, target.elts), strict=True):
                self.assign(part, item, names)
        elif isinstance(target, ast.Subscript) and not isinstance(target.slice, ast.Slice):
            owner, key = self.value(target.value), self.value(target.slice)
            owner[self.budget.weigh(key)] = value  # a TypeError for all but lists and dictionaries
            self.budget.fits(owner)
        else:
            raise Refused(described(target))

    def _unpacked(self, value: Any, targets: list[ast.expr]) -> list[Any]:
        """As many items as there are names."""
        items: list[Any] = []
        for item in self.items(value):
            if len(items) == len(targets):
                raise ValueError(f"too many values to unpack (expected {len(targets)})")
            items.append(item)
        if len(items) < len(targets):
            raise ValueError(
                f"not enough values to unpack (expected {len(targets)}, got {len(items)})"
            )
        return items


def _check_fresh(node: ast.expr, value: Any) -> None:
    """Refuse an iterator that was kept: wrapped again and again it would exhaust the real stack."""
    is_fresh = isinstance(node, ast.Call) and getattr(node.func, "id", "") in LAZY
    if type(value) in ITERATORS and not is_fresh:
        raise Refused("an iterator in zip, enumerate or reversed")
