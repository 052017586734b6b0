"""Series: every value follows from its rule, worked out again from the text; nothing leaks."""

import math
from collections import Counter
from itertools import combinations

import pytest
from series_checks import CHECKS, made, polarity, read_pairs, writer

from workbook.town.entities import SPLITS
from workbook.town.texts.series import series_phrases as say
from workbook.town.texts.series.series import RULES, series, series_chat
from workbook.town.texts.series.series_words import GROUPS
from workbook.town.vocabulary import JOBS, PLACES
from workbook.town.writer import Phrases


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule != "repeat"])
@pytest.mark.parametrize("split", SPLITS)
def test_every_value_of_a_raw_series_follows_from_its_rule(rule, split):
    for document in made(series, split, 25, rule=rule):
        if len(document.fields["rules"]) == 1:
            assert read_pairs(document) == document.fields["pairs"][0]
        for pairs in document.fields["pairs"]:
            CHECKS[rule](pairs)
        assert document.text.endswith(document.fields["answer"])


@pytest.mark.parametrize("split", SPLITS)
def test_a_repeated_string_is_said_two_to_four_times(split):
    times = set()
    for document in made(series, split, 60, rule="repeat", examples=2):
        (separator,) = document.fields["separators"]
        lines = [line for line in document.text.split("\n") if line not in say.HEADINGS.all]
        parts = [part for line in lines for part in line.split(separator)]
        said = len(parts) // 2
        times.add(said)
        assert len(parts) == 2 * said
        assert parts[:said] == [parts[0]] * said and parts[said:] == [parts[-1]] * said
        assert 5 <= len(parts[0].split()) <= 40
    assert times == {2, 3, 4}


def test_a_table_is_read_out_again_and_again():
    for document in made(series, rule="lookup", pairs=8):
        keys = [key for key, _ in read_pairs(document)]
        assert len(set(keys[:8])) == 8 and set(keys[8:16]) <= set(keys[:8]) and len(keys) >= 16
        assert len(set(keys)) == 8


def test_options_of_the_raw_form_are_kept():
    for document in made(series, examples=9, rule="marks", groups=3, count=20):
        assert len(document.fields["pairs"]) == 1 and len(document.fields["pairs"][0]) == 9
        assert len(document.fields["groups"]) == 3
    drawn = made(series, labels="swapped", rule="sentiment", count=20)
    for text, label in (pair for d in drawn for pairs in d.fields["pairs"] for pair in pairs):
        assert label == ("negative", "positive")[1 - polarity(text) == 0]


def test_documents_are_long_enough_and_not_too_long():
    lengths = [len(d.text) for d in made(series, count=600)]
    assert 450 <= sum(lengths) / len(lengths) <= 1100 and max(lengths) <= 1700
    assert max(len(d.text) for d in made(series_chat, count=600)) <= 2300


def test_rules_come_as_often_as_they_should():
    """Each count of the lists within five standard deviations."""
    drawn = Counter(rule for d in made(series, count=800) for rule in d.fields["rules"])
    count = sum(drawn.values())
    assert count > 900  # some documents hold several lists
    for rule, (share, *_) in RULES.items():
        assert abs(drawn[rule] - count * share) < 5 * math.sqrt(count * share * (1 - share))


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("split", SPLITS)
def test_the_answer_of_a_chat_follows_from_the_rule(rule, split):
    for document in made(series_chat, split, 25, rule=rule):
        fields = document.fields
        request = fields["messages"][0]["content"]
        items = [item for item, _ in fields["pairs"]]
        CHECKS[rule]([*fields["pairs"], *([] if rule == "lookup" else [query(fields)])])
        assert all(item in request and value in request for item, value in fields["pairs"])
        assert fields["item"] in fields["messages"][-2]["content"]
        assert fields["examples"] == len(items)
        if rule == "lookup":
            assert query(fields) in fields["pairs"]
        else:
            assert fields["item"] not in items
        has_choices = rule in ("marks", "lookup", "sentiment")
        assert (fields["answer"] in fields["choices"]) == bool(fields["choices"]) == has_choices
        for message in fields["messages"]:
            assert message["content"] == message["content"].strip() != ""
            assert message["content"].isascii() and "\n\n\n" not in message["content"]


def query(fields):
    return fields["item"], fields["answer"]


def test_shots_are_balanced_and_the_answer_is_uniform():
    count, firsts = 600, 0
    for document in made(series_chat, rule="marks", groups=2, examples=5, count=count):
        fields = document.fields
        assert sorted(Counter(value for _, value in fields["pairs"]).values()) == [2, 3]
        assert len(fields["messages"]) == 2
        firsts += fields["answer"] == fields["choices"][0]
    assert abs(firsts - count / 2) < 5 * math.sqrt(count / 4)


