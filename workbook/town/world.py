"""The world of Brindlemere: people, places, goods, events, the ferry's timetable, and their truth.

`build_town(seed)` makes everything from nothing; `build_both(seed)` adds the same town two years
later, with some facts changed and some people and places new. A language model is trained on the
first snapshot only, so the second is what it cannot know: the lessons on retrieval need that gap.
Every entity belongs to one split; what a training entity mentions is a training entity too.
The sentences are in `texts/`, the SQLite file in `store.py`.
"""

from dataclasses import replace
from functools import cache, lru_cache

from workbook.town import names
from workbook.town.changes import move_on, new_hours, new_price, still_neighbours
from workbook.town.choices import ChoiceSource
from workbook.town.departures import draw_departures
from workbook.town.entities import (
    CUTOFF_YEAR,
    SPLITS,
    TODAY_YEAR,
    Event,
    Person,
    Place,
    Product,
    Town,
)
from workbook.town.vocabulary import (
    DAYS_IN_MONTH,
    EVENT_HEADS,
    EVENTS,
    GOODS,
    HOBBIES,
    JOBS,
    MONTHS,
    PETS,
    PLACES,
    WEEKDAYS,
)

# How many of each, per split, at the cutoff; the newcomers come on top, in the test split.
COUNTS = {
    "people": {"train": 300, "validation": 40, "test": 60},
    "places": {"train": 60, "validation": 15, "test": 15},
    "products": {"train": 90, "validation": 20, "test": 24},
    "events": {"train": 44, "validation": 8, "test": 12},
}
NEWCOMERS = {"people": 24, "places": 6, "products": 8, "events": 6}


