"""Rules that a series of examples shows by a label or a value: marks, look-up, repeat, sentiment.

A `Task` is one rule, ready to give examples; `series.py` writes them down. Rules that change an
item into another one (names, format, order) are in `series_changes.py`. Leaves out rules with
exceptions and examples that are wrong. Lessons on in-context learning use them.
"""

import string
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache

from workbook.town import names
from workbook.town.choices import ChoiceSource
from workbook.town.texts.series.series_phrases import (
    ASPECTS,
    ENDS,
    LABEL_PAIRS,
    RELATIVES,
    REMARKS,
    SEASONS,
    SEPARATORS,
    SYMBOLS,
)
from workbook.town.texts.series.series_words import GROUPS, all_words, real_words
from workbook.town.texts.slots import Slots
from workbook.town.vocabulary import COLOURS, JOBS, PLACES, WEEKDAYS
from workbook.town.writer import Writer

Pair = tuple[str, str]  # an item and its value

LABELS = ("usual", "new", "swapped")  # how the labels of a sentiment series are chosen
_POOLS = {"words": GROUPS, "places": PLACES, "people": JOBS}  # what is marked: its groups

MOST_PEOPLE = 26  # examples of a series of people, whose names are long

_ONSETS = "b d f g h j k l m n p r t v w z bl br dr fl gl gr kl kr pl sk sn st tr zw".split()
_VOWELS = "aeiou"
_CODAS = "b x rl lm sk rb lf rv lv".split()  # few of the words with them are English
_HEADS = [c + v for c in "lmrtvz" for v in "eiou"]  # before a second syllable
_SYMBOLS = "*#+@%&$!?^~"


@dataclass
class Task:
    """One rule of one document.

    `draw(c)` gives a new example; of class c if the rule has `classes`, of any for None.
    `table` holds the pairs of a look-up, `times` says how often a string is said.
    """

    rule: str
    draw: Callable[[int | None], Pair]
    classes: int = 0
    choices: Sequence[str] = ()
    separators: dict[str, tuple[str, ...]] = field(default_factory=lambda: SEPARATORS)
    one_line: bool = True  # whether examples may follow each other in one line
    gap: str = "\n"  # between examples that stand on lines of their own
    labels: str | None = None
    groups: tuple[str, ...] = ()
    table: Sequence[Pair] = ()
    times: int = 2


def split_of(i: int, j: int) -> str:
    """The split that a combination of number i and number j belongs to: one in ten is held out."""
    return {0: "test", 1: "validation"}.get((i + j) % 10, "train")


@cache
def _partners(i: int, size: int, splits: tuple[str, ...]) -> frozenset[int]:
    """The other numbers below size that number i meets in one of these splits."""
    return frozenset(j for j in range(size) if j != i and split_of(i, j) in splits)


def draw_groups(writer: Writer, pool: Sequence[str], count: int) -> list[str]:
    """Some groups of a pool, no two of them held out by another split.

    In validation and test the first two are a combination that this split holds out.
    """
    split, size = writer.phrasings, len(pool)
    chosen = [writer.source.below(size)]
    while len(chosen) < count:
        free = frozenset.intersection(*(_partners(i, size, ("train", split)) for i in chosen))
        if len(chosen) == 1:
            free &= _partners(chosen[0], size, (split,))
        chosen.append(writer.pick(sorted(free - {*chosen})))
    return [pool[i] for i in chosen]


def invented_word(source: ChoiceSource, taken: set[str]) -> str:
    """A word such as zib or morl that is neither English nor taken; it is taken from now on."""

    def make() -> str:
        head = source.choice(_HEADS) if source.chance(0.4) else ""
        return head + source.choice(_ONSETS) + source.choice(_VOWELS) + source.choice(_CODAS)

    while (word := make()) in taken or word in real_words():
        pass
    taken.add(word)
    return word


def _marks(writer: Writer, count: int) -> list[str]:
    """Different marks, all of one sort."""
    source = writer.source
    sort = source.weighted(("word", "Word", "letter", "digit", "symbol"), (55, 12, 12, 11, 10))
    if sort in ("word", "Word"):
        taken: set[str] = set()
        words = [invented_word(source, taken) for _ in range(count)]
        return words if sort == "word" else [word.capitalize() for word in words]
    signs = {"letter": string.ascii_uppercase, "digit": string.digits, "symbol": _SYMBOLS}
    return source.sample(signs[sort], count)


def marks(writer: Writer, examples: int, groups: int | None = None) -> Task:
    """Items of two to four groups, each group with a mark of its own; long items if few."""
    source = writer.source
    count = groups or source.weighted((2, 3, 4), (5, 3, 2))
    theme = source.weighted(tuple(_POOLS), (8, 1, 1 if examples <= MOST_PEOPLE else 0))
    chosen = draw_groups(writer, tuple(_POOLS[theme]), count)
    signs = _marks(writer, count)
    words = [list(GROUPS[name]) for name in chosen] if theme == "words" else None
    seen: set[str] = set()

    def item(group: int) -> str:
        if words is not None:
            return words[group].pop(source.below(len(words[group])))
        make = _place if theme == "places" else _worker
        new = names.fresh(lambda: make(writer, chosen[group]), seen)
        seen.add(new)
        return new

    def draw(wanted: int | None) -> Pair:
        left = [g for g in range(count) if words is None or words[g]]
        group = writer.pick(left) if wanted is None else wanted
        return item(group), signs[group]

    return Task("marks", draw, classes=count, choices=signs, groups=tuple(chosen))


