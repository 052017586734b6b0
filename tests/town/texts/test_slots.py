"""Slots: drawn when they are asked for, once, with their facts noted when they are stated."""

import math

import pytest
import text_checks

from workbook.town.texts.slots import (
    EVENT_SLOTS,
    PLACE_SLOTS,
    PRODUCT_SLOTS,
    Slots,
    slot_names,
)
from workbook.town.writer import Phrases


@pytest.fixture
def writer():
    return text_checks.writer("slots")


def test_names_of_slots_stand_in_order_and_once():
    assert slot_names("{b} and {a}, then {b} for {{c}}") == ("b", "a")
    assert slot_names("nothing to fill") == ()


def test_a_value_is_drawn_when_it_is_asked_for_and_stays(writer):
    slots = Slots(writer, pet=lambda: writer.pick(("cat", "owl", "hen")), who="Ann")
    assert slots.value("who") == "Ann" and writer.source.nats == 0.0
    pet = slots.value("pet")
    assert writer.source.nats == pytest.approx(math.log(3))
    assert [slots.value("pet") for _ in range(9)] == [pet] * 9
    assert writer.source.nats == pytest.approx(math.log(3)), "and costs nothing more"


def test_a_slot_with_an_article_is_the_same_value(writer):
    slots = Slots(writer, pet="owl", kind=lambda: writer.pick(("lamp", "jug")))
    assert (slots.value("a_pet"), slots.value("A_pet")) == ("an owl", "An owl")
    assert slots.value("A_kind") == f"A {slots.value('kind')}"


def test_what_belongs_together_is_set_when_the_first_of_it_is_needed(writer):
    made = []

    def make():
        made.append(1)
        slots.set(left="one", right="two")

    slots = Slots(writer)
    slots.later(make, "left", "right")
    assert made == []
    assert (slots.value("right"), slots.value("left")) == ("two", "one") and made == [1]


def test_a_fact_is_noted_when_it_is_stated_and_only_once(writer):
    slots = Slots(writer)
    slots.truth("opens", "the Inn", "opens", 9, shown="nine")
    assert writer.facts == []
    assert slots.value("opens") == slots.value("opens") == "nine"
    assert [tuple(fact) for fact in writer.facts] == [("the Inn", "opens", "9")]


def test_a_phrasing_of_the_split_is_filled_and_draws_only_its_own_slots():
    patterns = Phrases(*(f"{number} {{x}}" for number in range(1, 7)))
    said = set()
    for seed in range(200):
        slots = Slots(text_checks.writer(seed, "test"), x="y", unused=pytest.fail)
        said.add(slots.say(patterns))
    assert said == {"1 y", "2 y", "3 y", "4 y", "6 y"}


@pytest.mark.parametrize(
    ("table", "slot_list"),
    [("places", PLACE_SLOTS), ("products", PRODUCT_SLOTS), ("events", EVENT_SLOTS)],
)
def test_the_slots_of_a_thing_are_true_of_it(table, slot_list):
    for thing in text_checks.town().among(table, "train"):
        writer = text_checks.writer(0)
        slots = Slots(writer)
        getattr(slots, f"add_{table[:-1]}")(thing)
        name, *values = [slots.value(slot) for slot in slot_list]
        assert name == thing.name and len(writer.facts) == len(values)
        for (subject, relation, value), shown in zip(writer.facts, values, strict=True):
            assert subject == name and value == shown
            assert text_checks.truths()[subject, relation] == value


@pytest.mark.parametrize("table", ["place", "product", "event"])
def test_a_thing_of_the_split_is_drawn_only_if_it_is_named(table):
    writer = text_checks.writer(table, "validation")
    slots = Slots(writer)
    getattr(slots, f"later_{table}")()
    assert writer.source.nats == 0.0
    rows = text_checks.town().among(f"{table}s", "validation")
    assert slots.value(table) in {row.name for row in rows}
    assert writer.source.nats == pytest.approx(math.log(len(rows)))