class _Builder:
    """Makes the rows of one town; keeps the names that are taken."""

    def __init__(self, seed: int):
        self.source = ChoiceSource(f"town/{seed}")
        self.elsewhere = build_town().reserved if seed else frozenset()  # names of Brindlemere
        self.taken: set[str] = set()
        self.streets = self._streets()
        self.people: list[Person] = []
        self.places: list[Place] = []
        self.products: list[Product] = []
        self.events: list[Event] = []

    def fresh(self, make) -> str:
        """A name from `make()` that nobody and nothing has yet, here or in Brindlemere."""
        name = names.fresh(lambda: names.fresh(make, self.elsewhere), self.taken)
        self.taken.add(name)
        return name

    def _streets(self) -> tuple[str, ...]:
        heads = self.source.shuffled(names.STREET_HEADS)
        return tuple(f"{head} {self.source.choice(names.STREET_TAILS)}" for head in heads)

    def add_places(self, split: str, count: int, since: int) -> None:
        """Places first have no owner; `add_owners` chooses among the people of the same split."""
        kinds = self.source.shuffled(tuple(PLACES))
        for i in range(count):
            kind = kinds[i % len(kinds)]
            noun, fame = PLACES[kind]
            opens = self.source.integer(6, 10)
            name = self.fresh(lambda noun=noun: names.place_name(self.source, noun))
            self.places.append(
                Place(
                    id=len(self.places),
                    name=name,
                    kind=kind,
                    street=self.source.choice(self.streets),
                    founded=self.source.integer(1780, since - 3) if since == CUTOFF_YEAR else since,
                    opens=opens,
                    closes=opens + self.source.integer(7, 11),
                    closed_on=self.source.choice(WEEKDAYS),
                    known_for=self.source.choice(fame),
                    owner=None,
                    split=split,
                    since=since,
                )
            )

    def add_people(self, split: str, count: int, since: int) -> None:
        """People with jobs and homes; family and friends are drawn afterwards, in the split."""
        places = [p for p in self.places if p.split == split or split != "train"]
        jobs_at = {p.id: [j for j, (kinds, _) in JOBS.items() if p.kind in kinds] for p in places}
        for i in range(count):
            own = [p for p in places if p.split == split]
            place = own[i % len(own)] if i < 2 * len(own) else self.source.choice(places)
            gender = self.source.choice(("she", "he"))
            self.people.append(
                Person(
                    id=len(self.people),
                    name=self.fresh_person(gender),
                    gender=gender,
                    birth_year=self.source.integer(1938, 2003),
                    job=self.source.choice(jobs_at[place.id]),
                    employer=place.id,
                    street=self.source.choice(self.streets),
                    house=self.source.integer(1, 48),
                    hobby=self.source.choice(HOBBIES),
                    pet=self.source.choice(PETS) if self.source.chance(0.6) else None,
                    spouse=None,
                    parent=None,
                    friends=(),
                    neighbour=None,
                    favourite=-1,
                    split=split,
                    since=since,
                )
            )

    def fresh_person(self, gender: str) -> str:
        """Full name; first name and full name are both new, so "Vella" means one person."""
        first = self.fresh(lambda: names.first_name(self.source, gender))
        return f"{first} {names.family_name(self.source)}"

    def relate(self, split: str, since: int) -> None:
        """Marry, befriend and settle the people of one split who arrived in `since`."""
        group = [p.id for p in self.people if p.split == split and p.since == since]
        order = self.source.shuffled(group)
        for a, b in zip(order[0:-1:3], order[1::3], strict=False):
            self._marry(a, b)
        self._adopt(group)
        for a in group:
            family = self._family(a)
            others = [b for b in group if b not in family]
            for b in self.source.sample(others, min(2, len(others))):
                self._befriend(a, b)
        self._make_neighbours(group)

    def _make_neighbours(self, group: list[int]) -> None:
        """Pair people of one street, along the house numbers; never family, never one house."""
        waiting = sorted(group, key=lambda p: (self.people[p].street, self.people[p].house))
        while waiting:
            a = waiting.pop(0)
            street, house = self.people[a].street, self.people[a].house
            family = self._family(a)
            for b in waiting:
                other = self.people[b]
                if other.street == street and other.house != house and b not in family:
                    waiting.remove(b)
                    self._change(a, neighbour=b)
                    self._change(b, neighbour=a)
                    break

    def _family(self, person: int) -> set[int | None]:
        """The person, the spouse, the parent and the children."""
        here = self.people[person]
        children = (p.id for p in self.people if p.parent == person)
        return {person, here.spouse, here.parent, *children}

    def _change(self, person: int, **facts) -> None:
        self.people[person] = replace(self.people[person], **facts)

    def _marry(self, a: int, b: int) -> None:
        """A married couple share a home; the second takes the first one's street and number."""
        home = self.people[a]
        year = min(max(home.birth_year + self.source.integer(-6, 6), 1938), 2003)
        self._change(a, spouse=b)
        self._change(b, spouse=a, street=home.street, house=home.house, birth_year=year)

    def _adopt(self, group: list[int]) -> None:
        """About one in four has a parent in town, 20 to 40 years older, with the same last name.

        Nobody gets the parent of the spouse, who would then be a brother or sister.
        """
        for child in sorted(group, key=lambda p: self.people[p].birth_year):  # parents first
            spouse = self.people[child].spouse
            in_law = None if spouse is None else self.people[spouse].parent
            step = None if in_law is None else self.people[in_law].spouse
            old = [
                p
                for p in group
                if 20 <= self.people[child].birth_year - self.people[p].birth_year <= 40
                and p not in (in_law, step)
            ]
            if old and self.source.chance(0.25):
                parent = self.people[self.source.choice(old)]
                first = self.people[child].first
                self._change(child, parent=parent.id, name=f"{first} {parent.last}")

    def _befriend(self, a: int, b: int) -> None:
        for x, y in ((a, b), (b, a)):
            if y not in self.people[x].friends:
                self._change(x, friends=(*self.people[x].friends, y))

    def add_owners(self, split: str, since: int) -> None:
        """About six places in ten belong to somebody who works in it."""
        for place in [p for p in self.places if p.split == split and p.since == since]:
            staff = [p for p in self.people if p.employer == place.id and p.split == split]
            if staff and self.source.chance(0.6):
                self.places[place.id] = replace(place, owner=self.source.choice(staff).id)

    def add_products(self, split: str, count: int, since: int) -> None:
        """Goods with their own brand-like first word, sold where such things are sold."""
        sellers = [p for p in self.places if p.split == split]
        kinds_at = {p.id: [k for k, row in GOODS.items() if p.kind in row[0]] for p in sellers}
        sellers = [p for p in sellers if kinds_at[p.id]]
        for i in range(count):
            place = sellers[i % len(sellers)]
            kind = self.source.choice(kinds_at[place.id])
            adjectives, (low, high) = GOODS[kind][1:]
            staff = [p for p in self.people if p.employer == place.id and p.split == split]
            maker = self.source.choice(
                staff or [p for p in self.people if p.split == split and p.since == since]
            )
            adjective = self.source.choice(adjectives)
            self.products.append(
                Product(
                    id=len(self.products),
                    name=self.fresh(
                        lambda a=adjective, k=kind: f"{names.family_name(self.source)} {a} {k}"
                    ),
                    kind=kind,
                    colour=self.source.choice(COLOURS_FOR_GOODS),
                    price=self.source.integer(low // 10, high // 10) * 10,
                    seller=place.id,
                    maker=maker.id,
                    split=split,
                    since=since,
                )
            )

    def add_favourites(self, split: str, since: int) -> None:
        """Everybody likes one product of their own split best."""
        options = [p.id for p in self.products if p.split == split]
        for person in [p for p in self.people if p.split == split and p.since == since]:
            self._change(person.id, favourite=self.source.choice(options))

    def add_events(self, split: str, count: int, since: int) -> None:
        """Yearly events in places of the split that suit them."""
        hosts = [p for p in self.places if p.split == split]
        new = since != CUTOFF_YEAR
        people = [p.id for p in self.people if p.split == split and p.since == since]
        for _ in range(count):
            possible = [k for k, (_, ks) in EVENTS.items() if any(h.kind in ks for h in hosts)]
            kind = self.source.choice(possible)
            noun, kinds = EVENTS[kind]
            place = self.source.choice([h for h in hosts if h.kind in kinds])
            month = self.source.below(12)
            self.events.append(
                Event(
                    id=len(self.events),
                    name=self.fresh(lambda noun=noun: f"{self.source.choice(EVENT_HEADS)} {noun}"),
                    kind=kind,
                    place=place.id,
                    organiser=self.source.choice(people),
                    weekday=self.source.choice(WEEKDAYS),
                    month=MONTHS[month],
                    day=self.source.integer(1, DAYS_IN_MONTH[month]),
                    hour=self.source.integer(9, 20),
                    fee=self.source.integer(0, 12) * 50,
                    first_year=since if new else self.source.integer(1900, since - 2),
                    split=split,
                    since=since,
                )
            )

    def settle(self, split: str, counts: dict[str, int], since: int) -> None:
        """Add one split's worth of everything, in the order the rows depend on each other."""
        self.add_places(split, counts["places"], since)
        self.add_people(split, counts["people"], since)
        self.relate(split, since)
        self.add_owners(split, since)
        self.add_products(split, counts["products"], since)
        self.add_favourites(split, since)
        self.add_events(split, counts["events"], since)


COLOURS_FOR_GOODS = ("red", "blue", "green", "yellow", "white", "grey", "brown", "purple")


def build_town(seed: int = 0) -> Town:
    """The town at the language model's cutoff, made from a seed."""
    return build_both(seed)[0]


def build_both(seed: int = 0) -> tuple[Town, Town]:
    """Return both snapshots: the town at the cutoff, and the town today."""
    return _brindlemere() if seed == 0 else _build(seed)


@cache
def _brindlemere() -> tuple[Town, Town]:
    """Brindlemere stays, however many other towns are built."""
    return _build(0)


@lru_cache(maxsize=4)
def _build(seed: int) -> tuple[Town, Town]:
    builder = _Builder(seed)
    for split in SPLITS:
        counts = {table: row[split] for table, row in COUNTS.items()}
        builder.settle(split, counts, CUTOFF_YEAR)
    departures = draw_departures(builder.source)
    then = tuple(
        tuple(rows) for rows in (builder.people, builder.places, builder.products, builder.events)
    )
    builder.settle("test", NEWCOMERS, TODAY_YEAR)
    now = (
        still_neighbours(
            [move_on(p, builder.places, builder.streets, builder.source) for p in builder.people]
        ),
        tuple(new_hours(p, builder.source) for p in builder.places),
        tuple(new_price(p, builder.source) for p in builder.products),
        tuple(builder.events),
    )
    reserved = frozenset(builder.taken | builder.elsewhere)
    return (
        Town(CUTOFF_YEAR, *then, departures, reserved),
        Town(TODAY_YEAR, *now, departures, reserved),
    )
