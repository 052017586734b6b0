"""The interpreter gives Python's answers or refuses; it reaches nothing outside of itself."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import threading

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workbook.sandbox import Result, interpret, run
from workbook.sandbox.interpreter_values import TYPES, Budget

NOT_HERE = "is not in the subset of Python that is interpreted"


@pytest.mark.parametrize(
    ("program", "value"),
    [
        ("a = b = [1]\na += (2, 3)\na *= 2\nanswer = b", [1, 2, 3, 1, 2, 3]),
        ("a = b = [1]\na = a + [2]\nanswer = b", [1]),
        ("a, (b, c) = 1, 'xy'\nb, a = a, b\nanswer = [a, b, c]", ["x", 1, "y"]),
        ("d = {'a': 1, 2: [3]}\nd['b'] = 4\nd[2] += [5]\nanswer = d",
         {"a": 1, "2": [3, 5], "b": 4}),
        ("answer = 0\nfor n in range(9):\n    if n == 2: continue\n    if n == 5: break\n"
         "    answer += n", 8),
        ("n = 27\nanswer = 0\n"
         "while n != 1:\n    n = n // 2 if n % 2 == 0 else 3 * n + 1\n    answer += 1", 111),
        ("for n in []: pass\nelse: answer = 'else'\nwhile 0: pass\nelse: answer += '!'", "else!"),
        ("", None),
    ],
)  # fmt: skip
def test_it_gives_pythons_answer(program, value, agrees_with_python):
    agrees_with_python(program or "answer = None", value)


def test_inputs_and_output():
    program = "for name, price in prices: print(name, price, sep=': ', end=';')\nanswer = len(who)"
    result = interpret(program, {"prices": [["tea", 2], ["jam", 3.5]], "who": {"a": 1}})
    assert result == Result(True, 1, "tea: 2;jam: 3.5;", "")
    with pytest.raises(ValueError, match="'a b' cannot be the name of a variable"):
        interpret("answer = 1", {"a b": 1})
    with pytest.raises(ValueError, match="a program is a text, not bytes"):
        interpret(b"answer = 1")


def test_inputs_stay_as_they_are():
    inputs = {"items": [1, 2]}
    assert interpret("items += [3]\nitems[0] = 9\nanswer = items", inputs).value == [9, 2, 3]
    assert inputs == {"items": [1, 2]}


LIMITS = {
    "while True: pass": "step limit: the program took more than 100,000 steps",
    "for x in range(10**12): pass": "step limit",
    "x = [0]\nfor y in x: x += [y]": "step limit",
    "a, b = range(10 ** 12)": "line 1: ValueError: too many values to unpack",
    "x = [0 for a in range(10**6) for b in range(10**6)]": "step limit",
    "answer = ['x' * 9000] * 4": "the answer is too long: more than 32,768 characters",
}  # fmt: skip


@pytest.mark.parametrize("program", LIMITS, ids=[text[:40] for text in LIMITS])
def test_a_limit_has_its_sentence(program):
    result = interpret(program)
    assert not result.ok and result.reason.startswith(LIMITS[program]), result.reason


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        ("x = 1\n\nanswer = x / 0", "line 3: ZeroDivisionError: division by zero"),
        ("answer = 1 + 'a'", "line 1: TypeError: unsupported operand type(s) for +"),
        ("answer = y", "line 1: NameError: name 'y' is not defined"),
        ("answer = [1][5]", "line 1: IndexError: list index out of range"),
        ("answer = {}['a']", "line 1: KeyError: 'a'"),
        ("a, b = [1]", "line 1: ValueError: not enough values to unpack (expected 2, got 1)"),
        ("for x in 3: pass", "line 1: TypeError: 'int' object is not iterable"),
        ("x = 3\nanswer = x(1)", "line 2: TypeError: 'int' object is not callable"),
        ("answer = int('x')", "line 1: ValueError: invalid literal for int() with base 10: 'x'"),
        ("answer = 10.0 ** 1000", "line 1: OverflowError: (34, 'Numerical result out of range')"),
        ("x = 1", "the program did not set the variable `answer`"),
        ("answer = 1e999", "the answer is not JSON: Out of range float values are not"),
        ("answer = range(3)", "the answer is not JSON: Object of type range is not JSON"),
        ("answer = = 1", "syntax error in line 1: invalid syntax"),
        ("break", "syntax error in line 1: 'break' outside loop"),
        ("for x in [1]: pass\nelse:\n    continue", "syntax error in line 3: 'continue' "),
        ("print(1, sep='', sep='')", "syntax error in line 1: keyword argument repeated"),
    ],
)  # fmt: skip
def test_a_fault_has_the_sentence_that_the_sandbox_gives(program, reason, request):
    result = interpret(program)
    assert not result.ok and result.reason.startswith(reason)
    if request.getfixturevalue("maybe_boxed") and sys.version_info < (3, 13):
        assert run(program, seconds=20).reason.split(":")[:2] == result.reason.split(":")[:2]


@pytest.fixture(scope="module")
def maybe_boxed():
    """Whether this machine has the sandbox to compare with."""
    from workbook import sandbox

    return sandbox.available()


# The same answers as the sandbox. A hundred programs share one worker: a program of the sandbox
# runs each of them in a name space of its own and answers with all that they leave.

MANY = """
import json
answer = []
for text in programs:
    names = {}
    try:
        exec(compile(text, "<one>", "exec"), names)
        answer.append(["value", json.dumps(names["answer"], allow_nan=False)])
    except BaseException as error:
        answer.append(["error", type(error).__name__])
