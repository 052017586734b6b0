"""A cache of answers: one SQLite file, so that a killed run goes on where it was.

An answer is found again by what it depends on: weights, config, tokenizer, the ids that end a text,
the limit, the prompt, and VERSION. A file that cannot be used is a warning, and the run goes on
without. Left out: throwing old answers away (delete the file). Lesson 09's suite uses it, through
`workbook/evaluation/systems.py`.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import warnings
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from workbook.core.exercises import attempts

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

VERSION = 3  # of how answers are made: raise it when the same model would be asked another way


class Answer(NamedTuple):
    """What a system said."""

    text: str
    log_prob: float | None  # ln p of the whole answer under the model; None for a rule
    tokens: int  # written, the end token among them
    seconds: float  # its share of the time of its batch


class AnswerCache:
    """Answers by key. file: where they are; None for a cache that keeps nothing."""

    def __init__(self, file: Path | str | None):
        self.file = None if file is None else Path(file)

    def get(self, keys: Sequence[str]) -> dict[str, Answer]:
        """Return the answers that are known, by key."""

        def read(store: sqlite3.Connection) -> dict[str, Answer]:
            ask = "SELECT text, log_prob, tokens, seconds FROM answers WHERE key = ?"
            rows = ((key, store.execute(ask, (key,)).fetchone()) for key in keys)
            return {key: Answer(*row) for key, row in rows if row}

        return self._use(read) or {}

    def put(self, answers: dict[str, Answer]) -> None:
        """Keep answers by key, all of them or, after a kill, none."""
        rows = [(key, *answer) for key, answer in answers.items()]
        self._use(
            lambda store: store.executemany(
                "INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?, ?)", rows
            )
        )

    def _use(self, action: Callable[[sqlite3.Connection], Any]) -> Any:
        """What `action` gives, or None, with a warning once, when the file cannot be used."""
        if self.file is None:
            return None
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self.file, timeout=60)) as store, store:
                store.execute(
                    "CREATE TABLE IF NOT EXISTS answers (key TEXT PRIMARY KEY, text TEXT, "
                    "log_prob REAL, tokens INTEGER, seconds REAL)"
                )
                return action(store)
        except (OSError, sqlite3.Error) as error:
            reason = getattr(error, "strerror", None) or str(error)
            warnings.warn(
                f"Answers are not kept ({reason}: {self.file}); delete the file if it is damaged, "
                "or set WORKBOOK_HOME to a folder you can write to.",
                stacklevel=4,
            )
            self.file = None


def cache_path() -> Path:
    """Return the learner's own file, beside the log of exercises."""
    return attempts.log_path().parent / "answers.sqlite"


def key(model: str, max_new_tokens: int, prompt: Sequence[int]) -> str:
    """Return the name of an answer. model: a fingerprint. prompt: its token ids."""
    return hashlib.sha256(
        f"{VERSION}\0{model}\0{max_new_tokens}\0{list(prompt)}".encode()
    ).hexdigest()


def fingerprint(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> str:
    """Return a hash of all that makes a model's answers; the folder it came from does not count.

    It is over weights and buffers with their names, config, tokenizer, and the ids that end a text.
    """
    import torch

    from workbook.inference.completion import end_ids

    config = model.config.to_dict()
    config.pop("_name_or_path", None)
    digest = hashlib.sha256(json.dumps(config, sort_keys=True, default=str).encode())
    digest.update(model.generation_config.to_json_string().encode())
    digest.update(_tokenizer_text(tokenizer).encode())
    digest.update(str(end_ids(model, tokenizer)).encode())
    for name, weight in (*model.state_dict().items(), *model.named_buffers()):
        digest.update(f"{name} {weight.dtype} {tuple(weight.shape)}".encode())
        flat = weight.detach().cpu().contiguous().reshape(-1)  # a single number has no bytes else
        digest.update(flat.view(torch.uint8).numpy())
    return digest.hexdigest()


def _tokenizer_text(tokenizer: PreTrainedTokenizerBase) -> str:
    """All of a tokenizer as text, without the padding that its last call left behind."""
    fast = getattr(tokenizer, "backend_tokenizer", None)
    if fast is None:
        return json.dumps(tokenizer.get_vocab(), sort_keys=True) + repr(tokenizer)
    whole = json.loads(fast.to_str())
    return json.dumps(whole | {"padding": None, "truncation": None}, sort_keys=True)
