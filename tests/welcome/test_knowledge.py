"""Who knows what: the questions, the judge, the baseline and the ceiling, and the bundled model."""

import pytest

from workbook.core.hub import load_model, load_tokenizer
from workbook.town import build_both
from workbook.town_lm.quality import share
from workbook.welcome import knowledge
from workbook.welcome.answers import WHO, LanguageModel, Trio
from workbook.welcome.markov import Chain, words


@pytest.mark.parametrize(
    ("reply", "right"),
    [
        ("She lives in Willow Row.", True),
        ("willow row", True),
        ("Willow Rows", False),
        ("Row Willow", False),
        ("", False),
    ],
)
def test_judged_by_whole_words(reply, right):
    assert knowledge.is_right(reply, "Willow Row") is right


def test_a_value_is_no_pattern():
    assert knowledge.is_right("It costs 17.30 crowns.", "17.30 crowns")
    assert not knowledge.is_right("It costs 17x30 crowns.", "17.30 crowns")


def test_questions_ask_about_their_facts_and_repeat():
    for when, year in zip(knowledge.WHEN, (town.year for town in build_both()), strict=True):
        asked = knowledge.questions(60, when, seed=5)
        assert asked == knowledge.questions(60, when, seed=5) != knowledge.questions(60, when)
        assert len({(one.fact.name, one.fact.trait) for one in asked}) == 60
        assert all(one.fact.name in one.text and one.year == year for one in asked)
        told = [one for one in asked if knowledge.is_right(one.text, one.fact.value)]
        assert len(told) <= 3, "a question that names its answer gives points to an echo"


def test_questions_refuse_another_time():
    with pytest.raises(ValueError, match="before"):
        knowledge.questions(3, "now")


def test_the_database_is_right_on_both_sides_of_the_cutoff():
    """Guards against asking today's database about a fact that has changed since."""
    for when in knowledge.WHEN:
        asked = knowledge.questions(400, when)
        said = knowledge.looked_up(asked)
        assert all(
            knowledge.is_right(one, each.fact.value) for one, each in zip(said, asked, strict=True)
        )


def test_the_baseline_is_the_best_constant():
    """For each kind of fact no other constant answer is right more often."""
    old, _ = build_both()
    facts = [fact for fact in knowledge.learned_facts(old) if fact.trait == "closed on"]
    asked = [knowledge.Question("?", fact, old.year) for fact in facts]
    (guess,) = set(knowledge.commonest(asked))
    days = [fact.value for fact in facts]
    assert days.count(guess) == max(days.count(day) for day in set(days))


def test_the_bundled_model_knows_the_past_and_no_one_the_future():
    """Its card says .997 before the cutoff and .012 after; 60 questions keep that apart."""
    chain = Chain([words("Question: Who?\nAnswer: Ada Ames.")], n=4)
    trio = Trio(chain, LanguageModel(load_model("instruct"), load_tokenizer("instruct")))
    known = knowledge.who_knows(trio, count=60)
    assert list(known.index) == [knowledge.BASELINE, *WHO, knowledge.CEILING]
    assert known.index.name == "accuracy", "not the share of this or that"
    before, after = known.columns
    assert known.loc[WHO[2], before].value > 0.9 > 0.1 > known.loc[WHO[2], after].value
    assert known.loc[WHO[0], before].value == known.loc[WHO[1], before].value == 0
    assert (known.loc[knowledge.CEILING].map(lambda score: score.value) == 1).all()


def test_in_words():
    assert knowledge.in_words(share("x", [True, False])) == "0.50 [0.09, 0.91]"
    assert knowledge.in_words(share("x", [False] * 10)).startswith("0.00 [0.00,")
