"""The suite's two changes, typos and other names: the right answer stays what it was."""

import dataclasses
import re

import pytest

from workbook.evaluation import suite
from workbook.evaluation.overlap import rouge_tokens
from workbook.evaluation.suite_changes import (
    TWINS,
    changed,
    foreign_names,
    gendered_words,
    with_town_names,
    with_typos,
)
from workbook.tasks import TASKS, Case, cases
from workbook.tasks.scores import shared_run
from workbook.town import build_town
from workbook.town.choices import ChoiceSource
from workbook.town.names import visitor_family_name
from workbook.town.texts.politeness.politeness import RUDE_WORDS

EVERY = pytest.mark.parametrize("task", TASKS)


@EVERY
def test_changes_keep_the_right_answer(task):
    for case in cases(task, 30):
        for change in ("typos", "names"):
            other = changed(case, change)
            assert other == changed(case, change), "the same every time"
            assert TASKS[task].score(other.reference, other) == 1.0
        assert with_typos(case).reference == case.reference


def test_typos_spare_names_numbers_and_what_the_answer_needs():
    case = Case("x/1", "Elder Marcob paid 3.50 crowns for wonderful oranges today", "oranges")
    seen = {
        word
        for i in range(200)
        for word in with_typos(dataclasses.replace(case, id=f"x/{i}")).prompt.split()
    }
    assert {"Elder", "Marcob", "3.50", "oranges"} <= seen
    mistyped = seen - set(case.prompt.split())
    assert "wodnerful" in mistyped and not {w for w in mistyped if sorted(w) == sorted("oranges")}
    originals = {"".join(sorted(word)) for word in case.prompt.split()}
    assert all("".join(sorted(word)) in originals for word in mistyped), (
        "letters only change places"
    )


def test_the_first_letter_stays_and_a_place_in_the_middle_moves():
    """A reader knows a word by its ends; "srping" is read, "psring" is guessed at."""
    case, seen = Case("x/1", "wonderful oranges today", ""), set()
    for i in range(300):
        words = with_typos(dataclasses.replace(case, id=f"x/{i}")).prompt.split()
        seen |= set(words) - set(case.prompt.split())
        assert [word[0] for word in words] == ["w", "o", "t"]
    assert {"wnoderful", "wonderflu", "otday"} & seen == {"wnoderful", "wonderflu"}


def test_no_typo_hides_what_the_score_looks_for():
    """Guards against a baseline of .075 with typos where it is 0 without: the rude words were
    mistyped, so that the scorer no longer saw them."""
    for case in cases("polite", 200):
        before, after = (set(re.findall("[a-z]+", text.lower())) & RUDE_WORDS
                         for text in (case.prompt, with_typos(case).prompt))  # fmt: skip
        assert before == after, case
        assert set(shared_run(case.prompt, case.reference)) <= set(
            rouge_tokens(with_typos(case).prompt)
        ), case


def test_no_typo_makes_another_word():
    """Guards against "tied" for "tide": the translation would be another one."""
    prompts = "\n".join(case.prompt for task in TASKS for case in cases(task, suite.CASES))
    known = set(re.findall(r"[a-z']+", prompts.lower()))
    swapped = {
        word[:i] + word[i + 1] + word[i] + word[i + 2 :]
        for word in set(re.findall(r"\b[a-z]{4,}\b", prompts))
        for i in range(1, len(word) - 1)
        if word[i] != word[i + 1]
    }
    assert swapped & known == TWINS
    said = {word for i in range(200) for word in
            with_typos(Case(f"x/{i}", "tide from there", "")).prompt.split()}  # fmt: skip
    assert said & TWINS == {"tide", "from", "there"} and len(said) > 3


def test_the_sentence_to_be_translated_is_mistyped_too():
    """What robustness means here: a reader would still know what to translate."""
    asked = cases("translate", 4)[3]
    assert asked.prompt.endswith("wait in spring?")
    changed_words = [
        (one, other)
        for case in cases("translate", 12)
        for one, other in zip(
            case.prompt.rsplit(": ", 1)[-1].split(),
            with_typos(case).prompt.rsplit(": ", 1)[-1].split(),
            strict=True,
        )
        if one != other
    ]
    assert changed_words and all(sorted(a) == sorted(b) for a, b in changed_words)


def test_names_change_everywhere_at_once_and_only_foreign_ones():
    case = Case("x/2", "Twaezipo Swaeckatch met Enid. Who met Enid?", "Twaezipo met Enid.")
    assert foreign_names(case.prompt) == ["Twaezipo", "Swaeckatch"]
    other = with_town_names(case)
    first, family = other.prompt.split()[:2]
    assert other.prompt == f"{first} {family} met Enid. Who met Enid?"
    assert other.reference == f"{first} met Enid." and not foreign_names(other.prompt)
    assert other.prompt != case.prompt and first not in {p.first for p in build_town().people}
    plain = Case("x/3", "Enid sleeps.", "Yes.")
    assert with_town_names(plain) == plain


def test_no_two_people_get_one_name():
    """Guards against a new name that is given twice: two people of a talk would become one."""
    source = ChoiceSource("many names")
    for number in range(5):
        names = [visitor_family_name(source) for _ in range(40)]
        other = with_town_names(Case(f"x/many/{number}", " ".join(names), "None."))
        assert len(set(other.prompt.split())) == len(set(names))


def test_no_word_of_the_town_is_taken_for_a_foreign_name():
    town = build_town()
    everything = (*town.people, *town.places, *town.products, *town.events)
    assert not [e.name for e in everything if foreign_names(e.name)]


def test_gendered_words():
    assert gendered_words(["She gave HER cat to him.", "The others there"]) == [(2, 1), (0, 0)]
