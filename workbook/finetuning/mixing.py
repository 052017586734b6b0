"""Mixes: of many tasks by T5's rule, and of old chats beside new ones in a fair number of steps.

Old chats are mostly shorter, so a packed row of a mix holds more chats than a row of new ones
alone, and steps in proportion to the share would read too many new ones. `steps_to_read` counts in
the very rows that the loop will read. Left out: which mix is best (`experiment.py`). Lesson 08.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from workbook.finetuning.data import chats, examples, pad_id
from workbook.finetuning.families import FAMILIES_ASKED
from workbook.finetuning.tuning import TuneConfig
from workbook.town.choices import ChoiceSource
from workbook.training.data import Messages
from workbook.training.packing import IGNORE, Example, Rows

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

MEMORY = 96  # old chats that replay keeps, and that elastic weight consolidation measures on


def rates(sizes: Sequence[int], limit: float, temperature: float) -> list[float]:
    """The share of each of several tasks in a mix, by T5's rule (Raffel et al. 2020, 3.5.2).

    min(size, limit) ** (1 / temperature), made to add up to 1.
    """
    weights = [min(size, limit) ** (1 / temperature) for size in sizes]
    return [weight / sum(weights) for weight in weights]


def memory(seed: int = 0, count: int = MEMORY) -> list[Messages]:
    """A few old chats, equally many of each old family."""
    return chats(FAMILIES_ASKED, count, seed=seed)


def old_count(new: int, share: float) -> int:
    """How many old chats make up `share` of a mix with so many new ones."""
    if not 0 <= share < 1:
        raise ValueError(f"the share of old chats is at least 0 and below 1, not {share}.")
    return round(new * share / (1 - share))


def mixed(
    new: Sequence[Messages], old: Sequence[Messages], share: float, seed: int = 0
) -> list[Messages]:
    """All new chats and so many old ones that they are `share` of the whole, in random order.

    Old chats come again and again where there are too few of them.
    """
    count = old_count(len(new), share)
    if count and not old:
        raise ValueError("there is no old chat to mix in; give some, or a share of 0.")
    again = [old[i % len(old)] for i in range(count)]
    return ChoiceSource(f"finetuning/mix/{seed}").shuffled([*new, *again])


class NewChats:
    """Counts how many chats of the new task a training reads, batch by batch.

    It lays out the same rows as the training, with a label on one token of each new chat and on
    nothing else: the labels of a batch are then its new chats.
    """

    def __init__(
        self,
        tokenizer: PreTrainedTokenizerBase,
        mix: Sequence[Messages],
        new: Sequence[Messages],
        settings: TuneConfig,
        seed: int,
    ) -> None:
        marked = []
        for chat, each in zip(mix, examples(tokenizer, mix), strict=True):
            labels = [IGNORE] * len(each.ids)
            labels[1] = each.ids[1] if chat in new else IGNORE
            marked.append(Example(each.ids, labels))
        self.rows = Rows(
            marked, settings.batch_size, settings.seq_len, pad_id(tokenizer), seed, settings.packed
        )

    def read(self, steps: int) -> int:
        """New chats in the first so many steps; one that comes twice counts twice."""
        return sum(self.in_step(step) for step in range(steps))

    def in_step(self, step: int) -> int:
        """New chats in one step."""
        return len(self.rows.batch(step)["loss_at"])

    def steps_to_read(self, wanted: int) -> int:
        """The fewest steps that read so many new chats."""
        steps, found = 0, 0
        while found < wanted:
            found += self.in_step(steps)
            steps += 1
        return steps
