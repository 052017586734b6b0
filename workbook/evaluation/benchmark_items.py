"""One question in the style of each public benchmark, written for this course.

The benchmarks' own items are not copied here: licences differ, and an item that is printed on a
page soon stands in a training text. Left out: items scored by anything but the chosen option.
Lesson 09 asks the learner and the town's model.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from workbook.evaluation.multiple_choice import LETTERS, Question

if TYPE_CHECKING:
    import pandas


class Item(NamedTuple):
    """A question, the benchmark whose style it has, and which of its tasks is meant."""

    benchmark: str
    task: str
    question: Question


ITEMS = (
    Item("GLUE", "entailment", Question(
        "Every baker in the lane sells rye bread, and Tom is one of them. "
        "Does it follow that Tom sells rye bread?",
        ("Yes.", "No."), 0)),
    Item("SuperGLUE", "cause and effect", Question(
        "The baker opened all the windows. What was the cause?",
        ("The last loaf was sold.", "The oven had filled the room with smoke."), 1)),
    Item("MMLU", "school physics", Question(
        "A boat of steel floats because",
        ("steel is lighter than water.", "salt water has no weight.",
         "it pushes aside water as heavy as itself.", "the wind carries it."), 2)),
    Item("BIG-bench", "logical deduction", Question(
        "Three jugs stand in a row. The blue jug is left of the white one. The green jug is left "
        "of the blue one. Which jug is in the middle?",
        ("The blue jug.", "The green jug.", "The white jug."), 0)),
    Item("HELM", "a passage, with typos", Question(
        "The museum opnes at ten and colses at six, but on Mondyas it stays shut. "
        "Can you vist it on a Monday at elveen?",
        ("Yes.", "No."), 1)),
)  # fmt: skip


def exam() -> str:
    """Return the questions as an examiner prints them."""
    parts = []
    for number, item in enumerate(ITEMS, 1):
        options = zip(LETTERS, item.question.options, strict=False)
        lines = [f"{number}. {item.benchmark}, {item.task}", item.question.prompt]
        parts.append("\n".join([*lines, *(f"   {letter}. {text}" for letter, text in options)]))
    return "\n\n".join(parts)


def choices(letters: str) -> list[int | None]:
    """Return the options that a row of letters means, one an item; None for none.

    Raises ValueError for another number of letters, or one that no option has.
    """
    marks = [letter for letter in letters.upper() if letter.isalpha()]
    if not marks:
        return [None] * len(ITEMS)
    found = [LETTERS.find(mark) for mark in marks]
    sizes = [len(item.question.options) for item in ITEMS]
    if len(found) != len(sizes) or not all(0 <= n < s for n, s in zip(found, sizes, strict=True)):
        raise ValueError(f"Write {len(sizes)} letters, one for each question, not {letters!r}.")
    return list(found)


def marked(answers: Mapping[str, Sequence[int | None]]) -> pandas.DataFrame:
    """Return one row an item: the right letter, and what each of those asked chose.

    answers: who -> the option chosen for each item, or None where there is no answer.
    """
    import pandas as pd

    rows = {}
    for place, item in enumerate(ITEMS):
        row = {"task": item.task, "right": LETTERS[item.question.right]}
        for who, chosen in answers.items():
            one = chosen[place]
            row[who] = "" if one is None else LETTERS[one] + (
                "" if one == item.question.right else " (wrong)")  # fmt: skip
        rows[item.benchmark] = row
    return pd.DataFrame(rows).T.rename_axis("in the style of")
