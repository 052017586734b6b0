"""Instructions: chats that render exactly, in nine families, with requests held back."""

import math
from collections import Counter

import pytest

from workbook.town.choices import ChoiceSource
from workbook.town.entities import SPLITS
from workbook.town.texts import instruction_phrases as say
from workbook.town.texts.chat import render_chat
from workbook.town.texts.instructions import FAMILIES, instruction
from workbook.town.world import build_town
from workbook.town.writer import Phrases, Writer


@pytest.fixture(scope="module")
def town():
    return build_town()


def made(town, split, family=None, count=60):
    return [
        instruction(Writer(ChoiceSource(f"instruct/{i}"), town, split), family)
        for i in range(count)
    ]


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("split", SPLITS)
def test_every_chat_alternates_and_ends_with_the_answer(town, split, family):
    for document in made(town, split, family):
        fields = document.fields
        roles = [message["role"] for message in fields["messages"]]
        assert roles == ["user", "assistant"] * (len(roles) // 2) and roles
        assert fields["family"] == family
        assert fields["answer"] == fields["messages"][-1]["content"]
        assert document.text == render_chat(fields["messages"])
        assert document.text.count("<|") == 2 * len(roles)  # no token inside a content
        for message in fields["messages"]:
            assert message["content"] == message["content"].strip() != ""
            assert message["content"].isascii() and "{" not in message["content"]


@pytest.mark.parametrize("family", ["open_book", "closed_book", "translate"])
def test_questions_come_turn_by_turn(town, family):
    assert all(len(d.fields["messages"]) >= 4 for d in made(town, "train", family))


def test_the_stars_are_not_shown(town):
    for document in made(town, "train", "sentiment", 200):
        assert "Stars:" not in document.text
        assert document.fields["answer"] in ("Positive.", "Negative.", "Mixed.")


def test_yes_or_no_is_answered_as_a_sentence(town):
    answers = {d.fields["answer"] for d in made(town, "train", "entailment", 100)}
    assert answers == {"Yes.", "No."}


def test_answers_are_not_in_the_request_where_they_must_be_worked_out(town):
    for document in made(town, "test", "summarise"):
        request, answer = (message["content"] for message in document.fields["messages"])
        assert answer not in request
    for document in made(town, "test", "arithmetic"):
        assert "Step 1:" not in document.fields["messages"][0]["content"]


def test_families_come_as_often_as_they_should(town):
    """Each count within five standard deviations of its share of 3,000."""
    count = 3000
    drawn = Counter(d.fields["family"] for d in made(town, "train", count=count))
    assert math.isclose(sum(FAMILIES.values()), 1.0)
    for family, share in FAMILIES.items():
        assert abs(drawn[family] - count * share) < 5 * math.sqrt(count * share * (1 - share))


def test_each_family_has_requests_of_its_own_for_validation_and_test():
    for phrases in [value for value in vars(say).values() if isinstance(value, Phrases)]:
        train, validation, test = (set(phrases.by_split[split]) for split in SPLITS)
        assert len(train) >= 5 and len(validation - train) == len(test - train) == 1
        assert not (validation - train) & (test - train)


def test_a_held_out_request_is_used_in_its_split_only(town):
    last = say.ARITHMETIC.all[-1].split("{")[0]
    assert any(last in d.text for d in made(town, "test", "arithmetic", 200))
    for split in ("train", "validation"):
        assert not any(last in d.text for d in made(town, split, "arithmetic", 200))


def test_train_names_nobody_held_out(town):
    rows = town.people + town.places + town.products + town.events
    held = [row.name for row in rows if row.split != "train"]
    for document in made(town, "train", count=500):
        assert not [name for name in held if name in document.text]


def test_an_unknown_family_is_refused(town):
    with pytest.raises(ValueError, match="choose one of open_book"):
        instruction(Writer(ChoiceSource("x"), town, "train"), "poetry")


def test_same_seed_same_text(town):
    assert made(town, "validation") == made(town, "validation")
