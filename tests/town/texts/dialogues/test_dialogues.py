"""Dialogues: what the summary says is in the turns, in every scenario and every split."""

import re
from collections import Counter
from functools import cache
from itertools import combinations

import pytest

from workbook.town.choices import ChoiceSource
from workbook.town.entities import SPLITS
from workbook.town.texts.dialogues.dialogues import SCENARIOS, act, dialogue
from workbook.town.texts.dialogues.scenario import agree, person_slots, said
from workbook.town.world import build_town
from workbook.town.writer import HELD_OUT_FROM, Phrases, Writer

TOWN = build_town()
MARKS = re.compile(r"(?:, no, sorry|, no, wait|, sorry, I mean|, oh no),? (\w+)")


def writer(seed, split="train"):
    return Writer(ChoiceSource(f"dialogue test/{seed}"), TOWN, split)


@cache
def performances():
    """Four performances of each scenario in each split."""
    return [
        act(writer(f"{scenario.name}/{i}", split), scenario)
        for scenario in SCENARIOS
        for split in SPLITS
        for i in range(4)
    ]


def test_enough_scenarios_with_their_own_names():
    assert len(SCENARIOS) >= 40
    assert len({scenario.name for scenario in SCENARIOS}) == len(SCENARIOS)


def test_shape_of_the_text():
    for document in performances():
        spoken, summary = document.fields["dialogue"], document.fields["summary"]
        assert document.text == f"Dialogue:\n{spoken}\nSummary: {summary}"
        turns = [line.split(": ", 1) for line in spoken.split("\n")]
        assert 4 <= len(turns) <= 14, document.text
        speakers = [who for who, _ in turns]
        assert len(set(speakers)) == 2
        assert all(x != y for x, y in zip(speakers, speakers[1:], strict=False)), document.text
        assert 50 <= len(document.text.split()) <= 160, document.text


def test_summary_names_both_speakers_and_only_who_is_in_the_turns():
    for document in performances():
        spoken, summary = document.fields["dialogue"], document.fields["summary"]
        names = document.fields["names"]
        speakers = {line.split(": ")[0] for line in spoken.split("\n")}
        assert speakers <= set(names), document.text
        assert len(set(names)) == len(names)
        for name in names:
            assert name in summary and name in spoken, (name, document.text)


def test_every_town_place_in_a_summary_is_among_its_names():
    for document in performances():
        for place in TOWN.places:
            if place.name in document.fields["summary"]:
                assert place.name in document.fields["names"], document.text


def test_no_single_turn_holds_the_whole_summary():
    """A summary that is (nearly) a copy of one line would make summarising trivial."""
    for document in performances():
        wanted = set(document.fields["summary"].split())
        for line in document.fields["dialogue"].split("\n"):
            assert len(wanted & set(line.split())) < 0.7 * len(wanted), document.text


def test_corrected_value_is_in_the_summary():
    """Guards against a summary that reports what the speaker took back."""
    found = 0
    for seed in range(1200):
        document = dialogue(writer(seed))
        for right in MARKS.findall(document.fields["dialogue"]):
            found += 1
            known = document.fields["summary"] + " ".join(f.value for f in document.facts)
            assert right in known, document.text
    assert found > 60


def test_facts_are_said():
    for document in performances():
        assert document.facts
        for fact in document.facts:
            assert fact.value in document.text, (fact, document.text)


@pytest.mark.parametrize("split", SPLITS)
def test_only_entities_of_the_split_are_named(split):
    tables = ("people", "places", "products", "events")
    strangers = [
        entity.name for table in tables for s in SPLITS if s != split
        for entity in TOWN.among(table, s)
    ]  # fmt: skip
    firsts = {p.first for s in SPLITS if s != split for p in TOWN.among("people", s)}
    for seed in range(300):
        text = dialogue(writer(seed, split)).text
        assert not [name for name in strangers if name in text], text
        assert not firsts & set(re.findall(r"\w+", text)), text


