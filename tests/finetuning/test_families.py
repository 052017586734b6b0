"""Scores and cases: right answers get 1, thoughtless ones little, and nobody asked is known."""

from statistics import fmean

import pytest
from tiny_tuning import tiny_model, tokenizer

from workbook.core.hub import load_model
from workbook.finetuning import families
from workbook.finetuning.data import NEW, chats
from workbook.finetuning.families import FAMILIES, cases, score
from workbook.tasks import Case
from workbook.town import build_town
from workbook.town.choices import ChoiceSource
from workbook.town.texts.politeness.politeness import rewrite
from workbook.town.writer import Writer


@pytest.mark.parametrize("family", FAMILIES)
def test_references_get_one_and_rules_without_thought_less(family):
    asked = cases(family, 40)
    assert score(family, [case.reference for case in asked], asked) == [1.0] * 40
    baseline = fmean(families.measure_baseline((family,), 40)[family])
    assert 0 <= baseline < 0.7
    assert baseline == fmean(score(family, [families.baseline(case) for case in asked], asked))
    assert score(family, [""] * 40, asked) == [0.0] * 40


@pytest.mark.parametrize(
    ("family", "reference", "answer", "expected"),
    [
        ("extract", "name: Ada Hull\nday: Friday", "day: Friday\nname: Ada", 0.5),
        ("extract", "name: Ada Hull\nday: Friday", " day: Friday \nname: Ada Hull\nX", 1.0),
        (NEW, "Present: A, B\nNamed: none\nPlace: Oak Mill", "Present: A, B\nNamed: C", 1 / 3),
        ("entailment", "Yes.", "Yes", 1.0),  # fault A17: 0.0 here, 1.0 in lesson 09
        ("sentiment", "Mixed.", " Mixed.\n", 1.0),
    ],
)
def test_scores_by_hand(family, reference, answer, expected):
    assert score(family, [answer], [Case(family, "", reference)]) == [pytest.approx(expected)]


def test_a_polite_answer_must_keep_the_message_and_have_no_rude_word():
    """A score by characters once gave a true answer 0.83: a word began in another letter case."""
    for index in range(60):
        fields = rewrite(Writer(ChoiceSource(f"polite/{index}"), build_town(), "test")).fields
        case = Case("polite", fields["rude"], fields["polite"])
        kept = f"Could you please read this: {fields['content']}"
        (whole,) = score("polite", [kept], [case])
        assert whole > 0.6, fields  # the two versions may share a word beside the message
        assert score("polite", [" ".join(kept.split()[:-2])], [case])[0] < whole
    assert score("polite", [f"{kept}, you snorkfin"], [case]) == [0.0]
    assert score("polite", [fields["rude"]], [case]) == [0.0]


def test_rouge_is_the_librarys_with_its_published_example():
    """rouge_score's own tests: ROUGE-1 of "testing" against "testing one two" has F1 1/2."""
    found = families.rouge(["testing", "testing one"], ["testing one two"] * 2)
    assert found["rouge1"] == pytest.approx([1 / 2, 4 / 5])
    assert found["rouge2"] == pytest.approx([0, 2 / 3])
    with pytest.raises(ValueError):
        families.rouge(["one"], ["one", "two"])


def test_cases_stay_the_same_and_splits_share_none():
    assert cases("polite", 6)[:3] == cases("polite", 3)
    prompts = [
        {case.prompt for case in cases("summarise", 30, split=split, phrasings=phrasings)}
        for split, phrasings in (("test", "train"), ("test", "test"), ("validation", "train"))
    ]
    prompts.append({chat[0]["content"] for chat in chats("summarise", 200)})
    assert len(set.union(*prompts)) == sum(map(len, prompts))


def test_unknown_families_and_lost_answers_are_one_sentence():
    with pytest.raises(ValueError, match="there is no task 'closed_book'"):
        cases("closed_book", 3)
    with pytest.raises(ValueError, match="3 cases need as many answers, not 2"):
        score("polite", ["a", "b"], cases("polite", 3))


def test_measure_is_ask_and_score_and_leaves_the_mode():
    model = tiny_model().train()
    asked = cases("sentiment", 3)
    expected = score("sentiment", families.ask(model, tokenizer(), "sentiment", asked), asked)
    assert families.measure(model, tokenizer(), ("sentiment",), 3) == {"sentiment": expected}
    assert model.training


def test_the_long_tuned_model_knows_the_old_skills_and_not_the_new_one():
    model = load_model("bundled:town-instruct")
    found = families.measure(model, tokenizer(), ("open_book", "sentiment", NEW), 8)
    assert fmean(found["open_book"]) > 0.5 and fmean(found["sentiment"]) > 0.5
    assert found[NEW] == [0.0] * 8
