"""What two years change: jobs, homes, hours and prices of the old, and nothing of the new."""

from dataclasses import replace

import pytest
import text_checks

from workbook.town.changes import move_on, new_hours, new_price, still_neighbours
from workbook.town.choices import ChoiceSource
from workbook.town.entities import TODAY_YEAR
from workbook.town.vocabulary import JOBS


@pytest.fixture(scope="module")
def town():
    return text_checks.town()


@pytest.fixture(scope="module")
def moved(town):
    """(before, after) of every townsperson."""
    source = ChoiceSource("two years")
    return [(p, move_on(p, list(town.places), town.streets, source)) for p in town.people]


def test_a_fifth_change_job_and_the_new_one_fits_the_new_employer(town, moved):
    changed = [(old, new) for old, new in moved if old.job != new.job]
    assert 0.14 < len(changed) / len(moved) < 0.26
    for old, new in changed:
        employer = town.places[new.employer]
        assert new.employer != old.employer and employer.split == old.split
        assert employer.kind in JOBS[new.job][0]


def test_a_sixth_of_the_unmarried_move_to_another_street_and_leave_their_neighbour(moved):
    movers = [(old, new) for old, new in moved if old.street != new.street]
    assert 0.1 < len(movers) / sum(old.spouse is None for old, _ in moved) < 0.24
    for old, new in movers:
        assert old.spouse is None is new.neighbour and 1 <= new.house <= 48
    for old, new in moved:
        home = {"street": old.street, "house": old.house, "neighbour": old.neighbour}
        if old.street == new.street:
            assert (new.house, new.neighbour) == (old.house, old.neighbour)
        assert replace(new, job=old.job, employer=old.employer, **home) == old, "nothing else"


def test_newcomers_and_their_places_and_goods_stay_as_they_are(town):
    source = ChoiceSource("new")
    person, place, product = (
        replace(rows[0], since=TODAY_YEAR) for rows in (town.people, town.places, town.products)
    )
    for _ in range(30):
        assert move_on(person, list(town.places), town.streets, source) == person
        assert new_hours(place, source) == place and new_price(product, source) == product
    assert source.nats == 0.0, "nothing is drawn for them"


def test_a_fifth_of_the_places_open_at_another_hour(town):
    source, rows = ChoiceSource("hours"), town.places * 5
    changed = [(old, new) for old in rows if (new := new_hours(old, source)) != old]
    assert 0.15 < len(changed) / len(rows) < 0.25
    for old, new in changed:
        assert new.opens != old.opens and 6 <= new.opens <= 10
        assert 7 <= new.closes - new.opens <= 11
        assert replace(new, opens=old.opens, closes=old.closes) == old


def test_three_in_ten_goods_cost_ten_to_ninety_pennies_more(town):
    source, rows = ChoiceSource("prices"), town.products * 5
    changed = [(old, new) for old in rows if (new := new_price(old, source)) != old]
    assert 0.25 < len(changed) / len(rows) < 0.35
    rises = {new.price - old.price for old, new in changed}
    assert rises == set(range(10, 100, 10))
    assert all(replace(new, price=old.price) == old for old, new in changed)


def test_nobody_is_the_neighbour_of_somebody_who_moved_away(town):
    """The second of the first two has moved; the others are still neighbours."""
    people = [
        replace(town.people[0], id=number, neighbour=neighbour)
        for number, neighbour in enumerate((1, None, 3, 2))
    ]
    assert [p.neighbour for p in still_neighbours(people)] == [None, None, 3, 2]
