"""The texts of a recipe: the town's or a file's, as chats or as one long row of tokens.

A file has no splits of its own; its rows are dealt out 80 / 10 / 10 by a hash, as dialogues are.
Raw text becomes `tokens.npy` in the run's folder, made once and then mapped into memory, so that
a resumed run starts at once and text larger than memory is no trouble. Left out: cleaning, which
is lesson 02's business.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from workbook.town import RAW_MIXTURE, mixture, stream
from workbook.town.dialogues import load_dialogues, split_of
from workbook.town.texts.instructions import FAMILIES
from workbook.training.checkpoint import writing
from workbook.training.packing import IGNORE, Example
from workbook.training.recipes import Finetune, Pretrain, Recipe

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

Messages = list[dict[str, str]]
SUMMARISE = "Summarise this conversation.\n{dialogue}"  # what a model is asked of "dialogues"


def raw_texts(recipe: Pretrain, split: str = "train") -> Iterator[str]:
    """Documents for pretraining, `recipe.examples` of them or as many as the file has."""
    if recipe.data == "town":
        found = (d.text for d in mixture(RAW_MIXTURE, split, recipe.data_seed))
    elif recipe.data.endswith(".txt"):
        found = (text for text in _paragraphs(Path(recipe.data)) if split_of(text) == split)
    else:
        rows = _json_lines(Path(recipe.data), ("text",))
        found = (row["text"] for row in rows if split_of(row["text"]) == split)
    return islice(found, recipe.examples)


def chats(recipe: Finetune, split: str = "train") -> Iterator[Messages]:
    """Chats for tuning, `recipe.examples` of them or as many as there are."""
    if recipe.data == "town":
        found = _town_chats(recipe, split)
    elif recipe.data == "dialogues":
        rows = load_dialogues(split, recipe.examples, recipe.data_seed)
        found = (_turn(SUMMARISE.format(dialogue=r.dialogue), r.summary) for r in rows)
    else:
        rows = _json_lines(Path(recipe.data), ("messages",), ("prompt", "completion"))
        found = (
            row["messages"] if "messages" in row else _turn(row["prompt"], row["completion"])
            for row in rows
            if split_of(json.dumps(row)) == split
        )
    return islice(found, recipe.examples)


def chat_example(tokenizer: PreTrainedTokenizerBase, messages: Messages) -> Example:
    """Token ids of a chat in the tokenizer's own template; labels on what the assistant says.

    Raises ValueError where the tokenizer has no template, or one that rewrites earlier turns.
    """
    if not tokenizer.chat_template:
        raise ValueError("this model's tokenizer has no chat template: tune an instruct model.")
    ids: list[int] = []
    labels: list[int] = []
    written = ""
    for turn, message in enumerate(messages, start=1):
        if message["role"] != "assistant":
            continue
        asked = _render(tokenizer, messages[: turn - 1], add_generation_prompt=True)
        answered = _render(tokenizer, messages[:turn])
        if not (asked.startswith(written) and answered.startswith(asked)):
            raise ValueError("this chat template rewrites earlier turns; give it one-turn chats.")
        prompt, answer = asked[len(written) :], answered[len(asked) :]
        said = answer.rstrip()  # what a template writes after the end token is not learned
        written = answered
        for text, learned in ((prompt, False), (said, True), (answer[len(said) :], False)):
            new = tokenizer.encode(text, add_special_tokens=False)
            ids += new
            labels += new if learned else [IGNORE] * len(new)
    return Example(ids, labels)


def exchanges(messages: Messages) -> Iterator[tuple[str, str]]:
    """(what was said so far, the answer) for each answer in a chat: what an encoder-decoder reads.

    It has no words for roles, so that the messages before an answer stand there line by line.
    """
    for turn, message in enumerate(messages):
        if message["role"] == "assistant":
            yield "\n".join(before["content"] for before in messages[:turn]), message["content"]


class TokenRows:
    """Batches by number from one long row of tokens, cut into pieces in a new order each epoch."""

    def __init__(self, tokens: np.ndarray, rows: int, length: int, seed: int = 0) -> None:
        self.tokens, self.length, self.seed = tokens, length, seed
        self.pieces = len(tokens) // length
        if not self.pieces:
            raise ValueError(
                f"the text has {len(tokens)} tokens, fewer than a row of {length}: give more text "
                "or a smaller length."
            )
        self.rows = min(rows, self.pieces)
        self.per_epoch = self.pieces // self.rows

    def batch(self, number: int) -> dict[str, torch.Tensor]:
        """`ids` and `labels`, the same B T int64; the first token of a row is not foretold."""
        epoch, place = divmod(number, self.per_epoch)
        source = torch.Generator().manual_seed(self.seed + epoch)
        order = torch.randperm(self.pieces, generator=source)
        return self._rows(order[place * self.rows : (place + 1) * self.rows].tolist())

    def every(self) -> list[dict[str, torch.Tensor]]:
        """All pieces once, in their order; the last batch may be a short one."""
        starts = range(0, self.pieces, self.rows)
        return [self._rows(range(i, min(i + self.rows, self.pieces))) for i in starts]

    def _rows(self, chosen: Iterable[int]) -> dict[str, torch.Tensor]:
        cut = [self.tokens[i * self.length : (i + 1) * self.length] for i in chosen]
        ids = torch.from_numpy(np.stack(cut).astype(np.int64))
        return {"ids": ids, "labels": ids}


def token_file(recipe: Pretrain, tokenizer: PreTrainedTokenizerBase, file: Path) -> np.ndarray:
    """The recipe's documents as one row of token ids with an end after each; made once.

    Raises ValueError when there is no document, or no room on the disk.
    """
    import portalocker

    draft = file.with_suffix(".writing")
    with writing(file):
        file.parent.mkdir(parents=True, exist_ok=True)
        with portalocker.Lock(file.with_suffix(".lock"), "w"):  # one writes, the others wait
            if not file.exists():
                tokens = some(tokens_of(raw_texts(recipe), tokenizer), recipe, "training")
                try:
                    with open(draft, "wb") as out:
                        np.save(
                            out, tokens.astype(np.uint16 if len(tokenizer) <= 2**16 else np.uint32)
                        )
                    os.replace(draft, file)
                finally:
                    draft.unlink(missing_ok=True)
    return np.load(file, mmap_mode="r")


def some(rows: Any, recipe: Recipe, purpose: str) -> Any:
    """Rows of a split. Raises ValueError where the split has got none of them."""
    if len(rows):
        return rows
    rows = "rows (what empty lines part)" if recipe.data.endswith(".txt") else "rows"
    raise ValueError(
        f"{recipe.data} leaves nothing for {purpose}: its {rows} are dealt out 80 / 10 / 10 by a "
        "hash, so give more of them."
    )


def tokens_of(texts: Iterator[str], tokenizer: PreTrainedTokenizerBase) -> np.ndarray:
    """The token ids of all texts in a row, an end token after each."""
    end = tokenizer.eos_token_id
    parts = [np.array([*tokenizer.encode(t, add_special_tokens=False), end]) for t in texts]
    return np.concatenate(parts) if parts else np.empty(0, int)


def _town_chats(recipe: Finetune, split: str) -> Iterator[Messages]:
    unknown = sorted(set(recipe.families) - set(FAMILIES))
    if unknown:
        raise ValueError(f"no family {unknown[0]!r}; choose from {', '.join(FAMILIES)}.")
    wanted = set(recipe.families or FAMILIES)
    for found in stream("instruction", split, recipe.data_seed):
        if found.fields["family"] in wanted:
            yield found.fields["messages"]


def _turn(prompt: str, answer: str) -> Messages:
    return [{"role": "user", "content": prompt}, {"role": "assistant", "content": answer}]


def _render(tokenizer: PreTrainedTokenizerBase, messages: Messages, **options: Any) -> str:
    from jinja2 import TemplateError

    try:
        return tokenizer.apply_chat_template(messages, tokenize=False, **options)
    except TemplateError as error:
        roles = ", ".join(message["role"] for message in messages)
        raise ValueError(f"the chat template refuses a chat of {roles} ({error}).") from error


def _paragraphs(file: Path) -> Iterator[str]:
    text = _text(file)
    return (part.strip() for part in text.split("\n\n") if part.strip())


def _json_lines(file: Path, *choices: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    """The rows of a file; each must have all columns of one of the choices."""
    for number, line in enumerate(_text(file).splitlines(), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            raise ValueError(f"{file}, line {number} is not JSON: {error}.") from error
        there = row.keys() if isinstance(row, dict) else set()
        found = next((names for names in choices if there >= set(names)), None)
        if found is None:
            wanted = " or ".join(" and ".join(names) for names in choices)
            raise ValueError(f"{file}, line {number} is no object with {wanted}.")
        for name in found:
            if problem := _problem(name, row[name]):
                raise ValueError(f"{file}, line {number}: {problem}.")
        yield row


def _problem(name: str, value: Any) -> str | None:
    """What is wrong with a column of a row, as a clause."""
    if name != "messages":
        return None if isinstance(value, str) else f"{name} is a text, not {value!r}"
    told = value if isinstance(value, list) else []
    parts = [isinstance(m, dict) and m.get(key) for m in told for key in ("role", "content")]
    if not parts or not all(isinstance(part, str) for part in parts):
        return "messages is a list of objects with the texts role and content"
    spoken = any(message["role"] == "assistant" for message in told)
    return None if spoken else "no message has the role assistant, so nothing is to be learned"


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"{file} cannot be read ({error}).") from error
