"""Chats to tune on: of chosen families, with people, places and phrasings held out by split.

`chats` makes them, `examples` turns them into token ids and labels with the loss on the answers or
on everything, `statistics` counts what a batch is spent on: tokens learned, tokens only read, and
padding, with packing and without. Left out: the rows themselves, which are
`workbook.training.packing.Rows`. Lesson 08.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from workbook.finetuning.log_entry_task import log_chat
from workbook.town import build_town
from workbook.town.choices import ChoiceSource
from workbook.town.entities import SPLITS
from workbook.town.texts.instructions import FAMILIES, instruction
from workbook.town.writer import Writer
from workbook.training.chat_examples import Messages, chat_example
from workbook.training.packing import IGNORE, Example, Rows

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

NEW = "logbook"  # the family that no bundled model knows
KNOWN = (*FAMILIES, NEW)
LENGTH = 320  # tokens of a row: what the town's models were trained with
ROWS = 2  # of a batch; small batches make more steps of the same tokens
LossOn = Literal["answer", "all"]


def chats(
    families: Sequence[str] | Mapping[str, float] | str,
    count: int,
    split: str = "train",
    seed: int = 0,
    phrasings: str | None = None,
) -> list[Messages]:
    """`count` chats; the first of them are the same whatever the count.

    families: one, several that take turns, or weights to draw them by. split: whose people and
    places; "validation" and "test" have their own. phrasings: the split whose templates and words
    are used, by default the same. ValueError for an unknown family or split.
    """
    families = [families] if isinstance(families, str) else families
    for name in families:
        if name not in KNOWN:
            raise ValueError(f"no family is called {name!r}; there are {', '.join(KNOWN)}.")
    for name in (split, phrasings or split):
        if name not in SPLITS:
            raise ValueError(f"no split is called {name!r}; there are {', '.join(SPLITS)}.")
    if not families or count < 1:
        raise ValueError("ask for at least one family and at least one chat.")
    return [_chat(families, index, split, seed, phrasings) for index in range(count)]


def _chat(
    families: Sequence[str] | Mapping[str, float],
    index: int,
    split: str,
    seed: int,
    phrasings: str | None,
) -> Messages:
    names = tuple(families)
    source = ChoiceSource(f"finetuning/{','.join(names)}/{split}/{seed}/{index}")
    if isinstance(families, Mapping):
        family = source.weighted(names, tuple(families.values()))
    else:
        family = names[index % len(names)]
    return write_chat(family, Writer(source, build_town(), split, phrasings))


def write_chat(family: str, writer: Writer) -> Messages:
    """One chat of one family, the new one among them."""
    if family == NEW:
        return log_chat(writer)
    return instruction(writer, family).fields["messages"]


def examples(
    tokenizer: PreTrainedTokenizerBase, chats: Sequence[Messages], loss_on: LossOn = "answer"
) -> list[Example]:
    """Token ids and labels of chats in the tokenizer's own template.

    loss_on: "answer" puts the loss on what the assistant says and on its end token, "all" on every
    token, the question's too. ValueError for anything else.
    """
    if loss_on not in ("answer", "all"):
        raise ValueError(f'loss_on is "answer" or "all", not {loss_on!r}.')
    found = [chat_example(tokenizer, chat) for chat in chats]
    return found if loss_on == "answer" else [Example(each.ids, each.ids) for each in found]


def pad_id(tokenizer: PreTrainedTokenizerBase) -> int:
    """The token that fills rows up: the tokenizer's own, or its end token where it has none."""
    own = tokenizer.pad_token_id
    return tokenizer.eos_token_id if own is None else own


@dataclass(frozen=True)
class Statistics:
    """What the tokens of some examples are spent on."""

    examples: int
    tokens: int  # real ones
    learned: int  # tokens that carry loss
    skipped: int  # examples longer than a row
    rows_padded: int  # rows when every example has one of its own
    rows_packed: int
    padding_padded: float  # share of the places of all batches that hold nothing
    padding_packed: float

    @property
    def share_learned(self) -> float:
        """Share of the real tokens that carry loss."""
        return self.learned / self.tokens


def statistics(
    found: Sequence[Example], batch_size: int = ROWS, seq_len: int = LENGTH, seed: int = 0
) -> Statistics:
    """Return counts of examples, read in batches of `batch_size` rows of at most `seq_len` tokens.

    Padding is counted in the batches of one epoch as training lays them out: rows in a random
    order, by seed, each batch as long as its longest row. ValueError where no example fits.
    """
    fitting = [each for each in found if 1 < len(each.ids) <= seq_len]
    if not fitting:
        raise ValueError(f"no example has 2 to {seq_len} tokens: there is nothing to count.")
    alone, packed = (
        Rows(fitting, batch_size, seq_len, 0, seed, packed) for packed in (False, True)
    )
    return Statistics(
        examples=len(fitting),
        tokens=sum(len(each.ids) for each in fitting),
        learned=sum(label != IGNORE for each in fitting for label in each.labels[1:]),
        skipped=len(found) - len(fitting),
        rows_padded=len(alone.rows),
        rows_packed=len(packed.rows),
        padding_padded=_padding(alone),
        padding_packed=_padding(packed),
    )


def _padding(batches: Rows) -> float:
    laid_out = [batches.batch(number) for number in range(batches.per_epoch)]
    places = sum(batch["ids"].numel() for batch in laid_out)
    return 1 - sum(batch["read"] for batch in laid_out) / places
