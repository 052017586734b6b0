"""Refusals: who exists is answered truly, who does not is refused, and no name is in two splits."""

import math
import re
from collections import Counter
from functools import cache

import pytest
from proofreading import proofread

from workbook.town.choices import ChoiceSource
from workbook.town.entities import SPLITS
from workbook.town.texts.questions.recall import QUESTIONS, facts_of
from workbook.town.texts.questions.refusal_phrases import NEXT_REQUESTS, REQUESTS
from workbook.town.texts.questions.refusals import TABLES, refusal, refusal_chat
from workbook.town.world import build_both, build_town
from workbook.town.writer import Writer

FORMS = (refusal, refusal_chat)
UNKNOWN = re.compile(r"I do not know (anybody|a place|a product|an event) called (.+)\.")
MISSING = re.compile(r"(.+) is not married\.|(.+) has no pet\.|Nobody owns (.+)\.")


def make(number, form=refusal, split="train", **options):
    return form(Writer(ChoiceSource(f"refusal/{split}/{number}"), build_town(), split), **options)


@cache
def drawn(form=refusal, split="train", count=400):
    return [make(number, form, split) for number in range(count)]


def pairs(document):
    return list(zip(document.fields["questions"], document.fields["answers"], strict=True))


def all_pairs(split):
    return [pair for document in drawn(split=split) for pair in pairs(document)]


@cache
def existing():
    """All names of people and things, today and at the cutoff, as they stand in a sentence."""
    towns = build_both()
    rows = {f"the {row.name}" for t in towns for row in (*t.places, *t.products, *t.events)}
    return rows | {person.name for t in towns for person in t.people}


@cache
def truths():
    """(name, answer) of all facts of the training split, with the trait."""
    town = build_town()
    things = [t for table in TABLES for t in town.among(table, "train")]
    return {fact.answer: fact for thing in things for fact in facts_of(town, thing)}


def unknown_names(split):
    return [hit[2] for _, answer in all_pairs(split) if (hit := UNKNOWN.fullmatch(answer))]


@pytest.mark.parametrize("split", SPLITS)
def test_each_answer_is_true_and_belongs_to_its_question(split):
    town = build_town()
    train = {p.name: p for p in town.among("people", "train")}
    places = {f"the {p.name}": p for p in town.among("places", "train")}
    for question, answer in all_pairs(split):
        if hit := UNKNOWN.fullmatch(answer):
            assert hit[2] in question and hit[2] not in existing()
            assert (hit[1] == "anybody") == (not hit[2].startswith("the "))
        elif hit := MISSING.fullmatch(answer):
            name = next(filter(None, hit.groups()))
            assert name in question
            gaps = ("is not married", "has no pet", "Nobody owns")
            person, gap = train.get(name), next(gap for gap in gaps if gap in answer)
            missing = {
                gaps[0]: lambda p=person: p.spouse,
                gaps[1]: lambda p=person: p.pet,
                gaps[2]: lambda n=name: places[n].owner,
            }
            assert missing[gap]() is None
        else:
            fact = truths()[answer]
            asked = {say.format(who=fact.name) for say in QUESTIONS[fact.table][fact.trait].all}
            assert question in asked


def test_known_and_unknown_names_come_as_often_as_planned():
    answers = [answer for _, answer in all_pairs("train")]
    unknown = sum(bool(UNKNOWN.fullmatch(a)) for a in answers) / len(answers)
    missing = sum(bool(MISSING.fullmatch(a)) for a in answers) / len(answers)
    assert 0.48 < unknown < 0.60 and 0.05 < missing < 0.11
    tables = Counter(UNKNOWN.fullmatch(a)[1] for a in answers if UNKNOWN.fullmatch(a))
    assert 0.5 < tables["anybody"] / tables.total() < 0.7 and len(tables) == 4


