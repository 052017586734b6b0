"""The town's facts in one SQLite file, readable with plain SQL.

`write(path)` stores both snapshots: every table has a column `year` (the cutoff, 2023, or today,
2025), and ids agree between the years. `read(path, year)` gives the `Town` back. The schema below
is its own documentation; foreign keys are on. Lesson 15 asks it questions in SQL.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import fields
from pathlib import Path

from workbook.core.runs.files import replacing
from workbook.town.entities import TOWN_NAME, Departure, Event, Person, Place, Product, Town
from workbook.town.world import build_both

SCHEMA = """
-- One row per snapshot of the town.
CREATE TABLE snapshot (year INTEGER PRIMARY KEY, name TEXT NOT NULL);

-- Shops, workshops, institutions. Hours are on the 24-hour clock; closed_on is a weekday.
CREATE TABLE place (
  year INTEGER NOT NULL REFERENCES snapshot(year),
  id INTEGER NOT NULL,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  street TEXT NOT NULL,
  founded INTEGER NOT NULL,
  opens INTEGER NOT NULL,
  closes INTEGER NOT NULL,
  closed_on TEXT NOT NULL,
  known_for TEXT NOT NULL,
  owner INTEGER,                    -- a person, or NULL for a public place
  split TEXT NOT NULL CHECK (split IN ('train', 'validation', 'test')),
  since INTEGER NOT NULL,           -- snapshot in which the place first appears
  PRIMARY KEY (year, id),
  FOREIGN KEY (year, owner) REFERENCES person(year, id) DEFERRABLE INITIALLY DEFERRED
);

-- Townspeople. favourite is the product a person likes best.
CREATE TABLE person (
  year INTEGER NOT NULL REFERENCES snapshot(year),
  id INTEGER NOT NULL,
  name TEXT NOT NULL,
  gender TEXT NOT NULL CHECK (gender IN ('she', 'he')),
  birth_year INTEGER NOT NULL,
  job TEXT NOT NULL,
  employer INTEGER NOT NULL,
  street TEXT NOT NULL,
  house INTEGER NOT NULL,
  hobby TEXT NOT NULL,
  pet TEXT,
  spouse INTEGER,
  parent INTEGER,
  neighbour INTEGER,
  favourite INTEGER NOT NULL,
  split TEXT NOT NULL CHECK (split IN ('train', 'validation', 'test')),
  since INTEGER NOT NULL,
  PRIMARY KEY (year, id),
  FOREIGN KEY (year, employer) REFERENCES place(year, id) DEFERRABLE INITIALLY DEFERRED,
  FOREIGN KEY (year, spouse) REFERENCES person(year, id) DEFERRABLE INITIALLY DEFERRED,
  FOREIGN KEY (year, parent) REFERENCES person(year, id) DEFERRABLE INITIALLY DEFERRED,
  FOREIGN KEY (year, neighbour) REFERENCES person(year, id) DEFERRABLE INITIALLY DEFERRED,
  FOREIGN KEY (year, favourite) REFERENCES product(year, id) DEFERRABLE INITIALLY DEFERRED
);

-- Friendship, both ways round: (a, b) and (b, a); `rank` keeps the order in which it began.
CREATE TABLE friend (
  year INTEGER NOT NULL,
  person INTEGER NOT NULL,
  rank INTEGER NOT NULL,
  friend INTEGER NOT NULL,
  PRIMARY KEY (year, person, friend),
  FOREIGN KEY (year, person) REFERENCES person(year, id) DEFERRABLE INITIALLY DEFERRED,
  FOREIGN KEY (year, friend) REFERENCES person(year, id) DEFERRABLE INITIALLY DEFERRED
);

-- Goods; price in pennies (100 pennies are one crown).
CREATE TABLE product (
  year INTEGER NOT NULL REFERENCES snapshot(year),
  id INTEGER NOT NULL,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  colour TEXT NOT NULL,
  price INTEGER NOT NULL CHECK (price > 0),
  seller INTEGER NOT NULL,
  maker INTEGER NOT NULL,
  split TEXT NOT NULL CHECK (split IN ('train', 'validation', 'test')),
  since INTEGER NOT NULL,
  PRIMARY KEY (year, id),
  FOREIGN KEY (year, seller) REFERENCES place(year, id) DEFERRABLE INITIALLY DEFERRED,
  FOREIGN KEY (year, maker) REFERENCES person(year, id) DEFERRABLE INITIALLY DEFERRED
);

