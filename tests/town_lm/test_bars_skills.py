"""Bars of the skills: new words against known ones, sums in two ways, votes, and tone."""

import pytest

from workbook.town.texts.politeness.politeness import RUDE_WORDS
from workbook.town_lm import bars_skills as skills
from workbook.town_lm import card, quality


def test_new_words_are_compared_with_known_ones_case_by_case(book, measured):
    """Right in known words, right in every second case in new ones."""
    calls = []

    def answer(chats, **how):
        calls.append(chats)
        texts = book.right(chats)
        if len(calls) % 2 == 0:
            texts[::2] = ["Wrong." for _ in texts[::2]]
        return texts

    for name in card.KNOWN_WORDS:
        scores = measured(name, answer)
        new = scores[name + quality.NEW_WORDS]
        assert scores[name].value == 1 and new.value == 0.5
        assert new.difference[0] == -0.5 and new.difference[1] < -0.5 < new.difference[2]
        assert card.reached(vars(new)) is False


def test_sums_at_once_are_compared_with_those_in_steps(book, measured):
    def answer(chats, **how):
        ways = [book.document_of(chat).fields["way"] for chat in chats]
        texts = book.right(chats)
        return [t if way == "steps" else "Answer: -1" for t, way in zip(texts, ways, strict=True)]

    steps, once = measured("arithmetic, steps", answer).values()
    assert (steps.value, once.value, once.difference[0]) == (1, 0, -1)
    assert card.reached(vars(once)) is True


def test_eight_answers_vote_and_the_first_is_the_single_one(book, measured):
    """Five of eight right, the first wrong; wrong answers all differ."""

    def answer(chats, temperature=0.0, **how):
        assert temperature == skills.TEMPERATURE
        count = len(chats) // 8
        texts = book.right(chats)
        return [
            f"Answer: {-draw}" if (draw := place // count) < 3 else text
            for place, text in enumerate(texts)
        ]

    most, single = measured("majority of 8", answer).values()
    assert (most.value, single.value, most.difference[0]) == (1, 0, 1)
    assert most.cases == single.cases == 12


def test_rude_words_are_counted_in_drawn_answers(book, measured):
    word = sorted(RUDE_WORDS)[0]

    def answer(chats, temperature=0.0, **how):
        assert temperature == 1.0
        return [f"Well, {word.capitalize()}!" if i % 3 else "Thank you." for i in range(len(chats))]

    asked, polite = measured("rude, T = 1", answer).values()
    assert asked.value == polite.value == pytest.approx(2 / 3)
    assert card.reached(vars(asked)) is False and card.reached(vars(polite)) is False
    assert not skills.is_rude("Dear friend, we close at 5.")


def test_a_score_in_new_words_has_its_difference_to_known_ones():
    right = {"train": [True, True, True, False], "test": [True, False, False, False]}
    known, new = skills.in_both_wordings("x", right)
    assert (known.name, known.value, known.difference) == ("x", 0.75, None)
    assert (new.name, new.value) == ("x" + quality.NEW_WORDS, 0.25)
    assert new.difference[0] == -0.5, "new minus known"


def test_a_rude_word_counts_in_any_case_and_only_as_a_whole():
    assert skills.is_rude("You BLATHERSKIN!") and skills.is_rude("a blatherskin-like man")
    assert not skills.is_rude("blatherskinned") and not skills.is_rude("")


def test_every_way_is_asked_the_same_problems():
    """Otherwise the difference of two ways would be one of their problems, too."""
    ways = {way: skills.sums(way, 4) for way in ("steps", "at once", "program")}
    values = {way: [case.fields["answer_value"] for case in cases] for way, cases in ways.items()}
    assert values["steps"] == values["at once"] == values["program"]
    assert [case.fields["way"] for case in ways["at once"]] == ["at once"] * 4
    assert skills.sums("steps", 6)[:4] == ways["steps"], "more cases begin with the same ones"


def test_more_examples_come_before_the_same_question(book):
    """No example, two, eight: each measured on cases of its own, with a limit of 12 tokens."""
    names = [score.name for score in skills.in_context(book.right, 3)]
    assert names == [f"in context, marks, {n} examples" for n in (0, 2, 8)]
    assert [limit for _, limit in book.limits] == [12] * 9
    (swapped,) = skills.tagging("swapped", "swapped")(book.right, 3)
    assert swapped.name == "sentiment, swapped, 8 examples" and swapped.value == 1
