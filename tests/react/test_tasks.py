"""The questions and problems of lesson 16: right by the town, the same every time, in turn."""

import pytest

from workbook.react.loop import run
from workbook.react.models import Playback
from workbook.react.tasks import problems, questions, written_replies
from workbook.react.tools import town_tools
from workbook.town.towns import held_out

CASES = questions(12)


@pytest.mark.parametrize("number", range(20))
def test_traces_of_the_towns_own_writer_run_as_they_were_written(number):
    """The texts that models are tuned on: each of their actions is read and gives their answer."""
    request, replies, answer = written_replies(number)
    trace = run(request, Playback(replies), town_tools(CASES[0].town))
    assert (trace.outcome, trace.answer) == ("finished", answer)
    assert [step.reply for step in trace.steps] == replies


def test_sorts_and_towns_come_in_turn():
    assert [case.sort for case in CASES] == ["bridge", "comparison", "yes-no"] * 4
    asked = questions(7, towns=3)
    assert [asked[number].town is held_out("test", number % 3) for number in range(7)] == [True] * 7
    assert all(case.town is held_out("test", 0) for case in questions(3, towns=1))


def test_a_number_always_gives_the_same_case_and_a_split_has_its_own():
    assert questions(5) == questions(12)[:5] and problems(3) == problems(6)[:3]
    assert len({case.question for case in CASES}) == len(CASES)
    assert not {c.question for c in CASES} & {c.question for c in questions(12, "validation")}
    assert not {p.question for p in problems(6)} & {p.question for p in problems(6, "validation")}


def test_a_request_holds_its_question_and_a_proof_what_the_answer_needs():
    for case in CASES:
        assert case.question in case.request and case.question.endswith("?")
        assert len(case.proof) >= 2 and all(fact.endswith(".") for fact in case.proof)
        if case.sort == "yes-no":
            assert case.answer in ("Yes", "No")
        else:
            said = " ".join((*case.proof, case.question)).lower()
            assert case.answer.lower().removeprefix("the ") in said


def test_a_problem_is_put_in_two_ways_and_its_program_ends_in_the_answer():
    for problem in problems(12):
        assert problem.question in problem.steps_request
        assert problem.question in problem.program_request
        assert problem.steps_request != problem.program_request
        assert problem.program.splitlines()[-1].startswith("answer = ")
        assert problem.answer.lstrip("-").isdecimal()


def test_written_replies_are_actions_and_the_last_one_finishes():
    request, replies, answer = written_replies(3, "validation", town=2)
    assert written_replies(3, "validation", town=2) == (request, replies, answer)
    assert written_replies(4, "validation", town=2)[0] != request
    assert all("Action: " in reply for reply in replies)
    assert replies[-1].endswith(f"finish[{answer}]")
    assert not any("finish[" in reply for reply in replies[:-1])
