"""Series: short worked examples of one rule that only the examples give (in-context learning).

A raw series is the list alone, so that nearly every line can be predicted from those before; the
chat form shows examples and asks for one more value. Rule, marks and separators are new for each
document. The rules are in `series_rules.py` and `series_changes.py`; wrong examples are left out.

Kept for validation and test: separators, a heading and requests, pairs of labels, and every pair
of groups, of forms, or of an arrangement and its finish whose numbers add up to ...0 (test) or
...1 (validation); see `split_of`. Words of English are shared by all splits.
"""

from typing import NamedTuple

from workbook.town.texts.chat import chat_document, exchange
from workbook.town.texts.series.series_changes import change_format, change_names, order
from workbook.town.texts.series.series_phrases import (
    HEADINGS,
    JOINT_WEIGHTS,
    JOINTS,
    LATER,
    NAMED,
    REQUESTS,
    UNSHOWN,
)
from workbook.town.texts.series.series_rules import (
    LABELS,
    Pair,
    Task,
    lookup,
    marks,
    repeat,
    sentiment,
)
from workbook.town.writer import Document, Writer

# rule: how often it comes, fewest and most examples of a raw series, most examples of any
RULES = {
    "marks": (0.34, 12, 40, 40),
    "lookup": (0.22, 12, 40, 40),
    "repeat": (0.12, 1, 4, 4),
    "names": (0.12, 8, 16, 16),
    "sentiment": (0.08, 5, 16, 16),
    "format": (0.05, 3, 5, 5),
    "order": (0.07, 10, 20, 20),
}
LONGEST = 1400  # characters; a raw series of no given length ends where it reaches them
TOKENS_REPEATED = 140  # of all strings of a document together, said again included
MOST_PAIRS = 16
_OWNERS = {"groups": "marks", "pairs": "lookup", "labels": "sentiment"}  # option: its rule


class _Wish(NamedTuple):
    """The options of a series; None stands for drawn."""

    rule: str | None
    examples: int | None
    groups: int | None
    pairs: int | None
    labels: str | None


def series(
    writer: Writer,
    rule: str | None = None,
    examples: int | None = None,
    groups: int | None = None,
    pairs: int | None = None,
    labels: str | None = None,
) -> Document:
    """Write lists of examples, each with a rule of its own: one to three, one if its size is given.

    Fields: rules, pairs (of each list its items and values), separators; and of the last list:
    rule, groups, labels, and answer, the value the text ends with.
    Raises ValueError for an option that does not fit.
    """
    wish = _checked(_Wish(rule, examples, groups, pairs, labels))
    parts = 1 if examples or pairs else writer.source.weighted((1, 2, 3), (0.75, 0.17, 0.08))
    lists = [_raw_list(writer, wish, parts) for _ in range(parts)]
    task = lists[-1].task
    return writer.document(
        "series",
        "\n\n".join(part.text for part in lists),
        rules=[part.task.rule for part in lists],
        pairs=[part.pairs for part in lists],
        separators=[part.separator for part in lists],
        rule=task.rule,
        groups=list(task.groups),
        labels=task.labels,
        answer=lists[-1].pairs[-1][1],
    )


class _List(NamedTuple):
    """One list of a raw series."""

    task: Task
    pairs: list[Pair]
    separator: str
    text: str


