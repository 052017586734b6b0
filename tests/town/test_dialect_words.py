"""The dialect's words: one translation each, the ends of their class, and English plurals."""

import pytest

from workbook.town import dialect_words as words
from workbook.town.dialect import DICTIONARY

NOUNS = (
    words.THING_NOUNS, words.FOOD_NOUNS, words.ANIMAL_NOUNS, words.PERSON_NOUNS,
    words.PLACE_NOUNS, words.TIME_NOUNS,
)  # fmt: skip


def test_no_two_words_share_a_translation():
    """Guards against a word that a reader of Brindle could not translate back."""
    lemmas = {}
    for table in (
        words.THING_NOUNS, words.FOOD_NOUNS, words.ANIMAL_NOUNS, words.PERSON_NOUNS,
        words.PLACE_NOUNS, words.TIME_NOUNS, words.ADJECTIVES, words.VERBS, words.ADVERBS,
        words.TIME_ADVERBS, words.PREPOSITIONS, words.DETERMINERS, words.PRONOUNS, words.MODALS,
        words.CONJUNCTIONS,
    ):  # fmt: skip
        for english, brindle in table.items():
            lemmas.setdefault(brindle, []).append(english)
    shared = [v for v in lemmas.values() if len(v) > 1]
    assert shared == [["a", "an"]]
    assert len(lemmas) >= 120
    assert not set(lemmas) & set(DICTIONARY)


@pytest.mark.parametrize(
    ("tables", "ends"),
    [
        (NOUNS, ("ock", "um", "el")),
        ((words.ADJECTIVES,), ("ow", "ish")),
        ((words.VERBS,), ("an", "un")),
    ],
    ids=["nouns", "adjectives", "verbs"],
)
def test_the_end_of_a_brindle_word_tells_its_class(tables, ends):
    found = [brindle for table in tables for brindle in table.values()]
    assert len(found) > 25 and all(brindle.endswith(ends) for brindle in found)


@pytest.mark.parametrize(
    ("noun", "several"),
    [("apple", "apples"), ("loaf", "loaves"), ("goose", "geese"), ("fish", "fish"),
     ("box", "boxes"), ("child", "children"), ("mouse", "mice"), ("knife", "knives")],
)  # fmt: skip
def test_plurals(noun, several):
    assert words.plural(noun) == several


def test_what_cannot_be_counted_is_a_food():
    assert set(words.UNCOUNTED) <= set(words.FOOD_NOUNS)
    assert words.BE["is"] + "do" == words.BE["was"] == words.BE["were"]
