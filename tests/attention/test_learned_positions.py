"""Positions that are learned: what a run gives back, and the curve of each kind by hand."""

import pytest
import torch

from workbook.attention import Transformer, TransformerConfig
from workbook.attention.learned_positions import PositionTask, position_curve, train_positions
from workbook.attention.positions import relative_buckets


@pytest.mark.parametrize("kind", ["learned", "relative"])
def test_a_position_run_is_repeatable_and_moves_its_table(kind):
    task = PositionTask(kind, steps=3, batch_size=2, seq_len=12, hidden_size=16)
    first, again = train_positions(task), train_positions(task)
    assert first == again and first["before"] != first["after"]
    curves = first["after"] if kind == "relative" else [first["after"]]
    assert [len(curve) for curve in curves] == [12] * (4 if kind == "relative" else 1)


def test_relative_curves_are_by_distance_back():
    config = TransformerConfig(9, 16, positions="relative", buckets=(8, 10))
    model = Transformer(config)
    with torch.no_grad():
        model.decoder.relative.table.weight.copy_(torch.arange(8.0)[:, None].expand(8, 4))
    assert position_curve(model, 6)[0] == relative_buckets(-torch.arange(6), False, 8, 10).tolist()


def test_a_learned_curve_is_the_likeness_of_the_places_that_are_read():
    """Places take turns between two directions; those behind the length asked for do not count."""
    model = Transformer(TransformerConfig(9, 16, positions="learned", max_length=12))
    directions = torch.eye(16)[[0, 1] * 4 + [2] * 4]
    with torch.no_grad():
        model.position_embedding.weight.copy_(3 * directions)
    assert position_curve(model, 8) == [1.0, 0.0] * 4


def test_a_run_begins_with_the_table_that_its_seed_draws():
    task = PositionTask("learned", steps=1, batch_size=2, seq_len=12, hidden_size=16, seed=4)
    torch.manual_seed(4)
    shape = {"hidden_size": 16, "layers": 2, "heads": 4, "max_length": 12}
    fresh = Transformer(TransformerConfig(2048, **shape, positions="learned"))
    torch.manual_seed(0)
    assert train_positions(task)["before"] == position_curve(fresh, 12)
    other = PositionTask("learned", steps=1, batch_size=2, seq_len=12, hidden_size=16, seed=5)
    assert train_positions(other)["before"] != position_curve(fresh, 12)
