"""Rows of packed documents as arrays: made once, by all cores, then mapped into memory.

`make_rows` reads a recipe's documents, packs whole ones side by side (see `packing.py`) and keeps
the rows in a folder, so that a resumed run starts at once and text larger than memory is no
trouble. `PackedRows` gives them to `fit` as batches by number. The rows do not depend on how many
processes made them. Documents of a row see each other; `Rows` keeps them apart. Lesson 02 uses it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch

from workbook.training.checkpoint import atomic_folder, disk_errors
from workbook.training.packing import IGNORE, Example, ShuffledRows, pack

CHUNK = 2048  # documents packed together, and the work of one process at a time
ENOUGH_FOR_MANY = 16  # chunks from which further processes are worth their start
PARTS = ("ids", "learned", "used")


class RowArrays(NamedTuple):
    """Packed rows: N of them, T tokens long."""

    ids: np.ndarray  # N T, unsigned
    learned: np.ndarray  # N ceil(T/8), bits: the token carries loss
    used: np.ndarray  # N: tokens of the row that are not padding
    skipped: int = 0  # documents that did not fit into a row


class PackedRows(ShuffledRows):
    """Rows of arrays; the documents of a row see each other."""

    def __init__(self, rows: RowArrays, batch_size: int, seed: int = 0) -> None:
        super().__init__(len(rows.ids), batch_size, seed)
        self.rows, self.skipped = rows, rows.skipped
        sample = rows.learned[: min(len(rows.ids), 256)]
        self.sparse = np.unpackbits(sample, axis=1).mean() < 0.5  # most tokens carry no loss

    def collated(self, chosen: list[int]) -> dict[str, Any]:
        """Return `ids`, `labels` (both B T int64), `read`, and `loss_at` where loss is sparse."""
        ids = self.rows.ids[chosen].astype(np.int64)
        learned = np.unpackbits(self.rows.learned[chosen], axis=1, count=ids.shape[1])
        learned[:, 0] = 0  # nothing comes before the first token that could predict it
        labels = torch.from_numpy(np.where(learned, ids, IGNORE))
        batch = {
            "ids": torch.from_numpy(ids),
            "labels": labels,
            "read": int(self.rows.used[chosen].sum()),
        }
        if self.sparse:
            batch["loss_at"] = (labels.flatten() != IGNORE).nonzero().flatten() - 1
        return batch


def pack_rows(examples: Sequence[Example], seq_len: int, pad_id: int, cut: bool) -> RowArrays:
    """Pack documents into rows of `seq_len` tokens.

    cut: a document longer than a row is cut into pieces; otherwise it is left out and counted.
    """
    fitting = [piece for example in examples for piece in _fitting(example, seq_len, cut)]
    rows = pack(fitting, seq_len)
    ids = np.full((len(rows), seq_len), pad_id, np.uint16 if _small(fitting) else np.uint32)
    learned = np.zeros((len(rows), seq_len), bool)
    for i, row in enumerate(rows):
        end = 0
        for example in row:
            start, end = end, end + len(example.ids)
            ids[i, start:end] = example.ids
            learned[i, start + 1 : end] = np.not_equal(example.labels[1:], IGNORE)
    used = np.array([sum(len(e.ids) for e in row) for row in rows], np.int64)
    skipped = 0 if cut else sum(len(example.ids) > seq_len for example in examples)
    return RowArrays(ids, np.packbits(learned, axis=1), used, skipped)


def _fitting(example: Example, seq_len: int, cut: bool) -> Iterator[Example]:
    if len(example.ids) <= seq_len:
        yield example
    elif cut:
        for start in range(0, len(example.ids), seq_len):
            yield Example(*(part[start : start + seq_len] for part in example))


def _small(examples: Sequence[Example]) -> bool:
    return max((max(example.ids) for example in examples), default=0) < 2**16


def join_rows(parts: Sequence[RowArrays]) -> RowArrays:
    """Put the rows of several parts below each other. Raises ValueError where there are none."""
    parts = [part for part in parts if len(part.ids)] or list(parts)
    if not parts or not len(parts[0].ids):
        raise ValueError("no document fits into a row: nothing is left to train on.")
    wide = max((part.ids.dtype for part in parts), key=lambda dtype: dtype.itemsize)
    return RowArrays(
        np.concatenate([part.ids.astype(wide, copy=False) for part in parts]),
        np.concatenate([part.learned for part in parts]),
        np.concatenate([part.used for part in parts]),
        sum(part.skipped for part in parts),
    )


def make_rows(
    folder: Path, read: Callable[[int, int], RowArrays], spans: Sequence[tuple[int, int]]
) -> RowArrays:
    """Return the rows kept in `folder`; make them first where they are not there yet.

    read(start, stop): the rows of some documents by their numbers, for each of the spans; where
    there are many it must be picklable. Of several processes one writes, the others wait.
    """
    import portalocker

    with disk_errors(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
        wait = portalocker.LockFlags.EXCLUSIVE  # for as long as it takes
        with portalocker.Lock(folder.with_suffix(".lock"), "w", flags=wait):
            if not folder.exists():
                _keep(join_rows(_parts(read, spans)), folder)
    ids, learned, used = (np.load(folder / f"{name}.npy", mmap_mode="r") for name in PARTS)
    skipped = json.loads((folder / "skipped.json").read_text(encoding="utf-8"))
    return RowArrays(ids, learned, used, skipped)


def _parts(read: Callable[..., RowArrays], spans: Sequence[tuple[int, int]]) -> list[RowArrays]:
    if len(spans) < ENOUGH_FOR_MANY:
        return [read(*span) for span in spans]
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        return list(pool.map(read, *zip(*spans, strict=True), chunksize=2))


def _keep(rows: RowArrays, folder: Path) -> None:
    with atomic_folder(folder) as draft:
        for name in PARTS:
            np.save(draft / f"{name}.npy", getattr(rows, name))
        (draft / "skipped.json").write_text(json.dumps(rows.skipped), encoding="utf-8")
