"""The world: size, relations that hold both ways, splits that do not leak, two snapshots."""

import re
from itertools import islice

import pytest

from workbook.town import KINDS, build_both, build_town, mixture, stream
from workbook.town.entities import CUTOFF_YEAR, TODAY_YEAR

TABLES = ("people", "places", "products", "events")


@pytest.fixture(scope="module")
def towns():
    return build_both(0)


def test_the_town_is_as_large_as_promised(towns):
    today = towns[1]
    assert len(today.people) >= 400
    assert len(today.places) >= 80
    assert len(today.products) >= 120
    assert len(today.events) >= 60
    assert len(today.departures) >= 40


def test_the_same_seed_builds_the_same_town_and_another_seed_another(towns):
    assert build_both(0) == towns
    assert build_town(0) == towns[0]
    assert build_town(1) != towns[0]


@pytest.mark.parametrize("which", [0, 1])
def test_relations_hold_both_ways(towns, which):
    people = towns[which].people
    for person in people:
        if person.spouse is not None:
            assert people[person.spouse].spouse == person.id
        assert all(person.id in people[friend].friends for friend in person.friends)
        if person.neighbour is not None:
            assert people[person.neighbour].neighbour == person.id
            assert people[person.neighbour].street == person.street
            assert people[person.neighbour].house != person.house
        if person.parent is not None:
            assert 20 <= person.birth_year - people[person.parent].birth_year <= 40
            assert person.last == people[person.parent].last


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("which", [0, 1])
def test_family_members_are_neither_neighbours_nor_friends(seed, which):
    """Guards "X is the neighbour of X's wife", and a marriage between the children of one parent.

    A couple share one home, also after two years; many people still have a neighbour.
    """
    people = build_both(seed)[which].people
    for person in people:
        children = {p.id for p in people if p.parent == person.id}
        family = {person.spouse, person.parent, *children} - {None}
        assert person.neighbour not in family
        assert not family & set(person.friends)
        if person.spouse is not None:
            spouse = people[person.spouse]
            assert (spouse.street, spouse.house) == (person.street, person.house)
            assert person.parent is None or spouse.parent != person.parent
    assert sum(p.neighbour is not None for p in people) > 0.55 * len(people)


@pytest.mark.parametrize("which", [0, 1])
def test_names_are_unique(towns, which):
    for table in TABLES:
        names = [row.name for row in getattr(towns[which], table)]
        assert len(set(names)) == len(names)
    firsts = [p.first for p in towns[which].people]
    assert len(set(firsts)) == len(firsts)


@pytest.mark.parametrize("which", [0, 1])
def test_what_training_entities_mention_is_in_training_too(towns, which):
    """Guards against leakage through a relation: an employer, a friend, a favourite product."""
    town = towns[which]
    for person in town.among("people", "train"):
        others = [person.spouse, person.parent, person.neighbour, *person.friends]
        assert all(town.people[o].split == "train" for o in others if o is not None)
        assert town.places[person.employer].split == "train"
        assert town.products[person.favourite].split == "train"
    for place in town.among("places", "train"):
        assert place.owner is None or town.people[place.owner].split == "train"
    for product in town.among("products", "train"):
        assert town.places[product.seller].split == town.people[product.maker].split == "train"
    for event in town.among("events", "train"):
        assert town.places[event.place].split == town.people[event.organiser].split == "train"


def test_today_differs_from_the_cutoff_in_old_facts_and_in_newcomers(towns):
    cutoff, today = towns
    assert (cutoff.year, today.year) == (CUTOFF_YEAR, TODAY_YEAR)
    old = len(cutoff.people)
    assert all(p.since == TODAY_YEAR for p in today.people[old:])
    moved = [p for p, q in zip(cutoff.people, today.people, strict=False) if p != q]
    assert 0.1 < len(moved) / old < 0.5
    for table in TABLES:
        assert len(getattr(today, table)) > len(getattr(cutoff, table))


def test_jobs_fit_the_employer_in_both_snapshots(towns):
    from workbook.town.vocabulary import JOBS

    for town in towns:
        for person in town.people:
            assert town.places[person.employer].kind in JOBS[person.job][0]


def _held_out_names(town) -> re.Pattern:
    names = [
        name
        for table in TABLES
        for row in getattr(town, table)
        if row.split != "train"
        for name in ((row.name, row.first) if table == "people" else (row.name,))
    ]
    return re.compile("|".join(rf"\b{re.escape(name)}\b" for name in names))


@pytest.mark.parametrize("kind", KINDS)
def test_no_training_document_names_a_held_out_entity(towns, kind):
    held_out = _held_out_names(towns[1])
    for document in islice(stream(kind, "train", seed=11), 250):
        assert not held_out.search(document.text), document.text


def test_held_out_entities_do_turn_up_in_their_own_splits(towns):
    """Without this the test above could pass because nothing is ever named."""
    held_out = _held_out_names(towns[0])
    for split in ("validation", "test"):
        found = sum(bool(held_out.search(d.text)) for d in islice(mixture(split=split), 200))
        assert found > 80
