"""Systems that a suite can ask: a language model with a cache of its answers, and two yardsticks.

A `Model` answers greedily, in batches, and keeps every answer with its probability
(`workbook/inference/answer_cache.py`), so that a second run costs nothing. `Baseline` answers by
rule, `Ceiling` copies the true answer. Left out: sampling several answers.
The suite's runner is `workbook/evaluation/suite.py`; lesson 09 uses all three.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from workbook.inference import chat_ids, check_vocabulary, complete_ids
from workbook.inference.answer_cache import Answer, AnswerCache, cache_path, fingerprint, key
from workbook.tasks import Case, Task

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase


class System(Protocol):
    """Anything with a name that answers the cases of a task, in order."""

    name: str

    def answer(self, task: Task, cases: Sequence[Case]) -> list[Answer]: ...


class Baseline:
    """Answers by the task's rule, which knows the form of an answer and does not think."""

    name = "baseline"

    def answer(self, task: Task, cases: Sequence[Case]) -> list[Answer]:
        return [_said(task.baseline(case.prompt)) for case in cases]


class Ceiling:
    """Answers with the reference, as somebody who knows the town would."""

    name = "ceiling"

    def answer(self, task: Task, cases: Sequence[Case]) -> list[Answer]:
        return [_said(case.reference) for case in cases]


class Model:
    """A language model with its chat template, or without one.

    cache: the file that keeps its answers; by default in the learner's own folder, None for none.
    Raises ValueError for a tokenizer with more entries than the model has rows.
    """

    BATCH = 32

    def __init__(
        self,
        model: PreTrainedModel,
        tokenizer: PreTrainedTokenizerBase,
        name: str,
        cache: Path | str | None = "default",
    ):
        check_vocabulary(model, tokenizer)
        self.model, self.tokenizer, self.name = model, tokenizer, name
        self.cache = AnswerCache(cache_path() if cache == "default" else cache)
        self.fingerprint = fingerprint(model, tokenizer)

    def answer(self, task: Task, cases: Sequence[Case]) -> list[Answer]:
        """ValueError, before anything is asked, for a question that the model cannot hold."""
        two_parts = bool(self.model.config.is_encoder_decoder)
        prompts = [chat_ids(self.tokenizer, case.prompt, two_parts) for case in cases]
        keys = [key(self.fingerprint, task.max_new_tokens, prompt) for prompt in prompts]
        known = self.cache.get(keys)
        new = {one: ids for one, ids in zip(keys, prompts, strict=True) if one not in known}
        self._check_window(task, list(new.values()))
        for answers in self._complete(new, task.max_new_tokens):
            self.cache.put(answers)
            known |= answers
        return [known[one] for one in keys]

    def _check_window(self, task: Task, prompts: Sequence[Sequence[int]]) -> None:
        """The longest prompt and its answer must fit, where the model has a longest text."""
        window = getattr(self.model.config, "max_position_embeddings", None)
        if window is None or not prompts:
            return
        two_parts = self.model.config.is_encoder_decoder  # each part has the window for itself
        longest, limit = max(map(len, prompts)), task.max_new_tokens
        needed = max(longest, limit) if two_parts else longest + limit
        if needed > window:
            raise ValueError(
                f"{self.name} reads at most {window} tokens, and the task {task.name} needs "
                f"{needed} for its longest question and answer; ask a model with a longer window."
            )

    def _complete(
        self, prompts: dict[str, list[int]], max_new_tokens: int
    ) -> Iterator[dict[str, Answer]]:
        """Answers by key, batch by batch, prompts of like length together."""
        order = sorted(prompts, key=lambda one: len(prompts[one]))
        for start in range(0, len(order), self.BATCH):
            keys = order[start : start + self.BATCH]
            began = time.perf_counter()
            rows = [prompts[key] for key in keys]
            said = complete_ids(self.model, self.tokenizer, rows, max_new_tokens)
            each = (time.perf_counter() - began) / len(keys)
            yield {
                name: Answer(one.text, sum(one.log_probs), len(one.ids), each)
                for name, one in zip(keys, said, strict=True)
            }


def _said(text: str) -> Answer:
    return Answer(text, None, len(text.split()) + 1, 0.0)
