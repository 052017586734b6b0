"""A conversation in the making: each move asks, tells or answers what the talk knows by then."""

import pytest
from text_checks import writer

from workbook.town.texts.turns import turn_phrases as say
from workbook.town.texts.turns.turn_rules import keeps
from workbook.town.texts.turns.turn_talk import Talk
from workbook.town.texts.turns.turn_things import ONE_WORD_TRAITS, OTHERS
from workbook.town.writer import they

SEEDS = range(60)


def talk_about(seed, kind=None):
    """A talk whose system line tells of a thing."""
    for attempt in range(50):
        talk = Talk(writer(f"talk/{seed}/{attempt}"), kind)
        talk.introduce()
        if talk.thing:
            return talk
    raise AssertionError("no thing in fifty talks")


def test_the_system_line_names_the_thing_and_two_to_four_of_its_traits():
    for seed in SEEDS:
        talk = talk_about(seed)
        assert talk.who in talk.system and 2 <= len(talk.thing) <= 4
        assert all(value in talk.system for value in talk.thing.values())
        name = talk.who.removeprefix("the ")
        assert talk.facts == [(name, trait, value) for trait, value in talk.thing.items()]
        assert talk.messages() == [{"role": "system", "content": talk.system}]


@pytest.mark.parametrize("kind", ["one word", "no digits", "capitals"])
def test_something_is_told_that_can_be_asked_under_the_rule(kind):
    for seed in SEEDS:
        talk = talk_about(seed, kind)
        fitting = [trait for trait in talk.thing if talk.fits(trait)]
        assert fitting
        if kind == "one word":
            assert set(fitting) == set(talk.thing) & ONE_WORD_TRAITS
        if kind == "no digits":
            assert not {"founded", "date", "price"} & set(talk.thing)
    assert not Talk(writer(0), "capitals").fits("pet") and Talk(writer(0), None).fits("pet")


def test_a_thing_is_asked_for_by_name_and_then_by_it():
    for seed in SEEDS:
        talk = talk_about(seed)
        for trait in list(talk.thing):
            talk.ask([trait])
        for number, ((said, answer), trait) in enumerate(zip(talk.turns, talk.thing, strict=True)):
            value = talk.thing[trait]
            assert (talk.who in said) == (number == 0), said
            assert value in answer and talk.values[number] == value
            assert " of it" not in said or trait not in say.NOUNS, said
        assert talk.asked == {("it", ""), *(("it", trait) for trait in talk.thing)}


def test_a_guess_is_right_or_names_another_value_and_the_answer_says_which():
    verdicts = set()
    for seed in range(150):
        talk = talk_about(seed)
        sure = [trait for trait in talk.thing if trait in OTHERS]
        if sure:
            talk.guess(sure[:1])
            (said, answer), value = talk.turns[0], talk.thing[sure[0]]
            right = value.lower() in said.lower()
            verdicts.add(right)
            assert answer.startswith("Yes, " if right else "No, ") and value in answer
            if not right:
                assert any(other.lower() in said.lower() for other in OTHERS[sure[0]])
    assert verdicts == {True, False}


def test_who_is_to_be_called_by_name_tells_it_first():
    for seed in SEEDS:
        talk = Talk(writer(f"name/{seed}"), "name first")
        talk.introduce()
        talk.begin()
        (said, answer), name = talk.turns[0], talk.user.first
        assert talk.me["name"] == name == talk.word and name in said
        assert answer.startswith(f"{name}, ")


def test_a_correction_replaces_what_was_told_and_may_be_asked_again():
    for seed in SEEDS:
        talk = Talk(writer(f"again/{seed}"), None)
        talk.tell("home")
        first = dict(talk.me)
        talk.ask_me(["home"])
        assert first["home"] in talk.turns[-1][1]
        talk.me = {"home": first["home"]}  # nothing else to be corrected
        talk.tell_again()
        new = talk.me["home"]
        assert new != first["home"] and new in talk.turns[-1][0]
        assert ("me", "home") not in talk.asked
        talk.ask_me(["home"])
        assert new in talk.turns[-1][1] and talk.values[-1] == new


def test_a_friend_is_told_of_by_name_and_asked_for_by_pronoun():
    for seed in SEEDS:
        talk = Talk(writer(f"friend/{seed}"), None)
        talk.tell_friend()
        said, _ = talk.turns[0]
        assert talk.friend.name in said and 2 <= len(talk.theirs) <= 3
        assert all(value in said for value in talk.theirs.values())
        trait = list(talk.theirs)[-1]
        talk.ask_friend([trait])
        asked, answer = talk.turns[1]
        words = they(talk.friend.gender)
        assert {words["they"], words["their"]} & set(asked.lower().replace("?", " ").split())
        assert answer.startswith(words["They"]) and talk.theirs[trait] in answer


def test_what_was_not_told_is_not_known():
    for seed in SEEDS:
        talk = talk_about(seed)
        talk.not_told()
        said, answer = talk.turns[0]
        assert answer == say.UNKNOWN and talk.values == ["do not know"]
        assert not any(value in said for value in talk.thing.values())
    short = Talk(writer("short"), "one word")
    short.not_told()
    assert short.turns[0][1] == "Unknown." and short.values == ["Unknown"]


def test_if_something_must_be_asked_the_next_turn_has_a_value():
    for seed in SEEDS:
        talk = talk_about(seed)
        talk.greet()
        assert talk.values == [None]
        talk.go_on(must_ask=True)
        assert talk.values[1] is not None and len(talk.turns) == 2
        roles = [message["role"] for message in talk.messages()]
        assert roles == ["system", "user", "assistant", "user", "assistant"]


def test_fields_name_the_rule_with_its_word_and_every_answer_keeps_it():
    talk = talk_about(0, "last word")
    talk.begin()
    talk.go_on(must_ask=True)
    fields = talk.fields()
    assert fields["constraint"] == f"last word:{talk.word}" and fields["turns"] == talk.turns
    assert all(keeps(fields["constraint"], answer) for _, answer in talk.turns)
    assert Talk(writer(0), "capitals").fields()["constraint"] == "capitals"
    assert Talk(writer(0), None).fields()["constraint"] is None
