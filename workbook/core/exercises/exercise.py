"""Exercises: asked in a notebook cell, checked at once, never in the way of the next cell.

`@exercise("topic.name")` over a function, or `answer("topic.name", value)` for a prediction or a
measurement, runs the visible checks, shows what is right and what is wrong, and hands on the
learner's answer where it is right, the reference where it is not, so that *Run All* reaches the
end. `hint` and `progress` are the learner's other two calls. Each lesson keeps its exercises in
`workbook/<topic>/exercises.py`. Left out: grading of submitted work.
"""

from __future__ import annotations

import importlib
import secrets
from collections.abc import Callable, Mapping
from typing import Any

from workbook.core.exercises import attempts as log
from workbook.core.exercises import checks, feedback, regrading, sealed
from workbook.core.exercises.checks import (
    Check,
    Inputs,
    Result,
    compare,
    like,
    predicted,
    untouched,
)
from workbook.core.exercises.definition import Exercise, exercise_set
from workbook.core.exercises.feedback import Refusal
from workbook.core.exercises.progress_table import Progress

__all__ = [
    "Check",
    "Exercise",
    "Inputs",
    "answer",
    "check",
    "compare",
    "exercise",
    "exercise_set",
    "find",
    "hint",
    "like",
    "predicted",
    "progress",
    "untouched",
]

_here: dict[str, str | None] = {"topic": None}  # the lesson of this notebook
_given: dict[str, Any] = {}  # exercise id -> the last answer in this notebook
CHECK_SECONDS = 1.0  # for one check; a right answer needs a small part of it


def exercise(exercise_id: str = "") -> Callable[[Callable], Callable]:
    """Decorator: checks the learner's function; returns it, or the reference if it is not right."""
    if callable(exercise_id):
        raise Refusal('Name the exercise: write @exercise("topic.name") over the function.')
    asked = find(exercise_id)
    if asked.wants != "function":
        raise Refusal(f'{exercise_id} asks for a value: write answer("{exercise_id}", ...).')
    return lambda function: function if _judge(asked, function) else asked.reference


def answer(exercise_id: str = "", value: Any = None) -> Any:
    """Checks a value; returns it, or the reference's if it is not right. None: not answered yet."""
    asked = find(exercise_id)
    if asked.wants != "value":
        raise Refusal(f'{exercise_id} asks for a function: write @exercise("{exercise_id}").')
    if _judge(asked, value):
        return value
    return None if sealed.seed_of(exercise_id) is not None else asked.reference()


def check(exercise_id: str, answered: Any, seed: int | None = None) -> Result:
    """Runs the visible checks and shows nothing. seed: of their inputs; fresh if None."""
    asked = find(exercise_id)
    stored = sealed.seed_of(exercise_id)
    if stored is not None:
        seed = stored
    seed = secrets.randbelow(2**31) if seed is None else seed
    if asked.wants == "value" and (answered is None or answered is ...):
        return Result("unanswered", seed)
    if asked.wants == "value" and stored is not None:
        return Result("noted", seed)
    if asked.wants == "function":
        wrong = checks.same_parameters(asked.reference, answered)
        if wrong:
            return Result("wrong", seed, (checks.Finding("takes what the exercise names", wrong),))
    with sealed.answering(exercise_id):
        return checks.run_checks(asked.checks, answered, seed, CHECK_SECONDS)


def given(exercise_id: str) -> Any:
    """Return the answer that was given last in this notebook, right or wrong; None before."""
    return _given.get(exercise_id)


def hint(exercise_id: str = "") -> None:
    """Show the next step of the hint ladder and those before it; the log counts them.

    Raises ValueError, in one sentence, where no exercise of the course is named.
    """
    asked = find(exercise_id)
    taken = log.standings().get(exercise_id, log.Standing()).hints
    log.note(exercise_id, "hint")
    step = min(taken + 1, len(asked.hints))
    lines = [f"Hint {n} of {len(asked.hints)}: {text}" for n, text in enumerate(asked.hints, 1)]
    lines = lines[:step]
    if taken >= len(asked.hints) and sealed.seed_of(exercise_id) is None:
        lines.append(f"The reference answer is in workbook/{_topic(exercise_id)}/exercises.py.")
    feedback.show("hint", asked.title, lines)


