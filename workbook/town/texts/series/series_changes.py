"""Rules of a series that change an item into another one: names, formats, order.

Every rule is a plain function of the item. Combinations of two parts of a rule (an arrangement of
names and its finish, a form and another form) are held out by their numbers, see `split_of`.
Leaves out rules that need knowledge of the town.
"""

import json
from collections.abc import Callable, Sequence

from workbook.town import names
from workbook.town.texts.series.series_phrases import ARROWS
from workbook.town.texts.series.series_rules import Pair, Task, invented_word, split_of
from workbook.town.texts.series.series_words import OPPOSITES, all_words, countable, plural
from workbook.town.vocabulary import COLOURS, HOBBIES, JOBS, MONTHS, PETS
from workbook.town.writer import Writer, an

Words = list[str]

ARRANGEMENTS: tuple[Callable[[Words], str], ...] = (
    lambda w: f"{w[0]} {w[-1]} {w[0]}",
    lambda w: f"{w[-1]} {w[-1][0]}",
    lambda w: " ".join(reversed(w)),
    lambda w: w[-1],
    lambda w: w[0],
    lambda w: "".join(word[0] for word in w),
    lambda w: w[0][0],
    lambda w: f"{w[-1]} {w[-1]}",
    lambda w: " and ".join(w),
    lambda w: f"{w[-1]}, {w[0]}",
    lambda w: f"{w[0]} {w[-1][0]}",
    lambda w: f"{w[0][0]} {w[-1]}",
    lambda w: " ".join(w),
    lambda w: w[-1][-1],
)
FINISHES: tuple[Callable[[str, str], str], ...] = (  # the text and an invented word
    lambda text, extra: text,
    lambda text, extra: text.upper(),
    lambda text, extra: f"({text})",
    lambda text, extra: f"{extra} {text}",
    lambda text, extra: f"{text} {extra}",
    lambda text, extra: f"{text}{extra}",
    lambda text, extra: f'"{text}"',
)
_COPY = 12  # the arrangement that changes nothing, so it needs a finish
_WITH_EXTRA = (3, 4, 5)  # the finishes that use the invented word


def _fresh(draw: Callable[[], Pair]) -> Callable[[int | None], Pair]:
    """Give each item once only."""
    seen: set[str] = set()

    def once(_wanted: int | None) -> Pair:
        while (pair := draw())[0] in seen:
            pass
        seen.add(pair[0])
        return pair

    return once


def held_in(writer: Writer, rows: Sequence[int], columns: Sequence[int]) -> list[tuple[int, int]]:
    """Combinations of a row and another column that belong to the split."""
    split = writer.phrasings
    return [(i, j) for i in rows for j in columns if split_of(i, j) == split]


def change_names(writer: Writer) -> Task:
    """Rearrange two names or two or three words, and finish them in one way."""
    source = writer.source
    ways = held_in(writer, range(len(ARRANGEMENTS)), range(len(FINISHES)))
    i, j = writer.pick([way for way in ways if way != (_COPY, 0)])
    extra = invented_word(source, set()) if j in _WITH_EXTRA else ""
    sort = source.weighted(("person", "firsts", "words", "invented"), (4, 2, 3, 1))
    size = writer.pick((2, 3)) if sort in ("words", "invented") else 2

    def draw() -> Pair:
        if sort == "person":
            words = writer.visitor().name.split()
        elif sort == "firsts":
            words = [writer.visitor().first for _ in range(2)]
        elif sort == "words":
            words = _words(writer, size)
        else:
            words = [invented_word(source, set()) for _ in range(size)]
        return " ".join(words), FINISHES[j](ARRANGEMENTS[i](words), extra)

    return Task("names", _fresh(draw))


TRAITS = {  # what a record holds besides the name, and how a sentence says it
    "job": (tuple(JOBS), lambda value: f"works as {an(value)}"),
    "hobby": (HOBBIES, lambda value: f"likes {value}"),
    "pet": (PETS, lambda value: f"has {an(value)}"),
    "colour": (COLOURS, lambda value: f"wears {value}"),
    "born": (tuple(map(str, range(1935, 2005))), lambda value: f"was born in {value}"),
    "street": (None, lambda value: f"lives in {value}"),  # a street of the town
}


def _sentence(record: dict[str, str]) -> str:
    name, *parts = (TRAITS[k][1](v) if k in TRAITS else v for k, v in record.items())
    return f"{name} {' and '.join(parts)}"


def _brackets(record: dict[str, str]) -> str:
    name, *rest = record.values()
    return f"{name} ({', '.join(rest)})"


