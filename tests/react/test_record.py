"""The record of a trace: JSON and back, what it adds up to, and where two traces part."""

import json
from dataclasses import replace

import pytest

from workbook.react.loop import run
from workbook.react.planner import Planner
from workbook.react.record import OUTCOMES, Step, Trace, differences
from workbook.react.tasks import questions
from workbook.react.tools import town_tools

CASES = questions(2)
STEPS = (
    Step("r1", "look it up", "look[A; job]", "A is a baker.", True, 10, 4, 0.5, 0.25),
    Step("r2", "so", "finish[Baker]", None, True, 21, 3, 0.25, 0.0),
)
TRACE = Trace("What is A?", STEPS, "finished", "Baker")


def test_a_record_survives_json_and_nothing_else_is_taken_for_one():
    trace = run(CASES[1].request, Planner(), town_tools(CASES[1].town), system="Act.")
    assert Trace.from_json(trace.to_json()) == trace
    for text in ("", "[]", "{}", '{"version": 1}', trace.to_json().replace("finished", "won")):
        with pytest.raises(ValueError):
            Trace.from_json(text)


def test_a_record_of_the_first_version_is_read_and_one_of_today_says_more():
    row = json.loads(TRACE.to_json())
    old = {key: row[key] for key in row if key not in ("about", "reason")}
    assert Trace.from_json(json.dumps({**old, "version": 1})) == TRACE
    full = replace(TRACE, about={"defence": "delimiting"}, reason="no server")
    assert Trace.from_json(full.to_json()) == full != TRACE


def test_a_record_keeps_its_times_though_traces_are_compared_without():
    again = Trace.from_json(TRACE.to_json())
    assert again == TRACE and again.seconds == TRACE.seconds == 1.0
    slower = replace(TRACE, steps=(replace(STEPS[0], seconds=9.0, tool_seconds=8.0), STEPS[1]))
    assert slower == TRACE and slower.seconds == 17.25 and differences(TRACE, slower) == []
    assert "\n" not in TRACE.to_json() and "é" in replace(TRACE, answer="é").to_json()


def test_tokens_are_added_up_over_the_steps():
    assert (TRACE.prompt_tokens, TRACE.new_tokens) == (31, 7)
    none = Trace("?", (), "seconds")
    assert (none.prompt_tokens, none.new_tokens, none.seconds) == (0, 0, 0)


def test_a_trace_reads_as_a_page():
    assert str(TRACE).splitlines() == [
        "Question: What is A?",
        "Thought 1: look it up",
        "Action 1: look[A; job]",
        "Observation 1: A is a baker.",
        "Thought 2: so",
        "Action 2: finish[Baker]",
    ]
    for outcome, why in OUTCOMES.items():
        last = str(Trace("?", STEPS[:1], outcome)).splitlines()[-1]
        assert last == f"(no answer: {why})"


def test_what_differs_is_named_with_its_step_and_the_older_one_first():
    other = replace(STEPS[0], observation="A is a tailor.")
    new = Trace("What is A?", (other, replace(STEPS[1], action="finish[Tailor]")), "finished", "T")
    assert differences(TRACE, new) == [
        "step 1, observation: 'A is a baker.' became 'A is a tailor.'",
        "step 2, action: 'finish[Baker]' became 'finish[Tailor]'",
        "finished 'Baker' became finished 'T'",
    ]
    shorter = Trace("What is A?", STEPS[:1], "steps")
    assert differences(TRACE, shorter) == [
        "2 steps became 1", "finished 'Baker' became steps None"
    ]  # fmt: skip


@pytest.mark.parametrize("version", ["0", "3", '"2"'])
def test_a_record_of_another_version_is_told(version):
    text = TRACE.to_json().replace('"version": 2', f'"version": {version}')
    with pytest.raises(ValueError, match="^version .* with outcome 'finished' is not known[.]$"):
        Trace.from_json(text)
    with pytest.raises(ValueError, match="^this is no record of a trace"):
        Trace.from_json(text[:-1])