def progress() -> Progress:
    """Return the standing in every exercise: this lesson's first, then in the course's order.

    The last line of a cell shows it. This lesson is the one whose header was shown last.
    """
    return progress_in(_here["topic"], log.standings(), len(log.guesses()))


def progress_in(
    topic: str | None, standings: Mapping[str, log.Standing], guesses: int = 0
) -> Progress:
    """Return the table of a learner's standings by id, the exercises of one lesson first."""
    rows = [(each, standings.get(each.id, log.Standing())) for each in catalogue().values()]
    rows.sort(key=lambda row: _topic(row[0].id) != topic)
    return Progress(tuple(rows), guesses)


def open_lesson(topic: str | None) -> None:
    """Remember which lesson this notebook is; `lesson_header` says it."""
    _here["topic"] = topic


def find(exercise_id: str) -> Exercise:
    """Return the exercise of that id.

    Raises ValueError, in one sentence that lists the topic's exercises or the topics.
    """
    topic = check_topic(exercise_id, "exercise")
    known = importlib.import_module(f"workbook.{topic}.exercises").EXERCISES
    if exercise_id not in known:
        raise Refusal(f"No exercise {exercise_id!r}; there are: {', '.join(known)}.")
    return known[exercise_id]


def check_topic(an_id: Any, what: str) -> str:
    """Return the topic of "topic.name"; ValueError, in one sentence, where the course has none.

    what: "exercise" or "guess".
    """
    name_it = f'Write the id of the {what} in quotation marks: "topic.name".'
    if not isinstance(an_id, str) or not an_id:
        raise Refusal(name_it)
    topic, dot, name = an_id.partition(".")
    if topic in _topics():
        if name or what == "exercise":
            return topic
        raise Refusal(name_it)
    if what == "exercise" and not dot:
        meant = [each for each in catalogue() if each.endswith(f".{an_id}")]
        if meant:
            raise Refusal(f"Write the lesson's topic before the name: {meant[0]!r}.")
    raise Refusal(f"No topic {topic!r} has exercises; there are: {', '.join(_topics())}.")


def catalogue() -> dict[str, Exercise]:
    """All exercises of the course by id."""
    modules = [importlib.import_module(f"workbook.{topic}.exercises") for topic in _topics()]
    return {each.id: each for module in modules for each in module.EXERCISES.values()}


def _topics() -> list[str]:
    """The topics that have exercises, in the course's order. core never imports a lesson: the
    course's table names them."""
    from workbook import LESSONS

    return [lesson.topic for lesson in LESSONS if lesson.ready]


def _topic(exercise_id: str) -> str:
    return exercise_id.partition(".")[0]


def _judge(asked: Exercise, answered: Any) -> bool:
    """Checks, shows, logs; true if the answer is right."""
    result = check(asked.id, answered)
    _given[asked.id] = answered
    if result.status in ("right", "wrong"):
        log.note(asked.id, result.status, **regrading.noted(asked, result))
    _tell(asked, result)
    return result.status in ("right", "noted")


def _tell(asked: Exercise, result: Result) -> None:
    """Show a result: the exercise's title first, then each check, then where to go on."""
    goes_on = f'For a hint, run hint("{asked.id}").'
    if sealed.seed_of(asked.id) is None:
        goes_on += " The lesson goes on with the reference answer."
    if result.status == "unanswered":
        label = f"{asked.label[0].upper()}{asked.label[1:]}."
        feedback.show("unanswered", f"{asked.title}: not answered yet", [label], goes_on)
        return
    carried = {regrading.KEY: {"exercise": asked.id, **regrading.noted(asked, result)}}
    if result.status == "noted":
        text = "Your answer is marked when you hand the notebook in."
        feedback.show("hint", f"{asked.title}: noted", [text], metadata=carried)
        return
    lines = feedback.check_lines(result.findings)
    if result.status == "right":
        heading = f"{asked.title}: right, {asked.worth}"
        feedback.show("right", heading, lines, metadata=carried)
    else:
        feedback.show("wrong", f"{asked.title}: not right yet", lines, goes_on, carried)
