"""Systems that a suite can ask: a language model with a memory for its answers, and two yardsticks.

A `Model` answers greedily, in batches, and keeps every answer with its probability in one SQLite
file, so that a run that was killed goes on where it was and a second run costs nothing. `Floor`
answers by rule, `Ceiling` copies the true answer. Left out: sampling several answers.
The suite's runner is `workbook/evaluation/suite.py`; lesson 09 uses all three.

Shapes: B batch, T time, V vocabulary.
"""

from __future__ import annotations

import hashlib
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

from workbook.core import progress
from workbook.evaluation.suite_tasks import Case, Task

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase


class Answer(NamedTuple):
    """What a system said."""

    text: str
    log_prob: float | None  # ln p of the whole answer under the model; None for a rule
    tokens: int  # written, the end token among them
    seconds: float  # its share of the time of its batch


class System(Protocol):
    """Anything with a name that answers the cases of a task, in order."""

    name: str

    def answer(self, task: Task, cases: Sequence[Case]) -> list[Answer]: ...


class Floor:
    """Answers by the task's rule, which knows the form of an answer and does not think."""

    name = "floor"

    def answer(self, task: Task, cases: Sequence[Case]) -> list[Answer]:
        return [_said(task.floor(case.prompt)) for case in cases]


class Ceiling:
    """Answers with the reference, as somebody who knows the town would."""

    name = "ceiling"

    def answer(self, task: Task, cases: Sequence[Case]) -> list[Answer]:
        return [_said(case.reference) for case in cases]


class Model:
    """A language model with its chat template, or without one.

    memory: the file that keeps its answers; by default in the learner's own folder, None for none.
    """

    BATCH = 32

    def __init__(
        self,
        model: PreTrainedModel,
        tokenizer: PreTrainedTokenizerBase,
        name: str,
        memory: Path | str | None = "default",
    ):
        self.model, self.tokenizer, self.name = model, tokenizer, name
        self.memory = _memory_path() if memory == "default" else memory
        self.fingerprint = fingerprint(model)

    def answer(self, task: Task, cases: Sequence[Case]) -> list[Answer]:
        prompts = [self.wrap(case.prompt) for case in cases]
        keys = [_key(self.fingerprint, task.limit, prompt) for prompt in prompts]
        known = recall(self.memory, keys)
        new = {key: text for key, text in zip(keys, prompts, strict=True) if key not in known}
        for answers in self._write(new, task.limit):
            remember(self.memory, answers)
            known |= answers
        return [known[key] for key in keys]

    def wrap(self, prompt: str) -> str:
        """The prompt as the model's chat template has it; with a line break where it has none."""
        if self.tokenizer.chat_template is None:
            return f"{self.tokenizer.bos_token or ''}{prompt}\n"
        chat = [{"role": "user", "content": prompt}]
        return self.tokenizer.apply_chat_template(chat, add_generation_prompt=True, tokenize=False)

    def _write(self, prompts: dict[str, str], limit: int) -> Iterator[dict[str, Answer]]:
        """Answers by key, batch by batch, prompts of like length together."""
        order = sorted(prompts, key=lambda key: len(prompts[key]))
        for start in range(0, len(order), self.BATCH):
            keys = order[start : start + self.BATCH]
            began = time.perf_counter()
            said = greedy_answers(self.model, self.tokenizer, [prompts[key] for key in keys], limit)
            each = (time.perf_counter() - began) / len(keys)
            yield {key: Answer(*one, each) for key, one in zip(keys, said, strict=True)}


def greedy_answers(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    prompts: Sequence[str],
    limit: int,
) -> list[tuple[str, float, int]]:
    """(text, ln p, tokens) of the likeliest continuation of each prompt, token by token.

    Every model that transformers can generate with can be asked, also one with an encoder. ln p
    adds up over the answer's tokens up to and with the end token.
    """
    from workbook.training.greedy import write

    two_parts = model.config.is_encoder_decoder  # it writes into a text of its own
    rows = [tokenizer.encode(prompt, add_special_tokens=two_parts) for prompt in prompts]
    return [
        (tokenizer.decode(ids, skip_special_tokens=True).strip(), sum(log_probs), len(ids))
        for ids, log_probs in write(model, tokenizer, rows, limit)
    ]


def fingerprint(model: PreTrainedModel) -> str:
    """A hash of the model's weights and their names: another model, other answers."""
    import torch

    digest = hashlib.sha256()
    for name, weight in model.state_dict().items():
        digest.update(f"{name} {weight.dtype} {tuple(weight.shape)}".encode())
        digest.update(weight.detach().cpu().contiguous().view(torch.uint8).numpy())
    return digest.hexdigest()


def recall(file: Path | str | None, keys: Sequence[str]) -> dict[str, Answer]:
    """The answers that the file holds, by key; none without a file."""
    if file is None:
        return {}
    with closing(_open(file)) as store:
        rows = (
            store.execute(
                "SELECT text, log_prob, tokens, seconds FROM answers WHERE key = ?", (key,)
            ).fetchone()
            for key in keys
        )
        return {key: Answer(*row) for key, row in zip(keys, rows, strict=True) if row}


def remember(file: Path | str | None, answers: dict[str, Answer]) -> None:
    """Keep answers by key, all of them or, after a kill, none; nothing without a file."""
    if file is None:
        return
    with closing(_open(file)) as store, store:
        store.executemany(
            "INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?, ?)",
            [(key, *answer) for key, answer in answers.items()],
        )


def _open(file: Path | str) -> sqlite3.Connection:
    Path(file).parent.mkdir(parents=True, exist_ok=True)
    store = sqlite3.connect(file, timeout=60)
    store.execute(
        "CREATE TABLE IF NOT EXISTS answers (key TEXT PRIMARY KEY, text TEXT, log_prob REAL, "
        "tokens INTEGER, seconds REAL)"
    )
    return store


def _memory_path() -> Path:
    return progress.log_path().parent / "answers.sqlite"


def _key(model: str, limit: int, prompt: str) -> str:
    return hashlib.sha256(f"{model}\0{limit}\0{prompt}".encode()).hexdigest()


def _said(text: str) -> Answer:
    return Answer(text, None, len(text.split()) + 1, 0.0)