"""


def in_the_sandbox(programs):
    """[kind, JSON or name of the error] of each program, by Python in the sandbox."""
    rows = []
    for start in range(0, len(programs), 100):
        part = programs[start : start + 100]
        result = run(MANY, inputs={"programs": part}, seconds=60)
        assert result.ok, result.reason
        rows += result.value
    return rows


LIMIT_WORDS = ("limit", "too large", "nested too deeply", "too long", "at most", NOT_HERE)


def agree(program, row):
    """The interpreter has the same value or error, or refuses; true where it does not refuse."""
    kind, told = row
    result = interpret(program)
    if result.ok:
        assert kind == "value" and json.dumps(result.value) == told, (program, row, result)
        return True
    same = "syntax error" if told == "SyntaxError" else told
    if kind == "error" and (same in result.reason or "not JSON" in result.reason):
        return True
    assert any(words in result.reason for words in LIMIT_WORDS), (program, row, result)
    return False


@pytest.mark.usefixtures("boxed")
def test_a_thousand_programs_of_the_town_have_the_answers_of_the_sandbox():
    from workbook.town.choices import ChoiceSource
    from workbook.town.texts.problems.programs import program
    from workbook.town.world import build_town
    from workbook.town.writer import Writer

    town, results = build_town(), {}
    for seed in range(10_000):
        split = ("train", "validation", "test")[seed % 3]
        fields = program(Writer(ChoiceSource(f"sandbox/{seed}"), town, split)).fields
        results |= dict(zip(fields["programs"], fields["results"], strict=True))
        if len(results) >= 1_000:
            break
    programs = list(results)[:1_000]
    for text, row in zip(programs, in_the_sandbox(programs), strict=True):
        assert row == ["value", results[text]] and agree(text, row)
    for text in programs[:20]:  # and each in a worker of its own
        assert run(text, seconds=20) == interpret(text)
    assert len(programs) == 1_000


WRONG = 0.01  # how often a value of another kind stands where it should not
KINDS = ("number", "items", "text")
LEAVES = {
    "number": ("a", "a", "answer", "1", "7", "-3", "0.5", "True", "2 ** 70", "0"),
    "items": ("b", "b", "[]", "[3, 1]", "(2, 5)", "range(4)", "{4: 'k'}"),
    "text": ("c", "''", "'ab'", "'x y'"),
}
NUMBER, ITEMS, TEXT = "{n}", "{i}", "{t}"
SHAPES = {
    "number": (
        "({n} + {n})", "({n} - {n})", "({n} * {n})", "({n} / (abs({n}) + 1))", "({n} // 7)",
        "({n} % {n})", "(-{n})", "({n} < {n})", "({n} == {i})", "({n} in {i})", "({t} in {t})",
        "(not {i})", "({n} and {n})", "({n} or {n})", "(a ** 3)", "(7 << 2 | 5 ^ 3 & 9)",
        "len({i})",
        "len({t})", "sum(list({i}))", "max({n}, {n})", "min([{n}, {n}])", "round({n}, 2)",
        "int({n})",
        "float({n})", "abs({n})", "bool({t})", "({n} if {n} else {n})", "sum(c * 2 for c in {i})",
        "any({n} > c for c in {i})", "all({i})", "divmod({n}, 3)[1]", "pow(int({n}), 2, 7)",
        "[{n}, {n}][-1]",
        "({n} < {n} <= {n})", "(None is not {n})", "{i}[0]", "({t} == {t})", "int(str(int({n})))",
    ),
    "items": (
        "[{n}, {n}]", "({n}, {n})", "list({i})", "tuple({i})", "sorted({i})", "(b + [{n}])",
        "([{n}] * 2)", "list(reversed(b))", "[{n} for c in {i}]", "[c for c in {i} if c]",
        "list({i})[1:]", "list({i})[::-1]", "list(range(3))", "[x + y for x, y in zip({i}, {i})]",
        "[i * x for i, x in enumerate({i}, 1)]", "({i} if {n} else {i})", "({i} or {i})",
        "[x for x in {i} for y in (1, 2)]", "sorted({i}, reverse=True)",
    ),
    "text": (
        "str({n})", "({t} + {t})", "({t} * 2)", "{t}[:1]", "f'{{a}}:{{b}}'", "f'{{a:.1f}}'",
        "({t} if {n} else {t})", "str({i})", "max({t}, 'a')", "(c or {t})",
    ),
}  # fmt: skip


class Author:
    """Writes programs of the subset from a seed; most of them run to their end."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def program(self):
        lines = [self.statement(2) for _ in range(self.random.randint(1, 5))]
        last = f"answer = {self.random.choice(('answer', '[a, b, c]', self.value('number', 2)))}"
        return "\n".join(["a = 3", "b = [2, 1]", "c = 'xy'", "answer = 0", *lines, last])

    def value(self, kind, depth):
        """An expression of a kind, now and then of another."""
        if self.random.random() < WRONG:
            kind = self.random.choice(KINDS)
        if depth == 0 or self.random.random() < 0.2:
            return self.random.choice(LEAVES[kind])
        shape = self.random.choice(SHAPES[kind])
        for mark, name in zip((NUMBER, ITEMS, TEXT), KINDS, strict=True):
            while mark in shape:
                shape = shape.replace(mark, self.value(name, depth - 1), 1)
        return shape.replace("{{", "{").replace("}}", "}")

    def statement(self, depth):
        pick, kind = self.random.choice, self.random.random() if depth else 0
        if kind < 0.45:
            number, items, text = (self.value(name, 2) for name in KINDS)
            return pick(
                (
                    f"a = {number}", f"answer = {number}", f"b = list({items})", f"c = {text}",
                    f"a, answer = {number}, {self.value('number', 1)}", f"b += {items}",
                    f"answer += {number}", f"a *= {number}", f"c += {text}", f"answer -= {number}",
                    f"b = [{number}, *[]]" if pick((0, 0, 0, 1)) else f"b = [{number}]",
                    f"print({number}, {items})", "for n in b: answer = n\nelse: a = 1",
                )
            )  # fmt: skip
        body = "\n".join(self.statement(depth - 1) for _ in range(self.random.randint(1, 3)))
        inside = "    " + body.replace("\n", "\n    ")
        if kind < 0.75:
            return f"if {self.value('number', 2)}:\n{inside}\nelse:\n    a = {pick('123')}"
        last = pick(("pass", "break", "continue", "answer += 1"))
        return f"for {pick(('a', 'x'))} in list({self.value('items', 1)}):\n{inside}\n    {last}"


