"""The phrases of reviews: manners in the remarks alone, and no slot that nobody fills."""

from collections import Counter

import pytest
import text_checks

from workbook.town.texts.politeness.politeness import politeness
from workbook.town.texts.reviews import review_clauses_places, review_clauses_things
from workbook.town.texts.reviews import review_phrases as say
from workbook.town.texts.reviews.review_phrases import TONES, VERDICTS
from workbook.town.texts.slots import EVENT_SLOTS, PLACE_SLOTS, PRODUCT_SLOTS, slot_names
from workbook.town.vocabulary import WEEKDAYS


def test_only_remarks_carry_manners():
    """Guards against a courtesy slipping into a clause, which would give a rude review a point."""
    lists = [VERDICTS[stars] for stars in VERDICTS]
    for module in (review_clauses_places, review_clauses_things):
        for value in vars(module).values():
            lists += list(value) if isinstance(value, tuple) else []
    assert len(lists) > 30
    for phrases in lists:
        for pattern in phrases.all:
            assert politeness(pattern) == 0.5, pattern
    for (tone, _), phrases in TONES.items():
        for pattern in phrases.all:
            rude = any(slot in pattern for slot in ("{oaf}", "{oafs}", "{foul}", "{cry}"))
            assert rude == (tone == "rude"), pattern


def slots_in(phrases):
    return {slot for pattern in phrases.all for slot in slot_names(pattern)}


@pytest.mark.parametrize(
    ("about", "own"), [("PLACE", PLACE_SLOTS), ("PRODUCT", PRODUCT_SLOTS), ("EVENT", EVENT_SLOTS)]
)
def test_openings_name_the_subject_and_facts_state_one(about, own):
    openings, facts = getattr(say, f"{about}_OPENINGS"), getattr(say, f"{about}_FACTS")
    details = set(say.details(text_checks.writer(0)))
    assert all(own[0] in slot_names(pattern) for pattern in openings.all)
    assert slots_in(openings) <= {own[0], *details}
    assert all(slot_names(pattern) for pattern in facts.all)
    assert slots_in(facts) <= set(own[1:])


def test_details_are_drawn_when_they_are_asked_for_and_any_of_them_may_come():
    writer = text_checks.writer("details")
    details = say.details(writer)
    assert writer.source.nats == 0.0
    drawn = {name: Counter(draw() for _ in range(400)) for name, draw in details.items()}
    assert set(drawn["weekday"]) == set(WEEKDAYS)
    sizes = {name: len(found) for name, found in drawn.items()}
    assert sizes == {
        "company": 13, "weather": 12, "weekday": 7, "season": 6, "minutes": 6, "very": 5,
    }  # fmt: skip


def test_every_sentiment_has_both_tones_and_every_number_of_stars_a_verdict():
    sentiments = ("positive", "mixed", "negative")
    assert set(TONES) == {(tone, one) for tone in ("polite", "rude") for one in sentiments}
    assert set(VERDICTS) == {1, 2, 3, 4, 5}
    for phrases in (*TONES.values(), *VERDICTS.values()):
        assert len(phrases.by_split["train"]) == len(phrases.all) - 2, "two are held back"
