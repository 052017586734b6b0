"""The town in SQLite: it comes back as it was, and plain SQL can read it."""

import sqlite3
from contextlib import closing

import pytest

from workbook.core.hub import assets
from workbook.town import build_both, store


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    path = tmp_path_factory.mktemp("town") / "town.sqlite"
    store.write(path)
    return path


def test_both_snapshots_come_back_unchanged(path):
    cutoff, today = build_both(0)
    assert store.read(path, cutoff.year) == cutoff
    assert store.read(path, today.year) == today


def test_foreign_keys_hold(path):
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        with pytest.raises(sqlite3.IntegrityError):
            with connection:
                connection.execute("UPDATE person SET employer = 9999 WHERE id = 0")


def test_the_bundled_file_is_what_the_code_makes(path):
    """As SQL: the bytes of a SQLite file also hold the version of the library that wrote it."""
    bundled, made = (sqlite3.connect(each) for each in (assets.path("town/town.sqlite"), path))
    with closing(bundled), closing(made):
        assert list(bundled.iterdump()) == list(made.iterdump())


def test_plain_sql_answers_a_question_about_the_town(path):
    sql = """SELECT person.name FROM person JOIN place
             ON place.year = person.year AND place.id = person.employer
             WHERE person.year = 2023 AND place.kind = 'bakery' ORDER BY person.name"""
    with closing(store.connect(path)) as connection:
        found = [name for (name,) in connection.execute(sql)]
    town = build_both(0)[0]
    assert found == sorted(p.name for p in town.people if town.places[p.employer].kind == "bakery")


def test_a_reader_cannot_change_the_town(path):
    with closing(store.connect(path)) as connection:
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            connection.execute("DELETE FROM person")


def test_missing_file_and_missing_year_say_so(path, tmp_path):
    with pytest.raises(ValueError, match="no town at"):
        store.connect(tmp_path / "nowhere.sqlite")
    with pytest.raises(ValueError, match="no snapshot of 1999; the file has 2023, 2025"):
        store.read(path, 1999)
