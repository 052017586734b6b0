"""Rows of packed documents: nothing lost, nothing joined that was apart, the same by any hands."""

import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from workbook.training import rows
from workbook.training.packing import IGNORE, Example
from workbook.training.rows import PackedRows, join_rows, make_rows, pack_rows

lengths = st.lists(st.integers(2, 30), min_size=1, max_size=80)


def documents(sizes) -> list[Example]:
    """Document i is n times the token i + 1; its first token carries no loss."""
    return [Example([i + 1] * n, [IGNORE] + [i + 1] * (n - 1)) for i, n in enumerate(sizes)]


@given(lengths, st.booleans())
@settings(max_examples=40)
def test_packing_loses_nothing_but_what_is_too_long(sizes, cut):
    if not cut and min(sizes) > 24:
        sizes = [*sizes, 3]
    packed = pack_rows(documents(sizes), 24, pad_id=0, cut=cut)
    kept = [(i + 1, n) for i, n in enumerate(sizes) if cut or n <= 24]
    assert sorted(packed.ids[packed.ids > 0]) == sorted(t for t, n in kept for _ in range(n))
    assert packed.used.sum() == sum(n for _, n in kept)
    assert packed.skipped == (0 if cut else sum(n > 24 for n in sizes))
    for batch in PackedRows(packed, 4).all_batches():
        for row, labels in zip(batch["ids"].tolist(), batch["labels"].tolist(), strict=True):
            starts = [i for i, t in enumerate(row) if i == 0 or row[i - 1] != t]
            learned = [t if t and i not in starts else IGNORE for i, t in enumerate(row)]
            assert labels == learned
            whole = [row[i] for i in starts if row[i]]
            assert cut or len(whole) == len(set(whole)), "a document was cut in two"


def test_every_epoch_has_all_rows_in_a_new_order():
    packed = pack_rows(documents([10] * 9), 10, pad_id=0, cut=False)
    batches = PackedRows(packed, 3, seed=4)
    epochs = [torch.cat([batches.batch(n)["ids"][:, 0] for n in span]).tolist()
              for span in (range(3), range(3, 6))]  # fmt: skip
    assert sorted(epochs[0]) == sorted(epochs[1]) == list(range(1, 10))
    assert epochs[0] != epochs[1]
    assert torch.equal(batches.batch(4)["ids"], PackedRows(packed, 3, seed=4).batch(4)["ids"])


def test_sparse_loss_names_the_positions_before_it():
    examples = [Example([5, 6, 7, 8, 9, 1, 2, 3], [IGNORE] * 6 + [2, 3])] * 2
    batch = PackedRows(pack_rows(examples, 8, 0, cut=False), 2).batch(0)
    assert batch["loss_at"].tolist() == [5, 6, 13, 14] and batch["read"] == 16
    dense = PackedRows(pack_rows(documents([8, 8]), 8, 0, cut=False), 2).batch(0)
    assert "loss_at" not in dense


def test_large_vocabularies_are_kept_whole():
    big = pack_rows([Example([70_000, 3], [IGNORE, 3])], 4, 0, cut=False)
    small = pack_rows([Example([7, 3], [IGNORE, 3])], 4, 0, cut=False)
    assert join_rows([small, big]).ids.tolist() == [[7, 3, 0, 0], [70_000, 3, 0, 0]]
    with pytest.raises(ValueError, match="nothing is left to train on"):
        join_rows([pack_rows([Example([1] * 9, [1] * 9)], 4, 0, cut=False)])


def numbered(start: int, stop: int) -> rows.RowArrays:
    return pack_rows(documents([3 + i % 5 for i in range(start, stop)]), 16, 0, cut=False)


def test_many_processes_make_the_same_rows_once(tmp_path, monkeypatch):
    spans = [(i, i + 7) for i in range(0, 28, 7)]
    alone = make_rows(tmp_path / "alone", numbered, spans)
    monkeypatch.setattr(rows, "ENOUGH_FOR_MANY", 2)
    many = make_rows(tmp_path / "many", numbered, spans)
    for ours, theirs in zip(alone, many, strict=True):
        assert np.array_equal(ours, theirs)

    def never(*_):
        raise AssertionError("the rows were there already")

    again = make_rows(tmp_path / "many", never, spans)
    assert np.array_equal(again.ids, many.ids)
    assert sorted(f.name for f in tmp_path.iterdir()) == [
        "alone", "alone.lock", "many", "many.lock",
    ]  # fmt: skip


def test_a_process_waits_for_the_one_that_makes_the_rows_however_long_it_takes(tmp_path):
    def slowly(start: int, stop: int) -> rows.RowArrays:
        time.sleep(6)  # portalocker gives up after 5 s where it is not told to wait
        return numbered(start, stop)

    def never(*_):
        raise AssertionError("the other one makes them")

    with ThreadPoolExecutor() as pool:
        first = pool.submit(make_rows, tmp_path / "rows", slowly, [(0, 7)])
        time.sleep(0.5)
        second = pool.submit(make_rows, tmp_path / "rows", never, [(0, 7)])
        assert np.array_equal(first.result().ids, second.result().ids)
