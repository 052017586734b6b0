"""The functions of an interpreted program are Python's own, with some options, and bounded."""

from __future__ import annotations

import builtins

import pytest

from workbook.sandbox import interpret
from workbook.sandbox.interpreter_expressions import Expressions
from workbook.sandbox.interpreter_functions import FUNCTIONS, MOST_OUTPUT
from workbook.sandbox.interpreter_values import Budget, LimitReached, Refused


@pytest.mark.parametrize(
    ("program", "value"),
    [
        ("answer = sum(x * x for x in range(4)), max(len(w) for w in ['a', 'bcd'])", [14, 3]),
        ("answer = any(1 / x for x in [1, 0]), all([])", [True, True]),
        ("answer = min(3, 1, 2), max([], default=7), round(2.675, 2), round(-7.5), abs(-3)",
         [1, 7, 2.67, -8, 3]),
        ("answer = sorted([1, 3, 2], reverse=1), list('ab'), list(reversed([1, 2])), len({1: 2})",
         [[3, 2, 1], ["a", "b"], [2, 1], 1]),
        ("answer = [[i, a, b] for i, (a, b) in enumerate(zip([1, 2], (3, 4)), start=1)]",
         [[1, 1, 3], [2, 2, 4]]),
        ("answer = int('12') + int(3.9), float('1.5'), str([1, 'a']), bool(''), "
         "divmod(7, 2), pow(2, 3)",
         [15, 1.5, "[1, 'a']", False, [3, 1], 8]),
        ("answer = sum([0.1] * 10), sum([[1], [2]], [])", [sum([0.1] * 10), [1, 2]]),
        ("sum = 3\nanswer = sum", 3),
        ("answer = range(10)[2:5][1], 3 in range(5), len(range(10**9))", [3, True, 10**9]),
    ],
)  # fmt: skip
def test_it_gives_pythons_answer(program, value, agrees_with_python):
    agrees_with_python(program, value)


LIMITS = {
    "x = pow(3, 9 ** 3000, 9 ** 3000)": "exponent and modulus of pow are too large",
    "x = round(5, -10 ** 9)": "round goes to at most 400 digits",
    "x = list(range(10 ** 12))": "step limit",
    "x = sum(range(10 ** 12))": "step limit",
    "x = max(range(10 ** 12))": "step limit",
    "x = sorted(range(10 ** 12))": "step limit",
    "x = list(zip(range(10 ** 12)))": "step limit",
    "x = any(0 for a in range(10 ** 12))": "step limit",
    "while True: print('x' * 1000)": "output too long: more than 64 KB",
}  # fmt: skip


@pytest.mark.parametrize("program", LIMITS, ids=[text[:40] for text in LIMITS])
def test_a_limit_has_its_sentence(program):
    result = interpret(program)
    assert not result.ok and result.reason.startswith(LIMITS[program]), result.reason


@pytest.fixture
def program():
    """The state of a program that has a thousand steps."""
    return Expressions({}, Budget(1_000))


def test_every_function_is_named_after_one_of_pythons_and_takes_no_other_options():
    assert set(FUNCTIONS) < set(dir(builtins))
    assert not {"eval", "exec", "open", "getattr", "type", "map", "vars"} & set(FUNCTIONS)
    options = {name: function.options for name, function in FUNCTIONS.items() if function.options}
    assert options == {
        "enumerate": ("start",), "max": ("default",), "min": ("default",), "print": ("sep", "end"),
        "round": ("ndigits",), "sorted": ("reverse",), "sum": ("start",),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("abs", (-2.5,)), ("all", ([1, 0],)), ("any", ([0, 1],)), ("bool", ([0],)),
        ("divmod", (-7, 2)), ("float", ("1e3",)), ("int", ("ff", 16)), ("len", ({"a": 1, "b": 2},)),
        ("list", ({"a": 1, "b": 2},)), ("max", ([3, 9, 4],)), ("min", (3, 9, 2)),
        ("pow", (2, -1)), ("pow", (3, 4, 5)), ("pow", (3, -1, 7)),
        ("pow", (2, 3, None)), ("range", (5, 0, -2)), ("round", (1234.567, -2)), ("round", (2.5,)),
        ("sorted", ("hello",)), ("str", ([1, None],)), ("sum", ([1, 2], 10)), ("tuple", ("ab",)),
    ],
)  # fmt: skip
def test_a_function_returns_what_pythons_own_returns(program, name, values):
    assert FUNCTIONS[name].function(program, *values) == getattr(builtins, name)(*values)


