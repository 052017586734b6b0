"""The expressions of an interpreted program have the values, order and scopes of Python."""

from __future__ import annotations

import ast

import pytest

from workbook.sandbox.interpreter_expressions import Expressions, method_for
from workbook.sandbox.interpreter_values import Budget, LimitReached, Refused


@pytest.mark.parametrize(
    ("program", "value"),
    [
        ("answer = 6 * 7", 42),
        ("answer = 7 // 2, -7 // 2, 7 % 3, -7 % 3, 7 / 2, 2 ** 10, 2 ** -1",
         [3, -4, 1, 2, 3.5, 1024, 0.5]),
        ("answer = 1 << 4 | 3 & 6 ^ 1, ~5, -(-3), +True, not 3", [19, -6, 3, 1, False]),
        ("answer = 1 < 2 < 3, 1 < 3 < 2, 2 in [1, 2], 'b' not in 'abc', None is None",
         [True, False, True, False, True]),
        ("answer = 0 or 'x' and [], 1 if [] else 2", [[], 2]),
        ("x = [1, 2, 3, 4]\nx[-1] = 9\nanswer = x[1:], x[::-1], 'text'[1]",
         [[2, 3, 9], [9, 3, 2, 1], "e"]),
        ("answer = [x * y for x in range(3) if x for y in (10, 20)]", [10, 20, 20, 40]),
        ("x = 5\ny = [x for x in range(3)]\nanswer = x", 5),
        ("answer = f'{1 / 3:.2f} {7:03d} {1234567:,} {\"a\"}{[1]}'", "0.33 007 1,234,567 a[1]"),
    ],
)  # fmt: skip
def test_it_gives_pythons_answer(program, value, agrees_with_python):
    agrees_with_python(program, value)


def program(**names):
    """The state of a program with these variables."""
    return Expressions(names, Budget(1_000))


def parsed(text):
    return ast.parse(text, mode="eval").body


def value(text, **names):
    """The value of one expression."""
    return program(**names).value(parsed(text))


def test_each_node_is_a_step_and_so_is_each_item():
    state = program(x=3)
    assert state.value(parsed("x + 1")) == 4
    assert state.budget.left == 1_000 - 3
    assert list(state.items("abcd")) == list("abcd")
    assert state.budget.left == 1_000 - 7


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("0 and 1 / 0", 0),
        ("3 or 1 / 0", 3),
        ("'' or 0 or []", []),
        ("1 and 2 and 3", 3),
        ("2 < 1 < 1 / 0", False),
        ("1 if x else 1 / 0", 1),
        ("[y for y in [2, 1, 0] if y and 6 / y > 3]", [1]),
        ("{'a': x, 2: 'b'}[2]", "b"),
        ("'abcdef'[-5:5:2]", "bd"),
        ("f'{x:>5d}|{x}'", None),
        ("f'{x:05d}|{x}|{x:.1f}'", "00003|3|3.0"),
        ("x is not None, True is True", (True, True)),
    ],
)
def test_an_expression_is_evaluated_as_far_as_python_goes(text, wanted):
    if wanted is None:
        with pytest.raises(Refused, match="^this format$"):
            value(text, x=3)
    else:
        assert value(text, x=3) == wanted == eval(text, {"x": 3})


def test_the_innermost_name_counts_and_a_comprehension_leaves_none():
    state = program(x=1, y=10)
    assert state.value(parsed("[x + y for x in [x, 2] for y in [x]]")) == [2, 4]
    assert (state.names, state.scopes) == ({"x": 1, "y": 10}, [])
    assert value("[[z * x for z in [1, x]] for x in [2, 3]]") == [[2, 4], [3, 9]]
    with pytest.raises(ZeroDivisionError):
        state.value(parsed("[1 / x for x in [1, 0]]"))
    assert state.scopes == []


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("nothing", NameError, "name 'nothing' is not defined"),
        ("open", Refused, "`open`"),
        ("__name__", Refused, "`__name__`"),
        ("x.real", Refused, "`.real`"),
        ("x.bit_length()", Refused, "`.bit_length`"),
        ("1j", Refused, "a value of type complex"),
        ("1 is 1", Refused, "`is` between values other than None, True and False"),
        ("x(1)", TypeError, "'int' object is not callable"),
        ("sum([1], begin=2)", Refused, "`begin=` in sum"),
        ("zip(z)", Refused, "an iterator in zip, enumerate or reversed"),
        ("{**{}}", Refused, "`**`"),
    ],
)
def test_what_is_refused_is_named(text, error, message):
    with pytest.raises(error) as caught:
        value(text, x=3, z=zip())
    assert str(caught.value).startswith(message)


def test_assignment_binds_names_parts_and_items():
    items = [1, 2]
    state = program(items=items, table={})
    target = ast.parse("a, [b, items[-1]], table['k'] = 0").body[0].targets[0]
    state.assign(target, (5, "xy", 7), state.names)
    assert state.names == {"items": [1, "y"], "table": {"k": 7}, "a": 5, "b": "x"}
    assert items == [1, "y"], "the list itself is changed"


@pytest.mark.parametrize(
    ("target", "given", "error", "message"),
    [
        ("a, b", (1, 2, 3), ValueError, r"too many values to unpack \(expected 2\)"),
        ("a, b", (1,), ValueError, r"not enough values to unpack \(expected 2, got 1\)"),
        ("x.a", 1, Refused, "`.a`"),
        ("x[0:1]", [1], Refused, "Subscript"),
        ("__builtins__", 1, Refused, "`__builtins__`"),
        ("x[0]", 1, TypeError, "does not support item assignment"),
    ],
)
def test_a_place_that_cannot_be_assigned_to_is_an_error(target, given, error, message):
    node = ast.parse(f"{target} = 0").body[0].targets[0]
    state = program(x="text")
    with pytest.raises(error, match=message):
        state.assign(node, given, state.names)


def test_a_kind_of_node_without_a_method_is_refused():
    assert method_for(program(), "value_of", parsed("1")).__name__ == "value_of_Constant"
    with pytest.raises(Refused, match="^`lambda`$"):
        method_for(program(), "value_of", parsed("lambda: 1"))
    with pytest.raises(LimitReached, match="more than 2 steps"):
        Expressions({}, Budget(2)).value(parsed("1 + 1"))
