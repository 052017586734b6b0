"""Rules that a label or a value shows: marks, tables, repeats, sentiment, and who is held out."""

import math
import re
from collections import Counter
from itertools import combinations

import pytest
from series_checks import group_of, polarity, writer

from workbook.town.choices import ChoiceSource
from workbook.town.entities import SPLITS
from workbook.town.texts.series.series_rules import (
    draw_groups,
    invented_word,
    lookup,
    marks,
    place_called,
    remark,
    repeat,
    sentiment,
    split_of,
)
from workbook.town.texts.series.series_words import GROUPS, real_words


@pytest.mark.parametrize("split", SPLITS)
def test_groups_that_meet_belong_to_the_split(split):
    pool = tuple(GROUPS)
    for i in range(200):
        numbers = [pool.index(g) for g in draw_groups(writer(i, split), pool, 2 + i % 3)]
        splits = [split_of(a, b) for a, b in combinations(numbers, 2)]
        assert set(splits) <= {"train", split} and split in splits


def test_nats_of_two_groups_are_the_logarithms_of_their_choices():
    w, pool = writer(0), tuple(GROUPS)
    first = pool.index(draw_groups(w, pool, 2)[0])
    partners = [j for j in range(len(pool)) if j != first and (first + j) % 10 > 1]
    assert math.isclose(w.source.nats, math.log(len(pool)) + math.log(len(partners)))


def test_remarks_come_in_more_than_500_phrasings():
    drawn = {re.sub(r"the (?:[A-Z]\w+ ?)+", "PLACE ", remark(writer(i), i % 2)) for i in range(900)}
    assert len(drawn) > 500
    assert all(7 <= len(text) <= 125 and text[-1] not in ".!?" for text in drawn)


def test_invented_words_are_not_english():
    taken = set()
    words = [invented_word(ChoiceSource(i), taken) for i in range(500)]
    assert len(set(words)) == 500 and not set(words) & real_words()


def test_one_combination_in_ten_is_held_out_for_each_split():
    assert [split_of(*pair) for pair in ((0, 0), (3, 8), (4, 6), (2, 3))] == [
        "test", "validation", "test", "train",
    ]  # fmt: skip
    counts = Counter(split_of(i, j) for i in range(10) for j in range(10))
    assert counts == {"train": 80, "validation": 10, "test": 10}


@pytest.mark.parametrize("groups", [2, 3, 4])
def test_an_item_that_is_asked_of_a_group_has_the_mark_of_the_group(groups):
    for seed in range(40):
        task = marks(writer(f"marks/{seed}"), 8, groups)
        assert task.classes == groups == len(task.groups) == len(set(task.choices))
        drawn = [task.draw(wanted) for wanted in range(groups) for _ in range(4)]
        assert len({item for item, _ in drawn}) == len(drawn)
        for place, (item, mark) in enumerate(drawn):
            assert mark == task.choices[place // 4]
            assert group_of(item) == task.groups[place // 4]


def test_people_whose_names_are_long_come_in_short_lists_alone():
    """An item of people has its job behind a comma."""
    for examples, ever in ((26, True), (27, False)):
        items = [marks(writer(f"theme/{seed}"), examples).draw(0)[0] for seed in range(80)]
        assert any(", " in item for item in items) is ever


def test_a_table_is_read_line_by_line_and_then_in_a_new_order():
    moved = 0
    for seed in range(30):
        task = lookup(writer(f"table/{seed}"), 6)
        rounds = [[task.draw(None) for _ in range(6)] for _ in range(3)]
        assert rounds[0] == list(task.table) and len(task.table) == 6
        assert sorted(rounds[1]) == sorted(rounds[2]) == sorted(task.table)
        moved += rounds[1] != rounds[0]
        keys, values = zip(*task.table, strict=True)
        assert len({*keys, *values}) == 12 and list(task.choices) == list(values)
    assert moved > 25


@pytest.mark.parametrize("longest", [3, 12])
def test_a_string_to_be_repeated_is_its_own_value_and_no_longer_than_asked(longest):
    lengths = set()
    for seed in range(60):
        task = repeat(writer(f"repeat/{seed}"), 3, longest)
        item, value = task.draw(None)
        assert item == value and task.times == 3
        lengths.add(len(item.split()))
    assert lengths == set(range(min(5, longest), longest + 1))


@pytest.mark.parametrize(
    ("labels", "pair"),
    [("usual", ["positive", "negative"]), ("swapped", ["negative", "positive"])],
)
def test_praise_and_blame_have_their_labels(labels, pair):
    task = sentiment(writer(labels), labels)
    assert task.choices == pair and task.labels == labels
    for wanted in (0, 1) * 10:
        text, label = task.draw(wanted)
        assert (polarity(text), label) == (wanted, pair[wanted])


def test_new_labels_say_nothing_and_differ():
    for seed in range(60):
        pair = sentiment(writer(f"new/{seed}"), "new").choices
        assert len(set(pair)) == 2 and not {"positive", "negative"} & set(pair)


def test_a_place_is_called_after_its_noun_and_is_nowhere_in_town():
    w = writer("places")
    for _ in range(200):
        name = place_called(w, "Tea House")
        assert name.endswith(" Tea House") and name not in w.town.reserved
