"""A database as a tool: SQL that can only read, for a limited time, and gives back a short table.

Four independent limits, none of which reads the query's text: SQLite's authorizer allows SELECT on
the listed tables and a list of functions, `query_only` forbids writing, a progress handler ends a
query after so many steps of its virtual machine or a second, and rows and cells are cut. Left out:
other databases. Lesson 15 asks the town in SQL, lesson 16 lets a model do it.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from contextlib import closing
from typing import TYPE_CHECKING

from workbook.react.toolbox import Tool
from workbook.town.store import load

if TYPE_CHECKING:
    from workbook.town.entities import Town

ROWS, CELL, QUERY = 10, 60, 1_000  # rows of an answer, characters of a cell and of a query
STEPS, EVERY = 2_000_000, 500  # instructions of SQLite's machine; how often they are counted
SECONDS = 1.0  # of a query: one instruction may search a long text
BIGGEST = 10_000  # bytes of one value: no query builds a text of gigabytes
FUNCTIONS = frozenset(
    ("abs", "avg", "coalesce", "count", "ifnull", "instr", "length", "like", "lower", "max", "min",
     "nullif", "replace", "round", "substr", "sum", "total", "trim", "upper")
)  # fmt: skip
TABLES = ("person", "place", "product", "event", "departure", "friend")


class Database:
    """A database that answers queries in words. The connection becomes read-only."""

    def __init__(self, connection: sqlite3.Connection, tables: tuple[str, ...] = TABLES) -> None:
        self._connection, self.tables = connection, frozenset(tables)
        self._refused, self._steps, self._ends = "", 0, 0.0
        self._lock = threading.Lock()  # servers call tools from several threads
        connection.execute("PRAGMA query_only = ON")
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, BIGGEST)
        connection.setlimit(sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH, CELL)
        connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
        connection.set_authorizer(self._authorize)
        connection.set_progress_handler(self._count, EVERY)

    @classmethod
    def of_town(cls, town: Town) -> Database:
        """Return a town's facts as a database in memory; its snapshot alone is in it."""
        connection = sqlite3.connect(":memory:", check_same_thread=False)
        load(connection, town)
        return cls(connection)

    def query(self, sql: str) -> str:
        """Return the rows of a query in one line, or a sentence that says why there are none."""
        if len(sql) > QUERY:
            return f"A query has at most {QUERY} characters."
        with self._lock:
            return self._run(sql)

    def _run(self, sql: str) -> str:
        self._refused, self._steps = "", 0
        self._ends = time.monotonic() + SECONDS
        try:
            with closing(self._connection.execute(sql.strip().rstrip(";"))) as cursor:
                names = [_cell(column[0]) for column in cursor.description or ()]
                rows = cursor.fetchmany(ROWS + 1)
        except sqlite3.Error as error:
            return self._reason(error)
        return _in_words(names, rows)

    def schema(self) -> str:
        """Return the tables with their columns."""
        parts = []
        for table in sorted(self.tables):
            cursor = self._connection.execute(f"SELECT * FROM {table} LIMIT 0")
            columns = ", ".join(column[0] for column in cursor.description)
            parts.append(f"{table}({columns})")
        return "; ".join(parts)

    def tool(self) -> Tool:
        """Return the database as a tool called "sql"."""
        return Tool("sql", "sql[SELECT ...]", f"Read-only SQL over {self.schema()}.", self.query)

    def _reason(self, error: sqlite3.Error) -> str:
        if self._refused:
            return (
                f"Not allowed: {self._refused}. Only SELECT over {', '.join(sorted(self.tables))}."
            )
        if self._too_long():
            return "The query took too long and was stopped; ask for less."
        return f"The query has a fault: {error}."

    def _count(self) -> int:
        """Called every EVERY steps; 1 ends the query."""
        self._steps += EVERY
        return int(self._too_long())

    def _too_long(self) -> bool:
        return self._steps > STEPS or time.monotonic() > self._ends

    def _authorize(
        self, action: int, one: str | None, two: str | None, _db: str | None, _by: str | None
    ) -> int:
        """Allow SELECT, reading the known tables, and the known functions; nothing else."""
        if action in (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_RECURSIVE):
            return sqlite3.SQLITE_OK
        if action == sqlite3.SQLITE_READ and one in self.tables:
            return sqlite3.SQLITE_OK
        if action == sqlite3.SQLITE_FUNCTION and two in FUNCTIONS:
            return sqlite3.SQLITE_OK
        what = {sqlite3.SQLITE_READ: f"reading {one}", sqlite3.SQLITE_FUNCTION: f"{two}()"}
        self._refused = self._refused or what.get(action, "anything but reading")
        return sqlite3.SQLITE_DENY


def _in_words(names: list[str], rows: list[tuple]) -> str:
    if not rows:
        return "No rows."
    lines = ["; ".join(f"{n} = {_cell(v)}" for n, v in zip(names, r, strict=True)) for r in rows]
    more = f" | ... (more than {ROWS} rows)" if len(rows) > ROWS else ""
    return " | ".join(lines[:ROWS]) + more


def _cell(value: object) -> str:
    text = "NULL" if value is None else str(value)
    return text if len(text) <= CELL else f"{text[:CELL]}..."
