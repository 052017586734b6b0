"""The town's eight tasks: what is asked, how an answer is scored, what no thought would say.

In the spirit of GLUE and HELM, with the difference that every right answer is known. The cases are
about people, places and phrasings that the town's models never met. Left out: questions from
memory, which for somebody you never met only a guess can answer (lesson 15 measures them).
Lesson 08 tunes on these tasks, lesson 09 makes a benchmark of them.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Mapping, Sequence
from typing import cast

from workbook.tasks import scores
from workbook.tasks.task import Case, Messages, Task
from workbook.town.writer import Writer

SEED = 909  # of the suite's cases, apart from every training stream
_TURN = re.compile(r"^[A-Z]\w*: (.+)$", re.MULTILINE)
_NAME = re.compile(r"\b[A-Z]\w+ [A-Z]\w+\b")
_NUMBER = re.compile(r"\d+")


def lead(prompt: str, turns: int = 2) -> str:
    """Return the first turns of the dialogue in a prompt: a summary by one who read no further."""
    return " ".join(_TURN.findall(prompt)[:turns])


def first_name(prompt: str) -> str:
    """Return the first two words in capitals as a name: the baseline of `extract`."""
    found = _NAME.search(prompt)
    return f"name: {found.group()}" if found else ""


def largest_number(prompt: str) -> str:
    """Return the largest number that stands there: the baseline of `arithmetic`."""
    return max(_NUMBER.findall(prompt), key=int, default="0")


def _writer(family: str) -> Callable[[Writer], Messages]:
    def write(writer: Writer) -> Messages:
        from workbook.town.texts.instructions import instruction

        return cast(Messages, instruction(writer, family).fields["messages"])

    return write


_ALL = (
    Task("open_book", "answer from a passage", "exact match", 40, True, scores.same_answer,
         lambda prompt: "The passage does not say."),
    Task("summarise", "sum up a talk", "facts stated", 110, False, scores.facts_stated, lead),
    Task("extract", "find facts in a message", "lines right", 60, True, scores.lines_right,
         first_name),
    Task("sentiment", "positive, negative or mixed", "exact match", 8, True, scores.same_answer,
         lambda prompt: "Positive."),
    Task("polite", "say it politely", "message kept, courteous", 60, False, scores.courteous,
         lambda prompt: f"Please. {prompt}"),
    Task("translate", "put it into the dialect", "exact match", 60, True, scores.same_answer,
         lambda prompt: prompt),
    Task("arithmetic", "solve a word problem", "right number", 160, True, scores.number_right,
         largest_number),
    Task("entailment", "does it follow, yes or no", "exact match", 8, True, scores.same_answer,
         lambda prompt: "Yes.", labels=("Yes.", "No.")),
)  # fmt: skip
TASKS: Mapping[str, Task] = {task.name: task for task in _ALL}


def task_named(name: str) -> Task:
    """Return one of `TASKS`. Raises ValueError, in one sentence, for another name."""
    return Task.by_name(TASKS, name)


def score(task: Task | str, answers: Sequence[str], cases: Sequence[Case]) -> list[float]:
    """Return the score of each answer, 0 to 1. Raises ValueError unless there is one for a case."""
    if len(answers) != len(cases):
        raise ValueError(f"{len(cases)} cases need as many answers, not {len(answers)}.")
    task = task_named(task) if isinstance(task, str) else task
    return [task.score(answer, case) for answer, case in zip(answers, cases, strict=True)]


def cases(task: str, count: int, seed: int = SEED) -> list[Case]:
    """Return `count` cases of a task, the same for every system.

    Where a task has labels they take turns. Raises ValueError for an unknown task.
    """
    return draw_cases(task_named(task), count, f"suite/{task}/{seed}", is_balanced=True)


def draw_cases(
    task: Task,
    count: int,
    stream: str,
    split: str = "test",
    phrasings: str | None = None,
    is_balanced: bool = False,
) -> list[Case]:
    """Return the first `count` cases of a stream of random choices, called by its name.

    split: whose people and places. phrasings: of which split the words are, by default the same.
    is_balanced: whether the task's labels take turns. Raises ValueError for a count below 1.
    """
    from workbook.town import build_town
    from workbook.town.choices import ChoiceSource

    if count < 1:
        raise ValueError(f"a task needs at least one case, not {count}.")
    write = task.write or _writer(task.name)
    labels = task.labels if is_balanced else ()
    drawn: list[Case] = []
    for index in itertools.count():
        if len(drawn) == count:
            break
        writer = Writer(ChoiceSource(f"{stream}/{index}"), build_town(), split, phrasings)
        prompt, reference = (message["content"] for message in write(writer)[:2])
        if not labels or reference == labels[len(drawn) % len(labels)]:
            facts = scores.stated_in(reference, writer.facts)
            drawn.append(Case(f"{task.name}/{index}", prompt, reference, facts))
    return drawn