def _raw_list(writer: Writer, wish: _Wish, parts: int) -> _List:
    """One of `parts` lists, the shorter the more there are."""
    source, rule = writer.source, wish.rule or _draw_rule(writer, wish.examples)
    _, low, high, _ = RULES[rule]
    wish = wish._replace(rule=rule)
    if rule == "lookup":
        most = min(wish.examples or MOST_PAIRS, MOST_PAIRS // parts)
        wish = wish._replace(pairs=wish.pairs or source.integer(min(2, most), most))
        low = max(low, 2 * wish.pairs)
    count = wish.examples or source.integer(low, max(low, high // parts))
    times = source.weighted((2, 3, 4), (5, 3, 2)) if rule == "repeat" else 2
    task = _task(writer, wish, count * parts, times)
    separator = writer.pick(task.separators[writer.phrasings])
    heading = f"{writer.say(HEADINGS)}\n" if source.chance(0.25) else ""
    joint = source.weighted(JOINTS, JOINT_WEIGHTS) if task.one_line else task.gap
    pairs: list[Pair] = []
    lines: list[str] = []
    while len(lines) < count and (wish.examples or sum(map(len, lines)) < LONGEST // parts):
        pairs.append(task.draw(None))
        lines.append(_line(task, separator, *pairs[-1]))
    return _List(task, pairs, separator, heading + joint.join(lines))


def series_chat(
    writer: Writer,
    rule: str | None = None,
    examples: int | None = None,
    groups: int | None = None,
    pairs: int | None = None,
    labels: str | None = None,
    named: bool | None = None,
) -> Document:
    """Show examples and ask for one value, or in one drawn chat of seven for several in turn.

    With `examples` or `pairs` given there is one query. `named` says whether the request names
    the possible answers. Fields: rule, examples (how many), pairs (those shown), item (the last
    asked), answer, choices (all possible answers of marks, lookup, sentiment), named, labels,
    groups, separator. Raises ValueError for an option that does not fit.
    """
    wish = _checked(_Wish(rule, examples, groups, pairs, labels), chat=True)
    if examples == 0 and named is False:
        raise ValueError("without examples the choices must be named; leave named out")
    source = writer.source
    wish = _drawn_shots(writer, wish)
    turns = 1
    if examples is None and pairs is None and source.chance(0.15):
        turns = source.integer(2, 4)
    task = _task(writer, wish, wish.examples + turns)
    separator = writer.pick(task.separators[writer.phrasings])
    shown = [task.draw(c) for c in _classes(writer, task, wish.examples)]
    asked = [_query(writer, task) for _ in range(turns)]
    if named is None:
        named = wish.examples == 0 or (task.classes > 0 and source.chance(0.5))
    named = bool(named and task.choices)
    requests = [_request(writer, task, separator, shown, asked[0][0], named)]
    requests += [writer.say(LATER, **_ask(separator, item)) for item, _ in asked[1:]]
    answers = [value for _, value in asked]
    return chat_document(
        writer,
        "series",
        exchange(*zip(requests, answers, strict=True)),
        rule=task.rule,
        examples=len(shown),
        pairs=shown,
        item=asked[-1][0],
        choices=list(task.choices),
        named=named,
        labels=task.labels,
        groups=list(task.groups),
        separator=separator,
    )


def _checked(wish: _Wish, chat: bool = False) -> _Wish:
    """The wish with the rule its options ask for; ValueError if they do not go together."""
    rule = wish.rule
    for option, owner in _OWNERS.items():
        if getattr(wish, option) is not None:
            rule = rule or owner
            if rule != owner:
                raise ValueError(f"{option} belongs to rule={owner!r}, not to {rule!r}")
    if rule is not None and rule not in RULES:
        raise ValueError(f"no rule is called {rule!r}; there are {', '.join(RULES)}")
    if wish.groups not in (None, 2, 3, 4):
        raise ValueError(f"groups must be 2, 3 or 4, not {wish.groups}")
    if wish.labels not in (None, *LABELS):
        raise ValueError(f"no labels are called {wish.labels!r}; there are {', '.join(LABELS)}")
    if wish.pairs is not None and not 1 <= wish.pairs <= MOST_PAIRS:
        raise ValueError(f"pairs must lie between 1 and {MOST_PAIRS}, not {wish.pairs}")
    if rule and wish.examples is not None and not _fits(rule, wish.examples, chat):
        raise ValueError(f"{rule} cannot have {wish.examples} examples, see series.RULES")
    if chat and wish.examples is not None and (wish.pairs or 0) > wish.examples:
        raise ValueError("a chat shows every pair: give at least as many examples as pairs")
    return wish._replace(rule=rule)


def _fits(rule: str, examples: int | None, chat: bool) -> bool:
    """Whether a rule can have so many examples; a chat of a rule with classes can do without."""
    fewest = 0 if chat and rule in ("marks", "sentiment") else 1
    return examples is None or fewest <= examples <= RULES[rule][3]


def _draw_rule(writer: Writer, examples: int | None, chat: bool = False) -> str:
    rules = [rule for rule in RULES if _fits(rule, examples, chat)]
    if not rules:
        raise ValueError(f"no rule can have {examples} examples, see series.RULES")
    return writer.source.weighted(rules, [RULES[rule][0] for rule in rules])


def _drawn_shots(writer: Writer, wish: _Wish) -> _Wish:
    """The wish with its rule and its number of examples settled: mostly 2 to 16."""
    source = writer.source
    rule = wish.rule or _draw_rule(writer, wish.examples, chat=True)
    shots, pairs = wish.examples, wish.pairs
    if rule == "lookup":
        pairs = pairs or (source.integer(2, MOST_PAIRS) if shots is None else min(shots, 16))
        shots = shots or pairs
    elif shots is None:
        most = RULES[rule][3]
        if rule in ("marks", "sentiment") and source.chance(0.04):
            shots = 0
        elif source.chance(0.85):
            shots = source.integer(2, min(16, most))
        else:
            shots = source.integer(1, min(24, most))
    if rule == "sentiment" and shots == 0:
        wish = wish._replace(labels=wish.labels or "usual")  # others cannot be guessed
    return wish._replace(rule=rule, examples=shots, pairs=pairs)


def _task(writer: Writer, wish: _Wish, count: int, times: int = 2) -> Task:
    """The rule, ready to give `count` examples; `times` says how often a string is repeated."""
    if wish.rule == "repeat":
        return repeat(writer, times, min(40, TOKENS_REPEATED // (times * count)))
    return {
        "marks": lambda: marks(writer, count, wish.groups),
        "lookup": lambda: lookup(writer, wish.pairs),
        "names": lambda: change_names(writer),
        "sentiment": lambda: sentiment(writer, wish.labels),
        "format": lambda: change_format(writer),
        "order": lambda: order(writer),
    }[wish.rule]()


def _line(task: Task, separator: str, item: str, value: str) -> str:
    return separator.join((item, *[value] * (task.times - 1)))


def _classes(writer: Writer, task: Task, count: int) -> list[int | None]:
    """The class of each example: as even as possible and in random order, None without classes."""
    if not task.classes:
        return [None] * count
    source, numbers = writer.source, range(task.classes)
    more = source.sample(numbers, count % task.classes)
    left = [count // task.classes + (number in more) for number in numbers]
    drawn: list[int | None] = []
    for _ in range(count):
        drawn.append(source.weighted(numbers, left))
        left[drawn[-1]] -= 1
    return drawn


def _query(writer: Writer, task: Task) -> Pair:
    """A new item of any class, or a line of the table again."""
    if task.table:
        return writer.pick(task.table)
    return task.draw(writer.source.below(task.classes) if task.classes else None)


def _ask(separator: str, item: str) -> dict[str, str]:
    return {"item": item, "ask": item + separator.rstrip()}


def _request(
    writer: Writer, task: Task, separator: str, shown: list[Pair], item: str, named: bool
) -> str:
    """The user's first message: the choices if they are named, the examples, the item."""
    start = ""
    if named:
        *most, last = writer.source.shuffled(task.choices)
        start = writer.say(NAMED, choices=f"{', '.join(most)} or {last}" if most else last) + "\n"
    if not shown:
        return start + writer.say(UNSHOWN, **_ask(separator, item))
    joint = writer.source.weighted(JOINTS, JOINT_WEIGHTS) if task.one_line else task.gap
    lines = joint.join(_line(task, separator, *pair) for pair in shown) + task.gap[1:]
    request = writer.say(REQUESTS, shown=lines, **_ask(separator, item))
    return start + request.replace("\n\n\n", "\n\n")
