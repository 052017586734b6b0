"""Turns: every answer keeps the rule of the system line and can be found in the chat itself."""

import math
import re
from collections import Counter

import pytest
import text_checks
from proofreading import proofread

from workbook.town.choices import ChoiceSource
from workbook.town.entities import SPLITS
from workbook.town.texts.chat import render_chat
from workbook.town.texts.turns import turn_phrases as say
from workbook.town.texts.turns.turns import CONSTRAINTS, keeps, turns, turns_chat
from workbook.town.writer import Writer

LINE = re.compile(r"(System|User|Assistant): (.+)")


def made(make=turns, split="train", count=300, **options):
    town = text_checks.town()
    return [make(Writer(ChoiceSource(f"t/{i}"), town, split), **options) for i in range(count)]


def script(document):
    """System line (or None), and pairs of user and assistant, read from the text."""
    rows = [LINE.fullmatch(line).groups() for line in document.text.splitlines()]
    system = rows.pop(0)[1] if rows[0][0] == "System" else None
    assert [label for label, _ in rows] == ["User", "Assistant"] * (len(rows) // 2)
    return system, [(rows[i][1], rows[i + 1][1]) for i in range(0, len(rows), 2)]


@pytest.mark.parametrize("make", [turns, turns_chat])
@pytest.mark.parametrize("split", SPLITS)
def test_the_form_of_texts_and_their_facts(make, split):
    town = text_checks.town()
    truths = text_checks.truths() | {
        (place.name, "owner"): town.people[place.owner].name
        for place in town.places
        if place.owner is not None
    }
    places = {name for name, _ in truths}
    documents = made(make, split)
    assert documents == made(make, split) and len({d.text for d in documents}) > 290
    for document in documents:
        text_checks.check_form(document)
        for subject, relation, value in document.facts:
            assert value in document.text
            assert subject not in places or truths[subject, relation] == value


@pytest.mark.parametrize("make", [turns, turns_chat])
def test_no_text_names_anything_of_another_split(make):
    text_checks.check_split(make)


@pytest.mark.parametrize("split", SPLITS)
@pytest.mark.parametrize("constraint", CONSTRAINTS)
def test_every_answer_keeps_the_rule_and_contains_its_value(split, constraint):
    for document in made(split=split, count=20, constraint=constraint):
        system, pairs = script(document)
        stated = document.fields["constraint"]
        assert stated.split(":")[0] == constraint and system == document.fields["system"]
        for (_, answer), value in zip(pairs, document.fields["values"], strict=True):
            assert keeps(stated, answer), (stated, answer)
            assert value is None or value.lower() in answer.lower()


def test_a_wrong_option_is_refused():
    with pytest.raises(ValueError, match="choose one of one word"):
        made(count=1, constraint="rhymes")
    with pytest.raises(ValueError, match="leave system at None"):
        made(count=1, constraint="capitals", system=False)


@pytest.mark.parametrize("split", SPLITS)
def test_what_is_answered_was_said_before(split):
    """Each value of an answer stands in the system line or in what the user said up to then."""
    for document in made(split=split):
        system, pairs = script(document)
        heard = (system or "").lower()
        spelled = (document.fields["constraint"] or "") == "no digits"
        for (said, answer), value in zip(pairs, document.fields["values"], strict=True):
            heard += f"\n{said.lower()}"
            unsaid = value is None or value.lower() in ("yes", "no", "unknown", "do not know")
            assert unsaid or spelled or value.lower() in heard, (value, document.text)
            unknown = "do not know" in answer.lower() or "unknown" in answer.lower()
            assert unknown == (value is not None and value.lower() in ("unknown", "do not know"))


def told_so_far(document):
    """For each turn: what is asked, the answer, and what users have told of themselves by then."""
    facts = [row[1:] for row in document.fields["facts"] if row[0] == "user"]
    told = {}
    for said, answer in script(document)[1]:
        while facts and re.search(rf"\b{re.escape(facts[0][1])}\b", said):
            trait, value = facts.pop(0)
            told[trait] = value
        yield said, answer, dict(told)
    assert not facts


def test_questions_about_oneself_get_the_newest_value_or_are_not_known():
    asked = {
        "Where do I come from?": ("home", "You come from {}."),
        "Which street do I live in?": ("street", "You live in {}."),
        "What is my favourite colour?": ("colour", "You like {} best."),
        "What is my hobby?": ("hobby", "You like {}."),
    }
    known, unknown = set(), set()
    for document in made(system=False, count=400):
        for said, answer, told in told_so_far(document):
            if said in asked:
                trait, pattern = asked[said]
                right = pattern.format(told[trait]) if trait in told else say.UNKNOWN
                assert answer == right, document.text
                (known if trait in told else unknown).add(trait)
    assert len(known) == len(unknown) == len(asked)


def test_some_users_correct_themselves():
    changed = [
        document
        for document in made(system=False)
        if len({row[:2] for row in document.fields["facts"]}) < len(document.fields["facts"])
    ]
    assert 10 < len(changed) < 150


def test_numbered_answers_count_from_one():
    for document in made(constraint="numbered", count=100):
        answers = [answer for _, answer in script(document)[1]]
        numbers = [int(answer.split(".")[0]) for answer in answers]
        assert numbers == list(range(1, len(answers) + 1))


def test_chat_and_raw_text_are_the_same_chat():
    for raw, chat in zip(made(), made(turns_chat), strict=True):
        messages = chat.fields["messages"]
        assert chat.text == render_chat(messages) and chat.nats == raw.nats
        labelled = [f"{m['role'].title()}: {m['content']}" for m in messages]
        assert raw.text == "\n".join(labelled)
        assert messages[-1]["content"] == raw.fields["answer"] == chat.fields["answer"]


def test_system_lines_and_rules_come_as_often_as_they_should():
    """Four of five chats have a system line, three of four of those a rule, each as often."""
    count = 1500
    documents = made(count=count)
    with_system = sum(d.fields["system"] is not None for d in documents)
    assert abs(with_system - 0.8 * count) < 5 * math.sqrt(count * 0.8 * 0.2)
    rules = Counter(
        d.fields["constraint"].split(":")[0] for d in documents if d.fields["constraint"]
    )
    share = 0.8 * 0.75 / len(CONSTRAINTS)
    for rule in CONSTRAINTS:
        assert abs(rules[rule] - count * share) < 5 * math.sqrt(count * share)
    assert {len(d.fields["turns"]) for d in documents} == {2, 3, 4, 5, 6}
    assert all(any(d.fields["values"]) for d in documents)  # something is always asked


def test_a_held_out_wording_is_used_in_its_split_only():
    for split, word in zip(SPLITS[1:], say.LAST_WORDS.all[-2:], strict=True):
        for other in SPLITS:
            texts = [d.text for d in made(split=other, constraint="last word", count=120)]
            assert any(f" {word}.\n" in text for text in texts) == (other == split)


def test_chats_are_short_english_and_worded_in_many_ways():
    documents = made(turns_chat, count=600)
    lengths = [len(document.text) for document in documents]
    assert max(lengths) < 1400 and 400 < sum(lengths) / len(lengths) < 800
    shapes = {re.sub(r"(?:\b[A-Z]\w+ ?)+|\d[\d.:]*", "X", d.text) for d in documents}
    assert len(shapes) > 500
    for document in documents[:200]:
        assert [c for c in proofread(document.text) if "the Evening" not in c] == []
