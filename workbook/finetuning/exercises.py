"""The exercises of lesson 08: the prompt mask, a prediction, a mixture's bill, EWC's pull.

Each comes with its checks, its hints and a reference answer; reading on is reading the answers.
How an exercise is asked and judged is explained in `workbook.core.exercises.exercise`.

Shapes: T time.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence

import torch
from torch import Tensor

from workbook.core.exercises.exercise import (
    Check,
    Exercise,
    compare,
    exercise_set,
    like,
    predicted,
    untouched,
)
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


def masked_labels(ids: Tensor, roles: Sequence[str], end_id: int) -> Tensor:
    """The labels of a chat with loss on the answers and their ends. ids: `T`; roles: T words.

    roles: who says each token, "template", "user" or "assistant". An answer's end token is the
    template's, right behind the answer. Everything else is -100.
    """
    labels = torch.full_like(ids, IGNORE)
    for place, role in enumerate(roles):
        ends = role == "template" and place > 0 and roles[place - 1] == "assistant"
        if role == "assistant" or (ends and int(ids[place]) == end_id):
            labels[place] = ids[place]
    return labels


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


def pull(
    weights: Mapping[str, Tensor],
    old: Mapping[str, Tensor],
    slopes: Sequence[Mapping[str, Tensor]],
    strength: float,
) -> Tensor:
    """The penalty of elastic weight consolidation (Kirkpatrick et al. 2017, equation 3).

    weights, old: by name. slopes: of ln p(answer) at each weight, one dict for each old chat; their
    mean square is the diagonal of the Fisher information.
    """
    total = torch.zeros(())
    for name, weight in weights.items():
        fisher = torch.stack([slope[name] for slope in slopes]).square().mean(0)
        total = total + (fisher * (weight - old[name]).square()).sum()
    return strength / 2 * total


def backward_transfer(scores: Sequence[Sequence[float]]) -> float:
    """What learning later tasks did to earlier ones (Lopez-Paz and Ranzato 2017, equation 3).

    scores[i][j]: on task j after tasks 0 to i were learned in turn. Below 0: forgotten.
    """
    earlier = len(scores) - 1
    return sum(scores[-1][task] - scores[task][task] for task in range(earlier)) / earlier


# --- checks -------------------------------------------------------------------------------------


def _number(place: int) -> Check:
    """Is one of the predicted numbers right?"""
    form = "(tokens, labels on answers, labels on everything, chats in a row)"
    return predicted(place, PREDICTED[place], "this number", chat_counts, form)


def _all_drawn(answer: Callable, seed: int) -> str | None:
    """Do passes times sizes add up to the chats drawn?"""
    sizes, _, _, drawn = given = _mixture(seed)
    out = answer(*given)
    if not isinstance(out, (list, tuple)) or len(out) != len(sizes):
        return "the result is not a list with one number for each task."
    in_all = sum(times * size for times, size in zip(out, sizes, strict=True))
    return compare("their sum", in_all, drawn)


def _pulls_back(answer: Callable, seed: int) -> str | None:
    """Is the slope of the penalty that of the formula, at every weight?"""
    weights, *given = _old_chats(seed)
    grads = []
    for function in (answer, pull):
        leaves = {name: w.clone().requires_grad_() for name, w in weights.items()}
        out = function(leaves, *given)
        if not getattr(out, "requires_grad", False):
            return "the result has no slope at the weights: no item(), float() or detach() here."
        out.sum().backward()
        parts = [w.grad for w in leaves.values()]
        grads.append(torch.cat([g.flatten() for g in parts if g is not None]))
    got, want = grads
    return compare("the slope of the pull at the weights", got, want)


def _below_zero(answer: Callable, seed: int) -> str | None:
    """Has forgetting the sign that it has in the paper?"""
    wrong = "the first task got worse, so the result should be below 0."
    return None if answer(*_two_tasks(seed)) < 0 else wrong


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


END = 2  # the end token of the chats below


def _talk(seed: int, turns: int = 2) -> tuple[Tensor, list[str], int]:
    """Ids and roles of a chat: a begin token, then role, line break, text, end, line break."""
    source = random.Random(seed)
    ids, roles = [1], ["template"]
    for role in ("user", "assistant") * turns:
        text = [source.randint(20, 90) for _ in range(source.randint(3, 6))]
        ids += [5 if role == "user" else 6, 9, *text, END, 9]
        roles += ["template"] * 2 + [role] * len(text) + ["template"] * 2
    return torch.tensor(ids), roles, END


def _ends_inside(seed: int) -> tuple[Tensor, list[str], int]:
    """An answer in which the id of the end token stands as a word, and one that is cut off."""
    ids, roles, end = _talk(seed, 1)
    answer = roles.index("assistant")
    ids[answer + 1] = end
    return ids[:-2], roles[:-2], end


def _questions_only(seed: int) -> tuple[Tensor, list[str], int]:
    ids, roles, end = _talk(seed, 1)
    stop = roles.index("assistant") - 2
    return ids[:stop], roles[:stop], end


def _count(labels: Tensor) -> Tensor:
    return (labels != IGNORE).sum()


def _several_turns(seed: int) -> tuple[Tensor]:
    return _chat(seed, 3, 1)


def _one_turn(seed: int) -> tuple[Tensor]:
    return _chat(seed, 1, 1)


def _nothing_behind(seed: int) -> tuple[Tensor]:
    return _chat(seed, 2, 0)


def _no_answer(seed: int) -> tuple[Tensor]:
    return (torch.full((3 + seed % 5,), IGNORE),)


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


def _weights(seed: int, chats: int) -> tuple:
    """New and old weights of two layers; the slopes of so many chats, each above 1 in size.

    The signs alternate, so that the mean slope is nearly nothing.
    """
    source = generator(seed)
    shapes = {"layer.weight": (3, 2), "layer.bias": (3,)}
    old = {name: torch.randn(shape, generator=source) for name, shape in shapes.items()}
    moved = {name: w + 0.5 + torch.rand(w.shape, generator=source) for name, w in old.items()}
    slopes = [
        {name: (-1) ** chat * (1.2 + torch.rand(shape, generator=source))
         for name, shape in shapes.items()}
        for chat in range(chats)
    ]  # fmt: skip
    return moved, old, slopes, 0.5 + float(torch.rand((), generator=source))


def _one_old_chat(seed: int) -> tuple:
    return _weights(seed, 1)


def _old_chats(seed: int) -> tuple:
    return _weights(seed, 4)


def _not_moved(seed: int) -> tuple:
    _, *given = _weights(seed, 2)
    return given[0], *given


def _all_alike(seed: int) -> tuple:
    moved, old, slopes, strength = _weights(seed, 2)
    ones = {name: torch.ones_like(w) for name, w in old.items()}
    return moved, old, [ones] * len(slopes), strength


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

EXERCISES = exercise_set(
    "finetuning",
    Exercise(
        id="finetuning.predict_labels",
        title="How many tokens carry loss?",
        points=1,
        difficulty=1,
        minutes=5,
        checks=tuple(_number(place) for place in range(len(PREDICTED))),
        hints=(
            "Write the chat down as a row: the begin token, then four messages, each with its "
            "four template tokens.",
            "The model must also learn to end an answer: its end token carries loss, its role "
            "token and the new lines do not.",
            "With loss on everything, only the begin token carries none, as there is nothing "
            "before it to predict it from. And a chat is never cut in two to fill a row.",
        ),
        reference=chat_counts,
        wants="value",
    ),
    Exercise(
        id="finetuning.mask_prompt",
        title="Mask the prompt",
        points=3,
        difficulty=2,
        minutes=15,
        checks=(
            like("each answer and its end token, no other end", "the number of labels learned",
                 masked_labels, _talk, _count),
            like("each label is the id in the same place", "the tensor of labels", masked_labels,
                 _talk),
            like("an answer that is cut off has no end token", "the tensor of labels",
                 masked_labels, _ends_inside),
            like("a chat without an answer teaches nothing", "the number of labels learned",
                 masked_labels, _questions_only, _count),
            untouched(_talk),
        ),
        hints=(
            "Start from labels that are all -100, then copy the ids that are to be learned.",
            "Every token with the role assistant is learned; so is an end token if the token just "
            "before it has that role.",
            "labels = torch.full_like(ids, -100)\n"
            "for t, role in enumerate(roles):\n"
            "    ends = t > 0 and roles[t - 1] == 'assistant' and ids[t] == end_id\n"
            "    if role == 'assistant' or (role == 'template' and ends):\n"
            "        labels[t] = ids[t]\n"
            "return labels",
        ),
        reference=masked_labels,
    ),
    Exercise(
        id="finetuning.last_answer_only",
        title="Only the last answer counts",
        points=2,
        difficulty=2,
        minutes=10,
        checks=(
            like("the whole last answer has labels, nothing else", "the number of labels learned",
                 last_answer_only, _several_turns, lambda out: (out != IGNORE).sum()),
            like("its labels are those that were there before", "the tensor of labels",
                 last_answer_only, _several_turns),
            like("a chat of one turn stays as it is", "the tensor of labels", last_answer_only,
                 _one_turn),
            like("an answer at the very end is found too", "the tensor of labels",
                 last_answer_only, _nothing_behind),
            like("a chat without an answer stays without labels", "the tensor of labels",
                 last_answer_only, _no_answer),
            untouched(_several_turns),
        ),
        hints=(
            "Where is the last label that is not -100?",
            "From there, go back to the nearest -100: the answer begins right after it.",
            "kept = torch.full_like(labels, -100)\n"
            "last = len(labels) - 1\n"
            "while last >= 0 and labels[last] == -100:\n"
            "    last -= 1\n"
            "start = last\n"
            "while start > 0 and labels[start - 1] != -100:\n"
            "    start -= 1\n"
            "if last >= 0:\n"
            "    kept[start:last + 1] = labels[start:last + 1]\n"
            "return kept",
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
            Check("passes times sizes add up to the chats drawn", _all_drawn),
        ),
        hints=(
            "First the limit, then the temperature, then divide so that the rates add up to 1.",
            "Of the `drawn` chats a task gets drawn * rate. They are spread over all of its "
            "examples: divide by its size, not by the limit.",
            "weights = [min(size, limit) ** (1 / temperature) for size in sizes]\n"
            "return [drawn * w / sum(weights) / size for w, size in zip(weights, sizes)]",
        ),
        reference=passes,
    ),
    Exercise(
        id="finetuning.pull",
        title="The pull",
        points=4,
        difficulty=4,
        minutes=20,
        checks=(
            like("weights that have not moved are not pulled", "the pull", pull, _not_moved),
            like("slopes of 1 give L2", "the pull", pull, _all_alike),
            like("one old chat", "the pull", pull, _one_old_chat),
            like("four old chats, with slopes of both signs", "the pull", pull, _old_chats),
            Check("it pulls each weight towards its old value", _pulls_back),
        ),
        hints=(
            "F has the shape of the weight: over the old chats, square each slope, then take the "
            "mean.",
            "For each name: F times the squared distance to the old weight, summed over all "
            "places. Then add up the names, and multiply by half the strength once.",
            "total = 0.0\n"
            "for name, weight in weights.items():\n"
            "    fisher = sum(chat[name] ** 2 for chat in slopes) / len(slopes)\n"
            "    total = total + (fisher * (weight - old[name]) ** 2).sum()\n"
            "return strength / 2 * total",
        ),
        reference=pull,
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
            like("no score changes, so nothing is forgotten", "the backward transfer",
                 backward_transfer, _kept_for_ever),
            like("two tasks, one forgotten", "the backward transfer", backward_transfer,
                 _two_tasks),
            Check("what is forgotten counts below zero", _below_zero),
        ),
        hints=(
            "The last row has the final scores. Which entry is the score on task j right after "
            "task j was learned?",
            "Right after task j was learned, its score is in row j: take scores[-1][j] - "
            "scores[j][j].",
            "# The last task cannot have been forgotten yet: take the mean over all the others.\n"
            "earlier = len(scores) - 1\n"
            "return sum(scores[-1][j] - scores[j][j] for j in range(earlier)) / earlier",
        ),
        reference=backward_transfer,
    ),
)  # fmt: skip
