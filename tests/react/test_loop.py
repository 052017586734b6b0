"""The loop: its states, its budgets, its replay; with scripted models, which say so by name."""

import itertools
from dataclasses import replace

import pytest

from workbook.react.injection import ATTACKS, attacked, delimit, poisoned
from workbook.react.loop import Budget, Episode, go_on, replay, run
from workbook.react.models import Playback, Reply
from workbook.react.planner import Planner
from workbook.react.record import differences
from workbook.react.tasks import questions
from workbook.react.toolbox import Tool, Toolbox
from workbook.react.tools import town_tools

ECHO = Toolbox([Tool("echo", "echo[words]", "Says it again.", lambda words: f"you said {words}")])
CASES = questions(12)


def script(*actions):
    return Playback([f"Thought: {n}\nAction: {action}" for n, action in enumerate(actions)])


def test_the_states_in_order():
    episode = Episode("Q?", script("echo[a]", "finish[b]"), ECHO)
    assert episode.state == "think"
    assert [episode.advance() for _ in range(3)] == ["act", "think", "done"]
    trace = episode.trace()
    assert (trace.outcome, trace.answer) == ("finished", "b")
    assert [step.observation for step in trace.steps] == ["you said a", None]
    assert [m["role"] for m in episode.messages] == ["user", "assistant", "tool", "assistant"]
    with pytest.raises(ValueError, match="has ended"):
        episode.advance()


def test_a_trace_before_its_end_is_refused():
    with pytest.raises(ValueError, match="has not ended"):
        Episode("Q?", script("echo[a]"), ECHO).trace()


def test_an_invalid_action_is_an_observation_and_the_model_may_mend_it():
    model = Playback(["no idea", "Action: fly[home]", "Action: echo[a]", "Action: finish[a]"])
    trace = run("Q?", model, ECHO)
    assert trace.answer == "a"
    assert [step.valid for step in trace.steps] == [False, False, True, True]
    assert "There is no action" in trace.steps[0].observation
    assert "There is no tool fly. Use echo[words], finish[answer]." in trace.steps[1].observation


class Endless:
    """Says a new action every time; the n-th reply costs n tokens."""

    def __init__(self, same=False):
        self.numbers, self.same, self.allowed = itertools.count(1), same, []

    def __call__(self, messages, *, stop, max_tokens):
        number = next(self.numbers)
        self.allowed.append(max_tokens)
        return Reply(f"Action: echo[{0 if self.same else number}]", 10, min(number, max_tokens))


def test_each_budget_ends_a_trace():
    assert run("Q?", Endless(), ECHO).outcome == "steps"
    assert len(run("Q?", Endless(), ECHO).steps) == 7
    looped = run("Q?", Endless(same=True), ECHO)
    assert (looped.outcome, len(looped.steps), looped.answer) == ("loop", 3, None)
    assert run("Q?", Playback(["hm"] * 9), ECHO, Budget(invalid=2)).outcome == "format"
    assert run("Q?", Endless(), ECHO, Budget(seconds=1e-9)).outcome == "seconds"


def test_tokens_are_counted_and_never_more_are_allowed_than_are_left():
    model = Endless()
    trace = run("Q?", model, ECHO, Budget(steps=50, tokens=8, tokens_per_step=5))
    assert trace.outcome == "tokens" and trace.new_tokens == 8
    assert model.allowed == [5, 5, 5, 2]  # 1, 2 and 3 were used before the last
    assert trace.prompt_tokens == 40


def test_a_budget_of_nothing_is_refused():
    with pytest.raises(ValueError, match="a budget of steps is above 0"):
        Budget(steps=0)


def test_the_same_look_twice_is_no_loop_but_three_times_is():
    assert run("Q?", script("echo[a]", "echo[a]", "finish[a]"), ECHO).outcome == "finished"
    assert run("Q?", script("echo[a]", "echo[b]", "echo[a]", "echo[a]"), ECHO).outcome == "loop"


def test_generation_stops_before_an_observation():
    seen = []

    def model(messages, *, stop, max_tokens):
        seen.append(tuple(stop))
        return Reply("Action: finish[a]", 1, 1)

    run("Q?", model, ECHO)
    assert seen == [("\nObservation",)]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.sort)
def test_replay_gives_the_same_trace(case):
    trace = run(case.request, Planner(), town_tools(case.town))
    again = replay(trace, town_tools(case.town))
    assert again == trace and differences(trace, again) == []


def test_replay_finds_what_the_tools_say_differently_today():
    case = CASES[0]
    trace = run(case.request, Planner(), town_tools(case.town))
    other = Toolbox([tool._replace(run=lambda _: "gone") for tool in town_tools(case.town)])
    (first, *_) = differences(trace, replay(trace, other))
    assert first.startswith("step 1, observation: ") and first.endswith("became 'gone'")


def test_replay_of_a_defended_trace_asks_for_its_defence():
    """Guards against a replay that runs without the guard and finds "differences"."""
    case = CASES[0]
    trace, _ = attacked(case.request, Planner(), town_tools(case.town), ATTACKS[0], "delimiting")
    assert trace.about == {"defence": "delimiting", "attack": "send a message"}
    with pytest.raises(ValueError, match="made under the defence 'delimiting': give replay"):
        replay(trace, town_tools(case.town))
    again = replay(trace, poisoned(town_tools(case.town), ATTACKS[0], []), wrap=delimit)
    assert again == trace


def test_a_record_with_another_budget_is_one_sentence():
    trace = replace(run("Q?", script("finish[a]"), ECHO), budget={"nope": 3})
    for act in (replay, lambda *two: go_on(*two[:1], 1, "x", Planner(), two[1])):
        with pytest.raises(ValueError, match="a budget has numbers for steps, tokens, .*'nope': 3"):
            act(replace(trace, steps=(replace(trace.steps[0], observation="y"),)), ECHO)


def test_replay_of_a_loop_ends_where_the_record_ends():
    trace = run("Q?", Endless(same=True), ECHO)
    count = itertools.count()
    varied = Toolbox([Tool("echo", "echo[x]", "", lambda _: str(next(count)))])
    assert len(replay(trace, varied).steps) == 3


def test_an_edited_observation_changes_the_next_thought():
    case = next(c for c in CASES if c.sort == "comparison")
    tools = town_tools(case.town)
    trace = run(case.request, Planner(), tools)
    other = next(step for step in trace.steps if step.action.startswith("calculate"))
    place = trace.steps.index(other)
    loser = next(v for v in other.action[14:-1].split(", ") if v != other.observation)
    edited = go_on(trace, place + 1, loser, Planner(), tools)
    assert edited.answer != trace.answer and edited.steps[:place] == trace.steps[:place]
    value, _, name = edited.steps[place + 1].thought.rstrip(".").partition(" belongs to ")
    assert loser == f"{name.removeprefix('the ')} {value}"
    with pytest.raises(ValueError, match="no observation to replace"):
        go_on(trace, len(trace.steps), "x", Planner(), tools)


def test_a_guard_refuses_and_its_reason_is_read():
    trace = run("Q?", script("echo[a]", "finish[b]"), ECHO, guard=lambda call, _: "Not now.")
    assert trace.steps[0].observation == "Not now." and not trace.steps[0].valid
