"""Tools that look things up in a town or do sums, and the reader of an agent's action lines.

`search` and `look` read the rows of a town, `calculate` reads sums and comparisons, `act` runs a
line such as `look[Vella Oskmere; job]`. There is no model here and no chance: the same call gives
the same words. What goes wrong comes back as a sentence, for the agent to read; nothing is raised.
`traces.py` writes traces with these tools; lesson 16 lets a model use them.
"""

import re
from collections.abc import Callable
from difflib import get_close_matches
from typing import NamedTuple

from workbook.town.entities import Event, Person, Place, Product, Town
from workbook.town.texts.multihop.multihop import Thing, called
from workbook.town.texts.problems import problems
from workbook.town.texts.questions.questions import (
    EVENT_ANSWERS,
    PERSON_ANSWERS,
    PLACE_ANSWERS,
    PRODUCT_ANSWERS,
)
from workbook.town.writer import an, hour, listing, money, they, upper


class Observation(NamedTuple):
    """What a tool has to say."""

    text: str


class Finish(NamedTuple):
    """The end of a trace: the agent's answer."""

    answer: str


class Relation(NamedTuple):
    """One thing that can be looked up: the sentence that says it, and where its value stands."""

    sentence: str
    value: Callable[[Town, Thing], str | None]


def _own(column: str, in_words: Callable = str) -> Callable[[Town, Thing], str | None]:
    """The value of a column, None where it is empty."""

    def value(town: Town, thing: Thing) -> str | None:
        cell = getattr(thing, column)
        return None if cell is None else in_words(cell)

    return value


def _other(column: str, table: str) -> Callable[[Town, Thing], str | None]:
    """The name of the person, place or product whose id stands in a column."""

    def value(town: Town, thing: Thing) -> str | None:
        number = getattr(thing, column)
        return None if number is None else getattr(town, table)[number].name

    return value


RELATIONS: dict[str, dict[str, Relation]] = {
    "people": {
        "job": Relation(PERSON_ANSWERS["job"], _own("job")),
        "employer": Relation(PERSON_ANSWERS["employer"], _other("employer", "places")),
        "street": Relation(PERSON_ANSWERS["street"], _own("street")),
        "birth year": Relation(PERSON_ANSWERS["birth year"], _own("birth_year")),
        "hobby": Relation(PERSON_ANSWERS["hobby"], _own("hobby")),
        "pet": Relation(PERSON_ANSWERS["pet"], _own("pet")),
        "spouse": Relation(PERSON_ANSWERS["spouse"], _other("spouse", "people")),
        "parent": Relation("{who} is a child of {value}.", _other("parent", "people")),
        "neighbour": Relation("{who} is a neighbour of {value}.", _other("neighbour", "people")),
        "favourite": Relation("{who} likes the {value} best.", _other("favourite", "products")),
    },
    "places": {
        "kind": Relation("{who} is {a_value}.", _own("kind")),
        "street": Relation(PLACE_ANSWERS["street"], _own("street")),
        "founded": Relation(PLACE_ANSWERS["founded"], _own("founded")),
        "opens": Relation(PLACE_ANSWERS["opens"], _own("opens", hour)),
        "closes": Relation(PLACE_ANSWERS["closes"], _own("closes", hour)),
        "closed on": Relation(PLACE_ANSWERS["closed on"], _own("closed_on")),
        "known for": Relation(PLACE_ANSWERS["known for"], _own("known_for")),
        "owner": Relation(PLACE_ANSWERS["owner"], _other("owner", "people")),
    },
    "products": {
        "colour": Relation(PRODUCT_ANSWERS["colour"], _own("colour")),
        "price": Relation(PRODUCT_ANSWERS["price"], _own("price", money)),
        "seller": Relation(PRODUCT_ANSWERS["seller"], _other("seller", "places")),
        "maker": Relation(PRODUCT_ANSWERS["maker"], _other("maker", "people")),
    },
    "events": {
        "place": Relation(EVENT_ANSWERS["place"], _other("place", "places")),
        "date": Relation(EVENT_ANSWERS["date"], lambda town, e: f"{e.day} {e.month}"),
        "weekday": Relation("{who} is held on a {value}.", _own("weekday")),
        "hour": Relation("{who} begins at {value}.", _own("hour", hour)),
        "fee": Relation("{who} costs {value}.", _own("fee", money)),
        "organiser": Relation(EVENT_ANSWERS["organiser"], _other("organiser", "people")),
        "first year": Relation("{who} was first held in {value}.", _own("first_year")),
    },
}
SHOWN = {  # which relations a search tells, one sentence each
    "people": ("job", "employer", "spouse"),
    "places": ("kind", "street", "owner"),
    "products": ("seller", "maker", "price"),
    "events": ("place", "organiser", "date"),
}
TABLES = {Person: "people", Place: "places", Product: "products", Event: "events"}
ACTIONS = ("search[words]", "look[NAME; relation]", "calculate[expression]", "finish[answer]")
USAGE = f"An action is one of {', '.join(ACTIONS)}."


