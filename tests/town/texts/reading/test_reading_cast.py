"""The cast of the passages: names that are new where they must be, and one dispute where it is."""

import pytest
from text_checks import writer

from workbook.town.texts.reading.passages import Told, about_place, about_visitor
from workbook.town.texts.reading.reading_cast import (
    EXCLUSIVE,
    flat,
    made_up_subject,
    new_subject,
    write_passage,
)


def passages(seed, count, pair=(), split="train"):
    """The passages of one document, as `reading.py` has them written."""
    w, told = writer(f"cast/{seed}", split), []
    for place in range(count):
        told.append(write_passage(w, told, place, count, pair))
    return told


def test_nothing_is_told_twice_and_nothing_contradicts():
    for seed in range(60):
        told = flat(passages(seed, 5))
        rows = [(part.subject.name, trait) for part in told for trait in part.said]
        assert len(set(rows)) == len(rows)
        for part in told:
            assert 1 <= len(part.said) == len(part.sentences) <= 5


@pytest.mark.parametrize("pair", [(0, 1), (2, 0), (1, 3)])
def test_the_second_of_a_pair_says_otherwise_of_one_exclusive_trait(pair):
    for seed in range(60):
        told = passages(seed, 4, pair)
        first, again = (told[place][0] for place in sorted(pair))
        assert first.subject.name == again.subject.name
        (trait,) = set(first.said) & set(again.said)
        assert trait in EXCLUSIVE and first.said[trait] != again.said[trait]
        assert sum(part.subject.name == first.subject.name for part in flat(told)) >= 2


def test_a_single_passage_is_as_long_as_two_and_many_are_shorter():
    alone = [sum(len(p.said) for p in flat(passages(seed, 1))) for seed in range(200)]
    many = [len(part.said) for seed in range(40) for part in flat(passages(seed, 8))]
    assert max(alone) >= 6 and min(alone) >= 2 and max(many) <= 3


def test_a_new_subject_has_a_new_name_and_in_its_passage_a_new_first_name():
    w = writer("new")

    def somebody(first, last):
        who = w.visitor()
        who.first, who.last = first, last
        return about_visitor(who)

    there, here = (Told(somebody(*name.split()), {}, []) for name in ("Ann Hull", "Bo Marsh"))
    offered = iter([somebody("Ann", "Hull"), somebody("Bo", "Reed"), somebody("Ann", "Reed")])
    found = new_subject([[there]], [here], lambda: next(offered))
    assert found.name == "Ann Reed", "Ann of another passage is no trouble, Bo of this one is"


def test_three_of_four_made_up_subjects_are_people():
    w = writer("made up")
    made = [made_up_subject(w) for _ in range(600)]
    assert 0.7 < sum(subject.is_person for subject in made) / 600 < 0.8
    known = {row.name for row in (*w.town.people, *w.town.places)}
    assert not known & {subject.name.removeprefix("the ") for subject in made}


def test_flat_puts_passages_in_order():
    parts = [Told(about_place(place), {}, []) for place in writer(0).town.places[:3]]
    assert flat([[parts[2]], [], parts[:2]]) == [parts[2], parts[0], parts[1]]
