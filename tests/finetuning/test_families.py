"""Scores and cases: right answers get 1, thoughtless ones little, and nobody asked is known."""

from statistics import fmean

import pytest
from tiny_tuning import tiny_model, tokenizer

from workbook.core.hub import load_model
from workbook.finetuning import families, prompted, templates
from workbook.finetuning.data import NEW, chats
from workbook.finetuning.families import FAMILIES, cases, score
from workbook.tasks import Case
from workbook.town import build_town
from workbook.town.random import Source
from workbook.town.texts.dialogues.dialogues import dialogue
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
        ("summarise", "police killed the gunman", "police kill the gunman", 0.75),  # Lin 2004
    ],
)
def test_scores_by_hand(family, reference, answer, expected):
    assert score(family, [answer], [Case(family, "", reference)]) == [pytest.approx(expected)]


def test_a_polite_answer_must_keep_the_message_and_have_no_rude_word():
    """A score by characters once gave a true answer 0.83: a word began in another letter case."""
    for index in range(60):
        fields = rewrite(Writer(Source(f"polite/{index}"), build_town(), "test")).fields
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


# Prompting alone.


def test_the_dialogue_is_found_in_every_request():
    for index in range(60):
        seed = f"finetuning/cases/summarise/test/test/{families.SEED}/{index}"
        talk = dialogue(Writer(Source(seed), build_town(), "test", "test")).fields
        case = cases("summarise", index + 1, phrasings="test")[index]
        assert case.reference == talk["summary"]
        assert prompted.dialogue_of(case.prompt) == talk["dialogue"]


def test_prompts_are_what_they_are_called():
    case = cases("summarise", 1)[0]
    talk = prompted.dialogue_of(case.prompt)
    pattern = f"Dialogue:\n{talk}\nSummary:"
    assert prompted.build_prompt("plain", case) == f"{case.prompt}\n"
    assert prompted.build_prompt("pattern", case) == pattern
    shots = prompted.build_prompt("few-shot", case, shots=2)
    assert shots.endswith(f"\n\n{pattern}") and shots.count("Summary: ") == 2
    with pytest.raises(ValueError, match="no way of prompting is called 'loud'"):
        prompted.prompted("loud", None, None, [case])


def test_solved_examples_are_dropped_where_the_window_is_too_small():
    """A talk of 216 tokens and a solved one of 199 once overran the window of 512."""
    case = cases("summarise", 1)[0]
    whole, none = (prompted.build_prompt("few-shot", case, shots) for shots in (3, 0))
    length = len(tokenizer().encode(whole, add_special_tokens=False))
    fitted = [prompted._fitting("few-shot", case, 3, tokenizer(), r) for r in (length, length - 1)]
    assert fitted[0] == whole and fitted[1] == prompted.build_prompt("few-shot", case, 2)
    assert prompted._fitting("few-shot", case, 3, tokenizer(), 1) == none
    asked = cases("summarise", 40)
    longest = [max(asked, key=lambda case: len(case.prompt))]
    assert prompted.prompted("few-shot", tiny_model(), tokenizer(), longest, shots=9)


def test_going_on_is_what_transformers_writes():
    """Parity of two engines: ours on the rendered chat, transformers' behind `ask`."""
    model, asked = load_model("bundled:town-lm"), cases("summarise", 4)
    theirs = prompted.prompted("chat", model, tokenizer(), asked)
    rendered = [f"<|user|>\n{case.prompt}<|end|>\n<|assistant|>\n" for case in asked]
    limit = FAMILIES["summarise"].max_new_tokens
    ours = prompted.go_on(model, tokenizer(), rendered, limit)
    assert [text.strip() for text in ours] == theirs


def test_the_pattern_beats_the_request_it_never_saw():
    """The lesson's surprise: the base model can summarise, it only does not know when."""
    model, asked = load_model("bundled:town-lm"), cases("summarise", 8)
    references = [case.reference for case in asked]
    scores = {
        way: fmean(families.rouge(
            prompted.prompted(way, model, tokenizer(), asked), references)["rouge1"])
        for way in ("chat", "pattern")
    }  # fmt: skip
    assert scores["pattern"] > scores["chat"] + 0.4


def test_new_words_ask_for_the_same_talks():
    """Most cases of the test split use known requests, so "new phrasings" were once mostly old."""
    asked = cases("summarise", 12)
    reworded = prompted.in_new_words(asked)
    known = {case.prompt for case in asked}
    new = templates.patterns("summarise", "test")[-1]
    for case, again in zip(asked, reworded, strict=True):
        assert (again.reference, again.id) == (case.reference, case.id)
        talk = prompted.dialogue_of(case.prompt)
        assert again.prompt == new.format(dialogue=talk) and again.prompt not in known
        assert prompted.dialogue_of(again.prompt) == talk
    of_the_split = cases("summarise", 24, phrasings="test")
    request = new.splitlines()[-1]
    assert sum(request in case.prompt for case in of_the_split) == 4
