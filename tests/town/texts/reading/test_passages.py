"""Passages: answers can be read off, and subjects that resemble each other can be told apart."""

from itertools import islice

import pytest
import text_checks

from workbook.town import stream
from workbook.town.texts.questions.questions import NOT_SAID
from workbook.town.texts.reading.passages import (
    PERSON_TRAITS,
    PLACE_TRAITS,
    Told,
    about_place,
    about_visitor,
    alike,
    anew,
    draw_subject,
    state,
)
from workbook.town.vocabulary import PLACES
from workbook.town.writer import hour


def test_every_answer_can_be_read_in_its_passage():
    """The value that the answer gives stands in the passage; unsaid traits do not."""
    for document in islice(stream("passage", "test", seed=3), 400):
        passage, stated = document.fields["passage"], {fact.value for fact in document.facts}
        for answer in document.fields["answers"]:
            if answer == NOT_SAID:
                continue
            values = [v for v in stated if v in answer]
            assert values, (answer, passage)
            assert any(v in passage for v in values)


def test_stated_facts_stand_in_the_passage():
    for document in islice(stream("passage", seed=3), 300):
        for fact in document.facts:
            assert fact.value in document.fields["passage"]


def test_a_few_questions_have_no_answer_and_most_do():
    answers = [a for d in islice(stream("passage", seed=8), 800) for a in d.fields["answers"]]
    unsaid = sum(a == NOT_SAID for a in answers) / len(answers)
    assert 0.02 < unsaid < 0.06


def test_questions_from_the_value_to_the_name_have_one_answer():
    for document in islice(stream("passage", seed=5), 600):
        pairs = zip(document.fields["questions"], document.fields["answers"], strict=True)
        for question, answer in pairs:
            if question.startswith("Who "):
                holders = {f.subject for f in document.facts if f.value in answer}
                named = {name for name in holders if answer.startswith(name)}
                assert len(named) == 1, (question, answer)


def test_what_is_said_of_a_made_up_place_and_of_a_visitor_is_drawn_when_it_is_told():
    writer = text_checks.writer("lazy")
    at = writer.made_up_place()
    place, costs = about_place(at), writer.source.nats
    assert tuple(place.traits) == PLACE_TRAITS and place.name == place.short == f"the {at.name}"
    assert place.pronoun() == "It" and not place.is_person
    assert writer.source.nats == costs
    assert place.traits["opens"]() == hour(at.opens) and writer.source.nats > costs
    who = writer.visitor()
    visitor = about_visitor(who)
    assert tuple(visitor.traits) == PERSON_TRAITS
    assert (visitor.name, visitor.short) == (who.name, who.first) and visitor.is_person
    assert visitor.traits["birth year"]() == str(who.birth_year)
    assert visitor.pronoun() == {"she": "She", "he": "He"}[who.gender]


def test_the_first_sentence_names_the_subject_in_full_and_the_fact_is_noted():
    writer = text_checks.writer("said")
    subject = about_visitor(writer.visitor())
    told = Told(subject, {}, [])
    state(writer, told, "hobby", "chess")
    state(writer, told, "pet", "owl")
    assert told.said == {"hobby": "chess", "pet": "owl"}
    assert subject.name in told.sentences[0] and "chess" in told.sentences[0]
    assert "an owl" in told.sentences[1]
    assert [tuple(f) for f in writer.facts] == [
        (subject.name, "hobby", "chess"), (subject.name, "pet", "owl"),
    ]  # fmt: skip


def letters_apart(one, other):
    return sum(a != b for a, b in zip(one, other, strict=False)) + abs(len(one) - len(other))


def test_a_person_alike_shares_a_name_or_misses_it_by_a_little():
    shared = {0: 0, 1: 0}
    for seed in range(200):
        writer = text_checks.writer(f"alike/{seed}")
        like = about_visitor(writer.visitor())
        names = [subject.name.split() for subject in (like, alike(writer, like))]
        assert names[0] != names[1]
        same = [a == b for a, b in zip(*names, strict=True)]
        if not any(same):  # a syllable or a letter of one of the two
            assert any(
                a[0] == b[0] and letters_apart(a, b) <= 6 for a, b in zip(*names, strict=True)
            )
        for part in (0, 1):
            shared[part] += same[part]
    assert min(shared.values()) > 40


def test_a_place_alike_differs_in_one_word_or_in_its_kind():
    for seed in range(200):
        writer = text_checks.writer(f"place/{seed}")
        like = about_place(writer.made_up_place())
        other = alike(writer, like)
        assert other.name != like.name
        kinds = [subject.thing.kind for subject in (like, other)]
        stems = [s.thing.name.removesuffix(f" {PLACES[kind][0]}").split()
                 for s, kind in zip((like, other), kinds, strict=True)]  # fmt: skip
        changed = sum(a != b for a, b in zip(*stems, strict=True))
        assert changed == (1 if kinds[0] == kinds[1] else 0)


@pytest.mark.parametrize("is_person", [True, False])
def test_the_same_one_anew_has_the_name_and_other_facts(is_person):
    differ = 0
    for seed in range(100):
        writer = text_checks.writer(f"anew/{seed}")
        old = draw_subject(writer)
        if old.is_person != is_person:
            continue
        new = anew(writer, old)
        assert (new.name, new.short, new.pronoun()) == (old.name, old.short, old.pronoun())
        differ += new.traits["street"]() != old.traits["street"]()
        if not is_person:
            assert new.thing.kind == old.thing.kind
            assert new.traits["known for"]() in PLACES[old.thing.kind][1]
    assert differ > 15
