"""Why traces fail: one made for each kind, and numbers as published."""

import pytest

from workbook.react import published
from workbook.react.failures import KINDS, classify, count, plain
from workbook.react.loop import Budget, run
from workbook.react.models import Playback
from workbook.react.planner import Planner
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


def test_answers_are_compared_without_article_case_and_full_stop():
    assert plain("The Old Mill.") == plain("old mill") != plain("mill")


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
