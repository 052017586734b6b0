"""Extraction: the answer's lines stand in the message, and each value only once."""

import pytest

from workbook.town.choices import ChoiceSource
from workbook.town.entities import SPLITS
from workbook.town.texts.extraction.extraction import DRAW, extraction
from workbook.town.texts.extraction.extraction_phrases import ERRANDS
from workbook.town.texts.slots import slot_names
from workbook.town.world import build_town
from workbook.town.writer import Writer, clock, money


@pytest.fixture(scope="module")
def town():
    return build_town()


def made(town, split, count=400):
    return [extraction(Writer(ChoiceSource(f"extract/{i}"), town, split)) for i in range(count)]


@pytest.mark.parametrize("split", SPLITS)
def test_the_answer_can_be_copied_from_the_message(town, split):
    for document in made(town, split):
        fields = document.fields
        lines = [line.split(": ", 1) for line in fields["answer"].split("\n")]
        assert [name for name, _ in lines] == fields["wanted"]
        assert 2 <= len(lines) <= 4 and len(set(fields["wanted"])) == len(lines)
        for _, value in lines:
            assert value.lower() in fields["passage"].lower(), document.text
        assert document.text.endswith("\n" + fields["answer"])


def test_every_pattern_of_an_errand_states_the_same_fields():
    """Guards against a phrasing that leaves out a fact which may be asked for."""
    for errand in ERRANDS:
        for part in errand.parts:
            stated = [
                {name.removeprefix("a_") for name in slot_names(pattern)} & {*DRAW, "name"}
                for pattern in part.all
            ]
            assert all(names == stated[0] for names in stated), part.all
        every = {n.removeprefix("a_") for p in errand.parts for n in slot_names(p.all[0])}
        assert every & {*DRAW, "product", "event", "name"} == {*errand.fields, "name"}


@pytest.mark.parametrize("split", SPLITS)
def test_what_is_said_of_goods_and_events_is_true(town, split):
    """Guards against messages that teach a model wrong prices."""
    goods = {p.name: {"price": money(p.price)} for p in town.products if p.split == split}
    events = {
        e.name: {"day": e.weekday, "time": clock(60 * e.hour), "price": money(e.fee)}
        for e in town.events
        if e.split == split
    }
    seen = set()
    for document in made(town, split):
        for fact in document.facts:
            table = goods if fact.subject in goods else events
            if fact.subject in table:
                assert table[fact.subject][fact.relation] == fact.value
                assert fact.value in document.fields["passage"]
                seen.add(fact.relation)
    assert seen == {"price", "day", "time"}


def test_messages_have_three_to_five_sentences(town):
    for document in made(town, "train"):
        passage = document.fields["passage"]
        ends = sum(passage.count(f"{mark} ") for mark in ".?") + 1
        ends += passage.startswith("Dear friends,")
        assert 3 <= ends <= 5, passage


def test_train_names_nobody_held_out(town):
    rows = town.people + town.places + town.products + town.events
    held = [row.name for row in rows if row.split != "train"]
    for document in made(town, "train"):
        assert not [name for name in held if name in document.text]


def test_same_seed_same_text_and_no_slot_left_open(town):
    first, second = made(town, "test", 100), made(town, "test", 100)
    assert first == second
    assert not any("{" in d.text or "  " in d.text or not d.text.isascii() for d in first)