@pytest.mark.parametrize(
    "call",
    [
        "pow(1)",
        "pow(1, 2, 3, 4)",
        "pow(1.5, 2, 3)",
        "pow(1, 2, 0)",
        "sum()",
        "sum([1], 2, 3)",
        "sum([1], 2, start=3)",
        "all()",
        "any([1], [2])",
        "enumerate()",
        "enumerate([1], 2, 3)",
        "divmod(1)",
        "divmod(1, 2, 3)",
        "reversed()",
        "reversed([1], 2)",
        "str(1, 2)",
        "round()",
        "round(1, 2, 3)",
        "len()",
        "abs(1, 2)",
    ],
)
def test_a_wrong_call_is_told_in_pythons_own_words(call):
    """Guards against names of our own functions, such as `_power`, in what a learner reads."""
    with pytest.raises((TypeError, ValueError)) as pythons:
        eval(call)
    reason = interpret(f"answer = {call}").reason
    assert str(pythons.value) in reason and "_" not in reason.replace("__", ""), reason


def test_what_is_looped_over_comes_item_by_item(program):
    zipped = FUNCTIONS["zip"].function(program, [1, 2, 3], "ab")
    numbered = FUNCTIONS["enumerate"].function(program, "ab", start=7)
    turned = FUNCTIONS["reversed"].function(program, [1, 2])
    assert [list(zipped), list(numbered), list(turned)] == [
        [(1, "a"), (2, "b")], [(7, "a"), (8, "b")], [2, 1],
    ]  # fmt: skip


def test_going_through_items_takes_a_step_for_each(program):
    FUNCTIONS["all"].function(program, [1] * 300)
    assert program.budget.left == 700
    FUNCTIONS["any"].function(program, [0, 1, *[0] * 300])  # it ends at the first that is true
    assert program.budget.left == 698
    with pytest.raises(LimitReached, match="step limit"):
        FUNCTIONS["sum"].function(program, range(10**12))


@pytest.mark.parametrize(
    ("name", "values", "message"),
    [
        ("divmod", ("%d", 3), "divmod of other values than numbers"),
        ("len", ((x for x in "ab"),), "a generator here"),
        ("zip", ((x for x in "ab"),), "a generator in zip, enumerate or reversed"),
        ("str", (zip(),), "the text of a value of type zip"),
    ],
)
def test_a_value_that_a_function_does_not_take_is_named(program, name, values, message):
    with pytest.raises(Refused, match=message):
        FUNCTIONS[name].function(program, *values)


def test_rounding_goes_to_at_most_400_digits(program):
    assert FUNCTIONS["round"].function(program, 1.5, 400) == 1.5
    assert FUNCTIONS["round"].function(program, 15, -400) == 0
    for digits in (401, -401):
        with pytest.raises(LimitReached, match="round goes to at most 400 digits"):
            FUNCTIONS["round"].function(program, 15, digits)


def test_print_joins_ends_and_stops_at_the_limit(program):
    show = FUNCTIONS["print"].function
    show(program, 1, [2, "a"], None)
    show(program, "b", "c", sep="", end=None)
    show(program, sep="x", end="!")
    assert program.output == "1 [2, 'a'] None\nbc\n!"
    with pytest.raises(TypeError, match="sep and end of print are texts"):
        show(program, sep=1)
    program.output = "x" * (MOST_OUTPUT - 2)
    show(program, "y")  # exactly as much as there may be
    with pytest.raises(LimitReached, match="output too long: more than 64 KB"):
        show(program, "z")
    assert program.output.endswith("xy\n") and len(program.output) == MOST_OUTPUT
