"""Rules that change an item: each by hand, no item twice, and combinations held out by split."""

import json
import re
from itertools import product

import pytest
from series_checks import check_format, check_names, check_order, date, writer

from workbook.town.entities import SPLITS
from workbook.town.texts.series import series_changes
from workbook.town.texts.series.series_changes import (
    ARRANGEMENTS,
    DATE_FORMS,
    FINISHES,
    NUMBER_RULES,
    RECORD_FORMS,
    WORD_RULES,
    change_format,
    change_names,
    held_in,
    order,
)


def test_arrangements_and_finishes_by_hand():
    assert [arrange(["Ann", "Bo", "Cy"]) for arrange in ARRANGEMENTS] == [
        "Ann Cy Ann", "Cy C", "Cy Bo Ann", "Cy", "Ann", "ABC", "A", "Cy Cy", "Ann and Bo and Cy",
        "Cy, Ann", "Ann C", "A Cy", "Ann Bo Cy", "y",
    ]  # fmt: skip
    assert [finish("Ann", "zib") for finish in FINISHES] == [
        "Ann", "ANN", "(Ann)", "zib Ann", "Ann zib", "Annzib", '"Ann"',
    ]  # fmt: skip


def test_forms_of_a_record_and_of_a_date_by_hand():
    record = {"name": "Ann Hull", "job": "actor", "born": "1950"}
    assert [form(record) for form in RECORD_FORMS] == [
        "Ann Hull; actor; 1950",
        '{"name": "Ann Hull", "job": "actor", "born": "1950"}',
        "name=Ann Hull, job=actor, born=1950",
        "name: Ann Hull\njob: actor\nborn: 1950",
        "1950 / actor / Ann Hull",
        "Ann Hull works as an actor and was born in 1950",
        "Ann Hull (actor, 1950)",
        '"Ann Hull","actor","1950"',
    ]
    assert [form(9, 6, 1950) for form in DATE_FORMS] == [
        "9 June 1950", "1950-06-09", "09/06/1950", "June 9, 1950", "9.6.1950", "9 Jun 1950",
    ]  # fmt: skip


def test_orders_by_hand():
    assert {name: rule([12, 9, 30]) for name, rule in NUMBER_RULES.items()} == {
        "up": [9, 12, 30], "down": [30, 12, 9], "larger": [30], "smaller": [9],
    }  # fmt: skip
    assert {name: rule(["plum", "Monday", "pear"]) for name, rule in WORD_RULES.items()} == {
        "alphabet": ["Monday", "pear", "plum"], "first in the alphabet": ["Monday"],
        "longest": ["Monday"], "count": ["3"],
    }  # fmt: skip
    assert WORD_RULES["longest"](["plum", "pear"]) == ["plum"], "the first of two as long"


def test_every_combination_belongs_to_one_split():
    parts = [held_in(writer(0, split), range(7), range(9)) for split in SPLITS]
    assert sorted(pair for part in parts for pair in part) == [
        (i, j) for i in range(7) for j in range(9)
    ]
    train, validation, test = map(set, parts)
    assert (2, 3) in train and (5, 6) in validation and {(0, 0), (4, 6)} <= test


@pytest.mark.parametrize("split", SPLITS)
@pytest.mark.parametrize(
    ("make", "check"),
    [(change_names, check_names), (change_format, check_format), (order, check_order)],
    ids=["names", "format", "order"],
)
def test_one_rule_gives_all_values_and_no_item_comes_twice(split, make, check):
    for seed in range(30):
        task = make(writer(f"{make.__name__}/{seed}", split))
        pairs = [task.draw(None) for _ in range(6)]
        assert len({item for item, _ in pairs}) == 6
        check(pairs)


def test_names_never_come_back_unchanged_for_want_of_a_rule():
    """The arrangement that copies has a finish: not every value is its item."""
    for seed in range(300):
        task = change_names(writer(f"copy/{seed}"))
        assert any(item != value for item, value in (task.draw(None) for _ in range(4)))


def forms_of(days, texts):
    """The numbers of the forms that write these dates so; they come after the eight of a record."""
    return [
        number
        for number, form in enumerate(DATE_FORMS, len(RECORD_FORMS))
        if all(form(*day) == text for day, text in zip(days, texts, strict=True))
    ]


@pytest.mark.parametrize("split", SPLITS)
def test_two_forms_of_a_date_are_a_combination_of_the_split(split):
    found = 0
    for seed in range(60):
        task = change_format(writer(f"dates/{seed}", split))
        old, new = zip(*(task.draw(None) for _ in range(6)), strict=True)
        if any(character in old[0] for character in '=:{";(') or not re.search(r"\d{4}", old[0]):
            continue  # a record
        try:
            days = [date(text) for text in old]
        except (KeyError, ValueError, IndexError):
            continue  # a record with a year of birth
        forms = forms_of(days, old), forms_of(days, new)
        assert forms[0] and forms[1]
        assert set(product(*forms)) & set(held_in(writer(0, split), *forms))
        found += 1
    assert found > 8


def test_a_record_on_several_lines_has_a_gap_between_examples():
    several = 0
    for seed in range(200):
        task = change_format(writer(f"lines/{seed}"))
        item, value = task.draw(None)
        broken = "\n" in item + value
        several += broken
        assert task.gap == ("\n\n" if broken else "\n")
        assert broken == (set(task.separators.values()) == {("\n",)})
    assert several > 10


def test_a_record_of_json_is_json_and_its_values_are_the_other_forms():
    for seed in range(200):
        item, value = change_format(writer(f"json/{seed}")).draw(None)
        for one, other in ((item, value), (value, item)):
            if one.startswith("{"):
                row = json.loads(one)
                assert list(row)[0] == "name" and len(row) == 3
                assert all(part in other for part in row.values())
    assert set(series_changes.TRAITS) >= {"job", "hobby", "pet", "colour", "born", "street"}
