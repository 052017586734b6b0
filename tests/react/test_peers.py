"""Our loop beside LangChain's agent and PAL chain: same model, same tools, same results."""

import pytest

from workbook.react import peers
from workbook.react.loop import run
from workbook.react.models import Playback
from workbook.react.planner import Planner
from workbook.react.tasks import problems, questions
from workbook.react.tools import town_tools

CASES = questions(9, towns=1)
TOOLS = town_tools(CASES[0].town)


@pytest.fixture(scope="module")
def agent():
    return peers.agent(Planner(), TOOLS, system="Act.")


def test_the_same_questions_take_the_same_steps_to_the_same_answers(agent):
    for case in CASES:
        trace = run(case.request, Planner(), TOOLS, system="Act.")
        state = agent.invoke({"messages": [("user", case.request)]})
        assert peers.actions_of(state) == [step.action for step in trace.steps[:-1]]
        assert state["messages"][-1].content == trace.answer == case.answer
        said = [m for m in state["messages"] if m.type == "ai"]
        assert sum(m.usage_metadata["output_tokens"] for m in said) == trace.new_tokens
        assert peers.ask(agent, case.request) == case.answer


def test_both_stop_a_model_that_goes_round():
    texts = ["Action: calculate[1 + 1]"] * 20
    assert peers.ask(peers.agent(Playback(texts), TOOLS), "Q?", steps=3) is None
    assert run("Q?", Playback(texts), TOOLS).outcome == "loop"


def test_memory_brings_back_what_was_said_in_the_same_thread_only():
    heard = []

    def model(messages, *, stop, max_tokens):
        heard.append([one["content"] for one in messages])
        return Playback([f"Action: finish[{len(heard)}]"])(messages)

    agent = peers.agent(model, TOOLS, memory=True)
    assert [peers.ask(agent, "one?", thread="a"), peers.ask(agent, "two?", thread="a")] == [
        "1",
        "2",
    ]
    peers.ask(agent, "three?", thread="b")
    assert heard == [["one?"], ["one?", "Action: finish[1]", "two?"], ["three?"]]


def test_the_pal_chain_answers_as_ours_does():
    for problem in problems(3):
        chain = peers.pal_chain(Playback([problem.program]))
        assert chain.invoke({"problem": problem.question}) == problem.answer
    assert peers.pal_chain(Playback(["answer = 1 // 0"])).invoke({"problem": "?"}) == ""


def test_a_reply_without_an_action_ends_their_loop_but_not_ours():
    """The one difference that the lesson names."""
    texts = ["I am not sure.", "Action: finish[yes]"]
    assert peers.ask(peers.agent(Playback(texts), TOOLS), "Q?") == "I am not sure."
    assert run("Q?", Playback(texts), TOOLS).answer == "yes"