def _place(writer: Writer, kind: str) -> str:
    return place_called(writer, PLACES[kind][0])


def place_called(writer: Writer, noun: str) -> str:
    """A made-up place whose name ends in the noun, such as Silver Goose Bakery."""
    return names.fresh(lambda: names.place_name(writer.source, noun), writer.town.reserved)


def _worker(writer: Writer, job: str) -> str:
    return f"{writer.visitor().name}, {job}"


def _sort_of_word(writer: Writer, sort: str, taken: set[str]) -> Callable[[], str]:
    """A function that draws one key or value of a look-up table."""
    source = writer.source
    return {
        "first name": lambda: writer.visitor().first,
        "name": lambda: writer.visitor().name,
        "invented": lambda: invented_word(source, set()),
        "word": lambda: source.choice(all_words()),
        "number": lambda: str(source.integer(10, 99)),
        "code": lambda: source.choice(string.ascii_uppercase) + source.choice(string.digits),
        "letter": lambda: source.choice(string.ascii_uppercase),
        "digit": lambda: source.choice(string.digits),
    }[sort]


_KEYS = ("first name", "name", "invented", "word", "number", "code")
_VALUES = ("invented", "number", "word", "letter", "first name", "digit")


def lookup(writer: Writer, pairs: int) -> Task:
    """A random table; it is read out line by line, in a new order each time round."""
    source = writer.source
    taken: set[str] = set()

    def different(sort: str) -> Iterator[str]:
        make = _sort_of_word(writer, sort, taken)
        for _ in range(pairs):
            taken.add(word := names.fresh(make, taken))
            yield word

    keys = list(different(writer.pick(_KEYS)))
    sort = writer.pick(_VALUES if pairs <= 10 else _VALUES[:-1])
    table = list(zip(keys, different(sort), strict=True))
    waiting = list(reversed(table))

    def draw(_wanted: int | None) -> Pair:
        if not waiting:
            waiting.extend(source.shuffled(table))
        return waiting.pop()

    return Task("lookup", draw, choices=[value for _, value in table], table=table)


def repeat(writer: Writer, times: int, longest: int) -> Task:
    """Strings of random tokens; the value is the string again."""
    source = writer.source
    sort = writer.pick(("word", "letter", "digit", "invented", "first name", "mixed"))

    def token() -> str:
        drawn = writer.pick(("word", "letter", "digit", "invented")) if sort == "mixed" else sort
        return _sort_of_word(writer, drawn, set())()

    def draw(_wanted: int | None) -> Pair:
        line = " ".join(token() for _ in range(source.integer(min(5, longest), longest)))
        return line, line

    separators = dict.fromkeys(SYMBOLS, ("\n",)) if source.chance(0.4) else SYMBOLS
    return Task("repeat", draw, one_line=False, separators=separators, times=times)


def sentiment(writer: Writer, labels: str | None = None) -> Task:
    """Remarks that praise or blame, and a label for each of the two."""
    labels = labels or writer.source.weighted(LABELS, (3, 5, 2))
    pair = {
        "usual": lambda: ["positive", "negative"],
        "swapped": lambda: ["negative", "positive"],
        "new": lambda: _new_labels(writer),
    }[labels]()
    seen: set[str] = set()

    def draw(wanted: int | None) -> Pair:
        bad = writer.source.below(2) if wanted is None else wanted
        text = names.fresh(lambda: remark(writer, bad), seen)
        seen.add(text)
        return text, pair[bad]

    return Task(
        "sentiment",
        draw,
        classes=2,
        choices=pair,
        separators=SYMBOLS,
        one_line=False,
        labels=labels,
    )


def _new_labels(writer: Writer) -> list[str]:
    """Two labels that say nothing by themselves: even of a pair like up and down either may be."""
    source = writer.source
    sort = source.weighted(("invented", "pair", "colours", "letters"), (4, 3, 1.5, 1.5))
    if sort == "invented":
        taken: set[str] = set()
        return [invented_word(source, taken) for _ in range(2)]
    options = {
        "pair": lambda: writer.pick(LABEL_PAIRS[writer.phrasings]),
        "colours": lambda: COLOURS,
        "letters": lambda: string.ascii_uppercase,
    }[sort]()
    return source.sample(options, 2)


def remark(writer: Writer, bad: int) -> str:
    """One sentence, without its full stop, that praises (0) or blames (1) something."""
    things, nouns, *words = writer.pick(ASPECTS)
    slots = Slots(writer)
    slots.set(
        thing=lambda: writer.pick(things),
        place=lambda: place_called(writer, writer.pick(nouns)),
        a=lambda: writer.pick(words[bad]),
        b=lambda: writer.pick([word for word in words[bad] if word != slots.value("a")]),
        end=lambda: writer.pick(ENDS[bad]),
        day=lambda: writer.pick(WEEKDAYS),
        who=lambda: writer.pick(RELATIVES),
        season=lambda: writer.pick(SEASONS),
    )
    return slots.say(REMARKS)
