"""What a chat is about: a place, goods or an event with its traits, to suit the rule of form."""

from collections import Counter

import pytest
from text_checks import town, truths, writer

from workbook.town.texts.turns.turn_things import (
    ANSWERS,
    DIGIT_TRAITS,
    MADE_UP,
    ONE_WORD_TRAITS,
    OTHERS,
    QUESTIONS,
    draw_thing,
    read,
)
from workbook.town.writer import hour


def drawn(kind=None, count=300, split="train"):
    return [draw_thing(writer(f"thing/{seed}", split), kind) for seed in range(count)]


@pytest.mark.parametrize("split", ["train", "test"])
def test_a_known_thing_is_of_the_split_and_its_traits_are_true(split):
    tables = ("places", "products", "events")
    rows = {f"the {row.name}": row for table in tables for row in getattr(town(), table)}
    known = 0
    for table, who, traits in drawn(split=split):
        if who in rows:
            known += 1
            assert rows[who].split == split and rows[who] in getattr(town(), table)
            for trait, value in traits.items():
                name = rows[who].name
                assert truths().get((name, trait), value()) == value()
        else:
            assert table == "places" and tuple(traits) == MADE_UP
    assert 150 < known < 250


def test_sorts_come_as_often_as_they_should():
    tables = Counter(table for table, _, _ in drawn(count=1000))
    assert abs(tables["places"] - 650) < 75 and abs(tables["products"] - 200) < 63
    assert abs(tables["events"] - 150) < 57


@pytest.mark.parametrize("kind", ["one word", "no digits"])
def test_where_an_event_could_not_be_told_of_there_is_none(kind):
    things = drawn(kind)
    assert {table for table, _, _ in things} == {"places", "products"}
    for _, _, traits in things:
        assert set(traits) & ONE_WORD_TRAITS and set(traits) - DIGIT_TRAITS


def test_a_trait_of_a_made_up_place_is_drawn_when_it_is_needed_and_then_stays():
    known = {f"the {place.name}" for place in town().places}
    made_up = 0
    for seed in range(60):
        w = writer(f"lazy/{seed}")
        table, who, traits = draw_thing(w, None)
        before = w.source.nats
        if table == "places":
            year = traits["founded"]()
            assert (w.source.nats > before) == (who not in known)
            assert traits["founded"]() == year and int(year) <= 2020
            made_up += who not in known
    assert made_up > 8


def test_every_trait_can_be_asked_for_and_answered():
    for table, _, traits in drawn():
        assert set(traits) <= set(QUESTIONS[table]) and set(traits) <= set(ANSWERS[table])
    assert set(OTHERS) == {"opens", "closes", "closed on", "colour"}
    assert len(OTHERS["opens"]) == 5 and OTHERS["closes"][-1] == "9 in the evening"


def test_traits_are_read_in_words():
    w = writer("read")
    who, place = w.visitor(), w.made_up_place()
    assert read(who, "name") == who.first
    assert read(who, "birth year") == str(who.birth_year)
    assert read(place, "opens") == hour(place.opens) and read(place, "closes") == hour(place.closes)
    assert read(place, "known for") == place.known_for
    assert read(place, "founded") == str(place.founded)
