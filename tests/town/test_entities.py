"""A snapshot of the town: who is in a split, in a place, in a family, and on which street."""

from dataclasses import replace

import pytest

from workbook.town.entities import SPLITS, Town
from workbook.town.world import build_both

TABLES = ("people", "places", "products", "events")


@pytest.fixture(scope="module", params=[0, 1], ids=["cutoff", "today"])
def town(request):
    return build_both(0)[request.param]


def test_ids_are_positions(town):
    for table in (*TABLES, "departures"):
        rows = getattr(town, table)
        assert [row.id for row in rows] == list(range(len(rows))), table


def test_splits_part_each_table_in_its_order(town):
    for table in TABLES:
        parts = [town.among(table, split) for split in SPLITS]
        assert sorted((row for part in parts for row in part), key=lambda row: row.id) == list(
            getattr(town, table)
        )
        for split, part in zip(SPLITS, parts, strict=True):
            assert part and {row.split for row in part} == {split}
            assert [row.id for row in part] == sorted(row.id for row in part)
            assert town.among(table, split) is part, "made once"


def test_a_name_has_a_first_and_a_last_part(town):
    for person in town.people:
        assert f"{person.first} {person.last}" == person.name


def test_who_works_where_is_told_by_split(town):
    """Places of training also employ people of the other splits; they are not among its staff."""
    place = next(
        place for place in town.places
        if len({p.split for p in town.people if p.employer == place.id}) > 1
    )  # fmt: skip
    for split in SPLITS:
        staff = [p for p in town.people if p.employer == place.id and p.split == split]
        assert town.employees(place, split) == staff


def test_goods_and_children_are_those_of_one_place_and_one_parent(town):
    for place in town.places[:20]:
        assert {g.id for g in town.goods(place)} == {
            g.id for g in town.products if g.seller == place.id
        }
    families = [town.children(person) for person in town.people]
    assert sum(map(len, families)) == sum(p.parent is not None for p in town.people)
    for person, children in zip(town.people, families, strict=True):
        assert all(child.parent == person.id and child.birth_year > person.birth_year
                   for child in children)  # fmt: skip


def test_streets_are_those_of_people_and_of_places_sorted_and_once(town):
    people = tuple(replace(town.people[i], street=name) for i, name in enumerate(("B", "C", "B")))
    places = (replace(town.places[0], street="A"), replace(town.places[1], street="C"))
    small = Town(2023, people, places, (), (), ())
    assert small.streets == ("A", "B", "C")
    assert list(town.streets) == sorted(set(town.streets))