def test_names_that_nobody_has_are_made_in_several_ways():
    town = build_town()
    people = town.among("people", "train")
    firsts, lasts = {p.first for p in people}, {p.last for p in people}
    names = [name.split() for name in unknown_names("train") if not name.startswith("the ")]
    ways = Counter((first in firsts, last in lasts) for first, last in names)
    assert all(ways[way] / len(names) > 0.08 for way in [(a, b) for a in (0, 1) for b in (0, 1)])


def test_no_held_out_name_and_no_first_name_of_another_split_is_used():
    for split in SPLITS:
        town = build_both()[1]
        held_out = {p.first for p in town.people if p.split != "train"}
        text = "\n".join(d.text for form in FORMS for d in drawn(form, split))
        assert not held_out & set(re.findall(r"[A-Z][a-z]+", text))
        others = (*town.places, *town.products, *town.events)
        assert not [row.name for row in others if row.split != "train" and row.name in text]


def test_names_that_do_not_exist_are_kept_for_one_split():
    names = {split: set(unknown_names(split)) for split in SPLITS}
    assert len(names["test"]) > 500
    assert not names["train"] & (names["validation"] | names["test"])
    assert not names["validation"] & names["test"]


def test_the_chat_asks_and_answers_with_the_same_fields():
    for document in drawn(refusal_chat):
        messages, fields = document.fields["messages"], document.fields
        assert 2 <= len(pairs(document)) == len(messages) / 2 <= 5
        for i, (question, answer) in enumerate(pairs(document)):
            assert question in messages[2 * i]["content"]
            assert messages[2 * i + 1]["content"] == answer
        assert (fields["question"], fields["answer"]) == pairs(document)[-1]
    for document in drawn():
        blocks = "\n".join(f"Question: {q}\nAnswer: {a}" for q, a in pairs(document))
        assert document.text == blocks and 3 <= len(pairs(document)) <= 6
        answer, name = document.fields["answer"], document.fields["name"]
        assert document.fields["known"] == (not UNKNOWN.fullmatch(answer))
        assert document.fields["missing"] == bool(MISSING.fullmatch(answer))
        assert name in answer or name.replace("the ", "The ", 1) in answer


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("split", SPLITS)
def test_the_option_asks_one_question_about_what_exists_or_not(form, split):
    for known in (True, False):
        for number in range(40):
            fields = make(number, form, split, known=known).fields
            assert len(fields["answers"]) == 1 and not fields["missing"]
            assert fields["known"] == known == (fields["name"] in existing())
            assert bool(UNKNOWN.fullmatch(fields["answer"])) != known


def test_nats_are_those_of_the_choices():
    """Of one known question: the table, the entity, the fact and the wording."""
    town = build_town()
    for number in range(30):
        document = make(number, known=True)
        fact = truths()[document.fields["answer"]]
        things = town.among(fact.table, "train")
        bare = fact.name.removeprefix("the ")
        facts = len(list(facts_of(town, next(t for t in things if t.name == bare))))
        ways = len(QUESTIONS[fact.table][fact.trait].by_split["train"])
        chances = TABLES[fact.table] / sum(TABLES.values()) / len(things) / facts / ways
        assert document.nats == pytest.approx(-math.log(chances))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("split", SPLITS)
def test_length_language_and_seed(form, split):
    made = drawn(form, split)
    assert made[:20] == drawn.__wrapped__(form, split, 20)
    for document in made:
        assert len(document.text) < 1200 and document.nats > 0
    for document in made[:60]:
        assert proofread(document.text) == [], document.text


def test_requests_that_are_held_back_stay_out_of_training():
    text = "\n".join(document.text for document in drawn(refusal_chat))
    for phrases in (REQUESTS, NEXT_REQUESTS):
        for pattern in phrases.all[-2:]:
            assert pattern.replace("{ask}", "").strip() not in text


def test_the_texts_have_more_than_500_shapes():
    shapes = {re.sub(r"[A-Z][a-z]+|\d+", "N", d.text) for s in SPLITS for d in drawn(split=s)}
    assert len(shapes) > 500
