"""The texts of a recipe, the town's or a file's, as chats or as packed rows of tokens.

A file has no splits of its own; its rows are dealt out 80 / 10 / 10 by a hash, as dialogues are.
What rows are is in `rows.py`, and a chat's token ids are in `chat_examples.py`. Left out: cleaning,
which is lesson 02's business.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbook.core.system.text_files import read_json_lines, read_text, text_problem
from workbook.town import RAW_MIXTURE, mixture, stream
from workbook.town.dialogues import load_dialogues, split_of
from workbook.town.texts.instructions import FAMILIES
from workbook.town.texts.instructions import chats as mixed_chats
from workbook.training.chat_examples import Messages, chat_example
from workbook.training.examples import mask_prompt, raw_example
from workbook.training.recipes import Finetune, Pretrain, Recipe
from workbook.training.rows import CHUNK, RowArrays, pack_rows
from workbook.training.tokenizer import CHAT_TEMPLATE

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

SUMMARISE = "Summarise this conversation.\n{dialogue}"  # what a model is asked of "dialogues"


def raw_texts(recipe: Pretrain, split: str = "train", start: int = 0) -> Iterator[str]:
    """Yield documents for pretraining, `recipe.examples` at most, from number `start` on."""
    if recipe.data == "town":
        mix = recipe.mix or RAW_MIXTURE
        written = islice(mixture(mix, split, recipe.data_seed, start), recipe.examples - start)
        return (document.text for document in written)
    if recipe.data.endswith(".txt"):
        found = (text for text in _paragraphs(Path(recipe.data)) if split_of(text) == split)
    else:
        rows = _json_lines(Path(recipe.data), ("text",))
        found = (row["text"] for row in rows if split_of(row["text"]) == split)
    return islice(found, start, recipe.examples)


def chats(recipe: Finetune, split: str = "train", start: int = 0) -> Iterator[Messages]:
    """Yield chats for tuning, `recipe.examples` at most, from number `start` on."""
    if recipe.mix:
        written = mixed_chats(recipe.mix, split, recipe.data_seed, start)
        return (chat.fields["messages"] for chat in islice(written, recipe.examples - start))
    if recipe.data == "town":
        found = _town_chats(recipe, split)
    elif recipe.data == "dialogues":
        dialogues = load_dialogues(split, recipe.examples, recipe.data_seed)
        found = (_turn(SUMMARISE.format(dialogue=d.dialogue), d.summary) for d in dialogues)
    else:
        rows = _json_lines(Path(recipe.data), ("messages",), ("prompt", "completion"))
        found = (
            row["messages"] if "messages" in row else _turn(row["prompt"], row["completion"])
            for row in rows
            if split_of(json.dumps(row)) == split
        )
    return islice(found, start, recipe.examples)


def exchanges(messages: Messages) -> Iterator[tuple[str, str]]:
    """Yield (what was said so far, the answer) for each answer: what an encoder-decoder reads.

    It has no words for roles, so that the messages before an answer stand there line by line.
    """
    for turn, message in enumerate(messages):
        if message["role"] == "assistant":
            yield "\n".join(before["content"] for before in messages[:turn]), message["content"]


def town_like(tokenizer: PreTrainedTokenizerBase) -> bool:
    """Return whether the tokenizer writes chats as the town does, with a token for each role."""
    return tokenizer.chat_template == CHAT_TEMPLATE


def raw_rows(
    recipe: Pretrain, tokenizer: PreTrainedTokenizerBase, split: str, start: int, stop: int
) -> RowArrays:
    """Return documents `start` to `stop` packed into rows; longer ones are cut into pieces."""
    texts = islice(raw_texts(recipe, split, start), stop - start)
    examples = [raw_example(tokenizer, text) for text in texts]
    return pack_rows(examples, recipe.seq_len, pad_of(tokenizer), cut=True)


def chat_rows(
    recipe: Finetune, tokenizer: PreTrainedTokenizerBase, split: str, start: int, stop: int
) -> RowArrays:
    """Return chats `start` to `stop` for tuning, packed side by side; longer ones are left out."""
    if recipe.mix and town_like(tokenizer):  # the same tokens, without rendering every turn
        written = islice(mixed_chats(recipe.mix, split, recipe.data_seed, start), stop - start)
        examples = [mask_prompt(tokenizer, document.text) for document in written]
    else:
        chosen = islice(chats(recipe, split, start), stop - start)
        examples = [chat_example(tokenizer, chat) for chat in chosen]
    return pack_rows(examples, recipe.seq_len, pad_of(tokenizer), cut=False)


def spans_of(recipe: Recipe) -> list[tuple[int, int]]:
    """Return which documents are packed together: only the town's can be made in parts."""
    if not recipe.numbered:
        return [(0, recipe.examples)]
    starts = range(0, recipe.examples, CHUNK)
    return [(start, min(start + CHUNK, recipe.examples)) for start in starts]


def pad_of(tokenizer: PreTrainedTokenizerBase) -> int:
    """Return the id that fills up rows: the padding token's, else the end token's."""
    return tokenizer.eos_token_id if tokenizer.pad_token_id is None else tokenizer.pad_token_id


def require_rows(rows: Any, recipe: Recipe, purpose: str) -> Any:
    """Rows of a split. Raises ValueError where the split has got none of them."""
    if len(rows):
        return rows
    rows = "rows (what empty lines part)" if recipe.data.endswith(".txt") else "rows"
    raise ValueError(
        f"{recipe.data} leaves nothing for {purpose}: its {rows} are dealt out 80 / 10 / 10 by a "
        "hash, so give more of them."
    )


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


def _paragraphs(file: Path) -> Iterator[str]:
    parts = read_text(file).split("\n\n")
    return (part.strip() for part in parts if part.strip())


def _json_lines(file: Path, *choices: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    """Yield the rows of a file; each must have all columns of one of the choices, with texts."""
    for number, row in read_json_lines(file):
        there = row.keys() if isinstance(row, dict) else set()
        columns = next((names for names in choices if there >= set(names)), None)
        if columns is None:
            expected = " or ".join(" and ".join(names) for names in choices)
            raise ValueError(f"{file}, line {number} is no object with {expected}.")
        for name in columns:
            problem = messages_problem if name == "messages" else partial(text_problem, name)
            if clause := problem(row[name]):
                raise ValueError(f"{file}, line {number}: {clause}.")
        yield row


def messages_problem(messages: Any) -> str | None:
    """Return what is wrong with the messages of a chat, as a clause; None for good ones."""
    rows = messages if isinstance(messages, list) else []
    parts = [
        isinstance(message, dict) and message.get(key)
        for message in rows
        for key in ("role", "content")
    ]
    for number, message in enumerate(rows, start=1):
        if isinstance(message, dict) and isinstance(message.get("content"), str | None):
            if clause := text_problem("content", message.get("content")):
                return f"message {number}: {clause}"
    if not parts or not all(isinstance(part, str) for part in parts):
        return "messages is a list of objects with the texts role and content"
    spoken = any(message["role"] == "assistant" for message in rows)
    return None if spoken else "no message has the role assistant, so nothing is to be learned"
