"""Series: every value follows from its rule, worked out again from the text; nothing leaks."""

import json
import math
import re
from collections import Counter
from functools import cache
from itertools import combinations, product

import pytest

from workbook.town.entities import SPLITS
from workbook.town.random import Source
from workbook.town.texts.series import series_phrases as say
from workbook.town.texts.series.series import RULES, series, series_chat
from workbook.town.texts.series.series_rules import draw_groups, invented_word, remark, split_of
from workbook.town.texts.series.series_words import GROUPS, OPPOSITES, all_words, plural, real_words
from workbook.town.vocabulary import JOBS, MONTHS, PLACES
from workbook.town.world import build_town
from workbook.town.writer import Phrases, Writer

GROUP_OF = {word: name for name, words in GROUPS.items() for word in words}
OPPOSITE = {a: b for pair in OPPOSITES for a, b in (pair, pair[::-1])}
KIND_OF = {noun: kind for kind, (noun, _) in PLACES.items()}
NOUN = re.compile(f"(?:{'|'.join(sorted(KIND_OF, key=len, reverse=True))})$")


@cache
def town():
    return build_town(1)


def writer(seed, split="train"):
    return Writer(Source(f"series/{seed}"), town(), split)


def made(make, split="train", count=40, **options):
    return [make(writer(i, split), **options) for i in range(count)]


def read_pairs(document):
    """Items and values of a raw series of one list, read from its text alone."""
    (separator,) = document.fields["separators"]
    text = document.text
    heading, _, rest = text.partition("\n")
    if heading in say.HEADINGS.all:
        text = rest
    if separator == "\n":
        blocks = text.split("\n\n")
        return [
            tuple(re.split(r"\n(?!\w+: )" if b[:6] == "name: " else r"\n", b, maxsplit=1))
            for b in blocks
        ]
    joints = [j for j in say.JOINTS if j in text and separator in text.split(j)[-1]]
    joint = "\n" if "\n" in text else joints[0] if joints else "\n"
    return [tuple(line.split(separator, 1)) for line in text.split(joint)]


def group_of(item):
    """What kind of thing an item of a marks series is."""
    if item in GROUP_OF:
        return GROUP_OF[item]
    name, comma, job = item.partition(", ")
    if comma:
        assert job in JOBS
        return job
    return KIND_OF[NOUN.search(item).group()]


def polarity(text):
    """0 for praise, 1 for blame, by the words of the tables."""
    scores = [0, 0]
    for _, _, *sides in say.ASPECTS:
        for side, words in enumerate(sides):
            scores[side] += sum(bool(re.search(rf"\b{word}\b", text)) for word in words)
    assert (scores[0] > 0) != (scores[1] > 0), text
    return int(scores[1] > 0)


# ---- rules, each worked out a second time ----------------------------------------------------


def check_marks(pairs):
    marks = {}
    for item, mark in pairs:
        assert marks.setdefault(group_of(item), mark) == mark
    assert len(set(marks.values())) == len(marks)
    assert len({item for item, _ in pairs}) == len(pairs)


def check_lookup(pairs):
    table = {}
    for key, value in pairs:
        assert table.setdefault(key, value) == value
    assert len(set(table.values())) == len(table) <= 16


def check_sentiment(pairs):
    labels = {}
    for text, label in pairs:
        assert labels.setdefault(polarity(text), label) == label
    assert len(set(labels.values())) == len(labels)


def check_repeat(pairs):
    assert all(item == value for item, value in pairs)


ARRANGED = (
    lambda a, *m, z: f"{a} {z} {a}",
    lambda a, *m, z: f"{z} {z[0]}",
    lambda a, *m, z: " ".join((z, *m[::-1], a)),
    lambda a, *m, z: z,
    lambda a, *m, z: a,
    lambda a, *m, z: "".join(w[0] for w in (a, *m, z)),
    lambda a, *m, z: a[0],
    lambda a, *m, z: f"{z} {z}",
    lambda a, *m, z: " and ".join((a, *m, z)),
    lambda a, *m, z: f"{z}, {a}",
    lambda a, *m, z: f"{a} {z[0]}",
    lambda a, *m, z: f"{a[0]} {z}",
    lambda a, *m, z: " ".join((a, *m, z)),
    lambda a, *m, z: z[-1],
)


def check_names(pairs):
    """One arrangement gives all values, with the same things before and after it."""

    def around(item, value, arrange, finish):
        *first, last = item.split()
        text = finish(arrange(*first, z=last))
        return tuple(value.split(text, 1)) if text in value else item

    def explains(arrange, finish):
        return len({around(item, value, arrange, finish) for item, value in pairs}) == 1

    ways = product(ARRANGED, (str, str.upper))
    assert any(explains(*way) for way in ways), pairs


