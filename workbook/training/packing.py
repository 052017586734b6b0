"""Packing: whole documents side by side in rows of one length, so that little is padding.

Each document goes into the fullest row that still has room; a document longer than a row is left
out (and counted). `Rows` keeps the documents of a row apart: positions start at 0 with each, and
attention stays within it. In the arrays of `rows.py` the documents of a row see each other. Lesson
08 compares packing with padding.
"""

from bisect import bisect_left, insort
from collections.abc import Sequence
from typing import Any, NamedTuple

import torch

IGNORE = -100  # label of a position that carries no loss


class Example(NamedTuple):
    """One document as token ids and labels; label t is the id itself or IGNORE."""

    ids: list[int]
    labels: list[int]


class ShuffledRows:
    """Batches by number of rows that a subclass collates; every epoch has all in a new order."""

    def __init__(self, count: int, batch_size: int, seed: int) -> None:
        self.count, self.seed = count, seed
        self.per_batch = min(batch_size, count)
        self.per_epoch = count // self.per_batch  # batches; rows left over have a rest
        self._order: tuple[int, list[int]] = (-1, [])  # the epoch last asked for, and its order

    def collated(self, chosen: list[int]) -> dict[str, Any]:
        """Return the rows of these numbers as one batch."""
        raise NotImplementedError

    def batch(self, number: int) -> dict[str, Any]:
        """Return batch number 0, 1, ..."""
        epoch, place = divmod(number, self.per_epoch)
        if self._order[0] != epoch:
            source = torch.Generator().manual_seed(self.seed + epoch)
            self._order = epoch, torch.randperm(self.count, generator=source).tolist()
        return self.collated(self._order[1][place * self.per_batch : (place + 1) * self.per_batch])

    def all_batches(self) -> list[dict[str, Any]]:
        """Return all rows once, in their order; the last batch may be a short one."""
        starts = range(0, self.count, self.per_batch)
        return [
            self.collated(list(range(start, min(start + self.per_batch, self.count))))
            for start in starts
        ]


class Rows(ShuffledRows):
    """Rows of packed documents that are kept apart, each batch as long as its longest row.

    seq_len: tokens of a row at most. packed: False puts every document into a row of its own.
    """

    def __init__(
        self,
        examples: Sequence[Example],
        batch_size: int,
        seq_len: int,
        pad_id: int,
        seed: int = 0,
        packed: bool = True,
    ) -> None:
        fitting = [example for example in examples if 1 < len(example.ids) <= seq_len]
        self.skipped = len(examples) - len(fitting)
        if not fitting:
            raise ValueError(f"no example has 2 to {seq_len} tokens: nothing is left to train on.")
        self.rows = pack(fitting, seq_len) if packed else [[example] for example in fitting]
        self.pad_id = pad_id
        super().__init__(len(self.rows), batch_size, seed)

    def collated(self, chosen: list[int]) -> dict[str, Any]:
        return collate([self.rows[i] for i in chosen], self.pad_id)


def pack(examples: Sequence[Example], seq_len: int) -> list[list[Example]]:
    """Examples in rows of at most `seq_len` tokens: the longest first, each where it fits best."""
    rows: list[list[Example]] = []
    room: list[tuple[int, int]] = []  # (free tokens, number) of the rows, sorted
    for example in sorted(examples, key=lambda example: -len(example.ids)):
        at = bisect_left(room, (len(example.ids), -1))
        if at == len(room):
            room.append((seq_len, len(rows)))
            rows.append([])
        free, row = room.pop(at)
        rows[row].append(example)
        insort(room, (free - len(example.ids), row))
    return rows


def collate(rows: Sequence[Sequence[Example]], pad_id: int) -> dict[str, Any]:
    """Packed rows as tensors `ids`, `labels` and `positions`, all B T int64.

    The first label of a document is IGNORE, as nothing before it predicts it. Beside them:
    `loss_at`, the places in the flattened ids whose next token carries loss, and `read`, how many
    tokens are real.
    """
    longest = max(sum(len(example.ids) for example in row) for row in rows)
    ids = torch.full((len(rows), longest), pad_id)
    labels = torch.full((len(rows), longest), IGNORE)
    positions = torch.zeros((len(rows), longest), dtype=torch.int64)
    read = 0
    for i, row in enumerate(rows):
        end = 0
        for example in row:
            start, end = end, end + len(example.ids)
            ids[i, start:end] = torch.tensor(example.ids)
            labels[i, start + 1 : end] = torch.tensor(example.labels[1:])
            positions[i, start:end] = torch.arange(end - start)
        read += end
    loss_at = (labels.flatten() != IGNORE).nonzero().flatten() - 1
    return {"ids": ids, "labels": labels, "positions": positions, "loss_at": loss_at, "read": read}
