"""Sums with whole numbers: worked digit by digit, at once, and two or three in a row.

The working of `47 + 85` is `47 + 85: 7+5=12, 4+8+1=12+1=13, so 132`: one column after the other
from the right, the carry joined to the next; no token needs more than a table. Word problems use
it too (`step`). Of the pairs of numbers from 10 on, one in ten is kept back for validation or test.
Leaves out remainders and negative results. The lessons on reasoning compare the ways.
"""

from array import array
from collections.abc import Iterator
from functools import cache, lru_cache

from workbook.town.texts.chat import chat_document, exchange
from workbook.town.texts.problems import sum_phrases as say
from workbook.town.texts.problems.problem_words import GOODS
from workbook.town.texts.problems.problems import calculate
from workbook.town.writer import Document, Writer, upper

Sum = tuple[int, str, int]  # left, sign, right

WAYS = ("digits", "at once", "mixed")
TABLES = 12  # up to this number sums are known by heart
OPERATIONS = ("+", "-", "x", "/")
LONGEST = 650  # characters after which no other sum is begun; nearly every one is a token


def sums(writer: Writer, way: str | None = None, operation: str | None = None) -> Document:
    """Write 4 to 15 sums, one below the other or in a row.

    way: "digits", "at once" or "mixed" (steps where a result is used again); operation: one of
    + - x /; drawn when not given. Fields: way, expressions (list of "47 + 85"), answers (list of
    str), operations (list of signs), answer (the last answer).
    Raises ValueError for another way or operation.
    """
    way = _chosen_way(writer, way, operation)
    head = writer.say(say.HEADS[way]) + "\n" if writer.source.chance(0.4) else ""
    layout, joint = writer.pick(say.LAYOUTS[way])
    count = writer.source.integer(4, 15 if way == "at once" else 10)
    done: list[Sum] = []
    parts: list[str] = []
    while len(done) < count and sum(map(len, parts)) < LONGEST:
        steps = _steps(writer, way, operation)
        done += steps
        mixed = way == "mixed"
        slots = {
            "sum": upper(_words(writer, steps)) if mixed else expression(*steps[0]),
            "working": step_lines(steps) if mixed else worked(*steps[0]),
            "answer": calculate(*steps[-1]),
        }
        parts.append(layout.format(n=len(parts) + 1, **slots))
    fields = _fields(way, done)
    return writer.document("sums", head + joint.join(parts), **fields, answer=fields["answers"][-1])


def sums_chat(writer: Writer, way: str | None = None, operation: str | None = None) -> Document:
    """Ask for 1 to 4 sums turn by turn; the first request tells whether working is wanted.

    Options and fields are those of `sums`, but `answer` is the last message and the mixed steps
    come in 1 to 2 turns.
    """
    way = _chosen_way(writer, way, operation)
    done: list[Sum] = []
    turns = []
    for turn in range(writer.source.integer(1, 2 if way == "mixed" else 4)):
        steps = _steps(writer, way, operation)
        done += steps
        words = _words(writer, steps)
        requests = say.NEXT_REQUEST[way] if turn else say.REQUESTS[way]
        asked = writer.say(requests, sum=words, Sum=upper(words))
        answer = str(calculate(*steps[-1]))
        working = {"digits": worked(*steps[0]), "mixed": step_lines(steps)}.get(way)
        turns.append((upper(asked), f"{working}\nAnswer: {answer}" if working else answer))
    return chat_document(writer, "sums", exchange(*turns), **_fields(way, done))


def expression(left: int, sign: str, right: int) -> str:
    """Return a sum without its result."""
    return f"{left} {sign} {right}"


