"""A dirty crawl of the town: pages as a robot would bring them home, with what is wrong known.

Some pages are the town's own text; the rest are copies, near-copies, menus, shouting, word salad
and pages in Old Brindle. Most carry the boilerplate of a site around them, some carry addresses and
telephone numbers (of people who do not exist). Each page knows its fault, so a filter can be
judged. Left out: HTML, which real crawls start from. Lesson 02; it is cleaned in `cleaning.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from workbook.pretraining.data import town_documents
from workbook.town import stream
from workbook.town.choices import ChoiceSource
from workbook.town.names import STREET_HEADS, STREET_TAILS

# What a page is -> its share of the crawl. Real crawls are worse: see the lesson.
KINDS = {
    "good": 0.32,
    "copy": 0.17,  # of an earlier page, to the letter
    "near-copy": 0.12,  # of an earlier page, a few words changed
    "menu": 0.13,  # boilerplate and nothing else
    "shouting": 0.10,
    "salad": 0.04,  # real words in a random order
    "Brindle": 0.12,  # the dialect: another language
}
BOILERPLATE = (
    "Home | Shops | Events | Letters | Contact",
    "You are here: Home / Town / Page {n}",
    "This page keeps crumbs to know you again. Accept all crumbs?",
    "Click here to read the rest of this story",
    "You are visitor number {n} since the bridge was mended",
    "Printed by the Town Press, all rights kept, page {n}",
    "Share this page with a friend or a goose",
    "Sign up for our letter and win a kettle",
)
SHOUTS = (
    "YOU want {thing} from {street} and we have {thing}!!! {thing} {thing} {thing} NOW!!!",
    "win win win with the {thing} of {street} $$$ win {n} {n} {n} of the {thing} $$$ win win",
    "### {thing} for you *** {thing} in {street} *** {thing} and {thing} *** {n}% OFF the {thing}",
    "!!! HOT {thing} !!! HOT {thing} in {street} !!! HOT {thing} by the sea !!! {n}",
)
THINGS = ("KETTLES", "BOOTS", "EELS", "LAMPS", "HATS", "PIES")
CONTACTS = ("Write to {mail}.", "Ring me on {phone}.", "My address is {mail}, my number {phone}.")
# As people write them: most in the usual way, some spelled out against robots.
MAILS = {
    "{name}{n}@{host}.brindle.example": 0.8,
    "{name}{n} at {host} dot brindle dot example": 0.2,
}
PHONES = {"{a}-{b}": 0.5, "{a} {b}": 0.2, "+99 {a} {b}": 0.15, "{a}.{b}": 0.15}


@dataclass(frozen=True)
class Page:
    """One page of the crawl. kind and origin are the truth, which no filter may read."""

    text: str
    kind: str  # a key of KINDS
    origin: int  # the number of the page it copies; its own number otherwise
    personal: int = 0  # addresses and numbers in it


def crawl(pages: int, seed: int = 0) -> list[Page]:
    """So many pages, the same for the same seed. Raises ValueError for fewer than one."""
    if pages < 1:
        raise ValueError(f"a crawl has at least one page, not {pages}.")
    return list(islice(_pages(seed), pages))


def _pages(seed: int) -> Iterator[Page]:
    source = ChoiceSource(f"crawl/{seed}")
    town = (document.text for document in town_documents(seed))
    brindle = stream("dialect", "train", seed)
    bodies: dict[int, str] = {}  # the good pages so far, without boilerplate
    number = 0
    while True:
        kind = source.weighted(tuple(KINDS), tuple(KINDS.values()))
        origin, personal = number, 0
        if kind in ("copy", "near-copy"):
            if not bodies:
                continue
            origin = source.choice(tuple(bodies))
        body = _body(kind, bodies.get(origin, ""), source, town, brindle)
        if kind == "good" and source.chance(0.2):
            line, personal = _contact(source)
            body = f"{body}\n{line}"
        if kind == "good":
            bodies[number] = body
        yield Page(_furnished(body, source), kind, origin, personal)
        number += 1


def _body(kind: str, copied: str, source: ChoiceSource, town: Iterator, brindle: Iterator) -> str:
    """What a page says, before the boilerplate."""
    if kind == "copy":
        return copied
    if kind == "near-copy":
        return _changed(copied, source)
    if kind == "menu":
        return "\n".join(_line(source) for _ in range(source.integer(1, 3)))
    if kind == "shouting":
        return "\n".join(_shout(source) for _ in range(source.integer(2, 5)))
    if kind == "salad":
        return " ".join(source.shuffled(next(town).split()))
    if kind == "Brindle":
        return " ".join(said for _, said in next(brindle).fields["pairs"])
    return next(town)


def _shout(source: ChoiceSource) -> str:
    street = f"{source.choice(STREET_HEADS)} {source.choice(STREET_TAILS)}"
    slots = {"thing": source.choice(THINGS), "street": street, "n": source.integer(1, 99)}
    return source.choice(SHOUTS).format(**slots)


def _changed(text: str, source: ChoiceSource) -> str:
    """A near-copy: one to three words left out or said twice."""
    words = text.split(" ")
    for _ in range(source.integer(1, 3)):
        place = source.below(len(words))
        words[place : place + 1] = [words[place]] * 2 if source.chance(0.5) else []
    return " ".join(words)


def _contact(source: ChoiceSource) -> tuple[str, int]:
    """A line with an address or a number, and how many of them it holds."""
    name = source.choice(("clerk", "baker", "miller", "reader", "captain", "shepherd"))
    host = source.choice(("post", "inn", "mill"))
    mail = _drawn(MAILS, source).format(name=name, n=source.integer(1, 99), host=host)
    a, b = source.integer(200, 999), source.integer(1000, 9999)
    phone = _drawn(PHONES, source).format(a=a, b=b)
    line = source.choice(CONTACTS)
    return line.format(mail=mail, phone=phone), line.count("{")


def _drawn(forms: dict[str, float], source: ChoiceSource) -> str:
    return source.weighted(tuple(forms), tuple(forms.values()))


def _furnished(body: str, source: ChoiceSource) -> str:
    """The body with lines of boilerplate above and below it."""
    above = [_line(source) for _ in range(source.integer(0, 2))]
    below = [_line(source) for _ in range(source.integer(0, 2))]
    return "\n".join([*above, body, *below])


def _line(source: ChoiceSource) -> str:
    return source.choice(BOILERPLATE).format(n=source.integer(2, 9999))
