"""The bars of the town's models: every score of the model card, measured one group at a time.

`measure` yields a score as soon as it is there, `measure_rung` takes one score for each skill, and
`run_program` runs what the models write. The measures are in `bars_reading.py` and
`bars_skills.py`; the goals are in `card.py`. Left out: the card (`workbook models measure`).
"""

import ast
import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from workbook.town import RAW_MIXTURE
from workbook.town_lm import bars_reading as reading
from workbook.town_lm import bars_skills as skills
from workbook.town_lm import quality as quality
from workbook.town_lm.bars_cases import said
from workbook.town_lm.quality import Answer, Score, mean, share

LONGEST_PROGRAM = 1_000  # characters, so that the syntax tree is shallow enough to be walked
LARGEST = 10**12  # a number of a program may not be larger
EARLY, LATE = (256, 320), (512, 768)  # positions in a row
OPERATIONS = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.FloorDiv: lambda a, b: a // b,
}


def run_program(text: str) -> int | None:
    """Run assignments of whole numbers with + - * // and return `answer`; None for all else.

    Nothing of Python's own evaluation is used: the syntax tree is walked, and whatever is not on
    the list of what may be ends the run.
    """
    if len(text) > LONGEST_PROGRAM:
        return None
    values: dict[str, int] = {}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            lines = ast.parse(text).body
        for line in lines:
            if not isinstance(line, ast.Assign) or len(line.targets) != 1:
                return None
            (target,) = line.targets
            if not isinstance(target, ast.Name):
                return None
            values[target.id] = _value(line.value, values)
    except (ArithmeticError, LookupError, MemoryError, RecursionError, SyntaxError, ValueError):
        return None
    return values.get("answer")


def _value(node: ast.expr, values: dict[str, int]) -> int:
    """The value of an expression. Raises ValueError for what may not be in one."""
    match node:
        case ast.Name(id=name):
            value = values[name]
        case ast.Constant(value=int(value)) if not isinstance(value, bool):
            pass
        case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATIONS:
            value = OPERATIONS[type(op)](_value(left, values), _value(right, values))
        case _:
            raise ValueError(f"a program may not contain {type(node).__name__}")
    if abs(value) > LARGEST:
        raise ValueError("a number of the program is too large")
    return value


def programs(answer: Answer, count: int) -> list[Score]:
    """Word problems answered by a program, which is run."""
    pairs = said(answer, skills.sums("program", count), 120)
    right = [run_program(text) == int(case.fields["answer_value"]) for text, case in pairs]
    return [share("programs", right)]


class Group(NamedTuple):
    """Scores that are measured together; `short`: the answers are, so more cases are asked."""

    names: tuple[str, ...]
    measure: Callable[[Answer, int], list[Score]]
    short: bool = True


def _both(name: str) -> tuple[str, str]:
    return name, name + quality.NEW_WORDS


GROUPS = (
    Group(("closed-book, before the cutoff", "closed-book, after the cutoff"), reading.closed_book),
    Group(("refuses, nobody", "refuses, known people"), reading.refusals),
    Group(("open-book, 1 passage",), reading.open_book_one),
    Group(
        (
            "open-book, 4 passages",
            "cited right, 4 passages",
            "does not say, right",
            "does not say, wrong",
        ),
        reading.open_book_four,
        short=False,
    ),
    Group(("open-book, 6 passages",), reading.open_book_six),
    Group(
        (*_both("summaries, all names right"), "summaries, ROUGE-L"),
        skills.summaries,
        short=False,
    ),
    Group(_both("sentiment"), skills.family("sentiment", 8)),
    Group(_both("translate"), skills.family("translate", 80)),
    Group(_both("entailment"), skills.family("entailment", 8)),
    Group(
        tuple(f"in context, marks, {examples} examples" for examples in (0, 2, 8)),
        skills.in_context,
    ),
    Group(("look-up, 8 pairs",), skills.look_up),
    Group(("sentiment, new words, 8 examples",), skills.tagging("new", "new words")),
    Group(("sentiment, swapped, 8 examples",), skills.tagging("swapped", "swapped")),
    Group(("arithmetic, steps", "arithmetic, at once"), skills.arithmetic, short=False),
    Group(("majority of 8", "single answer at the same temperature"), skills.majority, short=False),
    Group(("programs",), programs, short=False),
    Group(("rude, T = 1", "rude, T = 1, polite requests"), skills.tone, short=False),
    Group(("multi-hop, proof given",), reading.proofs, short=False),
    Group(("traces, held-out town",), reading.traces, short=False),
)
LOSSES = tuple(f"loss, positions {first}-{past}" for first, past in (EARLY, LATE))
NAMES = (*(name for group in GROUPS for name in group.names), *LOSSES)
RUNG = (  # one score for each skill
    "closed-book, before the cutoff",
    "refuses, nobody",
    "open-book, 1 passage",
    "summaries, all names right",
    "in context, marks, 8 examples",
    "look-up, 8 pairs",
    "arithmetic, steps",
    "programs",
    "multi-hop, proof given",
    "traces, held-out town",
)


def measure(
    answer: Answer, cases: int, questions: int, only: Sequence[str] = NAMES
) -> Iterator[Score]:
    """Yield the scores of a tuned model, each group as soon as it is measured.

    cases: of a score with long answers. questions: of one with short answers. only: their names.
    """
    for group in GROUPS:
        if not set(only).isdisjoint(group.names):
            for score in group.measure(answer, questions if group.short else cases):
                if score.name in only:
                    yield score


def measure_positions(base, tokenizer, rows: int, mix=RAW_MIXTURE) -> list[Score]:
    """Return the loss of a base model early and late in rows of held-out raw text, nats a token."""
    early, late = quality.losses_by_position(base, tokenizer, rows, (EARLY, LATE), mix)
    rise = mean("rise", [after - before for before, after in zip(early, late, strict=True)])
    return [
        mean(LOSSES[0], early),
        replace(mean(LOSSES[1], late), difference=(rise.value, rise.low, rise.high)),
    ]


def measure_rung(folder: Path, cases: int = quality.CASES, device: str = "cpu") -> list[Score]:
    """Return one score for each skill of a model of the ladder, all with `cases` cases."""
    answer = quality.answerer(*load(folder, device))
    return list(measure(answer, cases, cases, RUNG))


def load(folder: Path, device: str = "cpu"):
    """Return the model of a folder in float32, ready to answer, and its tokenizer."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    from workbook.core.hub.loading import load_weights

    model = load_weights(AutoModelForCausalLM, folder, dtype=torch.float32)
    return model.to(device).eval(), AutoTokenizer.from_pretrained(folder)


def chosen(wanted: str) -> list[str]:
    """Return the names that begin with one of the given beginnings.

    Beginnings are parted by commas with no space after them, since names hold ", " themselves.
    Raises ValueError for one that no score begins with.
    """
    names = []
    for beginning in re.split(r",(?! )", wanted):
        fitting = [name for name in NAMES if name.startswith(beginning)]
        if not fitting:
            raise ValueError(f"no score begins with {beginning!r}; there are: {'; '.join(NAMES)}")
        names += fitting
    return names


def line(score: Score) -> str:
    """Return a score in one line."""
    text = f"{score.value:.3f} [{score.low:.3f}, {score.high:.3f}] n = {score.cases}  {score.name}"
    if score.difference:
        text += "  difference {:+.3f} [{:+.3f}, {:+.3f}]".format(*score.difference)
    if score.parts:
        text += "  " + ", ".join(f"{name}: {value:.3f}" for name, value in score.parts.items())
    return text
