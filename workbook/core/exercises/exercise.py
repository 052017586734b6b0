"""Exercises: asked in a notebook cell, checked at once, never in the way of the next cell.

`@exercise("topic.name")` over a function, or `answer("topic.name", value)` for a prediction or a
measurement, runs the visible checks, shows what is right and what is wrong, and hands on the
learner's answer where it is right, the reference where it is not, so that *Run All* reaches the
end. `hint` and `progress` are the learner's other two calls. Each lesson keeps its exercises in
`workbook/<topic>/exercises.py`. Left out: grading of submitted work.
"""

from __future__ import annotations

import html
import importlib
import importlib.util
import pkgutil
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from workbook.core.exercises import attempts as log
from workbook.core.exercises import checks
from workbook.core.exercises.checks import (
    Check,
    Inputs,
    Result,
    compare,
    like,
    predicted,
    untouched,
)

__all__ = [
    "Check",
    "Exercise",
    "Inputs",
    "answer",
    "check",
    "compare",
    "exercise",
    "find",
    "hint",
    "like",
    "predicted",
    "progress",
    "untouched",
]

CHECK_SECONDS = 1.0  # for one check; a right answer needs a small part of it


@dataclass(frozen=True)
class Exercise:
    """One question with all that belongs to it.

    reference: the right function; for a value, a function without parameters that returns it.
    """

    id: str  # "sampling.top_p": topic and name
    title: str
    points: int
    difficulty: int  # 1 (a minute's thought) to 5 (an evening)
    minutes: int
    checks: tuple[Check, ...]  # at least three
    hints: tuple[str, str, str]  # from a nudge to nearly the answer
    reference: Callable
    wants: str = "function"  # or "value"

    def __post_init__(self) -> None:
        topic, _, name = self.id.partition(".")
        problems = {
            'the id is "topic.name"': bool(topic and name),
            "difficulty is 1 to 5": self.difficulty in range(1, 6),
            "points and minutes are at least 1": min(self.points, self.minutes) >= 1,
            "there are at least three checks": len(self.checks) >= 3,
            "there are three hints": len(self.hints) == 3 and all(self.hints),
            'it wants a "function" or a "value"': self.wants in ("function", "value"),
        }
        for rule, kept in problems.items():
            if not kept:
                raise ValueError(f"Exercise {self.id!r} breaks a rule: {rule}.")

    @property
    def label(self) -> str:
        return f"difficulty {self.difficulty} of 5, {self.minutes} minutes, {self.worth}"

    @property
    def worth(self) -> str:
        return f"{self.points} point{'s' if self.points > 1 else ''}"


def exercise(exercise_id: str) -> Callable[[Callable], Callable]:
    """Decorator: checks the learner's function; returns it, or the reference if it is not right."""
    asked = find(exercise_id)
    if asked.wants != "function":
        raise ValueError(f'{exercise_id} asks for a value: write answer("{exercise_id}", ...).')
    return lambda function: function if _judge(asked, function) else asked.reference


def answer(exercise_id: str, value: Any = None) -> Any:
    """Checks a value; returns it, or the reference's if it is not right. None: not answered yet."""
    asked = find(exercise_id)
    if asked.wants != "value":
        raise ValueError(f'{exercise_id} asks for a function: write @exercise("{exercise_id}").')
    return value if _judge(asked, value) else asked.reference()


def check(exercise_id: str, given: Any, seed: int | None = None) -> Result:
    """Runs the visible checks and shows nothing. seed: of their inputs; fresh if None."""
    asked = find(exercise_id)
    seed = secrets.randbelow(2**31) if seed is None else seed
    if asked.wants == "value" and (given is None or given is ...):
        return Result("unanswered", seed)
    if asked.wants == "function":
        wrong = checks.same_parameters(asked.reference, given)
        if wrong:
            return Result("wrong", seed, (checks.Finding("takes what the exercise names", wrong),))
    return checks.run_checks(asked.checks, given, seed, CHECK_SECONDS)


def hint(exercise_id: str) -> None:
    """Shows the next step of the hint ladder and those before it; the log counts them."""
    asked = find(exercise_id)
    taken = log.standings().get(exercise_id, log.Standing()).hints
    log.note(exercise_id, "hint")
    step = min(taken + 1, len(asked.hints))
    lines = [f"Hint {n} of {len(asked.hints)}: {text}" for n, text in enumerate(asked.hints, 1)]
    lines = lines[:step]
    if taken >= len(asked.hints):
        lines.append(f"The reference answer is in workbook/{_topic(exercise_id)}/exercises.py.")
    _display(f"{exercise_id}, {asked.title}", lines)


