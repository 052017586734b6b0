"""A word problem solved in steps, at once or as a program: the ways agree and cost alike."""

import math
import re

import pytest
from worked_programs import made, run
from worked_sums import DO, SUM, check_worked

from workbook.town.choices import ChoiceSource
from workbook.town.entities import SPLITS
from workbook.town.texts.problems.problem_chats import (
    REQUESTS,
    draw_problem,
    problem_chat,
    solution,
    sums_of,
    worked_problem,
)
from workbook.town.texts.problems.problems import problem
from workbook.town.writer import Writer

WAYS = ("steps", "at once", "program")


def steps_of(answer: str) -> list[tuple[str, str]]:
    """(sum, result) of each step line; the columns are checked on the way."""
    *lines, last = answer.split("\n")
    rows = []
    for number, line in enumerate(lines, 1):
        head, body = line.split(": ", 1)
        assert head == f"Step {number}"
        left, sign, right = SUM.match(body).groups()
        if ": " in body:
            check_worked(body)
        else:
            assert body == f"{left} {sign} {right} = {DO[sign](int(left), int(right))}"
        rows.append((f"{left} {sign} {right}", re.findall(r"\d+", line)[-1]))
    assert last == f"Answer: {rows[-1][1]}"
    return rows


@pytest.mark.parametrize("split", SPLITS)
@pytest.mark.parametrize("make", (problem_chat, worked_problem))
def test_the_three_ways_of_a_problem_agree(town, make, split):
    for way in WAYS:
        for document in made(town, make, split, count=100, way=way):
            fields, value = document.fields, document.fields["answer_value"]
            assert run(fields["program"]) == value and fields["way"] == way
            assert fields["question"] in document.text and fields["answer"] in document.text
            if way == "program":
                assert fields["answer"] == fields["program"]
            elif way == "at once":
                assert fields["answer"] == f"Answer: {value}"
            else:
                rows = steps_of(fields["answer"])
                assert [f"{shown} = {result}" for shown, result in rows] == fields["steps"]
                assert [shown.split()[1] for shown, _ in rows] == fields["operations"]
                assert rows[-1][1] == value
            assert len(document.text) < 700 and document.text.isascii()


def test_the_request_tells_the_way(town):
    patterns = [pattern for phrases in REQUESTS.values() for pattern in phrases.all]
    assert len(set(patterns)) == len(patterns)
    assert all(len(phrases.all) >= 10 for phrases in REQUESTS.values())
    for way in WAYS:
        for document in made(town, problem_chat, count=60, way=way):
            asked = document.fields["messages"][0]["content"]
            pattern = asked.replace(document.fields["question"], "{question}")
            assert pattern in REQUESTS[way].by_split["train"]
    drawn = [d.fields["way"] for d in made(town, problem_chat, count=900)]
    for way in WAYS:  # a third each; 4.5 standard deviations
        assert abs(drawn.count(way) - 300) < 4.5 * math.sqrt(900 * 2 / 9)


def test_hard_steps_are_worked_and_easy_ones_are_not(town):
    lines = [
        line
        for document in made(town, worked_problem, count=400, way="steps")
        for line in document.fields["answer"].split("\n")[:-1]
    ]
    worked = sum(", so " in line for line in lines)
    assert 0.2 < worked / len(lines) < 0.7
    for line in lines:
        left, sign, right = SUM.search(line).groups()
        if sign in "+x":
            assert (", so " in line) == (max(int(left), int(right)) > 12)


def test_a_problem_costs_what_it_costs_without_the_ones_thrown_away(town):
    thrown = 0
    for i in range(300):
        plain = problem(Writer(ChoiceSource(f"nats/{i}"), town, "train"))
        document = worked_problem(Writer(ChoiceSource(f"nats/{i}"), town, "train"), "steps")
        if plain.fields["question"] == document.fields["question"]:
            assert document.nats == pytest.approx(plain.nats) and document.facts == plain.facts
        else:
            thrown += 1
            assert document.nats < 40
            assert all(value in document.text for _, _, value in document.facts)
    assert 0 < thrown < 30


def test_a_solution_in_each_way_by_hand():
    fields = {"steps": ["3 x 4 = 12", "12 - 5 = 7"], "answer": "7", "program": "answer = 7"}
    assert sums_of(fields) == [(3, "x", 4), (12, "-", 5)]
    assert solution(fields, "steps") == "Step 1: 3 x 4 = 12\nStep 2: 12 - 5 = 7\nAnswer: 7"
    assert solution(fields, "at once") == "Answer: 7"
    assert solution(fields, "program") == "answer = 7"


def test_what_is_thrown_away_leaves_no_fact(town):
    """Every fact that is noted stands in the question that was kept."""
    for number in range(200):
        writer = Writer(ChoiceSource(f"kept/{number}"), town, "train")
        fields = draw_problem(writer)
        assert all(fact.value in fields["question"] for fact in writer.facts)


@pytest.mark.parametrize("make", (problem_chat, worked_problem))
def test_an_unknown_way_is_refused_before_anything_is_drawn(town, make):
    writer = Writer(ChoiceSource(0), town, "train")
    with pytest.raises(ValueError, match="no way 'sing'; choose one of steps, at once, program"):
        make(writer, way="sing")
    assert writer.source.nats == 0.0
