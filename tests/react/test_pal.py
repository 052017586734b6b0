"""Programs in place of sums: read from a reply, run in either isolation, voted on, checked."""

import pytest

from workbook import sandbox
from workbook.react import pal
from workbook.react.loop import run
from workbook.react.models import Playback, Reply
from workbook.react.tasks import problems
from workbook.react.toolbox import Toolbox
from workbook.town.texts.problems.sums import step_lines

WITHIN = ["interpreter"] + (["sandbox"] if sandbox.available() else [])
PROBLEMS = problems(40)


@pytest.mark.parametrize("within", WITHIN)
def test_the_towns_programs_give_the_towns_answers(within):
    for problem in PROBLEMS[:40] if within == "interpreter" else PROBLEMS[:4]:
        solved = pal.solve(problem.program_request, Playback([problem.program]), within)
        assert solved.answer == problem.answer and solved.executed.isolation == within


def test_the_isolation_is_named_and_without_a_sandbox_it_is_the_interpreter(monkeypatch):
    assert pal.isolation() == ("sandbox" if sandbox.available() else "interpreter")
    monkeypatch.setattr(sandbox, "available", lambda: False)
    executed = pal.execute("answer = 6 * 7")
    assert (executed.value, executed.isolation) == (42, "interpreter")


@pytest.mark.parametrize("within", WITHIN)
def test_a_program_that_fails_has_a_reason_and_no_answer(within):
    for program in ("answer = 1 // 0", "answer =", "x = 3", "import os\nanswer = os.getcwd"):
        executed = pal.execute(program, within)
        assert not executed.ok and executed.value is None and executed.reason, program


@pytest.mark.parametrize(
    "text",
    [
        "n = 2\nanswer = n",
        "Here it is:\n```python\nn = 2\nanswer = n\n```\nThat is all.",
        "Problem: two\nProgram:\nn = 2\nanswer = n\nResult: 7",
        "```Python\nn = 2\nanswer = n\n```",
        "```python3\r\nn = 2\r\nanswer = n\r\n```",
        "```py\nold = 1\n```\nBetter:\n```py\nn = 2\nanswer = n",
    ],
)
def test_a_program_is_found_in_a_reply(text):
    assert pal.read_program(text) == "n = 2\nanswer = n"


def test_the_instructions_tell_a_general_model_where_the_value_goes():
    said = pal.instructions()
    assert "variable answer" in said and pal.execute(pal.read_program(said)).value == 37
    heard = []

    def model(messages, *, stop, max_tokens):
        heard.extend(messages)
        return Reply("answer = 2", 1, 1)

    assert pal.solve("How many?", model, "interpreter", system=said).answer == "2"
    assert heard == [{"role": "system", "content": said}, {"role": "user", "content": "How many?"}]


@pytest.mark.skipif(not sandbox.available(), reason="the interpreter has no functions")
def test_a_solution_is_called_where_it_is_only_defined():
    """The paper's own form."""
    define = "def solution():\n    answer = 6\n    return answer * 7\n"
    assert pal.execute(define, "sandbox").value == 42
    assert pal.execute(f"{define}answer = 1", "sandbox").value == 1
    assert not pal.execute("def solution(:", "sandbox").ok


def test_the_runner_is_a_tool_of_the_loop():
    model = Playback(["Action: python[\nn = 6\nanswer = n * 7\n]", "Action: finish[42]"])
    trace = run("What is 6 times 7?", model, Toolbox([pal.python_tool("interpreter")]))
    assert trace.steps[0].observation == "42" and trace.answer == "42"
    assert "in the interpreter;" in pal.python_tool("interpreter").help
    assert f"in the {pal.isolation()};" in pal.python_tool().help
    bad = pal.python_tool("interpreter").run("answer = 1 // 0")
    assert bad.startswith("No value: ")


def test_values_in_words():
    assert [pal.in_words(v) for v in (12, 12.0, 2.5, "x")] == ["12", "12", "2.5", "x"]


def test_sums_of_the_towns_own_steps_are_all_right_and_a_wrong_one_is_found():
    lines = step_lines([(13, "+", 9), (22, "x", 50), (60, "/", 4), (9, "-", 11)])
    found = pal.sums(lines)
    assert [(one.stated, one.true) for one in found] == [(22, 22), (1100, 1100), (15, 15), (-2, -2)]
    assert pal.first_fault(lines) is None
    fault = pal.first_fault("Step 1: 6 + 4 = 10\nStep 2: 10 x 2 = 30\nAnswer: 30")
    assert (fault.text, fault.stated, fault.true) == ("10 x 2", 30, 20)
    assert pal.sums("Step 1: 7 / 2 = 3")[0].true is None


def test_answers_and_votes():
    assert pal.read_answer("Step 1: 6 + 4 = 10\nAnswer: 10.") == "10"
    assert pal.read_answer("I do not know") == ""
    assert pal.vote(["3", "5", "5", ""]) == "5" and pal.vote(["3", "5"]) == "3"
