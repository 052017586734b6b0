"""Rules of form: what keeps each, how an answer is brought into it, and the word it needs."""

import pytest
from text_checks import writer

from workbook.town.entities import SPLITS
from workbook.town.texts.turns import turn_phrases as say
from workbook.town.texts.turns.turn_rules import (
    CONSTRAINTS,
    check_kind,
    draw_word,
    keeps,
    shape,
    shape_value,
)


@pytest.mark.parametrize(
    ("constraint", "good", "bad"),
    [
        ("one word", "Monday.", "On Monday."),
        ("one sentence", "It costs 2.50 crowns.", "Yes. It does."),
        ("two sentences", "Yes. It does.", "It costs 2.50 crowns."),
        ("ten words", "It opens at 9.", "a b c d e f g h i j k"),
        ("capitals", "AT 9.", "At 9."),
        ("name first:Shola", "Shola, it is red.", "It is red, Shola."),
        ("greeting first:Ahoy", "Ahoy. It is red.", "It is red. Ahoy."),
        ("last word:Kettle", "It is red. Kettle.", "It is red."),
        ("question last", "Yes. Anything else?", "Yes."),
        ("quotes", '"Yes."', '"Yes." it said.'),
        ("brackets", "(Yes.)", "(Yes). No."),
        ("signed:Shola", "Yes. Yours, Shola.", "Yes. Yours, Vella."),
        ("no digits", "It opens at nine.", "It opens at 9."),
        ("numbered", "2. Yes.", "Yes, 2."),
        (f"cannot help:{say.CANNOT}", say.CANNOT, say.UNKNOWN),
        ("form of address:my friend", "Yes, my friend.", "Yes, friend."),
    ],
)
def test_keeps_by_hand(constraint, good, bad):
    assert keeps(constraint, good) and not keeps(constraint, bad) and not keeps(constraint, "")


def test_every_kind_of_rule_is_checked_by_hand():
    rules = [m for m in test_keeps_by_hand.pytestmark if m.name == "parametrize"][0].args[1]
    assert {row[0].split(":")[0] for row in rules} == set(CONSTRAINTS)


@pytest.mark.parametrize("split", SPLITS)
@pytest.mark.parametrize("kind", CONSTRAINTS)
def test_an_answer_in_shape_keeps_the_rule(kind, split):
    for seed in range(15):
        w = writer(seed, split)
        word = draw_word(w, kind)
        rule = f"{kind}:{word}" if word else kind
        if kind == "name first":
            word, rule = "Shola", "name first:Shola"
        shaped = shape(w, kind, word, 3, "It opens at 9.", "Nine")
        assert keeps(rule, shaped), (rule, shaped)
        assert ("9" in shaped) == (kind not in ("one word", "no digits"))


@pytest.mark.parametrize(
    ("kind", "word", "shaped"),
    [
        (None, "", "The shop opens at 9."),
        ("one word", "", "Nine."),
        ("one sentence", "", "The shop opens at 9."),
        ("capitals", "", "THE SHOP OPENS AT 9."),
        ("name first", "Ada", "Ada, the shop opens at 9."),
        ("greeting first", "Ahoy", "Ahoy. The shop opens at 9."),
        ("last word", "Kettle", "The shop opens at 9. Kettle."),
        ("quotes", "", '"The shop opens at 9."'),
        ("brackets", "", "(The shop opens at 9.)"),
        ("signed", "Ada", "The shop opens at 9. Yours, Ada."),
        ("no digits", "", "The shop opens at nine."),
        ("numbered", "", "2. The shop opens at 9."),
        ("form of address", "my friend", "The shop opens at 9, my friend."),
    ],
)
def test_shapes_by_hand(kind, word, shaped):
    assert shape(writer(0), kind, word, 2, "The shop opens at 9.", "Nine") == shaped


def test_a_shape_leaves_alone_what_is_right_already():
    w = writer(0)
    assert shape(w, "question last", "", 1, "Do you?", "") == "Do you?"
    assert shape(w, "name first", "Ada", 1, "I do not know.", "") == "Ada, I do not know."
    assert w.source.nats == 0.0


def test_a_value_stands_in_an_answer_as_its_rule_has_it():
    assert shape_value("capitals", "noon") == "NOON"
    assert shape_value("no digits", "12 in the morning") == "twelve in the morning"
    assert shape_value("one word", "red") == "Red"
    assert shape_value(None, "red") == shape_value("quotes", "red") == "red"


def test_only_rules_with_a_word_of_their_own_draw_one():
    for kind in (None, *CONSTRAINTS):
        w = writer(f"word/{kind}")
        word = draw_word(w, kind)
        drawn = kind in ("greeting first", "last word", "form of address", "signed")
        assert (w.source.nats > 0) == drawn and bool(word) == (drawn or kind == "cannot help")
    assert draw_word(writer(0), "cannot help") == say.CANNOT
    assert draw_word(writer(0), "last word") in say.LAST_WORDS.by_split["train"]


def test_a_wrong_rule_is_refused_and_the_right_ones_are_named():
    with pytest.raises(ValueError, match="choose one of one word"):
        keeps("rhymes", "Yes.")
    with pytest.raises(ValueError, match="no constraint 'rhymes'; choose one of one word"):
        check_kind("rhymes")
    assert check_kind("capitals") is None
