"""Replies read into actions: the form itself, its usual distortions, and any text at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbook.react.actions import Answer, Call, Invalid, Turn, cut_at_stop, parse

LOOK = Call("look", "Vella Oskmere; job")
ARGUMENTS = st.text(
    st.characters(whitelist_categories=["L", "N"], whitelist_characters=" ;.,-"), min_size=1
).filter(lambda text: text.strip() and text == " ".join(text.split()))


@pytest.mark.parametrize(
    "text",
    [
        "Thought: I need the job.\nAction: look[Vella Oskmere; job]",
        "Thought 1: I need the job.\nAction 1: look[Vella Oskmere; job]",
        "**Thought:** I need the job.\n**Action:** look[Vella Oskmere; job]",
        "### Thought: I need the job.\n### Action: Look[Vella Oskmere; job]",
        "thought : I need the job.\naction : LOOK[Vella Oskmere; job].",
        "Thought: I need the job.\nAction: look(Vella Oskmere; job)",
        "Thought: I need the job.\nAction: look[Vella Oskmere; job",
        'Thought: I need the job.\nAction: look["Vella Oskmere; job"]',
        "Thought: I need the job.\nAction: `look[Vella Oskmere; job]`",
        "Thought: I need the job.\nAction:\n```\nlook[Vella Oskmere; job]\n```",
        "Thought: I need the job.\r\nAction: look[Vella Oskmere; job]\r\nObservation: a baker",
        "Thought: I need the job.\nAction: look[Vella Oskmere; job]\nAction: finish[baker]",
        "Thought: I need the job.\nlook[Vella Oskmere; job]",
        'Thought: I need the job.\nAction: {"tool": "look", "argument": "Vella Oskmere; job"}',
        "I need the job.\nAction: look[Vella Oskmere; job]",
    ],
)
def test_what_can_be_meant_in_one_way_only_is_read(text):
    assert parse(text) == Turn("I need the job.", LOOK)


@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("Action: finish[The Old Mill]", Answer("The Old Mill")),
        ("Thought: done.\nFinal Answer: The Old Mill", Answer("The Old Mill")),
        ('Action: {"name": "finish", "arguments": {"answer": "Yes"}}', Answer("Yes")),
        ("Action: search[the mill [old] of 1962]", Call("search", "the mill [old] of 1962")),
        ("Action: python[\na = 2\nanswer = [a][0]\n]", Call("python", "a = 2\nanswer = [a][0]")),
    ],
)
def test_answers_brackets_and_several_lines(text, action):
    assert parse(text).action == action


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no action"),
        ("I do not know.", "no action"),
        ("Thought: hm.\nAction:", "empty"),
        ("Action: search the town", "no action: search the town"),
        ("Action: search[]", "needs something between its brackets"),
        ("Action: finish[  ]", "needs something between its brackets"),
        ('Action: {"tool": "look"', "begins like JSON"),
        ('Action: {"tool": 3, "argument": "x"}', "as JSON has"),
    ],
)
def test_everything_else_is_a_reason_that_a_model_can_read(text, reason):
    action = parse(text).action
    assert isinstance(action, Invalid) and reason in action.reason


def test_an_invented_observation_is_not_believed():
    """Guards against an answer that the model took from an observation of its own making."""
    text = (
        "Thought: x\nAction: search[mill]\nObservation: it burned.\nThought: so\nAction: finish[b]"
    )
    assert parse(text).action == Call("search", "mill")
    assert isinstance(parse("Thought: x\nObservation: y\nAction: finish[z]").action, Invalid)


@given(
    st.text(st.characters(), max_size=300) | st.text("Action:Thought[](){}\n\"'`*# x", max_size=80)
)
def test_no_text_breaks_the_parser(text):
    turn = parse(text)
    assert isinstance(turn.action, (Call, Answer, Invalid))
    assert "\n" not in turn.thought


@given(st.sampled_from(["search", "look", "calculate"]), ARGUMENTS, ARGUMENTS)
def test_what_is_written_is_read_back(tool, argument, thought):
    thought = thought.strip()
    turn = Turn(thought, Call(tool, argument.strip()))
    assert parse(str(turn)) == turn
    assert parse(str(Turn(thought, Answer(argument.strip())))).action == Answer(argument.strip())


def test_a_very_long_reply_is_read_in_no_time():
    assert isinstance(parse("Action: " + "[" * 10**6).action, Invalid)


def test_stop_sequences_cut_at_the_first():
    assert cut_at_stop("a\nObservation: b\nStop", ["Stop", "\nObservation"]) == "a"
    assert cut_at_stop("abc", ["x"]) == "abc"
