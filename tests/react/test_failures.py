"""Why traces fail: one made for each kind, and numbers as published."""

import pytest

from workbook.react import published
from workbook.react.failures import KINDS, classify, count, holds
from workbook.react.loop import Budget, run
from workbook.react.models import Playback
from workbook.react.planner import Planner
from workbook.react.record import Step, Trace
from workbook.react.tasks import questions
from workbook.react.tools import town_tools

CASE = next(case for case in questions(3) if case.sort == "bridge")
TOOLS = town_tools(CASE.town)
TRACE = run(CASE.request, Planner(), TOOLS)


def ended(*actions, budget=None):
    model = Playback([f"Action: {action}" for action in actions])
    return classify(run(CASE.request, model, TOOLS, budget), CASE.answer)


def test_each_kind():
    looks = [step.action for step in TRACE.steps[:-1]]
    name = looks[0][5:-1].split(";")[0]
    assert ended(*looks, f"finish[{CASE.answer}]") == "right"
    assert ended(*looks, "finish[Nowhere Lane]") == "hallucination"
    assert ended(looks[0], f"finish[{name}]") == "search"
    assert ended("look[Nobody Here; job]", f"finish[{name}]") == "search"
    assert ended(*looks, f"finish[{name}]") == "reasoning"
    assert ended(*[looks[0]] * 3) == "loop"
    assert ended("dance", "dance", "dance") == "format"
    assert ended(looks[0], budget=Budget(steps=1)) == "budget"


def finished(answer, right, *observations):
    """The kind of a trace that looks things up and ends in an answer."""
    steps = [Step("", "", "look[x; y]", one) for one in observations]
    return classify(Trace("Is it so?", tuple(steps), "finished", answer), right)


def test_answers_are_compared_without_article_case_and_full_stop():
    assert finished("the old mill", "The Old Mill.", "x") == "right"
    assert finished("mill", "The Old Mill.", "Bo works at the Old Mill.") == "reasoning"


@pytest.mark.parametrize(
    ("given", "told"), [("Mill", "Bo is a miller."), ("4", "It is on 14 March."), ("e", "red")]
)
def test_a_part_of_a_word_was_not_heard(given, told):
    assert finished(given, "Tea", told) == "hallucination" and not holds(told, given)


def test_what_is_neither_yes_nor_no_is_invented_too():
    told = "The mill is closed on Friday."
    assert finished("Nousband", "Yes", told) == "hallucination"
    assert finished("No", "Yes", told) == "reasoning" == finished("Friday", "Yes", told)
    assert finished("No", "Yes", "Nobody and nothing in town has the full name X.") == "search"


def test_counts_have_every_kind():
    found = count([(TRACE, CASE.answer), (TRACE, "another")])
    assert tuple(found) == tuple(KINDS) and found["right"] == 1 and sum(found.values()) == 2


def test_published_tables_say_what_the_lesson_says_of_them():
    """Programs win everywhere; ReAct alone loses to a chain of thought on HotpotQA."""
    assert all(row.program > row.chain_of_thought for row in published.PAL.values())
    react = published.REACT
    assert react["ReAct"].hotpotqa < react["chain of thought"].hotpotqa
    assert react["ReAct"].fever > react["chain of thought"].fever
    assert max(react, key=lambda name: react[name].hotpotqa) == "ReAct, then CoT-SC"
    assert published.REACT_README != react["ReAct"]
    assert published.PAL["GSM-hard"] != published.PAL_TEXT_GSM_HARD
    assert pytest.approx(6.4) == published.PAL["GSM8K"].program - 65.6
