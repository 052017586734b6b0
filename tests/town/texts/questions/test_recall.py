"""Recall: every answer is true of the town, one sentence with one meaning, and asked by name."""

from dataclasses import replace
from itertools import islice

import text_checks

from workbook.town import build_both, build_town, stream
from workbook.town.texts.questions.recall import QUESTIONS, ask, facts_of
from workbook.town.writer import money


def test_recall_states_what_is_true_of_the_town():
    town = build_town()
    true = {
        fact.answer
        for table in ("people", "places", "products", "events")
        for entity in getattr(town, table)
        for fact in facts_of(town, entity)
    }
    for split in ("train", "validation", "test"):
        for document in islice(stream("recall", split, seed=2), 200):
            assert set(document.fields["answers"]) <= true


def test_every_answer_of_the_town_is_one_sentence_with_one_meaning():
    """Two facts never share an answer unless they are the same fact."""
    for town in build_both():
        seen = {}
        for table in ("people", "places", "products", "events"):
            for entity in getattr(town, table):
                for fact in facts_of(town, entity):
                    key = (fact.name, fact.trait)
                    assert seen.setdefault(fact.answer, key) == key
                    assert fact.answer[0].isupper() and fact.answer.endswith(".")


def test_what_can_be_asked_about_a_person_by_hand():
    town = build_town()
    person = replace(town.people[0], pet="owl", spouse=1, hobby="chess", job="actor")
    found = {fact.trait: fact for fact in facts_of(town, person)}
    assert list(found) == ["job", "employer", "street", "birth year", "hobby", "pet", "spouse"]
    assert found["spouse"].value == town.people[1].name
    assert found["employer"].value == town.places[person.employer].name
    assert "an owl" in found["pet"].answer and "an actor" in found["job"].answer
    alone = replace(person, pet=None, spouse=None)
    assert {fact.trait for fact in facts_of(town, alone)} == set(found) - {"pet", "spouse"}


def test_places_goods_and_events_take_the_article():
    town = build_town()
    place = replace(town.places[0], owner=None)
    assert "owner" not in {fact.trait for fact in facts_of(town, place)}
    owner = {f.trait: f.value for f in facts_of(town, replace(place, owner=3))}["owner"]
    assert owner == town.people[3].name
    price = {f.trait: f for f in facts_of(town, town.products[0])}["price"]
    assert price.value == money(town.products[0].price)
    for thing in (place, town.products[0], town.events[0]):
        assert {fact.name for fact in facts_of(town, thing)} == {f"the {thing.name}"}


def test_facts_follow_the_snapshot():
    """The same question has another answer today, where the fact has changed."""
    cutoff, today = build_both()
    changed = next(
        p.id for p, q in zip(cutoff.people, today.people, strict=False) if p.job != q.job
    )
    jobs = [
        {f.trait: f.value for f in facts_of(town, town.people[changed])}["job"]
        for town in (cutoff, today)
    ]
    assert jobs[0] != jobs[1] == today.people[changed].job


def test_a_question_is_a_phrasing_of_the_split_about_the_one_who_is_meant():
    for split in ("train", "test"):
        writer = text_checks.writer("ask", split)
        for fact in facts_of(writer.town, writer.product()):
            patterns = QUESTIONS["products"][fact.trait].by_split[split]
            asked = {ask(writer, fact) for _ in range(60)}
            assert asked == {pattern.format(who=fact.name) for pattern in patterns}
