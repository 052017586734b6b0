"""Rows of different lengths as one batch: nothing is lost, and the mask says what is real."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from workbook.inference import pad, positions

ROWS = st.lists(st.lists(st.integers(0, 9), min_size=1, max_size=6), min_size=1, max_size=5)


def test_padding_goes_to_the_side_that_the_model_needs():
    ids, keep_mask = pad([[5, 6, 7], [8]], 0, "left")
    assert ids.tolist() == [[5, 6, 7], [0, 0, 8]]
    assert keep_mask.tolist() == [[True] * 3, [False, False, True]]
    ids, keep_mask = pad([[5, 6, 7], [0]], 0, "right")
    assert ids.tolist() == [[5, 6, 7], [0, 0, 0]]
    assert keep_mask.tolist() == [[True] * 3, [True, False, False]], "a real token may be the pad"


@given(ROWS, st.sampled_from(["left", "right"]))
def test_the_mask_gives_the_rows_back(rows, side):
    ids, keep_mask = pad(rows, 4, side)
    assert [row[keep].tolist() for row, keep in zip(ids, keep_mask, strict=True)] == rows
    assert (ids[~keep_mask] == 4).all() and ids.shape[1] == max(map(len, rows))
    for place, keep in zip(positions(keep_mask), keep_mask, strict=True):
        assert place[keep].tolist() == list(range(int(keep.sum())))


def test_an_empty_row_is_all_padding():
    ids, keep_mask = pad([[], [3]], 1, "left")
    assert ids.tolist() == [[1], [3]] and keep_mask.tolist() == [[False], [True]]
    assert ids.dtype == torch.long


@pytest.mark.parametrize(
    ("rows", "side", "says"), [([], "left", "no row to pad"), ([[1]], "top", "not 'top'")]
)
def test_what_cannot_be_padded_is_one_sentence(rows, side, says):
    with pytest.raises(ValueError, match=says):
        pad(rows, 0, side)