RECORD_FORMS: tuple[Callable[[dict[str, str]], str], ...] = (
    lambda r: "; ".join(r.values()),
    json.dumps,
    lambda r: ", ".join(f"{key}={value}" for key, value in r.items()),
    lambda r: "\n".join(f"{key}: {value}" for key, value in r.items()),
    lambda r: " / ".join(reversed(r.values())),
    _sentence,
    _brackets,
    lambda r: ",".join(f'"{value}"' for value in r.values()),
)
DATE_FORMS: tuple[Callable[[int, int, int], str], ...] = (
    lambda day, month, year: f"{day} {MONTHS[month - 1]} {year}",
    lambda day, month, year: f"{year}-{month:02d}-{day:02d}",
    lambda day, month, year: f"{day:02d}/{month:02d}/{year}",
    lambda day, month, year: f"{MONTHS[month - 1]} {day}, {year}",
    lambda day, month, year: f"{day}.{month}.{year}",
    lambda day, month, year: f"{day} {MONTHS[month - 1][:3]} {year}",
)
_FIRST_DATE = len(RECORD_FORMS)  # the number of the first form of a date
LINES = 3  # the form of a record that takes several lines


def change_format(writer: Writer) -> Task:
    """Write the same record, or the same date, in another form."""
    source = writer.source
    dates = source.chance(0.3)
    numbers = range(_FIRST_DATE, _FIRST_DATE + len(DATE_FORMS)) if dates else range(_FIRST_DATE)
    i, j = writer.pick([(i, j) for i, j in held_in(writer, numbers, numbers) if i != j])
    if dates:
        old, new = DATE_FORMS[i - _FIRST_DATE], DATE_FORMS[j - _FIRST_DATE]
        return Task("format", _fresh(lambda: _date(writer, old, new)), one_line=False)
    traits = source.sample(tuple(TRAITS), 2)

    def draw() -> Pair:
        record = {"name": writer.visitor().name}
        record |= {trait: writer.pick(TRAITS[trait][0] or writer.town.streets) for trait in traits}
        return RECORD_FORMS[i](record), RECORD_FORMS[j](record)

    task = Task("format", _fresh(draw), separators=ARROWS, one_line=False)
    if LINES in (i, j):
        task.gap, task.separators = "\n\n", dict.fromkeys(ARROWS, ("\n",))
    return task


def _date(writer: Writer, old: Callable[..., str], new: Callable[..., str]) -> Pair:
    source = writer.source
    date = source.integer(1, 28), source.integer(1, 12), source.integer(1900, 2024)
    return old(*date), new(*date)


def _words(writer: Writer, count: int) -> Words:
    chosen: Words = []
    while len(chosen) < count:
        chosen.append(names.fresh(lambda: writer.pick(all_words()), chosen))
    return chosen


def _alphabet(words: Words) -> Words:
    return sorted(words, key=str.lower)


NUMBER_RULES: dict[str, Callable[[list[int]], list[int]]] = {
    "up": sorted,
    "down": lambda row: sorted(row, reverse=True),
    "larger": lambda row: [max(row)],
    "smaller": lambda row: [min(row)],
}
WORD_RULES: dict[str, Callable[[Words], Words]] = {
    "alphabet": _alphabet,
    "first in the alphabet": lambda words: _alphabet(words)[:1],
    "longest": lambda words: [max(words, key=len)],  # the first of them
    "count": lambda words: [str(len(words))],
}
ORDERS = (*NUMBER_RULES, *WORD_RULES, "next", "opposite", "plural")


def order(writer: Writer) -> Task:
    """Sort or compare numbers or words, count them, go on counting, opposites and plurals."""
    source = writer.source
    sort = writer.pick(ORDERS)
    between = writer.pick((" ", ", ")) if sort not in ("opposite", "plural") else ""

    def listed(row: Sequence[object]) -> str:
        return between.join(map(str, row))

    if sort in NUMBER_RULES:
        size = 2 if sort in ("larger", "smaller") else writer.pick((2, 3))
        highest = writer.pick((9, 99))
        numbers = tuple(range(1, highest + 1))

        def draw() -> Pair:
            row = source.sample(numbers, size)
            return listed(row), listed(NUMBER_RULES[sort](row))

    elif sort in WORD_RULES:
        size = writer.pick((2, 3))

        def draw() -> Pair:
            row = _words(writer, source.integer(1, 6) if sort == "count" else size)
            return listed(row), listed(WORD_RULES[sort](row))

    elif sort == "next":

        def draw() -> Pair:
            start, step = source.integer(1, 20), source.integer(1, 9)
            *row, last = (start + i * step for i in range(4))
            return listed(row), str(last)

    elif sort == "opposite":

        def draw() -> Pair:
            a, b = source.sample(writer.pick(OPPOSITES), 2)
            return a, b

    else:

        def draw() -> Pair:
            noun = writer.pick(countable())
            return noun, plural(noun)

    return Task("order", _fresh(draw))