@pytest.mark.parametrize("pairs", [2, 16])
def test_a_table_is_shown_once_and_each_place_is_asked_for(pairs):
    places = Counter()
    for document in made(series_chat, rule="lookup", pairs=pairs, count=160):
        shown = document.fields["pairs"]
        assert len(shown) == len(set(shown)) == document.fields["examples"] == pairs
        places[shown.index(query(document.fields))] += 1
    assert len(places) == pairs
    expected = 160 / pairs
    assert all(abs(n - expected) < 5 * math.sqrt(expected) for n in places.values())


def test_choices_are_named_when_they_should_be():
    for named in (True, False):
        for document in made(series_chat, rule="marks", examples=4, named=named):
            first = document.fields["messages"][0]["content"].split("\n")[0]
            by_name = [f" {mark}" in first for mark in document.fields["choices"]]
            assert document.fields["named"] is named
            assert all(by_name) or not named
    for rule in ("marks", "sentiment"):
        for document in made(series_chat, rule=rule, examples=0):
            request = document.fields["messages"][0]["content"]
            assert all(choice in request for choice in document.fields["choices"])
    drawn = [d.fields["named"] for d in made(series_chat, rule="marks", count=400)]
    assert 140 < sum(drawn) < 270


def test_labels_are_those_asked_for():
    for labels, good in (("usual", "positive"), ("swapped", "negative")):
        for document in made(series_chat, rule="sentiment", labels=labels):
            assert document.fields["choices"][0] == good
            answer = document.fields["choices"][polarity(document.fields["item"])]
            assert document.fields["answer"] == answer and document.fields["labels"] == labels
    for document in made(series_chat, labels="new", count=100):
        assert not {"positive", "negative"} & set(document.fields["choices"])


def test_some_chats_ask_several_times():
    several = [len(d.fields["messages"]) > 2 for d in made(series_chat, count=400)]
    assert 30 < sum(several) < 100


def test_separators_and_labels_have_a_table_for_each_split():
    for table in (say.SYMBOLS, say.WORDS, say.SEPARATORS, say.ARROWS, say.LABEL_PAIRS):
        for one, other in combinations(SPLITS, 2):
            assert not set(table[one]) & set(table[other])
    for split in SPLITS:
        used = {s for d in made(series, split, 150) for s in d.fields["separators"]}
        assert used - {"\n"} <= set(say.SEPARATORS[split])


def test_phrases_are_held_back():
    for phrases in [value for value in vars(say).values() if isinstance(value, Phrases)]:
        assert len(phrases.all) >= 10 and len(phrases.by_split["train"]) == len(phrases.all) - 2


@pytest.mark.parametrize("form", [series, series_chat])
def test_held_out_groups_do_not_meet_in_training_documents(form):
    names = [list(table) for table in (GROUPS, PLACES, JOBS)]
    for document in made(form, rule="marks", count=200):
        groups = document.fields["groups"]
        (pool,) = (table for table in names if set(groups) <= set(table))
        for a, b in combinations(map(pool.index, groups), 2):
            assert (a + b) % 10 > 1


@pytest.mark.parametrize("form", [series, series_chat])
@pytest.mark.parametrize("split", SPLITS)
def test_a_seed_gives_one_text(form, split):
    first, second = (made(form, split, 40) for _ in range(2))
    assert first == second
    assert all(0 < d.nats < 5 * len(d.text) and d.kind in ("series", "instruction") for d in first)
    assert len({d.text for d in first}) == len(first)


@pytest.mark.parametrize(
    ("make", "options", "message"),
    [
        (series, {"rule": "poetry"}, "there are marks"),
        (series, {"rule": "lookup", "groups": 2}, "belongs to rule='marks'"),
        (series, {"groups": 5}, "2, 3 or 4"),
        (series, {"labels": "old"}, "there are usual"),
        (series, {"pairs": 17}, "between 1 and 16"),
        (series, {"rule": "format", "examples": 30}, "cannot have 30"),
        (series, {"examples": 0}, "no rule can have 0"),
        (series_chat, {"examples": 41}, "no rule can have 41"),
        (series_chat, {"rule": "names", "examples": 0}, "cannot have 0"),
        (series_chat, {"pairs": 8, "examples": 4}, "at least as many"),
        (series_chat, {"rule": "marks", "examples": 0, "named": False}, "must be named"),
    ],
)
def test_options_that_do_not_fit_are_refused(make, options, message):
    with pytest.raises(ValueError, match=message):
        make(writer(0), **options)
