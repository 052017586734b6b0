"""The exercises of lesson 08: a prediction, a mask of your own, a mixture's bill, a measurement.

Each comes with its checks, its hints and a reference answer; reading on is reading the answers.
How an exercise is asked and judged is explained in `workbook.core.exercises.exercise`.

Shapes: T time.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from workbook.core.exercises.exercise import Check, Exercise, compare, like, predicted, untouched
from workbook.core.runs.seeding import generator
from workbook.finetuning.mixing import rates
from workbook.training.packing import IGNORE

# --- reference answers --------------------------------------------------------------------------

REQUESTS, ANSWERS, ROW = (20, 6), (11, 9), 320  # tokens of the chat asked about, and of a row
MARKS = 4  # tokens around a message: the role, a new line, the end, a new line
PREDICTED = (
    "the tokens of the chat",
    "the labels with loss on the answers",
    "the labels with loss on everything",
    "the chats in a row",
)


def chat_counts() -> tuple[int, int, int, int]:
    """Of a chat of two turns: tokens, labels on the answers, labels on all, chats in a row."""
    messages = (*REQUESTS, *ANSWERS)
    tokens = 1 + sum(messages) + MARKS * len(messages)  # the begin token is the 1
    return tokens, sum(ANSWERS) + len(ANSWERS), tokens - 1, ROW // tokens


def last_answer_only(labels: Tensor) -> Tensor:
    """The labels of a chat with loss on its last answer alone. labels: `T`, -100 between answers.

    The last answer is the last unbroken run of labels.
    """
    kept = torch.full_like(labels, IGNORE)
    learned = (labels != IGNORE).nonzero().flatten()
    if len(learned):
        last = int(learned[-1])
        gaps = (labels[: last + 1] == IGNORE).nonzero().flatten()
        start = int(gaps[-1]) + 1 if len(gaps) else 0
        kept[start : last + 1] = labels[start : last + 1]
    return kept


def passes(sizes: Sequence[int], limit: int, temperature: float, drawn: int) -> list[float]:
    """How often each task's examples are met when `drawn` chats are drawn from a mixture.

    Drawn at the rates of T5 (`mixing.rates`). The limit bounds the rate alone; no example is
    thrown away.
    """
    shares = rates(sizes, limit, temperature)
    return [drawn * share / size for share, size in zip(shares, sizes, strict=True)]


def backward_transfer(scores: Sequence[Sequence[float]]) -> float:
    """What learning later tasks did to earlier ones (Lopez-Paz and Ranzato 2017, equation 3).

    scores[i][j]: on task j after tasks 0 to i were learned in turn. Below 0: forgotten.
    """
    earlier = len(scores) - 1
    return sum(scores[-1][task] - scores[task][task] for task in range(earlier)) / earlier


# --- checks -------------------------------------------------------------------------------------


def _number(place: int) -> Check:
    """Is one of the predicted numbers right?"""
    says, form = PREDICTED[place], "(tokens, labels, labels, chats)"
    return predicted(place, says, says, chat_counts, form)


def _all_drawn(answer: Callable, seed: int) -> str | None:
    """Do passes times sizes add up to the chats drawn?"""
    sizes, _, _, drawn = given = _mixture(seed)
    out = answer(*given)
    if not isinstance(out, (list, tuple)) or len(out) != len(sizes):
        return "the result is not a list with one number a task."
    in_all = sum(times * size for times, size in zip(out, sizes, strict=True))
    return compare("the number of chats in all", in_all, drawn)


def _below_zero(answer: Callable, seed: int) -> str | None:
    """Has forgetting the sign that it has in the paper?"""
    return None if answer(*_two_tasks(seed)) < 0 else "the sign of the result is another."


def _chat(seed: int, turns: int, tail: int) -> tuple[Tensor]:
    """Labels of a chat of so many turns; tail: tokens behind the last answer.

    What stands between two answers may be a single token, or several.
    """
    source = generator(seed)
    labels: list[int] = []
    for turn in range(turns):
        gap = 1 if turn == turns - 1 else int(torch.randint(2, 7, (1,), generator=source))
        length = int(torch.randint(3, 7, (1,), generator=source))
        answer = torch.randint(10, 99, (length,), generator=source).tolist()
        labels += [IGNORE] * gap + answer
    return (torch.tensor(labels + [IGNORE] * tail),)


def _several_turns(seed: int) -> tuple[Tensor]:
    return _chat(seed, 3, 1)


def _one_turn(seed: int) -> tuple[Tensor]:
    return _chat(seed, 1, 1)


def _nothing_behind(seed: int) -> tuple[Tensor]:
    return _chat(seed, 2, 0)


def _mixture(seed: int) -> tuple:
    """One task far above the limit, one far below it, one between."""
    source = random.Random(seed)
    small, large = source.randint(50, 100), source.randint(40_000, 90_000)
    sizes = [large, source.randint(300, 900), small]
    return sizes, source.randint(2_000, 4_000), source.uniform(1.5, 3.0), source.randint(500, 900)


def _limit_alone(seed: int) -> tuple:
    sizes, limit, _, drawn = _mixture(seed)
    return sizes, limit, 1.0, drawn


def _temperature_alone(seed: int) -> tuple:
    sizes, _, temperature, drawn = _mixture(seed)
    return sizes, 10 * max(sizes), temperature, drawn


def _learned_in_turn(seed: int) -> tuple:
    """Five tasks, learned one after the other; the first gets better before it gets worse."""
    source = random.Random(seed)
    scores = [[source.uniform(0.1, 0.8) for _ in range(5)] for _ in range(5)]
    scores[1][0], scores[4][3] = 0.95, scores[3][3] - 0.09
    return (scores,)


def _kept_for_ever(seed: int) -> tuple:
    source = random.Random(seed)
    return ([[source.uniform(0.3, 0.9) for _ in range(4)]] * 4,)


def _two_tasks(seed: int) -> tuple:
    source = random.Random(seed)
    return ([[source.uniform(0.6, 0.9), 0.1], [source.uniform(0.1, 0.4), 0.8]],)


# --- the exercises ------------------------------------------------------------------------------

_ALL = (
    Exercise(
        id="finetuning.predict_labels",
        title="How many tokens carry loss?",
        points=1,
        difficulty=1,
        minutes=5,
        checks=tuple(_number(place) for place in range(len(PREDICTED))),
        hints=(
            "Write the chat down as a row: the begin token, then four messages, each with its "
            "four marks.",
            "An answer must also learn to end: its end token carries loss, its role token and "
            "the new lines do not.",
            "With loss on everything only the begin token has no label, as nothing stands before "
            "it; and a chat is never cut in two to fill a row.",
        ),
        reference=chat_counts,
        wants="value",
    ),
    Exercise(
        id="finetuning.last_answer_only",
        title="Only the last word counts",
        points=2,
        difficulty=2,
        minutes=10,
        checks=(
            like("only the last answer has labels", "the number of labels", last_answer_only,
                 _several_turns, lambda out: (out != IGNORE).sum()),
            like("they are the labels that stood there", "the tensor of labels",
                 last_answer_only, _several_turns),
            like("a chat of one turn stays as it is", "the tensor of labels", last_answer_only,
                 _one_turn),
            like("an answer may end the chat", "the tensor of labels", last_answer_only,
                 _nothing_behind),
            untouched(_several_turns),
        ),
        hints=(
            "Where is the last label that is not -100?",
            "From there go back to the last -100 before it: the answer begins behind it.",
            "kept = full_like(labels, -100); kept[start:last + 1] = labels[start:last + 1].",
        ),
        reference=last_answer_only,
    ),
    Exercise(
        id="finetuning.passes",
        title="How often is each task read?",
        points=3,
        difficulty=2,
        minutes=15,
        checks=(
            like("a limit alone", "the list of passes", passes, _limit_alone),
            like("a temperature alone", "the list of passes", passes, _temperature_alone),
            like("a limit and a temperature", "the list of passes", passes, _mixture),
            Check("all chats are drawn, none is lost", _all_drawn),
        ),
        hints=(
            "First the limit, then the temperature, then divide so that the rates add up to 1.",
            "Out of `drawn` chats a task gets drawn * rate; how many examples has it to fill them?",
            "rates = min(size, limit) ** (1 / temperature); passes = drawn * rate / sum of rates / "
            "size.",
        ),
        reference=passes,
    ),
    Exercise(
        id="finetuning.backward_transfer",
        title="Forgetting in one number",
        points=2,
        difficulty=2,
        minutes=10,
        checks=(
            like("five tasks in turn", "the backward transfer", backward_transfer,
                 _learned_in_turn),
            like("nothing changes: nothing is forgotten", "the backward transfer",
                 backward_transfer, _kept_for_ever),
            like("two tasks, one forgotten", "the backward transfer", backward_transfer,
                 _two_tasks),
            Check("what is forgotten counts below zero", _below_zero),
        ),
        hints=(
            "The last row says what is left of each task; where does it say how good it was?",
            "Task j was just learned in row j: compare scores[-1][j] with scores[j][j].",
            "The last task cannot have been forgotten yet: a mean over all tasks but that one.",
        ),
        reference=backward_transfer,
    ),
)  # fmt: skip

EXERCISES = {each.id: each for each in _ALL}
