"""Critique: what breaks the rule is quoted, and the revision mends it and keeps the fact."""

import math
import re
from collections import Counter

import pytest
import text_checks
from proofreading import proofread

from workbook.town.choices import ChoiceSource
from workbook.town.entities import SPLITS
from workbook.town.texts.customers import critique_frame_phrases as say
from workbook.town.texts.customers.critique import BROKEN, PARTS, critique, critique_chat
from workbook.town.texts.customers.critique_phrases import PRINCIPLES
from workbook.town.texts.politeness.politeness import RUDE_WORDS
from workbook.town.writer import Writer

TEXT = re.compile(
    r"Request: (.+)\nNote: (.+)\nAnswer: (.+)\nRule: (.+)\nCritique: (.+)\nRevision: (.+)"
)
NUMBERS = {"three": 3, "four": 4, "five": 5}


def made(make=critique, split="train", count=300, **options):
    town = text_checks.town()
    return [make(Writer(ChoiceSource(f"c/{i}"), town, split), **options) for i in range(count)]


def rude_words(text):
    return {word for word in re.findall("[a-z]+", text.lower()) if word in RUDE_WORDS}


def sentence_count(text):
    return len(re.findall(r"[.!?](?=\s|$)", text))


@pytest.mark.parametrize("make", [critique, critique_chat])
def test_the_form_of_texts_and_their_facts(make):
    text_checks.check_all(make)


@pytest.mark.parametrize("split", SPLITS)
def test_the_text_itself_says_what_the_fields_say(split):
    for document in made(split=split):
        fields = document.fields
        names = ("request", "note", "first", "rule", "critique", "revision")
        assert TEXT.fullmatch(document.text).groups() == tuple(fields[name] for name in names)
        assert fields["rule"] in PRINCIPLES[fields["principle"]].rule.all
        assert fields["value"].lower() in fields["note"].lower()
        assert fields["answer"] == fields["revision"]
        kept = fields["critique"].startswith("The answer follows the rule")
        assert kept == (not fields["broken"])
        assert (fields["first"] == fields["revision"]) == kept


@pytest.mark.parametrize("split", SPLITS)
def test_the_revision_has_the_fact_and_breaks_nothing(split):
    for document in made(split=split):
        note, revision = document.fields["note"], document.fields["revision"]
        assert document.fields["value"].lower() in revision.lower()
        assert not rude_words(revision) and not revision.isupper()
        assert sentence_count(revision) <= 4
        for figure in re.findall(r"\d[\d.:]*\d|\d", revision):
            assert figure in note or figure in document.fields["request"]


@pytest.mark.parametrize("split", SPLITS)
@pytest.mark.parametrize("principle", PRINCIPLES)
def test_a_broken_answer_breaks_the_rule_and_the_critique_quotes_it(split, principle):
    for document in made(split=split, principle=principle, broken=True, count=25):
        fields = document.fields
        first, revision, quote = fields["first"], fields["revision"], fields["quote"]
        if principle == "short":
            assert NUMBERS[quote] == sentence_count(first) > 2 >= sentence_count(revision)
            assert quote in fields["critique"]
        elif principle == "by name":
            assert f'"{quote}"' in fields["critique"] and quote in fields["request"]
            assert quote not in first and quote in revision
        else:
            assert f'"{quote}"' in fields["critique"]
            assert quote.lower() in first.lower() and quote not in revision
        if principle == "polite":
            assert quote.lower() in rude_words(first)
        if principle == "true":
            assert quote not in fields["note"] and fields["value"] not in first
        if principle == "helpful":
            assert fields["value"] not in first
        if principle == "quiet":
            assert first.isupper() and first.lower() == revision.lower()
        if PRINCIPLES[principle].extras and principle not in ("helpful", "short"):
            assert revision in first and fields["value"].lower() in first.lower()


def test_a_good_answer_under_each_rule_is_left_as_it_is():
    for principle in PRINCIPLES:
        for document in made(principle=principle, broken=False, count=20):
            fields = document.fields
            assert fields["first"] == fields["revision"] and not rude_words(fields["first"])
            assert principle != "short" or sentence_count(fields["first"]) <= 2
            if principle == "by name":
                names = re.findall(r"([A-Z]\w+) [A-Z]\w+", fields["request"])
                assert any(name in fields["first"] for name in names)


@pytest.mark.parametrize("part", PARTS)
def test_the_chat_asks_for_the_part_that_is_wanted(part):
    for chat in made(critique_chat, count=150, part=part):
        fields = chat.fields
        wanted = [fields["critique"]] * (part != "revision") + [fields["revision"]] * (
            part != "critique"
        )
        messages = fields["messages"]
        assert [m["content"] for m in messages if m["role"] == "assistant"] == wanted
        assert fields["answer"] == wanted[-1] and fields["part"] == part
        for name in ("request", "note", "first", "rule"):
            assert fields[name] in messages[0]["content"]
    for raw in made(count=30, part=part):
        labels = re.findall(r"^(\w+): ", raw.text, re.M)
        assert ("Critique" in labels, "Revision" in labels) == (
            part != "revision", part != "critique",
        )  # fmt: skip


def test_chat_and_raw_text_say_the_same_where_the_seed_is_the_same():
    for raw, chat in zip(made(), made(critique_chat, part="both"), strict=True):
        for name in ("request", "note", "first", "critique", "revision", "value", "broken"):
            assert raw.fields[name] == chat.fields[name]
        asked = math.log(len(say.CRITIQUE_REQUESTS.all) - 2) + math.log(
            len(say.THEN_REVISE.all) - 2
        )
        assert chat.nats == pytest.approx(raw.nats + asked)


def test_principles_and_broken_answers_come_as_often_as_they_should():
    """Each count within five standard deviations."""
    count = 2000
    documents = made(count=count)
    broken = sum(d.fields["broken"] for d in documents)
    assert abs(broken - BROKEN * count) < 5 * math.sqrt(count * BROKEN * (1 - BROKEN))
    drawn = Counter(d.fields["principle"] for d in documents)
    share = count / len(PRINCIPLES)
    assert all(abs(drawn[name] - share) < 5 * math.sqrt(share) for name in PRINCIPLES)


def test_a_wrong_option_is_refused():
    with pytest.raises(ValueError, match="choose one of polite, true"):
        made(count=1, principle="brave")
    for make in (critique, critique_chat):
        with pytest.raises(ValueError, match="choose one of critique, revision, both"):
            made(make, count=1, part="poem")


def test_a_held_out_rule_is_used_in_its_split_only():
    for name, principle in PRINCIPLES.items():
        for i, split in enumerate(SPLITS[1:]):
            held = principle.rule.all[-2 + i]
            for other in SPLITS:
                rules = {d.fields["rule"] for d in made(split=other, principle=name, count=25)}
                assert held not in rules or other == split


def test_texts_are_short_english_and_worded_in_many_ways():
    documents = made(count=600) + made(critique_chat, count=200)
    assert max(len(document.text) for document in documents) < 1000
    shapes = {re.sub(r"(?:\b[A-Z]\w+ ?)+|\d[\d.:]*", "X", d.text) for d in documents}
    assert len(shapes) > 500
    for document in documents[400:]:
        assert [c for c in proofread(document.text) if "the Evening" not in c] == []
