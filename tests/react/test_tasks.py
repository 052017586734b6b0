"""The questions and problems of lesson 16: right by the town, the same every time, in turn."""

import re
from dataclasses import replace

import pytest

from workbook.react.loop import run
from workbook.react.models import Playback
from workbook.react.tasks import chance, problems, questions, written_replies
from workbook.react.tools import town_tools
from workbook.town.texts.multihop.proof_phrases import REQUESTS
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


def test_a_proof_is_asked_for_in_the_form_that_models_are_tuned_on():
    """Guards against a baseline asked in a form of its own, which no model ever met."""
    forms = [re.escape(one.replace("{facts}", "0F0").replace("{ask}", "0A0"))
             .replace("0F0", ".+").replace("0A0", ".+") for one in REQUESTS.all]  # fmt: skip
    for case in CASES:
        assert any(re.fullmatch(form, case.proof_request, re.DOTALL) for form in forms)
        assert case.question in case.proof_request
        assert all(fact in case.proof_request for fact in case.proof)


def test_a_guess_has_two_names_or_a_coin_to_choose_from():
    assert chance(CASES) == pytest.approx(1 / 3)
    assert chance(CASES[:1]) == 0 and chance(CASES[1:3]) == 0.5
    for case in CASES[1::3]:  # comparisons: the question holds the right answer and one more name
        names = [one.name for one in (*case.town.places, *case.town.people, *case.town.products,
                                      *case.town.events) if one.name in case.question]  # fmt: skip
        assert any(case.is_right(name) for name in names) and len(names) == 2


def test_one_rule_says_what_is_right():
    """The rule of `workbook.tasks`, as in every lesson."""
    case = replace(CASES[0], answer="The Old Mill")
    assert case.is_right("old mill.") and not case.is_right("mill") and not case.is_right(None)
    problem = replace(problems(1)[0], answer="1200")
    for said in ("Answer: 1,200", "Answer: 1200 crowns", "1200.0", "So it is 1200."):
        assert problem.is_right(said)
    assert not problem.is_right("Answer: 12") and not problem.is_right("")


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
