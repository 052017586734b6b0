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
        "Thought: I need the job.\nAction: look\nAction Input: Vella Oskmere; job",
        'Thought: I need the job.\nAction: look\nAction Input: "Vella Oskmere; job"\nThought: x',
        'I need the job.\nAction: look\nAction Input: {"name": "Vella Oskmere", "of": "job"}',
        'I need the job.\n<tool_call>\n{"name": "look", "arguments": {"name": "Vella Oskmere", '
        '"relation": "job"}}\n</tool_call>',
        'I need the job.\nAction: <tool_call>{"name": "look", "arguments": "Vella Oskmere; job"}',
        'I need the job.\n{"action": "look", "action_input": "Vella Oskmere; job"}',
        'I need the job.\n```json\n{"action": "look", "action_input": "Vella Oskmere; job"}\n```',
        'I need the job.\nAction: {"name": "look", "arguments": "{\\"who\\": \\"Vella Oskmere\\", '
        '\\"what\\": \\"job\\"}"}',
        "Thought：I need the job.\nAction：look[Vella Oskmere; job]",
        "1. Thought: I need the job.\n2. Action: look[Vella Oskmere; job]",
        'Thought: I need the job.\nAction: look["Vella Oskmere"; "job"]',
        "Thought: I need the job.\nAction: look('Vella Oskmere', 'job')",
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
        ("Thought: Action: look[Vella Oskmere; job]", LOOK),
        ("The final answer is the Old Mill.", Answer("the Old Mill")),
        ("I am done. So the final answer is: 12", Answer("12")),
        ("Action: python[print(']')\nanswer = 1]", Call("python", "print(']')\nanswer = 1")),
        ("Action: look[Ann's Mill; job] as Bo's", Call("look", "Ann's Mill; job")),
        ("Action: look['Mill; job] or 'Inn", Call("look", "'Mill; job")),
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
        ('Action: {"tool": "look", "argument": {}}', "as JSON has"),
        ('Action: {"tool": "look", "argument": ["x"]}', "as JSON has"),
        ('Action: {"tool": "look", "argument": " "}', "empty"),
        ("Action: look\nAction Input:", "input of look is empty"),
        ("Action: look\nAction Input: {no", "begins like JSON"),
        ('{"answer": 12}', "no action"),
        ("Action: look\nThought: hm", "no action: look"),
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
    st.text(st.characters(), max_size=300)
    | st.text("Action Input:Thought[](){}\n\"'`*# x;", max_size=80)
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
