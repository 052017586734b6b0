"""Properties of the dialogue scenarios of the town and its visitors, over seeded performances.

Each scenario is acted out several times in each split, with its slots recorded on the way.
"""

import re
from collections import Counter
from string import Formatter

import pytest

from workbook.town.choices import ChoiceSource
from workbook.town.entities import SPLITS
from workbook.town.texts.dialogues.dialogues import act
from workbook.town.texts.dialogues.scenarios_town import SCENARIOS as TOWN
from workbook.town.texts.dialogues.scenarios_visits import SCENARIOS as VISITS
from workbook.town.world import build_town
from workbook.town.writer import HELD_OUT_FROM, Writer

SCENARIOS = TOWN + VISITS
ROUNDS = 12
by_name = pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda s: s.name)


@pytest.fixture(scope="module")
def town():
    return build_town()


def performances(scenario, town, split, rounds=ROUNDS):
    """(document, slots) pairs; the slots include the cast."""
    for i in range(rounds):
        seen = {}

        def draw(writer, cast, seen=seen):
            slots = scenario.draw(writer, cast)
            seen.update(cast | slots)
            return slots

        writer = Writer(ChoiceSource(f"scenario/{scenario.name}/{i}"), town, split)
        yield act(writer, scenario._replace(draw=draw)), seen


def fields(pattern):
    """The slot names of one pattern."""
    return {name for _, name, _, _ in Formatter().parse(pattern) if name}


def words(text):
    """Words and numbers, articles and 's left out; prices and times stay whole."""
    found = re.findall(r"[\w'.:-]*\w", str(text))
    return [w.removesuffix("'s") for w in found if w not in ("a", "an", "the")]


def summary_values(scenario, slots):
    """Slot values that some phrasing of the summary needs, pronouns and speakers left out."""
    names = set().union(*(fields(p) for p in scenario.summary.all))
    return {n: slots[n] for n in names if not n.endswith(("_they", "_them", "_their", "_They"))}


def test_there_are_enough_scenarios_with_names_of_their_own():
    assert len(SCENARIOS) >= 22
    assert len({s.name for s in SCENARIOS}) == len(SCENARIOS)


@by_name
def test_script_has_the_agreed_shape(scenario):
    assert 3 <= len(scenario.script) <= 10
    for who, phrases in scenario.script:
        assert who in ("A", "B", "A?", "B?")
        assert 4 <= len(phrases.all) <= 8
        assert len(set(phrases.all)) == len(phrases.all)
        assert max(len(p.split()) for p in phrases.all) <= 18
    assert 3 <= len(scenario.summary.all) < HELD_OUT_FROM


@by_name
def test_phrasings_of_a_summary_share_most_of_their_words(scenario):
    bags = [Counter(re.findall(r"\{\w+\}|\w+", p)) for p in scenario.summary.all]
    for i, one in enumerate(bags):
        for other in bags[:i]:
            shared = (one & other).total()
            assert shared / max(one.total(), other.total()) >= 0.6


@by_name
@pytest.mark.parametrize("split", SPLITS)
def test_text_is_clean(scenario, split, town):
    """Guards “gets a orange shirt”: an article must fit the word drawn after it."""
    for document, _ in performances(scenario, town, split):
        text = document.text
        assert text.isascii() and "{" not in text and "  " not in text
        assert not re.search(r"\s[.,;!?]|,,|\.\.|\?\.", text)
        assert not re.search(r"\b[Aa] [aeio]|\b[Aa]n [bcdfgjklmnpqrstvwxyz]", text)
        assert not re.search(r"\b(\w+) \1\b", text)
        for line in text.splitlines():
            said = line.split(": ", 1)[-1]
            assert said[0].isupper() or said[0].isdigit()