def find(town: Town, name: str) -> Thing | None:
    """Return the thing of the town with this full name ("the" may come first), or None."""
    return _names(town).get(_plain(name))


def search(town: Town, query: str) -> str:
    """Return two or three sentences about whatever has most of the query's words in its name."""
    thing = _best(town, query)
    if thing is None:
        return f"No name in town has any of these words: {_tidy(query)}."
    table = TABLES[type(thing)]
    pronoun = they(thing.gender)["They"] if table == "people" else "It"
    sentences: list[str] = []
    for relation in SHOWN[table]:
        who = pronoun if sentences else called(thing)
        if sentence := _say(town, thing, relation, who):
            sentences.append(sentence)
    return " ".join(sentences)


def look(town: Town, name: str, relation: str) -> str:
    """Return one fact about the thing of this full name, or a sentence that there is none."""
    thing = find(town, name)
    if thing is None:
        return f"Nobody and nothing in town has the full name {_tidy(name)}."
    known = RELATIONS[TABLES[type(thing)]]
    relation = " ".join(relation.replace("_", " ").lower().split())
    if relation not in known:
        return f"For {called(thing)}, you can look up {listing(list(known))}."
    none = f"No {relation} is known for {called(thing)}."
    return _say(town, thing, relation, called(thing)) or none


def calculate(expression: str) -> str:
    """Return the value of a sum, "yes" or "no" to a comparison, or the least or most of values.

    Sums are whole numbers with + - x /; comparisons are `1962 < 1971`, `9 > 7` and `a = b`;
    `min 1962, 1971` and `max 2.50 crowns, 9.00 crowns` also take prices and hours of the day, and
    words before each value, which come back with it: `max Mill 1962, Forge 1971` is `Forge 1971`.
    """
    words = _tidy(expression)
    try:
        return _calculate(words)
    except ValueError as error:
        return f"Cannot calculate {words or 'nothing'}: {error}."


def act(town: Town, action: str) -> Observation | Finish:
    """Run one line such as `look[Vella Oskmere; job]` ("Action: " may stand before it)."""
    match = _ACTION.fullmatch(action.strip())
    tool, argument = (match[1], match[2].strip()) if match else ("", "")
    if not argument:
        return Observation(USAGE)
    if tool == "finish":
        return Finish(argument)
    if tool == "search":
        return Observation(search(town, argument))
    if tool == "calculate":
        return Observation(calculate(argument))
    name, _, relation = (part.strip() for part in argument.partition(";"))
    if not name or not relation:
        return Observation("A look needs a name and a relation, as in look[NAME; relation].")
    return Observation(look(town, name, relation))


def amount(words: str) -> tuple[str, int] | None:
    """Return unit and size of a year or number, a price or an hour; None for other words."""
    if re.fullmatch(r"-?\d{1,12}", words):
        return "number", int(words)
    if match := re.fullmatch(r"(\d{1,9})\.(\d\d) crowns", words):
        return "crowns", 100 * int(match[1]) + int(match[2])
    return ("hour", _HOURS[words]) if words in _HOURS else None


_ACTION = re.compile(r"(?:Action:\s*)?(search|look|calculate|finish)\[(.*)\]")
_HOURS = {hour(value): value for value in range(1, 24)}
_HELP = "write a sum such as 7 x 8, a comparison such as 3 < 5, or min 3, 5"