def progress() -> Progress:
    """The learner's standing in every exercise of the course; the last line of a cell shows it."""
    standings = log.standings()
    rows = [(each, standings.get(each.id, log.Standing())) for each in catalogue().values()]
    return Progress(tuple(rows))


@dataclass(frozen=True)
class Progress:
    """A table of standing: as text in a terminal, as HTML in a notebook."""

    rows: tuple[tuple[Exercise, log.Standing], ...]

    @property
    def summary(self) -> str:
        solved = [each for each, standing in self.rows if standing.solved]
        return (
            f"{len(solved)} of {len(self.rows)} exercises solved, "
            f"{sum(e.points for e in solved)} of {sum(e.points for e, _ in self.rows)} points"
        )

    def frame(self):
        """The table as a pandas DataFrame, one row per exercise."""
        import pandas as pd

        cells = [
            {
                "exercise": each.id,
                "title": each.title,
                "difficulty": each.difficulty,
                "minutes": each.minutes,
                "points": each.points,
                "standing": _standing(standing),
                "attempts": standing.attempts,
                "hints": standing.hints,
            }
            for each, standing in self.rows
        ]
        return pd.DataFrame(cells)

    def __str__(self) -> str:
        return f"{self.summary}\n{self.frame().to_string(index=False)}"

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return f"<p>{self.summary}</p>{self.frame().to_html(index=False, border=0)}"


def find(exercise_id: str) -> Exercise:
    """The exercise of that id; ValueError that lists the topic's exercises, or the topics."""
    topic = _topic(exercise_id)
    if topic not in _topics():
        raise ValueError(f"No topic {topic!r} has exercises; there are: {', '.join(_topics())}.")
    known = importlib.import_module(f"workbook.{topic}.exercises").EXERCISES
    if exercise_id not in known:
        raise ValueError(f"No exercise {exercise_id!r}; there are: {', '.join(known)}.")
    return known[exercise_id]


def catalogue() -> dict[str, Exercise]:
    """All exercises of the course by id."""
    modules = [importlib.import_module(f"workbook.{topic}.exercises") for topic in _topics()]
    return {each.id: each for module in modules for each in module.EXERCISES.values()}


def _topics() -> list[str]:
    """The topics that have exercises. They stand above this file and are found by name, so that
    core never imports a lesson."""
    import workbook

    names = (module.name for module in pkgutil.iter_modules(workbook.__path__) if module.ispkg)
    return [n for n in names if n != "core" and importlib.util.find_spec(f"workbook.{n}.exercises")]


def _topic(exercise_id: str) -> str:
    return exercise_id.partition(".")[0]


def _judge(asked: Exercise, given: Any) -> bool:
    """Checks, shows, logs; true if the answer is right."""
    result = check(asked.id, given)
    if result.status != "unanswered":
        log.note(asked.id, result.status)
    _display(*_words(asked, result))
    return result.status == "right"


def _words(asked: Exercise, result: Result) -> tuple[str, list[str]]:
    """Heading and lines for a result."""
    name = f"{asked.id}, {asked.title}"
    goes_on = "The lesson goes on with the reference answer."
    if result.status == "unanswered":
        return f"{name}: not answered yet", [
            f"{asked.label[0].upper()}{asked.label[1:]}.",
            f'For a hint, run hint("{asked.id}"). {goes_on}',
        ]
    lines = [
        f"right: {finding.says}"
        if finding.wrong is None
        else f"wrong: {finding.says}: {finding.wrong}"
        for finding in result.findings
    ]
    if result.status == "right":
        return f"{name}: right, {asked.worth}", lines
    lines.append(f'For a hint, run hint("{asked.id}"). {goes_on} (Inputs of seed {result.seed}.)')
    return f"{name}: not right yet", lines


def _display(heading: str, lines: list[str]) -> None:
    """One output: plain text, and the same as simple HTML. The words carry it, not a colour."""
    from IPython.display import display

    items = "".join(f"<li>{html.escape(line)}</li>" for line in lines)
    page = f'<div role="status"><p><b>{html.escape(heading)}</b></p><ul>{items}</ul></div>'
    text = "\n  ".join([heading, *lines])
    display({"text/plain": text, "text/html": page}, raw=True)


def _standing(standing: log.Standing) -> str:
    return "solved" if standing.solved else "tried" if standing.attempts else "open"
