"""Truth by the town's facts: every phrasing is read, denials turn the verdict, overlap does not."""

import pytest

from workbook.evaluation import faithful
from workbook.town import build_town


@pytest.fixture(scope="module")
def person():
    return build_town().people[0]


def test_every_telling_is_read_as_it_was_made():
    for one in faithful.tellings(300, seed=4):
        assert faithful.verdict(one.reference) == "true"
        assert faithful.verdict(one.candidates["other words"]) == "true"
        assert faithful.verdict(one.candidates["denied"]) == "false"
        assert faithful.verdict(one.candidates["false value"]) == "false"
        assert one.reference not in one.candidates.values()


def test_by_hand(person):
    assert faithful.verdict(f"{person.name} lives in {person.street}.") == "true"
    assert faithful.verdict(f"{person.name} does not live in {person.street}.") == "false"
    assert faithful.verdict(f"{person.name} does not live in Nowhere Lane.") == "true"
    assert faithful.verdict(f"{person.name} lives in Nowhere Lane.") == "false"
    assert faithful.verdict(f"In {person.birth_year} {person.name} was born.") == "true"


def test_what_it_cannot_read_is_not_called_false(person):
    assert faithful.verdict("It is cold outside.") == "unread"
    assert faithful.verdict(f"{person.name} lives quietly.") == "unread"
    assert faithful.verdict("Nobody Knownhere lives in Needle Walk.") == "unread"


def test_a_value_may_begin_the_sentence():
    """Guards against "Photography is ..." being read as another hobby than photography."""
    town = build_town()
    one = next(p for p in town.people if p.hobby[0].islower())
    said = f"{one.hobby[0].upper()}{one.hobby[1:]} is what {one.name} does for fun."
    assert faithful.verdict(said) == "true"


def test_overlap_prefers_the_denial_to_the_truth_in_other_words():
    rows = faithful.compare(faithful.tellings(150, seed=2))

    def mean(kind, measure):
        values = [row[measure] for row in rows if row["kind"] == kind]
        return sum(values) / len(values)

    for measure in ("ROUGE-1", "ROUGE-L", "BLEU"):
        assert mean("denied", measure) > mean("other words", measure) + 0.1
    assert mean("denied", "true") == 0.0 and mean("other words", "true") == 1.0
