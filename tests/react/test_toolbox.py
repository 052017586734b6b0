"""A toolbox: calls by name, words for what goes wrong, and observations that are cut."""

import pytest

from workbook.react.actions import Call
from workbook.react.loop import run
from workbook.react.models import Playback
from workbook.react.toolbox import LONGEST, Outcome, Tool, Toolbox


def echo(name, writes=False):
    return Tool(name, f"{name}[words]", "", lambda words: f"{name} said {words}", writes)


def test_a_tool_that_fails_is_an_observation():
    def broken(_):
        raise KeyError("gone")

    trace = run(
        "Q?",
        Playback(["Action: bad[x]", "Action: finish[a]"]),
        Toolbox([Tool("bad", "bad[x]", "", broken)]),
    )
    assert trace.steps[0].observation == "The tool bad failed: KeyError: 'gone'"
    assert not trace.steps[0].valid and trace.answer == "a"


def test_a_long_observation_is_cut_and_says_so():
    tools = Toolbox([Tool("page", "page[x]", "", lambda _: "word " * 500)], longest=50)
    text = run("Q?", Playback(["Action: page[x]", "Action: finish[a]"]), tools).steps[0].observation
    assert len(text) < 90 and text.endswith("(2499 characters, cut off)")


def test_a_call_reaches_the_tool_of_its_name_and_no_other():
    tools = Toolbox([echo("one"), echo("two", writes=True)])
    assert tools.use(Call("two", "a; b")) == Outcome("two said a; b", True)
    assert tools.names == ("one", "two") and [tool.writes for tool in tools] == [False, True]
    assert tools.usage == "one[words], two[words], finish[answer]"
    assert "two" in tools and "finish" not in tools and tools["one"].name == "one"


def test_an_unknown_tool_is_answered_with_what_there_is():
    tools = Toolbox([echo("one")])
    outcome = tools.use(Call("x" * 100, "a"))
    assert outcome == Outcome(
        f"There is no tool {'x' * 40}. Use one[words], finish[answer].", False
    )


def test_an_observation_is_one_line_and_as_long_as_it_may_be():
    spaced = Toolbox([Tool("page", "", "", lambda _: "  a\n\n b\t c ")])
    assert spaced.use(Call("page", "")) == Outcome("a b c", True)
    for length, cut in ((LONGEST, False), (LONGEST + 1, True)):
        text = Toolbox([Tool("page", "", "", lambda _, n=length: "x" * n)]).use(Call("page", ""))
        assert text.text.startswith("x" * LONGEST) and text.valid
        assert ("cut off" in text.text) is cut


def test_a_long_reason_for_a_failure_is_cut_too():
    def broken(_):
        raise ValueError("y" * 100)

    outcome = Toolbox([Tool("bad", "", "", broken)], longest=50).use(Call("bad", ""))
    assert not outcome.valid and len(outcome.text) == 50
    assert outcome.text.startswith("The tool bad failed: ValueError: yy")


@pytest.mark.parametrize("names", [("one", "one"), ("finish",)])
def test_a_name_that_is_taken_is_refused(names):
    with pytest.raises(ValueError, match=f"^there can be only one tool called '{names[-1]}'[.]$"):
        Toolbox(map(echo, names))