def _tidy(words: str) -> str:
    """Words on one line, without spaces to spare, cut off where they become too many."""
    return " ".join(words.split())[:100]


def _plain(name: str) -> str:
    return " ".join(name.lower().split()).removeprefix("the ")


def _say(town: Town, thing: Thing, relation: str, who: str) -> str | None:
    sentence, value_of = RELATIONS[TABLES[type(thing)]][relation]
    value = value_of(town, thing)
    return value and upper(sentence.format(who=who, value=value, a_value=an(value)))


def _names(town: Town) -> dict[str, Thing]:
    """Name in lower case -> thing; made once for a town and kept with its other views."""
    key = ("tools", "names")
    if key not in town._views:
        rows = (*town.people, *town.places, *town.products, *town.events)
        town._views[key] = {row.name.lower(): row for row in rows}
    return town._views[key]


def by_word(town: Town) -> dict[str, list[Thing]]:
    """Return word of a name in lower case -> the things that have it; kept like the names."""
    key = ("tools", "words")
    if key not in town._views:
        words: dict[str, list[Thing]] = {}
        for name, thing in _names(town).items():
            for word in name.split():
                words.setdefault(word, []).append(thing)
        town._views[key] = words
    return town._views[key]


def _best(town: Town, query: str) -> Thing | None:
    """What shares most words with the query; a misspelt word counts if none is spelt right."""
    if thing := find(town, query):
        return thing
    words = dict.fromkeys(re.findall(r"[a-z]+(?:-[a-z]+)*", query[:200].lower().replace("'s", "")))
    known = by_word(town)
    hits = [word for word in words if word in known]
    if not hits:
        hits = [w for word in words for w in get_close_matches(word, known, n=1, cutoff=0.8)]
    scores: dict[str, int] = {}
    for word in hits:
        for thing in known[word]:
            scores[thing.name] = scores.get(thing.name, 0) + 1
    if not scores:
        return None
    best = max(scores, key=lambda name: (scores[name], -len(name.split())))
    return find(town, best)


def _calculate(words: str) -> str:
    if choice := re.fullmatch(r"(min|max) (.+)", words):
        parts = [part.strip() for part in re.split(r",|(?<=\d) (?=\d)", choice[2])]
        sizes = _sizes([_value(part) for part in parts])
        return parts[sizes.index({"min": min, "max": max}[choice[1]](sizes))]
    if comparison := re.fullmatch(r"([^<>=]+)([<>=])([^<>=]+)", words):
        left, sign, right = (part.strip() for part in comparison.groups())
        if sign == "=":
            return "yes" if left.lower() == right.lower() else "no"
        a, b = _sizes([left, right])
        return "yes" if (a < b if sign == "<" else a > b) else "no"
    return str(_sum(words))


def _value(part: str) -> str:
    """The value at the end of words such as "Forge 1971"; all of them where there is none."""
    words = part.split()
    tails = (" ".join(words[start:]) for start in range(len(words)))
    return next((tail for tail in tails if amount(tail)), part)


def _sizes(parts: list[str]) -> list[int]:
    """The sizes of values of one unit."""
    amounts = [each for each in map(amount, parts) if each is not None]
    if len(amounts) < len(parts):
        raise ValueError(_HELP)
    if len({unit for unit, _ in amounts}) > 1:
        raise ValueError("the values are not of the same kind")
    return [size for _, size in amounts]


def _sum(words: str) -> int:
    """A sum of whole numbers without brackets; x and / go before + and -."""
    if not re.fullmatch(r"\d{1,12}( ?[-+x/*] ?\d{1,12}){0,9}", words):
        raise ValueError(_HELP)
    first, *rest = re.findall(r"\d+|[-+x/*]", words.replace("*", "x"))
    terms = [("+", int(first))]
    for sign, number in zip(rest[::2], rest[1::2], strict=True):
        if sign in "+-":
            terms.append((sign, int(number)))
        else:
            before, value = terms.pop()
            terms.append((before, problems.calculate(value, sign, int(number))))
    return sum(value if sign == "+" else -value for sign, value in terms)
