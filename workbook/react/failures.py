"""Why a trace has the wrong answer: the kinds of failure that Yao et al. (2023) count, by rules.

Their table 2 sorts 200 traces by hand: reasoning error (loops among them), search result error,
hallucination, label ambiguity. Here the town's facts are known, so that a rule can decide. Left
out: label ambiguity, which the town's questions do not have. Lesson 16.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import Literal

from workbook.react.record import Step, Trace
from workbook.tasks.short_answers import exact_match, normalise

Kind = Literal["right", "hallucination", "search", "loop", "format", "budget", "reasoning"]
KINDS = {  # in the order in which they are looked for
    "right": "the answer is right",
    "format": "its replies held no action that could be read",
    "loop": "it repeated an action until it was stopped",
    "budget": "its steps, tokens or seconds were used up",
    "hallucination": "the answer stands in no observation and not in the question",
    "search": "no observation holds the right answer: what was looked up did not lead there",
    "reasoning": "the right answer was there, and another was given",
}
SAYS_NOTHING = re.compile(
    r"No name in town|Nobody and nothing|No \S.* is known for|you can look up|There is no tool"
)


def classify(trace: Trace, right: str) -> Kind:
    """Return what became of a trace whose right answer is `right`."""
    if trace.outcome != "finished":
        return trace.outcome if trace.outcome in ("loop", "format") else "budget"  # type: ignore
    given = trace.answer or ""
    if exact_match(given, right):
        return "right"
    yes_no = ("yes", "no")
    heard = " ".join([trace.question, *(s.observation or "" for s in trace.steps)])
    may_say = normalise(right) in yes_no and normalise(given) in yes_no
    if not may_say and not holds(heard, given):
        return "hallucination"
    if not any(tells(step) for step in trace.steps):
        return "search"
    if normalise(right) not in yes_no and not holds(" ".join(_told(trace)), right):
        return "search"
    return "reasoning"


def holds(text: str, answer: str) -> bool:
    """Return whether a text holds the whole words of an answer: "Mill" is not in "Miller"."""
    return f" {normalise(answer)} " in f" {normalise(text)} "


def tells(step: Step) -> bool:
    """Return whether a tool answered this step with more than that it found nothing."""
    found = step.observation or ""
    return step.valid and bool(found) and not SAYS_NOTHING.search(found)


def count(pairs: Iterable[tuple[Trace, str]]) -> dict[Kind, int]:
    """Return how many traces, given with their right answers, are of each kind, in order."""
    counts = Counter(classify(trace, right) for trace, right in pairs)
    return {kind: counts[kind] for kind in KINDS}  # type: ignore[index,misc]


def _told(trace: Trace) -> list[str]:
    return [trace.question, *(s.observation or "" for s in trace.steps if tells(s))]
