"""The values of an interpreted program: their cost, their greatest sizes, and their arithmetic."""

from __future__ import annotations

import ast
import operator

import pytest

from workbook.sandbox import interpret
from workbook.sandbox.interpreter_values import Budget, LimitReached, Refused, combine

LIMITS = {
    "x = 2\nwhile True: x = x * x": "number too large: more than 10,000 bits",
    "x = 9 ** 9 ** 9": "number too large",
    "x = 1 << 10 ** 9": "number too large",
    "x = pow(9, 10 ** 9)": "number too large",
    "x = int('f' * 9000, 16)": "number too large",
    "x = 'a' * 10 ** 12": "value too large: more than 10,000 items or characters",
    "x = 10 ** 12 * [0]": "value too large",
    "x = [0]\nx *= 10 ** 12": "value too large",
    "x = 'ab'\nwhile True: x += x": "value too large",
    "x = [0]\nwhile True: x += x": "value too large",
    "x = 0.5 in range(10 ** 12)": "step limit",
    "x = [[0] * 9000] * 9000\ny = x == x": "step limit",
    "x = [[0] * 9000] * 9000\nanswer = x": "step limit",
    "x = [[0] * 9000] * 9000\nprint(x)": "step limit",
    "x = [0]\nfor n in range(30): x = [x, x]": "step limit",
    "x = []\nx += [x]\nanswer = x": "a value is nested too deeply: more than 40 levels",
    "x = []\nx += [x]\ny = x == [x]": "a value is nested too deeply",
    "x = [0]\nx[0] = x\nprint(x)": "a value is nested too deeply",
    "x = (1,)\nwhile True: x = (x,)": "a value is nested too deeply",
    "x = []\ntop = x\nfor n in range(60):\n    y = []\n    x += [y]\n    x = y\nanswer = top":
        "a value is nested too deeply",
}  # fmt: skip


@pytest.mark.parametrize("program", LIMITS, ids=[text[:40] for text in LIMITS])
def test_a_limit_has_its_sentence(program):
    result = interpret(program)
    assert not result.ok and result.reason.startswith(LIMITS[program]), result.reason


def cost(call):
    """The steps that a call takes of a budget of a million."""
    budget = Budget(10**6)
    call(budget)
    return 10**6 - budget.left


def test_steps_may_be_taken_to_the_last_one():
    budget = Budget(3)
    budget.charge(2)
    budget.charge()
    with pytest.raises(LimitReached, match="the program took more than 3 steps$"):
        budget.charge()


def test_a_value_may_be_as_large_as_the_limit_and_no_larger():
    budget = Budget(10**6)
    for fitting in (2**10_000 - 1, -(2**10_000 - 1), "x" * 10_000, [0] * 10_000, range(10**12)):
        assert budget.fits(fitting) is fitting
    for value in (2**10_000, -(2**10_000)):
        with pytest.raises(LimitReached, match="number too large: more than 10,000 bits"):
            budget.fits(value)
    for value in ("x" * 10_001, (0,) * 10_001, dict.fromkeys(range(10_001))):
        with pytest.raises(LimitReached, match="value too large: more than 10,000 items"):
            budget.fits(value)


@pytest.mark.parametrize("value", [{1}, 1j, b"x", iter([1]), len, type("Number", (int,), {})(3)])
def test_a_value_of_another_type_is_refused_wherever_it_is(value):
    for refused in (value, [1, [value]], {"a": value}):
        with pytest.raises(Refused, match=f"^a value of type {type(value).__name__}$"):
            Budget(100).weigh(refused)


def test_what_handling_a_value_costs():
    assert cost(lambda b: b.fits("x" * 10_000)) == 10_000 // 128
    assert cost(lambda b: b.fits(2**3_000)) == 3_001 // 1024
    assert cost(lambda b: b.weigh(7)) == 0
    assert cost(lambda b: b.weigh([1, [2, 3]])) == 4  # the inner list and three numbers
    assert cost(lambda b: b.weigh({"a": 1, "b": 2})) == 4  # keys and values
    assert cost(lambda b: b.text("x" * 160)) == 160 // 16 + 2 * (160 // 128)


def test_lists_may_be_nested_40_deep():
    value = []
    for _ in range(39):
        value = [value]
    assert Budget(1_000).weigh(value) is value
    with pytest.raises(LimitReached, match="nested too deeply: more than 40 levels"):
        Budget(1_000).weigh([value])


def test_a_search_in_a_range_costs_what_python_looks_at():
    assert cost(lambda b: b.search(range(10), 0.5)) == 10  # one after the other
    assert cost(lambda b: b.search(range(10**12), 5)) == 0  # computed
    budget = Budget(5)
    budget.search(range(5), "x")
    with pytest.raises(LimitReached, match="step limit"):
        budget.search(range(10**12), "x")
    with pytest.raises(Refused, match="`in` with an iterator"):
        budget.search(zip(), 5)


OPERATORS = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul,
    ast.Div: operator.truediv, ast.FloorDiv: operator.floordiv, ast.Mod: operator.mod,
    ast.Pow: operator.pow, ast.LShift: operator.lshift, ast.RShift: operator.rshift,
    ast.BitAnd: operator.and_, ast.BitOr: operator.or_, ast.BitXor: operator.xor,
}  # fmt: skip


@pytest.mark.parametrize("kind", OPERATORS, ids=lambda kind: kind.__name__)
def test_arithmetic_is_pythons(kind):
    for left, right in ((13, 3), (-13, 3), (True, 2)):
        assert combine(Budget(100), kind, left, right) == OPERATORS[kind](left, right)
    with pytest.raises(TypeError):
        combine(Budget(100), kind, 13, None)


@pytest.mark.parametrize(
    ("kind", "left", "right"),
    [
        (ast.Pow, 2, 10**12),
        (ast.Pow, -2, 10**12),
        (ast.LShift, 1, 10**12),
        (ast.Mult, 2**9_000, 2**9_000),
        (ast.Mult, "ab", 10**12),
        (ast.Mult, 10**12, (0,)),
        (ast.Add, [0] * 9_000, [0] * 9_000),
    ],
)
def test_what_would_be_too_large_is_not_computed(kind, left, right):
    with pytest.raises(LimitReached, match="too large: more than 10,000"):
        combine(Budget(10**6), kind, left, right)


def test_large_operands_with_small_results_pass():
    budget = Budget(10**6)
    assert combine(budget, ast.Pow, 2, 9_999) == 2**9_999
    assert combine(budget, ast.Pow, 1, 10**12) == 1
    assert combine(budget, ast.LShift, 0, 10**3) == 0
    assert combine(budget, ast.Mult, [1], -(10**12)) == []
    assert combine(budget, ast.Mult, "", 10**12) == ""


@pytest.mark.parametrize(
    ("kind", "left", "right", "words"),
    [
        (ast.MatMult, 1, 2, "`@`"),
        (ast.Mod, "%d", 3, "`%` with a text"),
        (ast.BitOr, {}, {}, "`|` with a dictionary"),
        (ast.Pow, -8, 0.5, "a value of type complex"),
    ],
)
def test_operations_outside_of_the_subset_are_named(kind, left, right, words):
    with pytest.raises(Refused) as caught:
        combine(Budget(100), kind, left, right)
    assert str(caught.value) == words
