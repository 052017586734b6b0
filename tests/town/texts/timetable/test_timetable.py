"""Timetables and price lists: every answer is worked out again from the printed context."""

import re

import pytest

from workbook.town.choices import ChoiceSource
from workbook.town.entities import SPLITS
from workbook.town.texts.timetable import timetable as module
from workbook.town.texts.timetable.timetable_phrases import LINE_QUESTIONS, PRICE_QUESTIONS
from workbook.town.world import build_town
from workbook.town.writer import Writer, clock, money

COUNT, TIME, GOOD = r"\d+", r"\d+:\d\d", r"the [A-Z]\w+ \w+ \w+"
SHAPES = {
    "many": COUNT, "note": COUNT, "people": COUNT, "time": TIME, "start": TIME,
    "good": GOOD, "a": GOOD, "b": GOOD,
}  # fmt: skip


@pytest.fixture(scope="module")
def town():
    return build_town()


def made(town, split, count=300):
    return [module.timetable(Writer(ChoiceSource(f"time/{i}"), town, split)) for i in range(count)]


def minutes(time: str) -> int:
    hours, rest = time.split(":")
    return 60 * int(hours) + int(rest)


def sort_of(table: dict, question: str) -> tuple[str, dict[str, str]]:
    """Which sort of question this is, and what its slots were filled with."""
    for sort, phrases in table.items():
        for pattern in phrases.all:
            seen: set[str] = set()
            expression = ""
            for part in re.split(r"(\{\w+\})", pattern):
                name = part.strip("{}")
                if not part.startswith("{"):
                    expression += re.escape(part)
                else:
                    shape = SHAPES.get(name, ".+?")
                    expression += rf"(?P={name})" if name in seen else rf"(?P<{name}>{shape})"
                    seen.add(name)
            if found := re.fullmatch(expression, question):
                return sort, found.groupdict()
    raise AssertionError(f"no pattern fits {question!r}")


def parsed_lines(context: str) -> dict[str, dict]:
    found = re.findall(
        r"(\w+ \d) from (.+) to (.+)\nLeaves at (.+)\nTakes (\d+) minutes, costs (.+) crowns",
        context,
    )
    return {
        name: {
            "origin": origin, "goal": goal, "times": [minutes(t) for t in times.split(", ")],
            "takes": int(takes), "fare": round(100 * float(fare)),
        }
        for name, origin, goal, times, takes, fare in found
    }  # fmt: skip


def line_answers(line: dict, sort: str, slots: dict[str, str]) -> str:
    times = line["times"]
    time = minutes(slots["time"]) if "time" in slots else 0
    later = [t for t in times if t > time]
    if sort == "before":
        return clock(max(t for t in times if t < time))
    return {
        "first": lambda: clock(min(times)),
        "last": lambda: clock(max(times)),
        "after": lambda: clock(min(later)),
        "wait": lambda: f"{min(later) - time} minutes",
        "long": lambda: f"{line['takes']} minutes",
        "arrive": lambda: clock(minutes(slots["start"]) + line["takes"]),
        "fare": lambda: money(line["fare"]),
        "group": lambda: money(int(slots["people"]) * line["fare"]),
        "where": lambda: line["goal"],
    }[sort]()


@pytest.mark.parametrize("split", SPLITS)
def test_answers_about_lines_follow_from_the_timetable(town, split):
    seen = set()
    for document in made(town, split, 500):
        lines = parsed_lines(document.fields["context"])
        if not lines:
            continue
        for question, answer in zip(
            document.fields["questions"], document.fields["answers"], strict=True
        ):
            sort, slots = sort_of(LINE_QUESTIONS, question)
            named = [line for name, line in lines.items() if name in question]
            named = named or [
                line for line in lines.values() if f"{line['origin']} to {line['goal']}" in question
            ]
            assert line_answers(named[0], sort, slots) == answer, document.text
            seen.add(sort)
    assert seen == set(LINE_QUESTIONS)


def price_answer(prices: dict[str, int], sort: str, slots: dict[str, str]) -> str:
    bare = {name: slots[name].removeprefix("the ") for name in ("good", "a", "b") if name in slots}
    if "good" in bare:
        one = prices[bare["good"]]
        many, note = int(slots.get("many", 1)), int(slots.get("note", 0))
        return money(100 * note - one if sort == "change" else many * one)
    if "a" in bare:
        a, b = prices[bare["a"]], prices[bare["b"]]
        return money(a + b if sort == "both" else abs(a - b))
    if sort == "which":
        (good,) = [name for name, price in prices.items() if money(price) == slots["price"]]
        return f"The {good}"
    if sort == "count":
        return str(len(prices))
    return f"The {(min if sort == 'cheapest' else max)(prices, key=prices.get)}"


@pytest.mark.parametrize("split", SPLITS)
def test_answers_about_prices_follow_from_the_list(town, split):
    seen = set()
    for document in made(town, split, 800):
        fields = document.fields
        lines = re.findall(r"^(.+): ([\d.]+) crowns$", fields["context"], re.M)
        prices = {name: round(100 * float(price)) for name, price in lines}
        for question, answer in zip(fields["questions"], fields["answers"], strict=True):
            if prices:
                question = re.sub(r"^The ", "the ", question)
                sort, slots = sort_of(PRICE_QUESTIONS, question)
                assert price_answer(prices, sort, slots) == answer, document.text
                seen.add(sort)
    assert seen == set(PRICE_QUESTIONS)


def test_printed_times_and_prices_are_the_towns(town):
    times = {name: [clock(d.leaves) for d in town.departures if d.line == name]
             for name in {d.line for d in town.departures}}  # fmt: skip
    prices = {p.name: money(p.price) for p in town.products}
    for document in made(town, "train"):
        context = document.fields["context"]
        for name, shown in re.findall(r"(\w+ \d) from .+\nLeaves at (.+)", context):
            assert shown.split(", ") == times[name]
        for name, shown in re.findall(r"^(.+): ([\d.]+ crowns)$", context, re.M):
            assert prices[name] == shown
        for subject, relation, value in document.facts:
            assert subject in document.text and value in document.text, (subject, relation)


def test_questions_are_two_to_four_and_all_different(town):
    for document in made(town, "train"):
        questions = document.fields["questions"]
        assert 1 < len(questions) <= 4 or document.fields["context"].count("\n") == 1
        assert len(set(questions)) == len(questions)


@pytest.mark.parametrize("split", SPLITS)
def test_price_lists_hold_goods_of_the_split_only(town, split):
    other = [p.name for p in town.products + town.places if p.split != split]
    for document in made(town, split):
        assert not [name for name in other if name in document.text]


def test_same_seed_same_text_and_no_slot_left_open(town):
    first, second = made(town, "test", 100), made(town, "test", 100)
    assert first == second
    assert not any("{" in d.text or "  " in d.text or not d.text.isascii() for d in first)
