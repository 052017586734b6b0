"""The other towns: numbered by split, with names of their own, and drawn at the right cost."""

import math
from functools import cache

import pytest

from workbook.town import KINDS
from workbook.town.choices import ChoiceSource
from workbook.town.texts.instructions import FAMILIES
from workbook.town.towns import COUNT, SKILLS, draw_town, held_out, other_town, town_for
from workbook.town.world import build_both, build_town


@cache
def names_of(town):
    """Every name of a town, first names too."""
    rows = (*town.people, *town.places, *town.products, *town.events)
    return frozenset({row.name for row in rows} | {person.first for person in town.people})


def test_splits_begin_where_the_one_before_ends():
    assert other_town("train", 0) == build_town(1)
    assert other_town("validation", 0) == build_town(201)
    assert other_town("test", 0) == build_town(221)
    assert COUNT == {"train": 200, "validation": 20, "test": 20}


def test_past_the_last_the_towns_start_over():
    assert other_town("test", 20) is other_town("test", 0) is not other_town("test", 1)
    assert held_out("validation", 21) is other_town("validation", 1)


def test_no_name_of_brindlemere_comes_again():
    """Neither a name of the cutoff nor one of today."""
    at_home = frozenset.union(*map(names_of, build_both()))
    for split, number in (("train", 0), ("validation", 1), ("test", 1)):
        names = names_of(other_town(split, number))
        assert len(names) > 900 and not names & at_home


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: other_town("dev", 0),
            "no split is called 'dev'; there are train, validation, test",
        ),
        (lambda: other_town("train", -1), "numbered from 0, so there is no town -1"),
        (lambda: held_out("train", 0), "training towns are not held out"),
    ],
)
def test_mistakes_are_one_sentence(call, message):
    with pytest.raises(ValueError, match=message) as error:
        call()
    assert "\n" not in str(error.value)


def test_a_drawn_town_costs_the_logarithm_of_how_many_there_are():
    for split in ("validation", "test"):
        source = ChoiceSource(f"towns/{split}")
        drawn = draw_town(source, split)
        assert source.nats == pytest.approx(math.log(20))
        number = ChoiceSource(f"towns/{split}").below(20)
        assert drawn is other_town(split, number)


def test_a_skill_is_practised_elsewhere_and_facts_come_from_brindlemere():
    source = ChoiceSource("kinds")
    assert town_for("page", source, "test") is build_town() and source.nats == 0.0
    assert town_for("proof", source, "test") is not build_town() and source.nats > 0
    assert SKILLS < {*KINDS, *FAMILIES}