def test_plain_correct_characters():
    article = re.compile(r"\b[Aa] (?!hour|one|u[ns]i)[aeiou]|\b[Aa]n (?!hour|hon)[^aeiouAEIOU]")
    doubled = re.compile(r"\b(\w+) \1\b")
    for document in performances():
        text = document.text
        assert text.isascii() and "{" not in text and "}" not in text, text
        assert not re.search(r"  | [,.!?;]|[.,!?][.,!?]|\n\n", text), text
        assert not article.search(text), text
        assert not doubled.search(text), text
        for sentence in re.split(r"(?<=[.!?]) |\n", text):
            assert sentence[0].isupper() or sentence[0].isdigit(), text


def test_same_seed_same_text():
    assert dialogue(writer("x")) == dialogue(writer("x"))
    assert dialogue(writer("x")).text != dialogue(writer("y")).text


def test_every_phrasing_fits_the_slots():
    """Held-out phrasings are seen too rarely by the other tests; here each one is filled in."""
    for scenario in SCENARIOS:
        w = writer(scenario.name)
        cast = person_slots("a", "Anna", "she") | person_slots("b", "Bert", "he")
        slots = cast | scenario.draw(w, cast)
        for phrases in (*(phrases for _, phrases in scenario.script), scenario.summary):
            for pattern in phrases.all:
                assert "{" not in pattern.format(**slots)


def test_summaries_are_shared_by_all_splits_and_alike():
    """ROUGE against one of the phrasings is only fair if they share most of their words."""
    for scenario in SCENARIOS:
        assert 3 <= len(scenario.summary.all) < HELD_OUT_FROM, scenario.name
        w = writer(scenario.name)
        cast = person_slots("a", "Anna", "she") | person_slots("b", "Bert", "he")
        slots = cast | scenario.draw(w, cast)
        words = [Counter(p.format(**slots).split()) for p in scenario.summary.all]
        overlaps = [
            2 * (x & y).total() / (x.total() + y.total()) for x, y in combinations(words, 2)
        ]
        assert sum(overlaps) / len(overlaps) > 0.65, (scenario.name, overlaps)


def test_held_out_phrasings_stay_out_of_training():
    scripts = [phrases for scenario in SCENARIOS for _, phrases in scenario.script]
    kept_back = [p for p in scripts if len(p.all) >= HELD_OUT_FROM]
    assert len(kept_back) > len(scripts) / 3
    unseen = {
        pattern for p in kept_back for pattern in p.all[-2:] if "{" not in pattern
    } - {pattern for p in scripts for pattern in p.by_split["train"]}  # fmt: skip
    spoken = {
        line.split(": ", 1)[1]
        for seed in range(600) for line in dialogue(writer(seed)).fields["dialogue"].split("\n")
    }  # fmt: skip
    assert not unseen & spoken


def test_agree_and_said_hold_what_counts():
    for seed in range(60):
        w = writer(seed)
        reply, result = agree(w, "Monday", "Friday")
        assert result in reply
        assert ("Friday" in reply) == (result == "Friday")
        words = said(w, "red", "blue")
        assert words == "red" or (words.startswith("blue, ") and words.endswith(" red"))
    assert said(writer(0), "red", "red") == "red"


def test_one_scenario_word_by_word():
    """Steps marked with "?" may be missing; turns of one speaker in a row are joined."""
    scenario = SCENARIOS[0]._replace(
        draw=lambda w, cast: {"thing": "axe"},
        script=(
            ("A", Phrases("Lend me your {thing}.")),
            ("A", Phrases("Please.")),
            ("B", Phrases("Take it.")),
            ("A?", Phrases("I will.")),
        ),
        summary=Phrases("{b} lends {a} the {thing}."),
    )
    seen = set()
    for seed in range(40):
        document = act(writer(seed), scenario)
        a, b = document.fields["names"]
        assert f"{a}: " in document.text and "Lend me your axe. Please." in document.text
        assert document.fields["summary"] == f"{b} lends {a} the axe."
        seen.add("I will." in document.text)
    assert seen == {True, False}
