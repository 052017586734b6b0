"""SQL as a tool: right answers, and no query that writes, reads on, or takes too long."""

import time

import pytest

from workbook.react.sql import ROWS, Database
from workbook.react.tools import town_tools
from workbook.town import build_town


@pytest.fixture(scope="module")
def database():
    return Database.of_town(build_town())


def test_answers_are_those_of_the_town(database):
    town = build_town()
    assert database.query("SELECT count(*) AS n FROM person") == f"n = {len(town.people)}"
    oldest = min(town.people, key=lambda person: (person.birth_year, person.id))
    sql = "SELECT name FROM person ORDER BY birth_year, id LIMIT 1;"
    assert database.query(sql) == f"name = {oldest.name}"
    person = town.people[0]
    sql = f"""SELECT place.name FROM person JOIN place ON place.id = person.employer
              WHERE person.name = '{person.name}'"""
    assert database.query(sql) == f"name = {town.places[person.employer].name}"


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM person",
        "INSERT INTO friend VALUES (2025, 1, 1, 1)",
        "UPDATE person SET job = 'king'",
        "DROP TABLE person",
        "CREATE TABLE x (y)",
        "CREATE TEMP VIEW v AS SELECT * FROM person",
        "ATTACH DATABASE '/tmp/x.db' AS other",
        "PRAGMA query_only = OFF",
        "PRAGMA writable_schema = ON",
        "VACUUM INTO '/tmp/x.db'",
        "BEGIN",
        "SELECT * FROM sqlite_master",
        "SELECT * FROM snapshot",
        "SELECT load_extension('x')",
        "SELECT writefile('/tmp/x', 'y')",
        "SELECT readfile('/etc/passwd')",
        "SELECT randomblob(1000000000)",
        "SELECT * FROM pragma_table_info('person')",
        "EXPLAIN DELETE FROM person",
        "SELECT 1; DELETE FROM person",
        "WITH x AS (SELECT 1) DELETE FROM person",
    ],
)
def test_nothing_but_reading_the_listed_tables(database, sql):
    text = database.query(sql)
    assert text.startswith(("Not allowed", "The query has a fault")), text
    assert database.query("SELECT count(*) AS n FROM person") == f"n = {len(build_town().people)}"


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT count(*) FROM person a, person b, person c, person d",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n",
    ],
)
def test_a_query_without_end_is_stopped_and_the_next_one_runs(database, sql):
    assert database.query(sql) == "The query took too long and was stopped; ask for less."
    assert database.query("SELECT 1 AS one") == "one = 1"


def test_a_query_of_few_but_slow_steps_is_stopped_too(database):
    """Guards against counting steps alone: 100,000 searches of a long text took 107 seconds."""
    long = f"replace(replace('{'a' * 30}', 'a', '{'a' * 30}'), 'a', 'aaaaaaaaa')"
    sql = f"SELECT sum(instr({long} || p.id || q.id, '{'a' * 30}b')) FROM person p, person q"
    start = time.process_time()
    assert database.query(sql) == "The query took too long and was stopped; ask for less."
    assert time.process_time() - start < 10  # of this process alone
    assert database.query("SELECT 1 AS one") == "one = 1"


def test_rows_cells_and_values_are_cut(database):
    rows = database.query("SELECT name FROM person")
    assert rows.count(" | ") == ROWS and rows.endswith(f"(more than {ROWS} rows)")
    wide = database.query(f"SELECT replace('{'a' * 300}', 'a', 'bb') AS x")
    assert wide == f"x = {'b' * 60}..."
    long = f"SELECT '{'a' * 300}' || 1"
    assert len(database.query(long)) < 140, "the name of a column is cut too"
    doubled = "replace(" * 12 + "'aaaaaaaaaa'" + ", 'a', 'aaaaaaaaaa')" * 12
    assert "too big" in database.query(f"SELECT length({doubled})")
    assert database.query("SELECT name FROM person WHERE 0") == "No rows."
    assert "at most 1000 characters" in database.query("SELECT 1 " + " " * 1000)


def test_it_is_a_tool_of_the_loop():
    tools = town_tools(build_town(), sql=True)
    assert tools.names == ("search", "look", "calculate", "sql") and not tools["sql"].writes
    assert "person(year, id, name" in tools["sql"].help
    assert (
        tools["sql"].run("SELECT colour FROM nowhere").startswith("The query has a fault: no such")
    )
