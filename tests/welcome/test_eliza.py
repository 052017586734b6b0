"""ELIZA: ranks, patterns, swaps, memory and templates in turn, each on a script of its own."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbook.welcome.eliza import SWAPS, Eliza, mirror, taken_apart
from workbook.welcome.eliza_script import MEMORY, NOTHING_FOUND, Keyword, Rule


def keyword(name, rank, *templates, pattern="*", remembers=False):
    return Keyword((name,), rank, (Rule(pattern, templates),), remembers)


def test_the_higher_rank_wins_wherever_it_stands():
    script = [keyword("boat", 2, "A boat."), keyword("rain", 7, "Rain.")]
    assert Eliza(script).reply("the boat in the rain") == "Rain."
    assert Eliza(script).reply("rain on the boat") == "Rain."


def test_of_equal_ranks_the_one_that_the_script_names_first_wins():
    script = [keyword("boat", 2, "A boat."), keyword("rain", 2, "Rain.")]
    assert Eliza(script).reply("rain on the boat") == "A boat."


def test_a_keyword_is_a_whole_word():
    script = [keyword("i", 1, "You.")]
    assert Eliza(script).answer("hi in it").keyword is None
    assert Eliza(script).answer("and I?").keyword == "i"


def test_only_the_first_clause_with_a_keyword_counts():
    """Weizenbaum: what follows a comma or full stop after a keyword is deleted."""
    script = [keyword("boat", 2, "{0}!"), keyword("rain", 7, "Rain.")]
    assert Eliza(script).reply("Well, the boat left. In the rain.") == "The boat left!"


def test_a_pattern_that_does_not_fit_gives_way_to_the_next_one_and_the_next_keyword():
    first = Keyword(("boat",), 9, (Rule("my boat *", ("Mine.",)), Rule("* boat sank", ("Sank.",))))
    script = [first, keyword("the", 1, "The.")]
    assert Eliza(script).reply("the boat sank") == "Sank."
    assert Eliza(script).reply("the boat floats") == "The."


def test_templates_take_turns():
    eliza = Eliza([keyword("boat", 1, "One.", "Two.")])
    assert [eliza.reply("boat") for _ in range(3)] == ["One.", "Two.", "One."]


def test_what_was_said_about_my_is_remembered_once():
    eliza = Eliza([keyword("my", 1, "I see.", pattern="* my *", remembers=True)])
    eliza.reply("my boat sank")
    said = eliza.answer("hm")
    assert said.text == MEMORY[0].format("", "boat sank") and said.keyword is None
    assert "said before" in said.how
    assert eliza.reply("hm") == NOTHING_FOUND[0]


def test_two_conversations_do_not_know_of_each_other():
    Eliza().reply("my boat sank")
    assert Eliza().reply("hm") == NOTHING_FOUND[0]


def test_the_parts_are_swapped_and_names_keep_their_capitals():
    script = [keyword("tell", 1, "{1}?", pattern="* tell *")]
    assert Eliza(script).reply("please tell me that I owe Bridor my hat") == (
        "You that you owe Bridor your hat?"
    )


def test_another_mirror_can_be_put_in():
    eliza = Eliza([keyword("boat", 1, "So: {0}")], swap=str.upper)
    assert eliza.reply("a boat") == "So: A BOAT"


@pytest.mark.parametrize(
    ("said", "mirrored"),
    [
        ("I am yours", "you are mine"),
        ("you and me", "I and you"),
        ("my own recipe", "your own recipe"),  # one swap each: not back again
        ("this is his", "this is his"),
        ("I'm late", "you're late"),
    ],
)
def test_mirror(said, mirrored):
    assert mirror(said) == mirrored


def test_taken_apart():
    assert taken_apart("* i feel *", "Today I feel old") == ("Today", "old")
    assert taken_apart("* i feel *", "i feel") == ("", "")
    assert taken_apart("* can|could you *", "well could you help") == ("well", "could", "help")
    assert taken_apart("* i feel *", "i feeling") is None
    assert taken_apart("h.t *", "hut b") is None  # what stands in a pattern is no regex


def test_a_long_text_without_blanks_is_answered_at_once():
    """Guards against a pattern that tries 2^n ways to cut a word of n letters."""
    assert taken_apart("* i * you *", "a" * 5000) is None
    assert taken_apart("* i * you *", "i " * 400) is None


@given(st.text(alphabet=string.ascii_letters + " ,.'!?{}*|()\\", max_size=80))
def test_any_text_with_a_word_gets_an_answer(text):
    if not any(character.isalnum() for character in text):
        with pytest.raises(ValueError, match="at least one word"):
            Eliza().reply(text)
    else:
        assert Eliza().reply(text).strip()


def test_swaps_name_both_persons():
    assert {SWAPS[word] for word in ("i", "me")} == {"you"}
    assert all(word == word.lower() for word in SWAPS)
