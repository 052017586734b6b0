"""The syntax of an interpreted program: what is refused, how it is named, how large it may be."""

from __future__ import annotations

import ast

import pytest

from workbook.sandbox import interpret
from workbook.sandbox.interpreter_syntax import FORMAT, described, parse, plain
from workbook.sandbox.interpreter_values import LimitReached, Refused

NOT_HERE = "is not in the subset of Python that is interpreted"

REFUSED = {
    "import os": "`import`", "from os import system": "`import`", "().__class__": "`.__class__`",
    "'a'.upper()": "`.upper`", "x = [].append": "`.append`", "def f(): pass": "`def`",
    "class A: pass": "`class`", "lambda: 1": "`lambda`", "x: int = 1": "an annotation",
    "del x": "`del`", "try: 1\nexcept: 2": "`try`", "with x: 1": "`with`", "raise 1": "`raise`",
    "assert 0": "`assert`", "global x": "`global`", "(x := 1)": "`:=`", "[*[1]]": "`*`",
    "print(*[1])": "`*`", "print(**{})": "`**=` in print", "{**{}}": "`**`", "{1}": "a set",
    "1 @ 2": "`@`", "{x: 1 for x in [1]}": "a dictionary comprehension",
    "{x for x in [1]}": "a set comprehension", "x = (y for y in [1])": "a generator outside",
    "async def f(): pass": "`async`", "match 1:\n case 1: pass": "`match`", "1j": "type complex",
    "b'x'": "a value of type bytes", "...": "a value of type ellipsis", "open('x')": "`open`",
    "eval('1')": "`eval`", "__import__('os')": "`__import__`", "x = __builtins__": "`__builtins__`",
    "__name__ = 1": "`__name__`", "x = print": "`print`", "type(1)": "`type`",
    "getattr": "`getattr`",
    "globals()": "`globals`", "'%d' % 3": "`%` with a text", "(-8) ** 0.5": "type complex",
    "sorted([1], key=abs)": "`key=` in sorted", "max([1], key=len)": "`key=` in max",
    "f'{1!r}'": "this format", "f'{1:>10000}'": "this format", "f'{1:{9}0}'": None,
    "1 is 1": "`is` between", "x = zip([1])\ny = zip(x)": "an iterator", "str(zip())": "the text",
    "x = zip([1])\nfor n in range(10**4): x = zip(max([x]))": "an iterator",
    "enumerate(x for x in [1])": "a generator in", "5 in zip([5])": "`in` with an iterator",
    "len(x for x in [1])": "a generator here", "x = [1]\nx[0:1] = [2]": "Subscript",
    "x = 1\nx.a = 2": "`.a`", "*x, y = 1, 2": "`*`", "(lambda: 1)()": "`lambda`", "{} | {}": "`|`",
    "for x.y in [1]: pass": "`.y`", "[1 for [].x in [1]]": "`.x`", "x = 1\nx.y += 1": "`.y`",
}  # fmt: skip


@pytest.mark.parametrize("program", REFUSED)
def test_what_is_not_in_the_subset_is_named(program):
    expected = REFUSED[program]
    result = interpret(program + "\nanswer = 1")
    if expected is None:
        assert result.ok or NOT_HERE in result.reason
        return
    assert not result.ok and expected in result.reason and result.reason.endswith(NOT_HERE)
    assert result.reason.startswith(f"line {program.count(chr(10)) + 1}:") or "try" in expected \
        or "match" in expected or "`with`" in expected  # fmt: skip


LIMITS = {
    "answer = " + "(" * 300: "syntax error",
    "answer = " + "-" * 9000 + "1": "syntax error: the program is nested too deeply",
    "answer = " + "1 + " * 500 + "1": "the program is nested too deeply: more than 60 levels",
    "answer = 1" + " " * 10_000: "the program is too long: more than 10,000 characters",
}  # fmt: skip


@pytest.mark.parametrize("program", LIMITS, ids=[text[:40] for text in LIMITS])
def test_a_limit_has_its_sentence(program):
    result = interpret(program)
    assert not result.ok and result.reason.startswith(LIMITS[program]), result.reason


def loops(depth):
    """Loops in one another, and a last line in the innermost."""
    return "".join(f"{' ' * n}for x in []:\n" for n in range(depth)) + " " * depth + "pass"


@pytest.mark.parametrize(
    ("fits", "does_not", "reason"),
    [
        ("x = 1" + " " * 9_995, "x = 1" + " " * 9_996, "the program is too long"),
        ("x = " + "-" * 57 + "1", "x = " + "-" * 58 + "1", "the program is nested too deeply"),
        (loops(20), loops(21), "syntax error in line 21: too many statically nested blocks"),
    ],
)
def test_a_program_may_be_as_large_as_the_limit_and_no_larger(fits, does_not, reason):
    assert len(parse(fits)) == 1
    with pytest.raises(LimitReached) as caught:
        parse(does_not)
    assert str(caught.value).startswith(reason)


@pytest.mark.parametrize(
    "program",
    [
        "while 1: break",
        "for x in []:\n    if x: continue",
        "break",
        "if 1:\n    continue",
        "for x in []: pass\nelse: break",
        "for x in []:\n    while x: pass\n    else: break",
        "while 1:\n    pass\nelse:\n    for x in []: continue",
        "print(1, end='', end='')",
        "print(1, sep='', end='')",
        loops(20),
        loops(21),
    ],
)
def test_what_pythons_compiler_refuses_is_refused_and_nothing_else(program):
    try:
        compile(program, "<program>", "exec")
        valid = True
    except SyntaxError:
        valid = False
    try:
        parse(program)
        assert valid
    except LimitReached as refused:
        assert not valid and str(refused).startswith("syntax error in line ")


@pytest.mark.parametrize("program", ["x = 1\0", "x = '\ud800'"])
def test_a_text_that_python_cannot_read_is_a_syntax_error(program):
    with pytest.raises((LimitReached, SyntaxError), match="syntax error|null byte|surrogate"):
        parse(program)
    assert interpret(program).reason.startswith("syntax error")


def test_names_with_two_underscores_are_pythons_own():
    assert [plain(name) for name in ("x", "_x", "x__")] == ["x", "_x", "x__"]
    with pytest.raises(Refused, match="^`__x`$"):
        plain("__x")


@pytest.mark.parametrize(
    ("program", "words"),
    [
        ("from os import system", "`import`"),
        ("async def f(): pass", "`async`"),
        ("[].append", "`.append`"),
        ("b'x'", "a value of type bytes"),
        ("lambda: 1", "`lambda`"),
        ("(x for x in [])", "a generator outside of a call"),
        ("{1: 2 for x in []}", "a dictionary comprehension"),
        ("f'{1}'", "JoinedStr"),  # one without words of its own
    ],
)
def test_a_part_of_a_program_is_described(program, words):
    (node,) = ast.parse(program).body
    assert described(node.value if isinstance(node, ast.Expr) else node) == words


@pytest.mark.parametrize("form", ["", "d", ".2f", "05d", "3", "12.10f", ",", "09,.2f", ".1%", "g"])
def test_forms_of_numbers_are_known(form):
    assert FORMAT.fullmatch(form) and format(3, form)


@pytest.mark.parametrize("form", [">5", "999", ".200f", "x", "s", "c", "+d", "{9}", "0123", "_"])
def test_other_forms_are_not(form):
    assert FORMAT.fullmatch(form) is None
