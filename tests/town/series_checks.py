"""Draw series, read them from their text alone, and work every rule out a second time."""

import json
import re
from functools import cache
from itertools import product

from workbook.town.choices import ChoiceSource
from workbook.town.texts.series import series_phrases as say
from workbook.town.texts.series.series import RULES
from workbook.town.texts.series.series_words import GROUPS, OPPOSITES, plural
from workbook.town.vocabulary import JOBS, MONTHS, PLACES
from workbook.town.world import build_town
from workbook.town.writer import Writer

GROUP_OF = {word: name for name, words in GROUPS.items() for word in words}
OPPOSITE = {a: b for pair in OPPOSITES for a, b in (pair, pair[::-1])}
KIND_OF = {noun: kind for kind, (noun, _) in PLACES.items()}
NOUN = re.compile(f"(?:{'|'.join(sorted(KIND_OF, key=len, reverse=True))})$")


@cache
def town():
    return build_town(1)


def writer(seed, split="train"):
    return Writer(ChoiceSource(f"series/{seed}"), town(), split)


def made(make, split="train", count=40, **options):
    return [make(writer(i, split), **options) for i in range(count)]


def read_pairs(document):
    """Items and values of a raw series of one list, read from its text alone."""
    (separator,) = document.fields["separators"]
    text = document.text
    heading, _, rest = text.partition("\n")
    if heading in say.HEADINGS.all:
        text = rest
    if separator == "\n":
        blocks = text.split("\n\n")
        return [
            tuple(re.split(r"\n(?!\w+: )" if b[:6] == "name: " else r"\n", b, maxsplit=1))
            for b in blocks
        ]
    joints = [j for j in say.JOINTS if j in text and separator in text.split(j)[-1]]
    joint = "\n" if "\n" in text else joints[0] if joints else "\n"
    return [tuple(line.split(separator, 1)) for line in text.split(joint)]


def group_of(item):
    """What kind of thing an item of a marks series is."""
    if item in GROUP_OF:
        return GROUP_OF[item]
    name, comma, job = item.partition(", ")
    if comma:
        assert job in JOBS
        return job
    return KIND_OF[NOUN.search(item).group()]


def polarity(text):
    """0 for praise, 1 for blame, by the words of the tables."""
    scores = [0, 0]
    for _, _, *sides in say.ASPECTS:
        for side, words in enumerate(sides):
            scores[side] += sum(bool(re.search(rf"\b{word}\b", text)) for word in words)
    assert (scores[0] > 0) != (scores[1] > 0), text
    return int(scores[1] > 0)


def check_marks(pairs):
    marks = {}
    for item, mark in pairs:
        assert marks.setdefault(group_of(item), mark) == mark
    assert len(set(marks.values())) == len(marks)
    assert len({item for item, _ in pairs}) == len(pairs)


def check_lookup(pairs):
    table = {}
    for key, value in pairs:
        assert table.setdefault(key, value) == value
    assert len(set(table.values())) == len(table) <= 16


def check_sentiment(pairs):
    labels = {}
    for text, label in pairs:
        assert labels.setdefault(polarity(text), label) == label
    assert len(set(labels.values())) == len(labels)


def check_repeat(pairs):
    assert all(item == value for item, value in pairs)


ARRANGED = (
    lambda a, *m, z: f"{a} {z} {a}",
    lambda a, *m, z: f"{z} {z[0]}",
    lambda a, *m, z: " ".join((z, *m[::-1], a)),
    lambda a, *m, z: z,
    lambda a, *m, z: a,
    lambda a, *m, z: "".join(w[0] for w in (a, *m, z)),
    lambda a, *m, z: a[0],
    lambda a, *m, z: f"{z} {z}",
    lambda a, *m, z: " and ".join((a, *m, z)),
    lambda a, *m, z: f"{z}, {a}",
    lambda a, *m, z: f"{a} {z[0]}",
    lambda a, *m, z: f"{a[0]} {z}",
    lambda a, *m, z: " ".join((a, *m, z)),
    lambda a, *m, z: z[-1],
)


def check_names(pairs):
    """One arrangement gives all values, with the same things before and after it."""

    def around(item, value, arrange, finish):
        *first, last = item.split()
        text = finish(arrange(*first, z=last))
        return tuple(value.split(text, 1)) if text in value else item

    def explains(arrange, finish):
        return len({around(item, value, arrange, finish) for item, value in pairs}) == 1

    ways = product(ARRANGED, (str, str.upper))
    assert any(explains(*way) for way in ways), pairs


def check_order(pairs):
    def fields(item):
        return item.split(", ") if ", " in item else item.split()

    def sums(item):
        return [int(n) for n in fields(item)]

    rules = (
        lambda item: [str(n) for n in sorted(sums(item))],
        lambda item: [str(n) for n in sorted(sums(item))[::-1]],
        lambda item: [str(max(sums(item)))],
        lambda item: [str(min(sums(item)))],
        lambda item: [str(2 * sums(item)[-1] - sums(item)[-2])],
        lambda item: sorted(fields(item), key=str.casefold),
        lambda item: sorted(fields(item), key=str.casefold)[:1],
        lambda item: [next(w for w in fields(item) if len(w) == max(map(len, fields(item))))],
        lambda item: [str(len(fields(item)))],
        lambda item: [OPPOSITE[item]],
        lambda item: [plural(item)],
    )

    def explains(rule):
        try:
            return all(rule(item) == fields(value) for item, value in pairs)
        except (KeyError, ValueError, IndexError):
            return False

    assert any(map(explains, rules)), pairs


def date(text):
    """Day, month and year of a date in any form."""
    names = {m[:3].lower(): i for i, m in enumerate(MONTHS, 1)}
    year = re.search(r"\d{4}", text).group()
    rest = text.replace(year, " ", 1)
    numbers = [int(n) for n in re.findall(r"\d+", rest)]
    word = re.search(r"[A-Za-z]+", rest)
    if word:
        return numbers[0], names[word.group()[:3].lower()], int(year)
    day, month = numbers if not text.startswith(year) else numbers[::-1]
    return day, month, int(year)


def record(text):
    """The name and the two other values of a record in any form."""
    if text.startswith("{"):
        return list(json.loads(text).values())
    if text.startswith(("name: ", "name=")):
        return re.findall(r"[:=] ?(.+?)(?:, \w+=|\n|$)", text.replace(", ", "\n"))
    if " / " in text:
        return text.split(" / ")[::-1]
    if text.startswith('"'):
        return json.loads(f"[{text}]")
    if text.endswith(")"):
        return re.fullmatch(r"(.+) \((.+), (.+)\)", text).groups()
    if "; " in text:
        return text.split("; ")
    name = " ".join(text.split()[:2])
    phrase = r"(?:works as an?|likes|has an?|wears|was born in|lives in) (.+)"
    return [name, *re.fullmatch(f" {phrase} and {phrase}", text[len(name) :]).groups()]


def check_format(pairs):
    for old, new in pairs:
        if re.search(r"name|[A-Za-z]{4,} [A-Z][a-z]{3,}", old):
            assert list(record(old)) == list(record(new)) and old != new
        else:
            assert date(old) == date(new)  # May is May in two forms


CHECKS = {rule: globals()[f"check_{rule}"] for rule in RULES}
