"""What every kind of text must keep: used by the tests of reviews, news, letters and the rest.

Facts about entities of the town must be true and printed in the text, no slot may stay open, a
training text may not name anything of another split, and a seed gives one text.
"""

from functools import cache

from workbook.town.choices import ChoiceSource
from workbook.town.entities import Town
from workbook.town.world import build_town
from workbook.town.writer import Document, Writer, hour, money

COUNT = 300  # documents per split in a property test


@cache
def town() -> Town:
    return build_town()


def writer(seed: int | str, split: str = "train") -> Writer:
    """Somebody who writes about the town in one split, always the same for a seed."""
    return Writer(ChoiceSource(seed), town(), split)


def documents(make, split: str, count: int = COUNT) -> list[Document]:
    """Seeded documents of one kind in one split."""
    return [make(Writer(ChoiceSource(f"{make.__name__}/{i}"), town(), split)) for i in range(count)]


@cache
def truths() -> dict[tuple[str, str], str]:
    """(name, relation) -> value, for every townsperson, place, product and event."""
    t = town()
    rows = {}
    for p in t.people:
        rows |= {(p.name, "street"): p.street, (p.name, "job"): p.job}
    for p in t.places:
        rows |= {
            (p.name, "street"): p.street,
            (p.name, "opens"): hour(p.opens),
            (p.name, "closes"): hour(p.closes),
            (p.name, "closed on"): p.closed_on,
            (p.name, "known for"): p.known_for,
            (p.name, "founded"): str(p.founded),
        }
    for p in t.products:
        rows |= {
            (p.name, "price"): money(p.price),
            (p.name, "seller"): t.places[p.seller].name,
            (p.name, "maker"): t.people[p.maker].name,
            (p.name, "colour"): p.colour,
        }
    for e in t.events:
        rows |= {
            (e.name, "place"): t.places[e.place].name,
            (e.name, "date"): f"{e.day} {e.month}",
            (e.name, "hour"): hour(e.hour),
            (e.name, "fee"): money(e.fee),
            (e.name, "organiser"): t.people[e.organiser].name,
            (e.name, "first year"): str(e.first_year),
        }
    return rows


INVENTED = {"reviewed", "stars", "writes to", "in Brindle"}  # relations of the text itself


def check_facts(document: Document) -> None:
    """What a document claims to state is in its text, and true where the town knows better."""
    known = {name for name, _ in truths()}
    for subject, relation, value in document.facts:
        assert value in document.text, (subject, relation, value)
        if subject in known and relation not in INVENTED:
            assert truths()[subject, relation] == value


@cache
def names_outside(split: str) -> tuple[str, ...]:
    """Names that a text of this split must not contain."""
    t = town()
    rows = (*t.people, *t.places, *t.products, *t.events)
    return tuple(row.name for row in rows if row.split != split)


def check_split(make) -> None:
    """No text names an entity of another split."""
    for split in ("train", "validation", "test"):
        text = "\n".join(document.text for document in documents(make, split))
        leaked = [name for name in names_outside(split) if name in text]
        assert not leaked


def check_form(document: Document) -> None:
    """No open slots, no loose spaces, plain ASCII, and a cost in nats."""
    text = document.text
    assert "{" not in text and "}" not in text
    assert "  " not in text and " ." not in text and " ," not in text
    assert text.isascii()
    assert document.nats > 0
    for line in text.splitlines():
        assert line == line.strip() and line


def check_all(make) -> None:
    """Everything above, on a few hundred documents of each split."""
    for split in ("train", "validation", "test"):
        made = documents(make, split)
        assert made == documents(make, split)
        assert len({document.text for document in made}) > 0.97 * len(made)
        for document in made:
            assert document.split == split
            check_form(document)
            check_facts(document)
    check_split(make)