@by_name
@pytest.mark.parametrize("split", SPLITS)
def test_every_phrasing_of_the_summary_can_be_had_from_the_dialogue(scenario, split, town):
    """Guards a turn phrasing that leaves out a fact which the summary states."""
    for document, slots in performances(scenario, town, split, 3 * ROUNDS):
        heard = set(words(document.fields["dialogue"]))
        for name, value in summary_values(scenario, slots).items():
            missing = [w for w in words(value) if w not in heard]
            assert not missing, (scenario.name, name, value, document.text)


@by_name
def test_every_slot_drawn_is_used(scenario, town):
    """Guards an idle draw: it would cost nats without leaving a trace in the text."""
    patterns = [p for _, phrases in scenario.script for p in phrases.all] + [*scenario.summary.all]
    used = set().union(*(fields(p) for p in patterns))
    document, slots = next(performances(scenario, town, "train", 1))
    drawn = {n for n in slots if not re.match(r"[ab]$|[a-dA-D]_", n)}
    assert drawn <= used, document.fields["scenario"]


@by_name
def test_no_single_turn_holds_the_summary(scenario, town):
    for document, slots in performances(scenario, town, "train"):
        values = summary_values(scenario, slots)
        for line in document.fields["dialogue"].splitlines():
            turn = set(words(line))
            held = [n for n, value in values.items() if set(words(value)) <= turn]
            assert len(held) <= 0.7 * len(values), (line, held)


@by_name
def test_summary_names_both_speakers_and_the_corrected_value(scenario, town):
    corrected = 0
    for document, slots in performances(scenario, town, "train", 4 * ROUNDS):
        summary = document.fields["summary"]
        assert slots["a"] in summary and slots["b"] in summary
        wrong, _, right = str(slots.get("said", "")).rpartition(", ")
        if wrong:
            corrected += 1
            right = right.removeprefix("I mean ")
            assert right in summary
    assert corrected or "said" not in slots


@by_name
@pytest.mark.parametrize("split", SPLITS)
def test_names_and_facts_are_in_the_text(scenario, split, town):
    for document, slots in performances(scenario, town, split):
        named = [slots[k] for k in ("c", "d", "place", "place2") if k in slots]
        assert set(named) <= set(document.fields["names"])
        assert document.facts
        for fact in document.facts:
            assert set(words(fact.value)) <= set(words(document.text)), fact


@pytest.mark.parametrize("split", SPLITS)
def test_facts_about_the_town_are_true(split, town):
    """Events, products, places and ferries that a dialogue names are told as they are."""
    acted = {s.name: s for s in SCENARIOS}
    events = {e.name: e for e in town.events}
    products = {p.name: p for p in town.products}
    places = {p.name: p for p in town.places}
    for _, slots in performances(acted["event_question"], town, split):
        event = events[slots["event"]]
        assert town.places[event.place].name == slots["place"]
        assert slots["date"] == f"{event.day} {event.month}"
    for _, slots in performances(acted["souvenir"], town, split):
        product = products[slots["product"]]
        assert slots["price"] == f"{product.price / 100:.2f} crowns"
        assert town.places[product.seller].name == slots["place"]
    for _, slots in performances(acted["new_job"], town, split):
        assert slots["day"] != slots["closed"] == places[slots["place"]].closed_on
    for _, slots in performances(acted["last_ferry"], town, split):
        line = [d for d in town.departures if d.line == slots["line"]]
        hours, minutes = slots["time"].split(":")
        assert max(d.leaves for d in line) == int(hours) * 60 + int(minutes)
        assert {d.destination for d in line} == {slots["place"]}


@by_name
def test_train_text_names_nothing_held_out(scenario, town):
    hidden = [
        row.name
        for table in ("people", "places", "products", "events")
        for split in ("validation", "test")
        for row in town.among(table, split)
    ]
    for document, _ in performances(scenario, town, "train"):
        assert not [name for name in hidden if name in document.text]


@by_name
def test_same_seed_same_text(scenario, town):
    first, second = (
        [document for document, _ in performances(scenario, town, "test", 3)] for _ in range(2)
    )
    assert first == second
    assert len({document.text for document in first}) == 3