PROGRAMS = st.integers(0, 2**32).map(lambda seed: Author(seed).program())


@pytest.mark.usefixtures("boxed")
def test_a_thousand_written_programs_have_the_answers_of_the_sandbox():
    """Every operation on every kind of value; most programs run to their end, some with errors."""
    programs = [Author(seed).program() for seed in range(1_000)]
    rows = in_the_sandbox(programs)
    answers = sum(agree(text, row) for text, row in zip(programs, rows, strict=True))
    values = sum(kind == "value" for kind, _ in rows)
    assert 500 < values < 950 and answers > 850, (values, answers)


# No way out: whatever a program says, Python's own audit sees nothing but the parser at work.

TOKENS = st.sampled_from(
    "import os . from ( ) [ ] { } : , = == + * ** % / // << - \n \n\x20\x20\x20\x20 # ; @ ! \\ "
    "__import__ eval exec open compile globals getattr type object print input breakpoint exit "
    "__class__ __base__ __subclasses__ __globals__ __builtins__ __dict__ mro f_back gi_frame "
    "lambda def class return yield await async with try except raise del global assert while for "
    "in is not and or if else elif break continue pass None True 0 1 9 10**9 1e999 'a' f'{a}' "
    "f'{a.b}' f'{a:{b}}' '%s' b'x' ... := -> a b answer range list str sum zip sorted enumerate "
    "reversed max int float round pow divmod len".split(" ")
)
WILD = st.one_of(
    st.lists(TOKENS, max_size=30).map(" ".join),
    st.lists(TOKENS, max_size=30).map("".join),
    st.text(max_size=60),
    st.tuples(PROGRAMS, st.lists(TOKENS, max_size=4).map(" ".join), st.integers(0, 200)).map(
        lambda p: p[0][: p[2]] + p[1] + p[0][p[2] :]
    ),
)
events: list[tuple[str, tuple]] = []
listening: list[int] = []  # the thread whose events count


