"""The words of the series: one group each, opposites that pair up, and plurals."""

import pytest

from workbook.town.texts.series.series_words import (
    COUNTABLE,
    GROUPS,
    ODD_PLURALS,
    OPPOSITES,
    all_words,
    countable,
    plural,
    real_words,
)


def test_a_word_stands_in_one_group():
    assert len(GROUPS) >= 40 and len({w.lower() for w in all_words()}) == len(all_words())
    assert min(map(len, GROUPS.values())) >= 21  # 40 balanced examples of two groups and a query


@pytest.mark.parametrize(
    ("noun", "several"),
    [("plum", "plums"), ("cherry", "cherries"), ("donkey", "donkeys"), ("mouse", "mice"),
     ("fox", "foxes"), ("peach", "peaches"), ("brush", "brushes"), ("dress", "dresses"),
     ("wolf", "wolves"), ("sheep", "sheep"), ("piano", "pianos")],
)  # fmt: skip
def test_plurals(noun, several):
    assert plural(noun) == several


def test_nouns_to_be_counted_come_once_and_odd_ones_are_among_them():
    nouns = countable()
    assert len(set(nouns)) == len(nouns) and set(ODD_PLURALS) <= set(nouns)
    assert {word for name in COUNTABLE for word in GROUPS[name]} <= set(nouns)
    assert "bread" not in nouns and "happiness" not in nouns
    odd = {plural(noun) for noun in nouns if not plural(noun).endswith("s")}
    assert odd == {"mice", "geese", "lice", "sheep", "deer", "children", "men", "women", "feet",
                   "teeth", "oxen"}  # fmt: skip


def test_an_opposite_has_one_opposite():
    words = [word for pair in OPPOSITES for word in pair]
    assert len(words) == 2 * len(OPPOSITES) == len(set(words))


def test_real_words_are_those_of_groups_and_opposites():
    assert {"plum", "hot", "asleep"} <= real_words() and "zib" not in real_words()
    assert real_words() == set(all_words()) | {word for pair in OPPOSITES for word in pair}
