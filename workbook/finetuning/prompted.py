"""The same task by prompting alone: what fine-tuning is compared with.

Four ways to get a summary out of a model that was not tuned for it: the request in the chat
template, the request as plain text, the pattern that the model's own training text has ("Summary:"
at the end), and that pattern with solved examples in front, as many as asked for and as the window
holds. Left out: how prompts are found (lesson 04). Lesson 08.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from workbook.finetuning.families import ask, cases
from workbook.finetuning.templates import patterns
from workbook.tasks import TASKS, Case

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerFast

WAYS = ("chat", "plain", "pattern", "few-shot")
SHOTS_SEED = 81  # of the solved examples, from the training split
SHOTS_FROM = 16  # talks that the shortest are taken from
BATCH = 32
_TURN = re.compile(r"^[A-Z][\w'-]*: .+$", re.MULTILINE)


def dialogue_of(prompt: str) -> str:
    """The turns in a request for a summary, without the request."""
    return "\n".join(_TURN.findall(prompt))


def in_new_words(asked: Sequence[Case]) -> list[Case]:
    """The same talks, each with the one request for a summary that only the test split has.

    Cases of the test split mostly use known requests: its templates are those of training and one.
    """
    (new,) = set(patterns("summarise", "test")) - set(patterns("summarise", "train"))
    return [replace(case, prompt=new.format(dialogue=dialogue_of(case.prompt))) for case in asked]


def prompted(
    way: str,
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerFast,
    asked: Sequence[Case],
    shots: int = 1,
) -> list[str]:
    """The model's summaries when it is only prompted, greedily; ValueError for an unknown way.

    shots: solved examples, where the way is "few-shot".
    """
    if way not in WAYS:
        raise ValueError(f"no way of prompting is called {way!r}; there are {', '.join(WAYS)}.")
    if way == "chat":
        return ask(model, tokenizer, "summarise", asked)
    limit = TASKS["summarise"].max_new_tokens
    room = getattr(model.config, "max_position_embeddings", 10**9) - limit - 1  # begin token
    prompts = [_fitting(way, case, shots, tokenizer, room) for case in asked]
    answers = go_on(model, tokenizer, prompts, limit)
    return [answer.strip().partition("\n")[0] for answer in answers]


def _fitting(
    way: str, case: Case, shots: int, tokenizer: PreTrainedTokenizerFast, room: int
) -> str:
    """The prompt with as many solved examples as the window holds."""
    while True:
        prompt = build_prompt(way, case, shots)
        tokens = len(tokenizer.encode(prompt, add_special_tokens=False))
        if tokens <= room or way != "few-shot" or not shots:
            return prompt
        shots -= 1


def build_prompt(way: str, case: Case, shots: int = 1) -> str:
    """The plain text that the model is to continue; solved examples are short ones."""
    if way == "plain":
        return f"{case.prompt}\n"
    shots = shots if way == "few-shot" else 0
    solved = sorted(cases("summarise", SHOTS_FROM, SHOTS_SEED, "train"), key=_length)[:shots]
    parts = [f"{_pattern(each)} {each.reference}" for each in solved]
    return "\n\n".join([*parts, _pattern(case)])


def _length(case: Case) -> int:
    return len(case.prompt)


def _pattern(case: Case) -> str:
    return f"Dialogue:\n{dialogue_of(case.prompt)}\nSummary:"


def go_on(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerFast,
    prompts: Sequence[str],
    max_new_tokens: int,
) -> list[str]:
    """What the model writes after each plain prompt, greedily, up to its end token."""
    from workbook.inference import decode, encode
    from workbook.sampling import generate

    answers = [""] * len(prompts)
    order = sorted(range(len(prompts)), key=lambda i: len(prompts[i]))
    for start in range(0, len(order), BATCH):
        rows = order[start : start + BATCH]
        ids, keep_mask = encode(tokenizer, [prompts[i] for i in rows], str(model.device))
        out = generate(
            model, ids, keep_mask=keep_mask, max_new_tokens=max_new_tokens, temperature=0.0,
            eos_id=tokenizer.eos_token_id,
        )  # fmt: skip
        for i, text in zip(rows, decode(tokenizer, out, ids.shape[1]), strict=True):
            answers[i] = text
    return answers
