"""Slots of a text: a value for every {word} a phrasing may ask for, drawn only when it is asked.

`Slots.say` chooses a phrasing of the split, draws the values it needs (the same value ever after
in this document) and notes the true facts it states. So a choice that leaves no trace in the
text is never made, and the document's nats stay close to the entropy of its text.
"""

from collections.abc import Callable
from functools import cache
from string import Formatter

from workbook.town.entities import Event, Place, Product
from workbook.town.writer import Phrases, Writer, an, hour, money, upper

Value = str | Callable[[], str | None]

PLACE_SLOTS = ("place", "street", "opens", "closes", "closed_on", "known_for", "founded")
PRODUCT_SLOTS = ("product", "price", "seller", "colour", "maker")
EVENT_SLOTS = ("event", "host", "day", "hour", "fee", "organiser", "first_year")


@cache
def slot_names(pattern: str) -> tuple[str, ...]:
    """Names of the slots in a pattern, in order of appearance."""
    return tuple(dict.fromkeys(name for _, name, _, _ in Formatter().parse(pattern) if name))


class Slots:
    """Values for the slots of one document.

    A value is a string, or a function without arguments that draws one, or that returns None
    after setting the value and those that go with it (see `later`). A value set with `truth` is
    a fact about the town; it is noted when a phrasing first states it.
    """

    def __init__(self, writer: Writer, **values: Value):
        self.writer = writer
        self.values = values
        self.truths: dict[str, tuple[str, str, str]] = {}

    def set(self, **values: Value) -> None:
        """Add or replace values."""
        self.values.update(values)

    def later(self, make: Callable[[], None], *slots: str) -> None:
        """Let `make` set all these slots at the moment the first of them is needed."""
        self.set(**dict.fromkeys(slots, make))

    def truth(
        self, slot: str, subject: str, relation: str, value: object, shown: str | None = None
    ) -> None:
        """Add a value that states a fact about the town; `shown` if it is printed otherwise."""
        self.values[slot] = str(value) if shown is None else shown
        self.truths[slot] = (subject, relation, str(value))

    def value(self, slot: str) -> str:
        """The value of one slot; draws it now if it has not been drawn yet.

        The slot a_pet is the value of pet with its article, A_pet the same with a capital.
        """
        if slot[:2] in ("a_", "A_"):
            words = an(self.value(slot[2:]))
            return words if slot[0] == "a" else upper(words)
        value = self.values[slot]
        if not isinstance(value, str):
            value = value()
            if value is None:
                return self.value(slot)
            self.values[slot] = value
        if slot in self.truths:
            self.writer.fact(*self.truths.pop(slot))
        return value

    def say(self, phrases: Phrases) -> str:
        """One phrasing of this split, its slots filled."""
        pattern = self.writer.pick(phrases.by_split[self.writer.phrasings])
        return pattern.format(**{name: self.value(name) for name in slot_names(pattern)})

    def later_place(self) -> None:
        """Draw a place of the split when one of its slots is needed."""
        self.later(lambda: self.add_place(self.writer.place()), *PLACE_SLOTS)

    def later_product(self) -> None:
        """Draw a product of the split when one of its slots is needed."""
        self.later(lambda: self.add_product(self.writer.product()), *PRODUCT_SLOTS)

    def later_event(self) -> None:
        """Draw an event of the split when one of its slots is needed."""
        self.later(lambda: self.add_event(self.writer.event()), *EVENT_SLOTS)

    def add_place(self, place: Place) -> None:
        """Slots {place} {street} {opens} {closes} {closed_on} {known_for} {founded}."""
        self.set(place=place.name)
        self.truth("street", place.name, "street", place.street)
        self.truth("opens", place.name, "opens", hour(place.opens))
        self.truth("closes", place.name, "closes", hour(place.closes))
        self.truth("closed_on", place.name, "closed on", place.closed_on)
        self.truth("known_for", place.name, "known for", place.known_for)
        self.truth("founded", place.name, "founded", place.founded)

    def add_product(self, product: Product) -> None:
        """Slots {product} {price} {seller} {colour} {maker}."""
        town = self.writer.town
        self.set(product=product.name)
        self.truth("price", product.name, "price", money(product.price))
        self.truth("seller", product.name, "seller", town.places[product.seller].name)
        self.truth("colour", product.name, "colour", product.colour)
        self.truth("maker", product.name, "maker", town.people[product.maker].name)

    def add_event(self, event: Event) -> None:
        """Slots {event} {host} {day} (as in 14 June) {hour} {fee} {organiser} {first_year}."""
        town = self.writer.town
        self.set(event=event.name)
        self.truth("host", event.name, "place", town.places[event.place].name)
        self.truth("day", event.name, "date", f"{event.day} {event.month}")
        self.truth("hour", event.name, "hour", hour(event.hour))
        self.truth("fee", event.name, "fee", money(event.fee))
        self.truth("organiser", event.name, "organiser", town.people[event.organiser].name)
        self.truth("first_year", event.name, "first year", event.first_year)
