"""The exercises of lesson 16: references right for every seed, wrong answers refused."""

import random

import pytest
from exercise_rules import rules

from workbook.react.exercises import (
    EXERCISES,
    chances,
    guard,
    parse_action,
    prompt_tokens,
    react_loop,
)
from workbook.react.loop import run
from workbook.react.models import Playback
from workbook.react.tasks import questions, written_replies
from workbook.react.tools import town_tools
from workbook.town.texts.multihop.tools import act


def last_action(reply):
    found = [line for line in reply.splitlines() if line.startswith("Action:")]
    return parse_action(found[-1]) if found else ("", "")


def forgets_replies(question, model, act, most_steps):
    text = f"Question: {question}\n"
    for _ in range(most_steps):
        tool, argument = parse_action(model(text))
        if tool == "finish":
            return argument
        text += f"Observation: {act(tool, argument) if tool else 'This is no action.'}\n"
    return None


def says_nothing(question, model, act, most_steps):
    """A slip is answered with an empty observation."""
    return react_loop(question, silent(model), act, most_steps)


def silent(model):
    return lambda text: model(text.replace("This is no action.", ""))


def gives_up(question, model, act, most_steps):
    text = f"Question: {question}\n"
    for _ in range(most_steps):
        reply = model(text)
        tool, argument = parse_action(reply)
        if tool in ("finish", ""):
            return argument or None
        text += f"{reply}\nObservation: {act(tool, argument)}\n"
    return None


WRONG = {
    "react.parse": [last_action, lambda reply: tuple(reply.split("[")[:2])],
    "react.loop": [forgets_replies, gives_up, says_nothing],
    "react.round": [
        lambda steps, most: len(steps) >= most,
        lambda steps, most: bool(steps) and [a for a, _ in steps].count(steps[-1][0]) >= most,
        lambda steps, most: any(steps.count(pair) >= most for pair in steps),
    ],
    "react.cost": [
        lambda opening, replies, observations: opening + sum(replies) + sum(observations),
        lambda opening, replies, observations: (
            prompt_tokens(opening, replies, observations) + sum(replies)
        ) * 1.0,
    ],
    "react.vote": [
        lambda answers: max(dict.fromkeys(answers), key=list(answers).count, default=""),
        lambda answers: max(sorted({a for a in answers if a}), key=list(answers).count, default=""),
        lambda answers: max(
            dict.fromkeys(a for a in reversed(answers) if a), key=list(answers).count, default=""
        ),
    ],
    "react.guard": [
        lambda tool, history, trusted, writes: tool not in writes,
        lambda tool, history, trusted, writes: tool not in writes or not history,
        lambda tool, history, trusted, writes: tool in trusted or guard(
            tool, history, trusted, writes
        ),
    ],
    "react.chances": [(0.9, 0.98**5, 0.5), (0.9**3, 0.98**3, 0.9**9)],
}  # fmt: skip
globals().update(rules(EXERCISES, WRONG))


def test_the_loop_against_the_lessons_own():
    """The small loop of the exercise and the real one give one answer."""
    town = questions(1)[0].town
    for number in range(5):
        request, replies, answer = written_replies(number)
        said = iter(replies).__next__
        small = react_loop(
            request, lambda _, said=said: said(), lambda t, a: act(town, f"{t}[{a}]").text, 9
        )
        assert small == run(request, Playback(replies), town_tools(town)).answer == answer


def test_chances_by_simulation():
    source = random.Random(0)
    drawn = [
        [all(source.random() < 0.9 for _ in range(3)) for _ in range(3)] for _ in range(40_000)
    ]
    assert sum(one[0] for one in drawn) / 40_000 == pytest.approx(chances()[0], abs=0.01)
    assert sum(sum(one) > 1 for one in drawn) / 40_000 == pytest.approx(chances()[2], abs=0.01)
