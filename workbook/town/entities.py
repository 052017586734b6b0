"""What the town consists of: people, places, goods, events, departures, and one snapshot of all.

Frozen records with ids that are positions: `town.people[7].id == 7`. `world.py` makes them,
`store.py` keeps them in SQLite, `texts/` writes about them.
"""

from dataclasses import dataclass, field
from functools import cached_property

TOWN_NAME = "Brindlemere"
CUTOFF_YEAR, TODAY_YEAR = 2023, 2025
SPLITS = ("train", "validation", "test")


@dataclass(frozen=True)
class Person:
    """A townsperson. Other people and places are given by their id, None where there is none."""

    id: int
    name: str
    gender: str  # "she" or "he"
    birth_year: int
    job: str
    employer: int  # place id
    street: str
    house: int  # house number
    hobby: str
    pet: str | None
    spouse: int | None
    parent: int | None  # one parent, if that parent lives in town
    friends: tuple[int, ...]
    neighbour: int | None
    favourite: int  # product id
    split: str
    since: int = CUTOFF_YEAR  # year from which the town knows this person

    @property
    def first(self) -> str:
        return self.name.split()[0]

    @property
    def last(self) -> str:
        return self.name.split()[1]


@dataclass(frozen=True)
class Place:
    """A shop, workshop or institution. Hours are whole hours on the 24-hour clock."""

    id: int
    name: str
    kind: str
    street: str
    founded: int
    opens: int
    closes: int
    closed_on: str  # weekday
    known_for: str
    owner: int | None  # person id
    split: str
    since: int = CUTOFF_YEAR


@dataclass(frozen=True)
class Product:
    """Something sold in one place, at a price in pennies (100 pennies are one crown)."""

    id: int
    name: str
    kind: str
    colour: str
    price: int
    seller: int  # place id
    maker: int  # person id
    split: str
    since: int = CUTOFF_YEAR


@dataclass(frozen=True)
class Event:
    """A yearly event with a fixed place, day and hour; `fee` is in pennies, 0 for free."""

    id: int
    name: str
    kind: str
    place: int
    organiser: int
    weekday: str
    month: str
    day: int
    hour: int
    fee: int
    first_year: int
    split: str
    since: int = CUTOFF_YEAR


@dataclass(frozen=True)
class Departure:
    """One line of the timetable: a boat or a bus, where it leaves, where it goes, when."""

    id: int
    line: str
    vehicle: str  # "ferry" or "bus"
    origin: str
    destination: str
    leaves: int  # minutes after midnight
    takes: int  # minutes
    fare: int  # pennies


@dataclass(frozen=True)
class Town:
    """One snapshot of the town. Ids are positions: `town.people[7].id == 7`."""

    year: int
    people: tuple[Person, ...]
    places: tuple[Place, ...]
    products: tuple[Product, ...]
    events: tuple[Event, ...]
    departures: tuple[Departure, ...]
    # Names that are taken, in this snapshot or the other: nobody made up may have them.
    reserved: frozenset[str] = field(default=frozenset(), compare=False, repr=False)
    _views: dict = field(default_factory=dict, compare=False, repr=False)

    def among(self, table: str, split: str) -> tuple:
        """The entities of one table ("people", "places", "products", "events") in one split."""
        key = (table, split)
        if key not in self._views:
            rows = getattr(self, table)
            self._views[key] = tuple(row for row in rows if row.split == split)
        return self._views[key]

    def employees(self, place: Place, split: str) -> list[Person]:
        """People of one split who work in a place."""
        return [p for p in self.among("people", split) if p.employer == place.id]

    def goods(self, place: Place) -> list[Product]:
        """What a place sells."""
        return [p for p in self.products if p.seller == place.id]

    def children(self, person: Person) -> list[Person]:
        """Children of a person who live in town."""
        return [p for p in self.people if p.parent == person.id]

    @cached_property
    def streets(self) -> tuple[str, ...]:
        """All street names, sorted."""
        return tuple(sorted({p.street for p in self.people} | {p.street for p in self.places}))
