"""The planner: what it reads in a question and an observation, and what it does with them."""

import pytest

from workbook.react.actions import parse
from workbook.react.loop import run
from workbook.react.models import Playback
from workbook.react.planner import NOT_KNOWN, Plan, Planner, read_question, read_value
from workbook.react.tasks import questions
from workbook.react.toolbox import Tool, Toolbox
from workbook.react.tools import town_tools

CASES = questions(60)


def test_the_planner_answers_every_question_of_held_out_towns():
    """The ceiling: with right reading and right choices, these tools suffice."""
    for case in CASES:
        assert run(case.request, Planner(), town_tools(case.town)).answer == case.answer


@pytest.mark.parametrize(
    ("question", "plan"),
    [
        (
            "In what street is the home of the person who runs the Honey Tasting?",
            Plan(("the Honey Tasting",), ("organiser", "street")),
        ),
        (
            "What does the wife of the owner of the Old Mill do for a living?",
            Plan(("the Old Mill",), ("owner", "spouse", "job")),
        ),
        ("Who is older, Ann Lee or Bo Ray?", Plan(("Ann Lee", "Bo Ray"), ("birth year",), "min")),
        ("Who is younger, Ann Lee or Bo Ray?", Plan(("Ann Lee", "Bo Ray"), ("birth year",), "max")),
        (
            "Look this up for me. Which closes later, the Mill or the Inn?",
            Plan(("the Mill", "the Inn"), ("closes",), "max"),
        ),
        (
            "Do Ann Lee and Bo Ray work in the same place?",
            Plan(("Ann Lee", "Bo Ray"), ("employer",), "="),
        ),
    ],
)
def test_questions_are_read_into_names_and_relations_in_order(question, plan):
    assert read_question(question) == plan


@pytest.mark.parametrize("question", ["", "What is the weather like?", "Who is Ann Lee?"])
def test_other_words_are_not_understood_and_it_says_so(question):
    assert read_question(question) is None
    reply = Planner()([{"role": "user", "content": question}])
    turn = parse(reply.text)
    assert turn.thought == "I cannot read this question."
    assert str(turn.action) == f"finish[{NOT_KNOWN}]"


def test_a_value_is_read_only_of_the_thing_and_the_relation_that_were_asked():
    said = "The Old Mill is in Pepper Lane. The Old Mill closes at 3 in the afternoon."
    assert read_value(said, "the Old Mill", "street") == "Pepper Lane"
    assert read_value(said, "Old Mill", "closes") == "3 in the afternoon"
    assert read_value(said, "the Old Mill", "opens") == ""
    assert read_value(said, "the New Mill", "street") == ""
    assert read_value(said, "the Old Mill", "shoe size") == ""


@pytest.mark.parametrize(
    ("question", "says", "ends"),
    [
        ("Who is older, Ann Lee or Bo Ray?", "Nobody has this name.", "birth year of Ann Lee."),
        ("In what street is the home of the owner of the Old Mill?", "Closed.", "of the Old Mill."),
    ],
)
def test_it_gives_up_where_an_observation_does_not_say_it(question, says, ends):
    tools = Toolbox([Tool("look", "", "", lambda _: says)])
    trace = run(question, Planner(), tools)
    assert len(trace.steps) == 2 and trace.answer == NOT_KNOWN
    assert trace.steps[1].thought.startswith("I was not told the")
    assert trace.steps[1].thought.endswith(ends)


def compared(question, values, result):
    """The trace of a comparison in a town where looks give these values, in turn."""
    left = iter(values)
    tools = [
        Tool("look", "", "", lambda asked: f"{asked.split(';')[0]} was born in {next(left)}."),
        Tool("calculate", "", "", lambda _: result),
    ]
    return run(question, Planner(), Toolbox(tools))


def test_a_comparison_names_whose_value_it_is():
    trace = compared("Who is older, Ann Lee or Bo Ray?", ("1962", "1950"), "Bo Ray 1950")
    assert [step.action for step in trace.steps] == [
        "look[Ann Lee; birth year]", "look[Bo Ray; birth year]",
        "calculate[min Ann Lee 1962, Bo Ray 1950]", "finish[Bo Ray]",
    ]  # fmt: skip
    other = compared("Who is younger, Ann Lee or Bo Ray?", ("1962", "1950"), "Ann Lee 1962")
    assert other.steps[2].action == "calculate[max Ann Lee 1962, Bo Ray 1950]"
    assert other.answer == "Ann Lee"
    lost = compared("Who is older, Ann Lee or Bo Ray?", ("1962", "1950"), "no such tool")
    assert lost.answer == NOT_KNOWN and lost.steps[-1].thought == "I cannot read that result."


def test_its_tokens_are_words_and_a_stop_sequence_cuts_it():
    chat = [{"role": "user", "content": "Who is older, Ann Lee or Bo Ray?"}]
    reply = Planner()(chat)
    assert (reply.prompt_tokens, reply.new_tokens) == (8, len(reply.text.split()))
    assert Planner()(chat, stop=("\nAction",)).text == reply.text.split("\nAction")[0]
    assert not isinstance(Planner(), Playback)
