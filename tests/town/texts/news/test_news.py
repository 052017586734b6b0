"""News: true facts, dates of the Herald's years, held-out phrasings only where they belong."""

import text_checks
from proofreading import sentences
from text_checks import documents, town

from workbook.town.texts.news.news import FIRST_YEAR, LAST_YEAR, TOPICS, news
from workbook.town.texts.news.news_phrases import STORIES
from workbook.town.vocabulary import DAYS_IN_MONTH, MONTHS


def test_news_properties():
    text_checks.check_all(news)


def test_headline_date_and_length():
    for split in ("train", "validation", "test"):
        for document in documents(news, split):
            headline, date, body = document.text.splitlines()
            assert (headline, date) == (document.fields["headline"], document.fields["date"])
            day, month, year = date.split()
            assert 1 <= int(day) <= DAYS_IN_MONTH[MONTHS.index(month)]
            assert FIRST_YEAR <= int(year) <= LAST_YEAR
            assert headline[0].isupper() or headline[0].isdigit()
            assert 4 <= len(sentences(body)) <= 8, body


def test_all_topics_occur():
    assert len(TOPICS) >= 10
    assert {document.fields["topic"] for document in documents(news, "train")} == set(TOPICS)


def test_report_is_dated_the_day_after_the_event():
    """Guards against 29 February and 32 December: the last day of a month has a next day too."""
    events = {event.name: event for event in town().events}
    seen = 0
    for document in documents(news, "train", 1500):
        if document.fields["topic"] != "report":
            continue
        day, month, _ = document.fields["date"].split()
        for event in events.values():
            if f"the {event.name}" in document.text.splitlines()[2]:
                index = MONTHS.index(event.month)
                rolled = event.day == DAYS_IN_MONTH[index]
                assert month == MONTHS[(index + rolled) % 12]
                assert int(day) == (1 if rolled else event.day + 1)
                seen += 1
    assert seen > 20


def test_last_phrasing_of_a_list_is_for_the_test_split():
    lists = [phrases for story in STORIES.values() for phrases in story]
    for phrases in lists:
        assert len(phrases.all) >= 6
        assert phrases.all[-1] not in phrases.by_split["train"]
        assert phrases.all[-1] in phrases.by_split["test"]
