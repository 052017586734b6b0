"""Follow a worked sum column by column; which split a pair of numbers belongs to."""

import operator
import re

DO = {"+": operator.add, "-": operator.sub, "x": operator.mul, "/": operator.floordiv}
SUM = re.compile(r"(\d+) ([-+x/]) (\d+)")
WORKED = re.compile(r"(\d+) ([-+x/]) (\d+): (\S.*), so (\d+)")
PAIR = re.compile(r"(?<!\d)(\d{2,}) ?[-+x/] ?(\d{2,})(?!\d)")


def digits(number: int, width: int) -> list[int]:
    return [number // 10**place % 10 for place in range(width)]


def check_columns(left: int, sign: str, right: int, columns: list[str], result: int) -> None:
    """Follow the columns of an addition, a subtraction or a multiplication by one digit."""
    width = len(columns)
    if sign == "x":
        left, right = max(left, right), min(left, right)
        lower = [right] * width
    else:
        lower = digits(right, width)
    assert left < 10**width <= 10 * max(left, right)
    carry, written = 0, 0
    for place, (upper, under, column) in enumerate(
        zip(digits(left, width), lower, columns, strict=True)
    ):
        sides, *between, total = column.split("=")
        numbers = [int(n) for n in re.split(r"[-+x]", sides)]
        value = DO[sign](numbers[0], numbers[1])
        assert between == ([f"{value}{'-' if sign == '-' else '+'}{carry}"] if carry else [])
        assert numbers[1] == under and numbers[2:] == ([carry] if carry else [])
        if sign == "-":
            borrowed = numbers[0] - upper
            assert borrowed in (0, 10) and (borrowed == 10) == (upper < under + carry)
            assert 0 <= int(total) == numbers[0] - under - carry < 10
            carry = borrowed // 10
        else:
            assert numbers[0] == upper and re.search("[-+x]", sides)[0] == sign
            assert int(total) == DO[sign](upper, under) + carry
            carry = int(total) // 10
        written += int(total) % 10 * 10**place
    assert written + (0 if sign == "-" else carry * 10**width) == result


def check_division(left: int, right: int, columns: list[str], result: int) -> None:
    rest, quotient = 0, ""
    started = str(left)[: len(str(left)) - len(columns)]
    for digit, column in zip(str(left)[len(started) :], columns, strict=True):
        here = int(started + digit) if not quotient else 10 * rest + int(digit)
        numbers = re.fullmatch(r"(\d+) has (\d+)x(\d)=(\d+) and (\d) left", column).groups()
        shown, by, times, taken, rest = map(int, numbers)
        assert (shown, by) == (here, right)
        assert taken == by * times and rest == here - taken < by
        quotient += str(times)
    assert int(quotient) == result and quotient[0] != "0" and rest == 0


def check_worked(line: str) -> None:
    left, sign, right, working, result = WORKED.fullmatch(line).groups()
    left, right, result, columns = int(left), int(right), int(result), working.split(", ")
    assert DO[sign](left, right) == result and (sign != "/" or left == right * result)
    if sign == "/":
        check_division(left, right, columns, result)
    elif "; " in working:
        ones, tens, addition = working.split("; ")
        *columns, first = ones.split(", ")
        check_columns(left, "x", right % 10, columns, int(first))
        *columns, second = tens.split(", ")
        check_columns(left, "x", right // 10, columns, int(second) // 10)
        assert int(second) % 10 == 0 and sign == "x" and min(left, right) >= 10
        check_columns(int(first), "+", int(second), addition.split(", "), result)
    else:
        check_columns(left, sign, right, columns, result)


def check_lines(text: str, fields: dict) -> int:
    """Check all that a text works out; returns how many results it shows."""
    count = 0
    text = re.sub(r"( = \d+)[,;] ", r"\1\n", text)
    for line in re.split(r"\n|(?<=\d)\. (?=\d)", text):
        line = re.sub(r"^(Step )?\d+[:.] |^Sum: (?=\d)|^Working: |\.$", "", line)
        if WORKED.fullmatch(line):
            check_worked(line)
            count += 1
        elif match := re.fullmatch(rf"(?:What is )?{SUM.pattern}(?: =|\?|:) (\d+)", line):
            left, sign, right, result = match.groups()
            assert int(left) == int(right) * int(result) if sign == "/" else True
            assert DO[sign](int(left), int(right)) == int(result)
            count += 1
    return count


def owner(left: int, right: int) -> str:
    low, high = sorted((left, right))
    return {0: "test", 1: "validation"}.get((31 * low + high) % 20, "train")
