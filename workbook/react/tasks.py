"""The questions and problems that lesson 16 asks, about towns that no model has met.

Questions are those of `town/texts/multihop/multihop.py` with their facts, problems those of
`town/texts/problems/problems.py`; each comes with its right answer. The same number always gives
the same cases. Answers are scored by `workbook.tasks`. Left out: why one is wrong (`failures.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from workbook.tasks import Case
from workbook.tasks.scores import number_right
from workbook.tasks.short_answers import exact_match
from workbook.town.choices import ChoiceSource
from workbook.town.texts.multihop.multihop import state
from workbook.town.texts.multihop.proof_phrases import REQUESTS as PROOF_REQUESTS
from workbook.town.texts.multihop.proofs import SORTS, draw_case
from workbook.town.texts.multihop.trace_phrases import REQUESTS as TRACE_REQUESTS
from workbook.town.texts.multihop.traces import trace_chat
from workbook.town.texts.problems.problem_chats import REQUESTS, draw_problem
from workbook.town.towns import held_out
from workbook.town.writer import Writer

if TYPE_CHECKING:
    from workbook.town.entities import Town

# How often a guess is right that reads only the question: one of two names, a coin, no idea.
CHANCE = {"bridge": 0.0, "comparison": 0.5, "yes-no": 0.5}


@dataclass(frozen=True)
class Question:
    """A question of several hops, its town and its right answer."""

    question: str  # the bare question
    request: str  # as a user puts it to an agent
    proof_request: str  # as a user puts it together with its facts, a form that models are tuned on
    answer: str
    sort: str  # "bridge", "comparison" or "yes-no"
    proof: tuple[str, ...]  # the facts it needs, as sentences
    town: Town = field(repr=False)

    def is_right(self, answer: str | None) -> bool:
        """Return whether an answer is right, case, punctuation and articles aside."""
        return bool(exact_match(answer or "", self.answer))


@dataclass(frozen=True)
class Problem:
    """A word problem, its right answer and a program for it."""

    question: str
    steps_request: str
    program_request: str
    answer: str
    program: str

    def is_right(self, text: str) -> bool:
        """Return whether a text ends in the right number; the steps before it are free."""
        return bool(number_right(text, Case("problem", self.question, self.answer)))


def chance(cases: Sequence[Question]) -> float:
    """Return the share of questions that a guess gets right on average."""
    return sum(CHANCE[case.sort] for case in cases) / len(cases)


def questions(count: int, split: str = "test", towns: int = 20) -> list[Question]:
    """Return questions about a split's held-out towns in turn; sorts in turn as well."""
    return [_question(number, split, number % towns) for number in range(count)]


def _question(number: int, split: str, town: int) -> Question:
    writer = Writer(ChoiceSource(f"react/question/{split}/{number}"), held_out(split, town), split)
    sort = tuple(SORTS)[number % len(SORTS)]
    case = draw_case(writer, sort, said=False)
    question, facts, _, answer = case.puzzle
    request = writer.say(TRACE_REQUESTS, ask=question)
    proof = tuple(state(writer, fact, "relative") for fact in facts)
    told = writer.say(PROOF_REQUESTS, facts=" ".join(writer.source.shuffled(proof)), ask=question)
    return Question(question, request, told, answer, sort, proof, writer.town)


def problems(count: int, split: str = "test") -> list[Problem]:
    """Return word problems."""
    return [_problem(number, split) for number in range(count)]


def _problem(number: int, split: str) -> Problem:
    writer = Writer(ChoiceSource(f"react/problem/{split}/{number}"), held_out(split, number), split)
    fields = draw_problem(writer)
    asked = str(fields["question"])
    return Problem(
        asked,
        writer.say(REQUESTS["steps"], question=asked),
        writer.say(REQUESTS["program"], question=asked),
        str(fields["answer"]),
        str(fields["program"]),
    )


def written_replies(number: int, split: str = "test", town: int = 0) -> tuple[str, list[str], str]:
    """Return a trace as the town's own writer wrote it: the request, the replies, the answer."""
    writer = Writer(ChoiceSource(f"react/trace/{split}/{number}"), held_out(split, town), split)
    document = trace_chat(writer, tuple(SORTS)[number % len(SORTS)])
    messages = document.fields["messages"]
    (request,) = (m["content"] for m in messages if m["role"] == "user")
    replies = [m["content"] for m in messages if m["role"] == "assistant"]
    return request, replies, document.fields["answer_value"]
