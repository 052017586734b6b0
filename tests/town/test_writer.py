"""What a text needs while it is written: phrasings by split, visitors, facts, and small grammar."""

import pytest
import text_checks

from workbook.town.choices import ChoiceSource
from workbook.town.entities import SPLITS
from workbook.town.names import PLACE_HEADS
from workbook.town.vocabulary import PLACES
from workbook.town.world import build_both
from workbook.town.writer import (
    Fact,
    Phrases,
    Writer,
    an,
    clock,
    hour,
    listing,
    money,
    they,
    upper,
)


@pytest.fixture(scope="module")
def towns():
    return build_both(0)


def test_visitors_have_names_that_no_townsperson_has(towns):
    """Not even one of today's: a visitor who sounds like the town must not name a held-out one."""
    known = {p.first for p in towns[1].people} | {p.name for p in towns[1].places}
    writer = Writer(ChoiceSource("visitors"), towns[0], "train")
    visitors = [writer.visitor() for _ in range(3000)]
    assert len({v.name for v in visitors}) > 2900
    assert not known & {v.first for v in visitors}
    places = {writer.made_up_place().name for _ in range(2000)}
    assert len(places) > 1900 and not known & places
    like_town = sum(name.split()[0] in PLACE_HEADS for name in places) / len(places)
    assert 0.25 < like_town < 0.45


def test_what_a_visitor_is_not_asked_for_costs_nothing(towns):
    """Guards the entropy bound: traits that no text uses must not be drawn."""
    writer = Writer(ChoiceSource("lazy"), towns[0], "train")
    visitor = writer.visitor()
    assert writer.source.nats == 0.0
    job = visitor.job
    cost = writer.source.nats
    assert cost > 0 and visitor.job == job and writer.source.nats == cost


def test_the_last_two_of_six_phrasings_are_held_back_and_of_five_none():
    phrases = Phrases(*"abcdef")
    assert phrases.by_split == {
        "train": tuple("abcd"), "validation": tuple("abcde"), "test": tuple("abcdf"),
    }  # fmt: skip
    assert set(Phrases(*"abcde").by_split.values()) == {tuple("abcde")}


@pytest.mark.parametrize("phrasings", SPLITS)
def test_phrasings_may_be_of_another_split_than_the_people(phrasings):
    writer = Writer(ChoiceSource("mixed"), text_checks.town(), "validation", phrasings)
    held = {"train": set(), "validation": {"5 x"}, "test": {"6 x"}}[phrasings]
    said = {
        writer.say(Phrases(*(f"{i} {{who}}" for i in range(1, 7))), who="x") for _ in range(200)
    }
    assert said == {f"{i} x" for i in range(1, 5)} | held
    assert {writer.person().split for _ in range(20)} == {"validation"}


def test_a_document_has_what_was_noted_and_what_it_cost():
    writer = text_checks.writer("noted", "test")
    place = writer.place()
    writer.fact(place.name, "founded", place.founded)
    document = writer.document("page", "the text", about="place")
    assert document.facts == (Fact(place.name, "founded", str(place.founded)),)
    assert document.nats == writer.source.nats > 0
    assert (document.text, document.kind, document.split) == ("the text", "page", "test")
    assert document.fields == {"about": "place"}


def test_a_made_up_place_suits_its_kind():
    writer = text_checks.writer("places")
    for _ in range(200):
        place = writer.made_up_place()
        noun, fame = PLACES[place.kind]
        assert place.name.endswith(f" {noun}") and place.known_for in fame
        assert 6 <= place.opens <= 10 < 15 <= place.closes <= 21
        assert 1780 <= place.founded <= 2020


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("oak table", "an oak table"), ("lamp", "a lamp"), ("hour", "an hour"),
        ("honest man", "an honest man"), ("house", "a house"), ("unicorn", "a unicorn"),
        ("umbrella", "an umbrella"), ("one-way street", "a one-way street"),
        ("Easter egg", "an Easter egg"), ("eucalyptus", "a eucalyptus"), ("usher", "an usher"),
    ],
)  # fmt: skip
def test_the_article_follows_the_sound(words, said):
    assert an(words) == said


def test_words_for_people_and_lists():
    assert they("she") == {
        "they": "she", "them": "her", "their": "her", "They": "She", "Their": "Her",
    }  # fmt: skip
    assert they("he") == {
        "they": "he", "them": "him", "their": "his", "They": "He", "Their": "His",
    }  # fmt: skip
    assert [listing(list("abcd")[:n]) for n in (1, 2, 3)] == ["a", "a and b", "a, b and c"]
    assert upper("mcAdam's inn") == "McAdam's inn" and upper("") == ""


def test_money_and_times_in_words():
    assert [money(n) for n in (0, 5, 250, 1200)] == [
        "nothing", "0.05 crowns", "2.50 crowns", "12.00 crowns",
    ]  # fmt: skip
    assert [clock(n) for n in (555, 0, 1439, 1445)] == ["9:15", "0:00", "23:59", "0:05"]
    assert [hour(n) for n in (0, 9, 11, 12, 13, 17, 18, 23, 24)] == [
        "12 in the morning", "9 in the morning", "11 in the morning", "noon",
        "1 in the afternoon", "5 in the afternoon", "6 in the evening", "11 in the evening",
        "12 in the morning",
    ]  # fmt: skip