-- Yearly events; fee in pennies, 0 for free; hour on the 24-hour clock.
CREATE TABLE event (
  year INTEGER NOT NULL REFERENCES snapshot(year),
  id INTEGER NOT NULL,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  place INTEGER NOT NULL,
  organiser INTEGER NOT NULL,
  weekday TEXT NOT NULL,
  month TEXT NOT NULL,
  day INTEGER NOT NULL,
  hour INTEGER NOT NULL,
  fee INTEGER NOT NULL,
  first_year INTEGER NOT NULL,
  split TEXT NOT NULL CHECK (split IN ('train', 'validation', 'test')),
  since INTEGER NOT NULL,
  PRIMARY KEY (year, id),
  FOREIGN KEY (year, place) REFERENCES place(year, id) DEFERRABLE INITIALLY DEFERRED,
  FOREIGN KEY (year, organiser) REFERENCES person(year, id) DEFERRABLE INITIALLY DEFERRED
);

-- The timetable; leaves in minutes after midnight, takes in minutes, fare in pennies.
CREATE TABLE departure (
  year INTEGER NOT NULL REFERENCES snapshot(year),
  id INTEGER NOT NULL,
  line TEXT NOT NULL,
  vehicle TEXT NOT NULL CHECK (vehicle IN ('ferry', 'bus')),
  origin TEXT NOT NULL,
  destination TEXT NOT NULL,
  leaves INTEGER NOT NULL,
  takes INTEGER NOT NULL,
  fare INTEGER NOT NULL,
  PRIMARY KEY (year, id)
);
"""

_TABLES = (
    ("place", Place, "places"),
    ("person", Person, "people"),
    ("product", Product, "products"),
    ("event", Event, "events"),
    ("departure", Departure, "departures"),
)


def _columns(row_type: type) -> list[str]:
    return [f.name for f in fields(row_type) if f.name != "friends"]


def _insert(connection: sqlite3.Connection, town: Town) -> None:
    connection.execute("INSERT INTO snapshot VALUES (?, ?)", (town.year, TOWN_NAME))
    for table, row_type, attribute in _TABLES:
        names = _columns(row_type)
        marks = ", ".join("?" * (len(names) + 1))
        sql = f"INSERT INTO {table} (year, {', '.join(names)}) VALUES ({marks})"
        rows = ([town.year, *(getattr(row, n) for n in names)] for row in getattr(town, attribute))
        connection.executemany(sql, rows)
    friends = (
        (town.year, person.id, rank, friend)
        for person in town.people
        for rank, friend in enumerate(person.friends)
    )
    connection.executemany("INSERT INTO friend VALUES (?, ?, ?, ?)", friends)


def write(path: Path, seed: int = 0) -> None:
    """Write both snapshots of the town made from `seed`; an old file is replaced whole."""
    with replacing(path) as draft, closing(sqlite3.connect(draft)) as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.executescript(SCHEMA)
        with connection:
            for town in build_both(seed):
                _insert(connection, town)


def load(connection: sqlite3.Connection, town: Town) -> None:
    """Put one town's snapshot into an empty database, such as one in memory."""
    connection.executescript(SCHEMA)
    with connection:
        _insert(connection, town)


def connect(path: Path) -> sqlite3.Connection:
    """Open the town's file for reading, with foreign keys on. Raises ValueError if it is absent."""
    path = Path(path)
    if not path.exists():
        raise ValueError(f"no town at {path}; write it with workbook.town.store.write(path)")
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


def _rows(connection: sqlite3.Connection, table: str, names: list[str], year: int) -> Iterator:
    sql = f"SELECT {', '.join(names)} FROM {table} WHERE year = ? ORDER BY id"
    return connection.execute(sql, (year,))


def read(path: Path, year: int) -> Town:
    """One snapshot of the town as it stands in the file."""
    with closing(connect(path)) as connection:
        years = [y for (y,) in connection.execute("SELECT year FROM snapshot ORDER BY year")]
        if year not in years:
            raise ValueError(f"no snapshot of {year}; the file has {', '.join(map(str, years))}")
        friends: dict[int, list[int]] = {}
        sql = "SELECT person, friend FROM friend WHERE year = ? ORDER BY person, rank"
        for person, friend in connection.execute(sql, (year,)):
            friends.setdefault(person, []).append(friend)
        tables = {}
        for table, row_type, attribute in _TABLES:
            names = _columns(row_type)
            found = [
                dict(zip(names, row, strict=True)) for row in _rows(connection, table, names, year)
            ]
            if row_type is Person:
                found = [row | {"friends": tuple(friends.get(row["id"], ()))} for row in found]
            tables[attribute] = tuple(row_type(**row) for row in found)
        reserved = frozenset(_taken_names(connection))
    return Town(year=year, **tables, reserved=reserved)


def _taken_names(connection: sqlite3.Connection) -> Iterator[str]:
    """Names of everything in either snapshot; of people the first name, which is theirs alone."""
    for table in ("place", "product", "event"):
        yield from (name for (name,) in connection.execute(f"SELECT name FROM {table}"))
    for (name,) in connection.execute("SELECT name FROM person"):
        yield name.split()[0]
