"""Customers: topics that can be asked, noted and answered, and writers who are somebody else."""

import re

import pytest
import text_checks

from workbook.town.entities import SPLITS
from workbook.town.texts.customers.customer_phrases import TOPICS
from workbook.town.texts.customers.customers import (
    ALL_TOPICS,
    customer_name,
    desk_of,
    topic_slots,
    with_another,
)

KNOWN = ("place", "product", "event")


@pytest.mark.parametrize("split", SPLITS)
def test_every_wording_of_every_topic_can_be_filled_and_states_what_is_true(split):
    for number, topic in enumerate(ALL_TOPICS):
        writer = text_checks.writer(f"topic/{number}", split)
        slots = topic_slots(writer, topic)
        for phrases in (topic.ask, topic.note, topic.fact, topic.want):
            for _ in range(8):
                assert not re.search(r"[{}]|  |None", slots.say(phrases))
        assert slots.value(topic.slot)
        for subject, relation, value in writer.facts:
            assert topic.about in KNOWN and text_checks.truths()[subject, relation] == value


def test_the_note_gives_the_value_that_is_asked_for():
    for number, topic in enumerate(ALL_TOPICS):
        slots = topic_slots(text_checks.writer(f"note/{number}"), topic)
        assert slots.value(topic.slot) in slots.say(topic.note), topic.name


def test_two_in_five_notes_on_a_known_thing_hold_one_fact_more_in_front_or_behind():
    topic = next(topic for topic in TOPICS if topic.name == "opens")
    places, count = [], 500
    for seed in range(count):
        slots = topic_slots(text_checks.writer(f"more/{seed}"), topic)
        clause = slots.say(topic.note)
        sentences = with_another(slots.writer, topic, slots, clause).split(". ")
        said = [sentence.rstrip(".").lower() for sentence in sentences]
        if len(said) == 2:
            places.append(said.index(clause.lower()))
        else:
            assert said == [clause.lower()]
    assert 0.33 < len(places) / count < 0.47 and 0.4 < sum(places) / len(places) < 0.6


def test_a_note_on_an_errand_is_one_sentence():
    for number, topic in enumerate(ALL_TOPICS):
        if topic.about not in KNOWN:
            slots = topic_slots(text_checks.writer(number), topic)
            assert with_another(slots.writer, topic, slots, "it is here") == "It is here."


def test_nobody_asks_for_themselves():
    """All but one of the split's people are asked for: the one who writes is the other, or new."""
    one, *others = text_checks.town().among("people", "validation")
    value = " and ".join(person.name for person in others)
    writer = text_checks.writer("letters", "validation")
    names = [customer_name(writer, value) for _ in range(300)]
    assert names.count(one.name) > 0 and not {person.name for person in others} & set(names)
    assert len(set(names)) > 250, "mostly visitors"


def test_who_answers():
    desks = {}
    for number, topic in enumerate(ALL_TOPICS):
        slots = topic_slots(text_checks.writer(number), topic)
        desk = desk_of(topic, slots)
        desks.setdefault(topic.about, set()).add(desk)
        if topic.about not in ("product", "event", "ticket"):
            assert desk == f"the {slots.value('place')}"
            assert topic.about in ("place", "any") or desk.endswith(f" {topic.about}")
    assert desks["product"] == {"the shop"}
    assert desks["event"] == desks["ticket"] == {"the ticket office"}
