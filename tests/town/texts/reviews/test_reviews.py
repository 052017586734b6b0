"""Reviews: stars, tone and sentiment agree with the text, and tone says nothing about stars."""

import text_checks
from proofreading import sentences
from text_checks import documents, town

from workbook.town.texts.politeness.politeness import RUDE_WORDS, politeness
from workbook.town.texts.reviews.reviews import review


def test_review_properties():
    text_checks.check_all(review)


def test_header_and_stars_are_in_the_text():
    for document in documents(review, "train"):
        head, body, last = document.text.splitlines()
        fields = document.fields
        assert head == f"Review of the {fields['subject']} by {fields['author']}"
        assert last == f"Stars: {fields['stars']}"
        assert fields["stars"] in (1, 2, 3, 4, 5)
        assert 3 <= len(sentences(body)) <= 7


def test_sentiment_follows_the_stars():
    for document in documents(review, "test"):
        stars = document.fields["stars"]
        expected = "positive" if stars >= 4 else "negative" if stars <= 2 else "mixed"
        assert document.fields["sentiment"] == expected


def test_tone_is_what_the_politeness_rule_says():
    for split in ("train", "validation", "test"):
        for document in documents(review, split):
            body = document.text.splitlines()[1]
            assert politeness(body) == (1.0 if document.fields["tone"] == "polite" else 0.0)


def test_tone_is_independent_of_the_stars():
    made = documents(review, "train", 2000)
    for stars in (1, 2, 3, 4, 5):
        tones = [d.fields["tone"] for d in made if d.fields["stars"] == stars]
        assert 0.4 < tones.count("polite") / len(tones) < 0.6


def test_half_of_the_authors_are_visitors():
    known = {person.name for person in town().people}
    made = documents(review, "train", 1000)
    visitors = sum(document.fields["author"] not in known for document in made)
    assert 430 < visitors < 570


def test_rude_words_are_invented():
    assert len(RUDE_WORDS) >= 30
    assert all(word.isalpha() and word.islower() for word in RUDE_WORDS)