def check_order(pairs):
    def fields(item):
        return item.split(", ") if ", " in item else item.split()

    def sums(item):
        return [int(n) for n in fields(item)]

    rules = (
        lambda item: [str(n) for n in sorted(sums(item))],
        lambda item: [str(n) for n in sorted(sums(item))[::-1]],
        lambda item: [str(max(sums(item)))],
        lambda item: [str(min(sums(item)))],
        lambda item: [str(2 * sums(item)[-1] - sums(item)[-2])],
        lambda item: sorted(fields(item), key=str.casefold),
        lambda item: sorted(fields(item), key=str.casefold)[:1],
        lambda item: [next(w for w in fields(item) if len(w) == max(map(len, fields(item))))],
        lambda item: [str(len(fields(item)))],
        lambda item: [OPPOSITE[item]],
        lambda item: [plural(item)],
    )

    def explains(rule):
        try:
            return all(rule(item) == fields(value) for item, value in pairs)
        except (KeyError, ValueError, IndexError):
            return False

    assert any(map(explains, rules)), pairs


def date(text):
    """Day, month and year of a date in any form."""
    names = {m[:3].lower(): i for i, m in enumerate(MONTHS, 1)}
    year = re.search(r"\d{4}", text).group()
    rest = text.replace(year, " ", 1)
    numbers = [int(n) for n in re.findall(r"\d+", rest)]
    word = re.search(r"[A-Za-z]+", rest)
    if word:
        return numbers[0], names[word.group()[:3].lower()], int(year)
    day, month = numbers if not text.startswith(year) else numbers[::-1]
    return day, month, int(year)


def record(text):
    """The name and the two other values of a record in any form."""
    if text.startswith("{"):
        return list(json.loads(text).values())
    if text.startswith(("name: ", "name=")):
        return re.findall(r"[:=] ?(.+?)(?:, \w+=|\n|$)", text.replace(", ", "\n"))
    if " / " in text:
        return text.split(" / ")[::-1]
    if text.startswith('"'):
        return json.loads(f"[{text}]")
    if text.endswith(")"):
        return re.fullmatch(r"(.+) \((.+), (.+)\)", text).groups()
    if "; " in text:
        return text.split("; ")
    name = " ".join(text.split()[:2])
    phrase = r"(?:works as an?|likes|has an?|wears|was born in|lives in) (.+)"
    return [name, *re.fullmatch(f" {phrase} and {phrase}", text[len(name) :]).groups()]


def check_format(pairs):
    for old, new in pairs:
        if re.search(r"name|[A-Za-z]{4,} [A-Z][a-z]{3,}", old):
            assert list(record(old)) == list(record(new)) and old != new
        else:
            assert date(old) == date(new)  # May is May in two forms


CHECKS = {rule: globals()[f"check_{rule}"] for rule in RULES}


# ---- the raw form ----------------------------------------------------------------------------


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


# ---- the chat --------------------------------------------------------------------------------


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


# ---- splits, nats, words ---------------------------------------------------------------------


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


@pytest.mark.parametrize("split", SPLITS)
def test_groups_that_meet_belong_to_the_split(split):
    pool = tuple(GROUPS)
    for i in range(200):
        numbers = [pool.index(g) for g in draw_groups(writer(i, split), pool, 2 + i % 3)]
        splits = [split_of(a, b) for a, b in combinations(numbers, 2)]
        assert set(splits) <= {"train", split} and split in splits


@pytest.mark.parametrize("form", [series, series_chat])
def test_held_out_groups_do_not_meet_in_training_documents(form):
    names = [list(table) for table in (GROUPS, PLACES, JOBS)]
    for document in made(form, rule="marks", count=200):
        groups = document.fields["groups"]
        (pool,) = (table for table in names if set(groups) <= set(table))
        for a, b in combinations(map(pool.index, groups), 2):
            assert (a + b) % 10 > 1


def test_nats_of_two_groups_are_the_logarithms_of_their_choices():
    w, pool = writer(0), tuple(GROUPS)
    first = pool.index(draw_groups(w, pool, 2)[0])
    partners = [j for j in range(len(pool)) if j != first and (first + j) % 10 > 1]
    assert math.isclose(w.source.nats, math.log(len(pool)) + math.log(len(partners)))


@pytest.mark.parametrize("form", [series, series_chat])
@pytest.mark.parametrize("split", SPLITS)
def test_a_seed_gives_one_text(form, split):
    first, second = (made(form, split, 40) for _ in range(2))
    assert first == second
    assert all(0 < d.nats < 5 * len(d.text) and d.kind in ("series", "instruction") for d in first)
    assert len({d.text for d in first}) == len(first)


def test_remarks_come_in_more_than_500_phrasings():
    drawn = {re.sub(r"the (?:[A-Z]\w+ ?)+", "PLACE ", remark(writer(i), i % 2)) for i in range(900)}
    assert len(drawn) > 500
    assert all(7 <= len(text) <= 125 and text[-1] not in ".!?" for text in drawn)


def test_a_word_stands_in_one_group():
    assert len(GROUPS) >= 40 and len({w.lower() for w in all_words()}) == len(all_words())
    assert min(map(len, GROUPS.values())) >= 21  # 40 balanced examples of two groups and a query


def test_invented_words_are_not_english():
    taken = set()
    words = [invented_word(Source(i), taken) for i in range(500)]
    assert len(set(words)) == 500 and not set(words) & real_words()


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
