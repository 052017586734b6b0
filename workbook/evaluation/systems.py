"""Systems that a suite can ask: a language model with a memory for its answers, and two yardsticks.

A `Model` answers greedily, in batches, and keeps every answer with its probability
(`workbook/evaluation/memory.py`), so that a second run costs nothing. `Floor` answers by rule,
`Ceiling` copies the true answer. Left out: sampling several answers.
The suite's runner is `workbook/evaluation/suite.py`; lesson 09 uses all three.

Shapes: B batch, T time, V vocabulary.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from workbook.evaluation.memory import Answer, Memory, fingerprint, key, memory_path
from workbook.evaluation.suite_tasks import Case, Task

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase


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
        self.memory = Memory(memory_path() if memory == "default" else memory)
        self.fingerprint = fingerprint(model, tokenizer)

    def answer(self, task: Task, cases: Sequence[Case]) -> list[Answer]:
        """ValueError, before anything is asked, for a question that the model cannot hold."""
        prompts = [self.wrap(case.prompt) for case in cases]
        keys = [key(self.fingerprint, task.limit, prompt) for prompt in prompts]
        known = self.memory.recall(keys)
        new = {one: text for one, text in zip(keys, prompts, strict=True) if one not in known}
        self._check_window(task, list(new.values()))
        for answers in self._write(new, task.limit):
            self.memory.remember(answers)
            known |= answers
        return [known[one] for one in keys]

    def wrap(self, prompt: str) -> str:
        """The prompt as the model's chat template has it; with a line break where it has none."""
        if self.tokenizer.chat_template is None:
            return f"{self.tokenizer.bos_token or ''}{prompt}\n"
        chat = [{"role": "user", "content": prompt}]
        return self.tokenizer.apply_chat_template(chat, add_generation_prompt=True, tokenize=False)

    def _check_window(self, task: Task, prompts: Sequence[str]) -> None:
        """The longest prompt and its answer must fit, where the model has a longest text."""
        window = getattr(self.model.config, "max_position_embeddings", None)
        if window is None or not prompts:
            return
        two_parts = self.model.config.is_encoder_decoder  # each part has the window for itself
        longest = max(len(row) for row in _rows(self.model, self.tokenizer, prompts))
        needed = max(longest, task.limit) if two_parts else longest + task.limit
        if needed > window:
            raise ValueError(
                f"{self.name} reads at most {window} tokens, and the task {task.name} needs "
                f"{needed} for its longest question and answer; ask a model with a longer window."
            )

    def _write(self, prompts: dict[str, str], limit: int) -> Iterator[dict[str, Answer]]:
        """Answers by key, batch by batch, prompts of like length together."""
        order = sorted(prompts, key=lambda one: len(prompts[one]))
        for start in range(0, len(order), self.BATCH):
            keys = order[start : start + self.BATCH]
            began = time.perf_counter()
            said = greedy_answers(self.model, self.tokenizer, [prompts[key] for key in keys], limit)
            each = (time.perf_counter() - began) / len(keys)
            yield {name: Answer(*one, each) for name, one in zip(keys, said, strict=True)}


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

    rows = _rows(model, tokenizer, prompts)
    return [
        (tokenizer.decode(ids, skip_special_tokens=True).strip(), sum(log_probs), len(ids))
        for ids, log_probs in write(model, tokenizer, rows, limit)
    ]


def _rows(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, prompts: Sequence[str]
) -> list[list[int]]:
    """Token ids of each prompt; a model that writes into a text of its own gets its end token."""
    special = model.config.is_encoder_decoder
    return [tokenizer.encode(prompt, add_special_tokens=special) for prompt in prompts]


def _said(text: str) -> Answer:
    return Answer(text, None, len(text.split()) + 1, 0.0)
