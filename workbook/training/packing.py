"""Packing: whole documents side by side in rows of one length, so that little is padding.

Each document goes into the fullest open row that still has room; a document longer than a row is
left out (and counted). The packer can be saved and restored, so that a killed run sees the same
batches again. Lesson 08 compares packing with padding.
"""

from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Tensor

IGNORE = -100  # label of a position that carries no loss


class Example(NamedTuple):
    """One document as token ids and labels; label t is the id itself or IGNORE."""

    ids: list[int]
    labels: list[int]


class Packer:
    """Fills batches of `rows` x `length` tokens from a numbered stream of examples.

    `examples(start)` must give the examples from number `start` on, the same every time.
    """

    def __init__(self, examples, rows: int, length: int, pad_id: int, open_rows: int = 64):
        self.examples, self.rows, self.length = examples, rows, length
        self.pad_id, self.open_rows = pad_id, open_rows
        self.position = self.skipped = 0
        self.open: list[Example] = []

    def state(self) -> dict[str, object]:
        """Everything needed to go on from here."""
        return {
            "position": self.position,
            "skipped": self.skipped,
            "open": [[row.ids, row.labels] for row in self.open],
        }

    def restore(self, state: dict[str, object]) -> None:
        """Go on from a saved state."""
        self.position, self.skipped = state["position"], state["skipped"]
        self.open = [Example(list(ids), list(labels)) for ids, labels in state["open"]]

    def batches(self) -> Iterator[tuple[Tensor, Tensor]]:
        """Token ids and labels, both B T int64, for ever."""
        source = self.examples(self.position)
        while True:
            while len(self.open) < self.open_rows:
                self._place(next(source))
                self.position += 1
            self.open.sort(key=lambda row: len(row.ids))
            full = [self.open.pop() for _ in range(self.rows)]
            yield self._pad(full)

    def _place(self, example: Example) -> None:
        if len(example.ids) > self.length:
            self.skipped += 1
            return
        fits = [r for r in self.open if len(r.ids) + len(example.ids) <= self.length]
        if fits:
            row = max(fits, key=lambda r: len(r.ids))
            row.ids.extend(example.ids)
            row.labels.extend(example.labels)
        else:
            self.open.append(Example(list(example.ids), list(example.labels)))

    def _pad(self, rows: list[Example]) -> tuple[Tensor, Tensor]:
        ids = torch.full((len(rows), self.length), self.pad_id)  # B T
        labels = torch.full((len(rows), self.length), IGNORE)  # B T
        for i, row in enumerate(rows):
            ids[i, : len(row.ids)] = torch.tensor(row.ids)
            labels[i, : len(row.labels)] = torch.tensor(row.labels)
        return ids, labels
