"""Names: what their ends tell, how many there are, and that visitors' are told from the town's."""

import math
import re

import pytest
from text_checks import town

from workbook.town import names
from workbook.town.choices import ChoiceSource


class Drawn:
    """A source that draws what it was told to."""

    def __init__(self, *options):
        self.options = list(options)

    def choice(self, _options):
        return self.options.pop(0)


def test_a_first_name_tells_the_gender_by_its_end():
    she, he = (
        {names.first_name(ChoiceSource(i), gender) for i in range(2000)} for gender in ("she", "he")
    )
    assert not she & he and min(len(she), len(he)) > 1500
    assert all(re.search("(a|ine|elle|ith|we|anne)$", name) for name in she)
    assert not any(re.search("(a|ine|elle|ith|we|anne)$", name) for name in he)


def test_a_name_that_real_people_have_is_drawn_again():
    assert names.first_name(Drawn("M", "a", "r", "ia", "B", "e", "l", "a"), "she") == "Bela"


def test_no_letter_stands_three_times_in_a_family_name():
    drawn = {names.family_name(ChoiceSource(i)) for i in range(8000)}
    assert "Hobby" in drawn and "Oskmere" in drawn and len(drawn) > 700
    assert not any(re.search(r"(.)\1\1", name) for name in drawn)


@pytest.mark.parametrize(
    ("make", "count"),
    [
        (names.visitor_first_name, 44_800),
        (names.visitor_family_name, 33_600),
        (lambda source: names.place_name(source, "Inn"), 20 * 30),
    ],
    ids=["first", "family", "place"],
)
def test_a_name_costs_the_logarithm_of_how_many_there_are(make, count):
    source = ChoiceSource(3)
    make(source)
    assert source.nats == pytest.approx(math.log(count))


def test_a_place_is_called_by_two_words_and_what_it_is():
    for seed in range(50):
        first, second, *noun = names.place_name(ChoiceSource(seed), "Tea House").split()
        assert first in names.PLACE_HEADS and second in names.PLACE_NOUNS
        assert noun == ["Tea", "House"]


def test_a_fresh_name_is_the_first_that_is_not_taken():
    offered = iter(("Ann", "Bo", "Ann", "Cy", "Di"))
    assert names.fresh(lambda: next(offered), {"Ann", "Bo"}) == "Cy"
    assert next(offered) == "Di", "nothing is drawn beyond it"


def test_patterns_find_every_visitor_and_no_townsperson():
    first, family = names.visitor_patterns()
    for seed in range(500):
        assert first.fullmatch(names.visitor_first_name(ChoiceSource(seed)))
        assert family.fullmatch(names.visitor_family_name(ChoiceSource(seed)))
    for person in town().people:
        assert not first.fullmatch(person.first) and not family.fullmatch(person.last)
