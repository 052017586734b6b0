"""Templates: many ways to ask for one task, and the chat format around what is asked.

FLAN (Wei et al. 2021) wrote about ten templates a task, so that a model learns the task and not
one sentence. `patterns` lists the town's, `render` fills one in, `anatomy` takes a chat apart into
the tokens that the model reads, with who says each and whether it carries loss. Left out: the
texts the templates are filled with (`data.py`). Lesson 08.
"""

from __future__ import annotations

from collections.abc import Sequence
from os.path import commonprefix
from string import Formatter
from typing import TYPE_CHECKING, NamedTuple

from workbook.finetuning.log_entry_task import REQUESTS
from workbook.town.entities import SPLITS
from workbook.town.texts import instruction_phrases as say
from workbook.town.writer import Phrases
from workbook.training.chat_examples import Messages, chat_example
from workbook.training.packing import IGNORE

if TYPE_CHECKING:
    import pandas
    from transformers import PreTrainedTokenizerBase

TEMPLATES: dict[str, Phrases] = {
    "open_book": say.OPEN_BOOK,
    "summarise": say.SUMMARISE,
    "closed_book": say.CLOSED_BOOK,
    "extract": say.EXTRACT,
    "sentiment": say.SENTIMENT,
    "polite": say.POLITE,
    "translate": say.TRANSLATE,
    "arithmetic": say.ARITHMETIC,
    "entailment": say.ENTAILMENT,
    "logbook": REQUESTS,
}


class Piece(NamedTuple):
    """One token of a chat, as the model reads it."""

    text: str
    id: int
    role: str  # who says it: "template", "user" or "assistant"
    learned: bool  # whether it carries loss


def patterns(task: str, split: str = "train") -> tuple[str, ...]:
    """The templates of a task that a split may use; ValueError for an unknown task or split.

    "validation" and "test" have one template each that training never shows.
    """
    if task not in TEMPLATES:
        raise ValueError(f"no task is called {task!r}; there are {', '.join(TEMPLATES)}.")
    if split not in SPLITS:
        raise ValueError(f"no split is called {split!r}; there are {', '.join(SPLITS)}.")
    return TEMPLATES[task].by_split[split]


def render(task: str, number: int = 0, split: str = "train", **fields: str) -> str:
    """Template `number` of a task (counted round), filled in with its fields.

    ValueError when a field that the template asks for is missing.
    """
    known = patterns(task, split)
    pattern = known[number % len(known)]
    wanted = [name for _, name, _, _ in Formatter().parse(pattern) if name]
    for name in wanted:
        if name not in fields:
            raise ValueError(f"a template of {task} asks for {name}=...: {pattern!r}.")
    return pattern.format(**fields)


def anatomy(tokenizer: PreTrainedTokenizerBase, messages: Messages) -> list[Piece]:
    """Every token of a chat with its role, and whether it is learned when answers are.

    "template" is what the chat template adds, whatever its marks look like: begin, role and end
    tokens, line breaks, a system prompt of its own. The end of an answer is learned too, or the
    model would never stop. ValueError for a template that changes what is said.
    """
    found = chat_example(tokenizer, messages)
    whole, roles = _said_by(tokenizer, messages)
    starts = _starts(tokenizer, found.ids, whole)
    pieces = []
    for start, token, label in zip(starts, found.ids, found.labels, strict=True):
        text = tokenizer.decode([token], clean_up_tokenization_spaces=False)
        pieces.append(Piece(text, token, roles[min(start, len(roles) - 1)], label != IGNORE))
    return pieces


def _starts(tokenizer: PreTrainedTokenizerBase, ids: Sequence[int], text: str) -> list[int]:
    """The character of the text in which each token begins; several may begin in one.

    They are the library's own, if the tokenizer knows them. Else what the tokens so far decode to
    is compared with the text: a character of which only some bytes are there is not in common.
    """
    if getattr(tokenizer, "is_fast", False):
        read = tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)
        if read["input_ids"] == list(ids):
            return [start for start, _ in read["offset_mapping"]]
    decoded = (
        tokenizer.decode(ids[:number], clean_up_tokenization_spaces=False)
        for number in range(len(ids))
    )
    return [len(commonprefix([text, before])) for before in decoded]


def _said_by(tokenizer: PreTrainedTokenizerBase, messages: Messages) -> tuple[str, list[str]]:
    """A rendered chat, and the role of each of its characters.

    Rendered once more with a mark in place of each message, a template shows what it adds itself.
    """
    marks = [f"\ufdd0{number}\ufdd1" for number in range(len(messages))]  # no text has these
    hollow = [{**message, "content": mark} for message, mark in zip(messages, marks, strict=True)]
    whole, rest = (
        tokenizer.apply_chat_template(chat, tokenize=False) for chat in (messages, hollow)
    )
    parts: list[tuple[str, str]] = []
    for message, mark in zip(messages, marks, strict=True):
        added, _, rest = rest.partition(mark)
        parts += [("template", added), (message["role"], message["content"])]
    parts.append(("template", rest))
    if "".join(text for _, text in parts) != whole:
        raise ValueError("this chat template changes what is said: its tokens have no one role.")
    return whole, [role for role, text in parts for _ in text]


def anatomy_table(pieces: list[Piece]) -> pandas.DataFrame:
    """The pieces as a table, a row a run of tokens with one role and one answer to "learned?"."""
    import pandas as pd

    rows: list[dict[str, object]] = []
    for piece in pieces:
        last = rows[-1] if rows else None
        if last and (last["says"], last["learned"]) == (piece.role, piece.learned):
            last["text"] += piece.text
            last["tokens"] += 1
        else:
            rows.append(
                {"says": piece.role, "text": piece.text, "tokens": 1, "learned": piece.learned}
            )
    return pd.DataFrame(rows)