def listen(event, arguments):
    if listening and threading.get_ident() == listening[0]:
        reads_frame = event == "object.__getattr__" and arguments[1] == "f_code"
        shows_line = event == "open" and arguments[0] == "<program>"
        if not reads_frame and not shows_line:  # of hypothesis; of the parser, for an error's text
            events.append((event, arguments))


@pytest.fixture(scope="module")
def audit():
    """Python's audit hook; it cannot be taken off again, so it only listens when asked."""
    interpret("answer = 1")
    sys.addaudithook(listen)
    return events


@settings(max_examples=1_500, deadline=None, suppress_health_check=list(HealthCheck))
@given(program=WILD | PROGRAMS)
def test_no_program_finds_a_way_out(audit, program):
    audit.clear()
    listening.append(threading.get_ident())
    try:
        result = interpret(program, {"a": [1, 2], "b": "text"}, steps=5_000)
    finally:
        listening.clear()
    assert {event for event, _ in audit} <= {"compile"}  # the parser announces itself
    assert len(audit) <= 1
    assert isinstance(result, Result) and result.ok == (result.reason == "")
    assert plain(result.value) and (result.ok or result.value is None)
    assert "\n" not in result.reason and "_interpreter" not in result.reason.lower()


def plain(value):
    """Whether a value consists of JSON's own types and nothing derived from them."""
    if type(value) in (list, dict):
        return all(map(plain, value.values() if type(value) is dict else value))
    return value is None or type(value) in (bool, int, float, str)


def test_the_audit_would_hear_a_way_out(audit):
    """The listener of the test above is awake."""
    audit.clear()
    listening.append(threading.get_ident())
    try:
        __import__("os").listdir(".")
        exec("1")
    finally:
        listening.clear()
    assert {"os.listdir", "exec"} <= {event for event, _ in audit}


@settings(max_examples=200, deadline=None)
@given(PROGRAMS)
def test_every_value_on_the_way_is_of_a_known_type(program):
    seen = set()

    class Watching(Budget):
        def fits(self, value):
            seen.add(type(value))
            return super().fits(value)

    from workbook.sandbox import interpreter

    before, interpreter.Budget = interpreter.Budget, Watching
    try:
        result = interpret(program)
    finally:
        interpreter.Budget = before
    assert seen <= TYPES or "a value of type" in result.reason


def test_a_large_budget_lets_more_through():
    program = "answer = 0\nfor n in range(20_000): answer += n"
    assert interpret(program, steps=1_000).reason == (
        "step limit: the program took more than 1,000 steps"
    )
    assert interpret(program, steps=10**6).value == sum(range(20_000))


def test_it_needs_nothing_that_only_unix_has(root):
    """Guards against an import that fails on Windows, where the sandbox cannot be but this is."""
    missing = ("resource", "fcntl", "termios", "pwd", "grp", "posix_ipc")
    text = (
        f"import sys\nfor name in {missing}: sys.modules[name] = None\n"
        "from workbook import sandbox\n"
        "print(sandbox.interpret('answer = 6 * 7').value, 'torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", text], cwd=root, capture_output=True, text=True)
    assert done.stdout == "42 False\n", done.stderr