def by_heart(left: int, sign: str, right: int) -> bool:
    """Tell whether a sum is easy enough to be written without working (the tables to 12)."""
    if sign == "-":
        return left <= 20
    return right <= TABLES and (left // right if sign == "/" else left) <= TABLES


def worked(left: int, sign: str, right: int) -> str:
    """Return a sum with its columns: `47 + 85: 7+5=12, 4+8+1=12+1=13, so 132`."""
    if sign == "x" and min(left, right) < 10:
        columns = _times_digit(max(left, right), min(left, right))
    else:
        columns = {"+": _add, "-": _subtract, "x": _multiply, "/": _divide}[sign](left, right)
    return f"{left} {sign} {right}: {', '.join(columns)}, so {calculate(left, sign, right)}"


def step(left: int, sign: str, right: int) -> str:
    """Return one step of a problem: `3 x 4 = 12`, or its working; the result comes last."""
    if by_heart(left, sign, right):
        return f"{left} {sign} {right} = {calculate(left, sign, right)}"
    return worked(left, sign, right)


def step_lines(steps: list[Sum]) -> str:
    """Return the numbered lines of several steps."""
    return "\n".join(f"Step {i}: {step(*numbers)}" for i, numbers in enumerate(steps, 1))


def kept_for(left: int, right: int) -> str | None:
    """Return the split of a pair of numbers in either order; None if one is below 10."""
    if min(left, right) < 10:
        return None
    rest = (31 * min(left, right) + max(left, right)) % 20
    return "test" if rest == 0 else "validation" if rest == 1 else "train"


def _columns(left: int, right: int) -> Iterator[tuple[int, int]]:
    """The digits below each other, from the right; 0 where a number has none."""
    width = max(len(str(left)), len(str(right)))
    pairs = zip(str(left).zfill(width), str(right).zfill(width), strict=True)
    return ((int(a), int(b)) for a, b in reversed(list(pairs)))


def _column(left: int, sign: str, right: int, carry: int) -> tuple[str, int]:
    """One column and its result: `7+5=12`, or with what was carried `4+8+1=12+1=13`."""
    value = calculate(left, sign, right)
    if not carry:
        return f"{left}{sign}{right}={value}", value
    carried = f"-{carry}" if sign == "-" else f"+{carry}"
    total = value + int(carried)
    return f"{left}{sign}{right}{carried}={value}{carried}={total}", total


def _add(left: int, right: int) -> list[str]:
    columns, carry = [], 0
    for a, b in _columns(left, right):
        column, total = _column(a, "+", b, carry)
        columns.append(column)
        carry = total // 10
    return columns


def _subtract(left: int, right: int) -> list[str]:
    """Where the upper digit is too small it gets ten more, and the next column pays for it."""
    columns, owed = [], 0
    for a, b in _columns(left, right):
        top = a + 10 if a < b + owed else a
        columns.append(_column(top, "-", b, owed)[0])
        owed = int(top > 9)
    return columns


def _times_digit(number: int, digit: int) -> list[str]:
    columns, carry = [], 0
    for a in map(int, reversed(str(number))):
        column, total = _column(a, "x", digit, carry)
        columns.append(column)
        carry = total // 10
    return columns


def _multiply(left: int, right: int) -> list[str]:
    """Two digits by two: the products with the ones and the tens, then their addition."""
    ones, tens = right % 10, right // 10
    first, second = left * ones, left * tens * 10
    parts = (
        [*_times_digit(left, ones), str(first)],
        [*_times_digit(left, tens), str(second)],
        _add(first, second),
    )
    return ["; ".join(", ".join(part) for part in parts)]


def _divide(left: int, right: int) -> list[str]:
    """Bring the digits down from the left; each time find the next digit and what is left."""
    columns, here = [], 0
    for digit in str(left):
        here = 10 * here + int(digit)
        if here >= right or columns:
            times, rest = divmod(here, right)
            columns.append(f"{here} has {right}x{times}={right * times} and {rest} left")
            here = rest
    return columns


def _may_come(left: int, right: int, split: str) -> bool:
    """Whether a split may see a pair: training none that is kept back, the others only theirs."""
    return kept_for(left, right) in (None, split)


@lru_cache(maxsize=4096)
def _partners(sign: str, size: str, first: int, split: str) -> array:
    """The right numbers (of a division the divisors) that go with a left number (a quotient)."""
    return array("H", _search(sign, size, first, split))


def _search(sign: str, size: str, first: int, split: str) -> Iterator[int]:
    low, high = say.SIZES[sign][size][1]
    if sign == "-":
        high = min(high, first - 1)
    options = range(low, high + 1)
    if sign == "x" and low > 9:
        options = (right for right in options if right % 10)
    left = (lambda right: first * right) if sign == "/" else (lambda right: first)
    return (right for right in options if _may_come(left(right), right, split))


@cache
def _firsts(sign: str, size: str, split: str) -> tuple[int, ...]:
    """The left numbers (of a division the quotients) that have a partner."""
    low, high = say.SIZES[sign][size][0]
    options = range(low, high + 1)
    return tuple(first for first in options if any(_search(sign, size, first, split)))


def _steps(writer: Writer, way: str, operation: str | None) -> list[Sum]:
    return _chain(writer, operation) if way == "mixed" else [_sum(writer, way, operation)]


def _sum(writer: Writer, way: str, operation: str | None) -> Sum:
    source = writer.source
    sign = operation or source.choice(OPERATIONS)
    shares = say.SHARES[way][sign]
    size = source.weighted(tuple(shares), tuple(shares.values()))
    left = source.choice(_firsts(sign, size, writer.split))
    right = source.choice(_partners(sign, size, left, writer.split))
    if sign == "/":
        left *= right
    if (sign, size) in say.SWAPPED and source.chance(0.3):
        left, right = right, left
    return left, sign, right


def _chain(writer: Writer, operation: str | None) -> list[Sum]:
    """One to three steps; each uses the result before it."""
    length = writer.source.integer(1, 3)
    steps = [_sum(writer, "mixed", operation)]
    while len(steps) < length:
        value = calculate(*steps[-1])
        ways_on = {}
        for sign in (operation,) if operation else OPERATIONS:
            rights = [r for r in _next(value, sign) if _may_come(value, r, writer.split)]
            if rights:
                ways_on[sign] = rights
        if not ways_on:
            break
        sign = writer.pick(tuple(ways_on))
        steps.append((value, sign, writer.pick(ways_on[sign])))
    return steps


def _next(value: int, sign: str) -> Iterator[int]:
    """The numbers that a step may add, take away, multiply by or divide by."""
    if sign == "+":
        return range(2, 61) if value < 400 else range(0)
    if sign == "-":
        return range(2, min(value, 61))
    if sign == "x":
        return range(2, 10) if 1 < value < 100 else range(0)
    return (r for r in range(2, 10) if value % r == 0 and 1 < value // r < 100)


def _words(writer: Writer, steps: list[Sum]) -> str:
    """A sum or a chain in words; a chain may be about crowns (never about "1 crowns")."""
    crowns = len(steps) > 1 and 1 not in steps[0] and writer.source.chance(0.5)
    first, later = (say.FIRST_CROWNS, say.NEXT_CROWNS) if crowns else (say.FIRST, say.NEXT)
    words = []
    for number, (left, sign, right) in enumerate(steps):
        phrase = writer.pick((later if number else first)[sign].by_split[writer.phrasings])
        goods = writer.pick(GOODS["goods"]) if "{goods}" in phrase else ""
        words.append(phrase.format(a=left, b=right, goods=goods))
    return ", ".join(words)


def _chosen_way(writer: Writer, way: str | None, operation: str | None) -> str:
    if operation not in (None, *OPERATIONS):
        raise ValueError(f"no operation {operation!r}; choose one of {' '.join(OPERATIONS)}")
    if way not in (None, *WAYS):
        raise ValueError(f"no way {way!r}; choose one of {', '.join(WAYS)}")
    return way or writer.pick(WAYS)


def _fields(way: str, done: list[Sum]) -> dict[str, object]:
    return {
        "way": way,
        "expressions": [expression(*numbers) for numbers in done],
        "answers": [str(calculate(*numbers)) for numbers in done],
        "operations": [sign for _, sign, _ in done],
    }
