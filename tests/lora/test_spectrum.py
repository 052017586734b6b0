"""Spectra of updates against numpy and by hand, and the rank that an adapter's update has."""

import numpy as np
import pytest
import torch
from tiny_lora import attached, llama, moved

from workbook.lora import lora_layers, merge
from workbook.lora.spectrum import kept, low_rank, mean_kept, relative_error, spectrum, updates


def test_the_best_picture_of_a_rank_is_that_of_numpy():
    matrix = torch.randn(9, 6)
    u, s, vt = np.linalg.svd(matrix.numpy(), full_matrices=False)
    for rank in (1, 3, 6, 9):
        wanted = (u[:, :rank] * s[:rank]) @ vt[:rank]
        np.testing.assert_allclose(low_rank(matrix, rank).numpy(), wanted, atol=1e-5)
        error = np.linalg.norm(matrix.numpy() - wanted) / np.linalg.norm(matrix.numpy())
        assert relative_error(matrix, rank) == pytest.approx(error, abs=1e-3)
    assert kept(matrix).tolist() == pytest.approx((s**2).cumsum() / (s**2).sum(), abs=1e-5)


def test_no_other_product_of_that_rank_is_nearer():
    matrix = torch.randn(8, 8)
    best = (matrix - low_rank(matrix, 2)).norm()
    assert all((matrix - torch.randn(8, 2) @ torch.randn(2, 8)).norm() > best for _ in range(50))
    with pytest.raises(ValueError, match="at least 1"):
        low_rank(matrix, 0)


def test_the_update_of_an_adapter_has_its_rank():
    model = moved(attached())
    merge(model)
    plain = llama()
    for name, layer in lora_layers(model).items():
        plain.get_submodule(name).weight.data.copy_(layer.weight)
    changed = updates(llama(), plain)
    q = changed["model.layers.0.self_attn.q_proj"]
    assert int(torch.linalg.matrix_rank(q, atol=1e-5)) == 3
    found = spectrum("q", q)
    assert found.rank_90 <= 3 and found.singular_values[3] < 1e-5
    moved_only = {name: u for name, u in changed.items() if u.abs().max() > 0}
    assert len(moved_only) == 4 and mean_kept(moved_only, (1, 3))[3] == pytest.approx(1, abs=1e-5)
    with pytest.raises(ValueError, match="has another shape"):
        updates(llama(), llama(intermediate_size=30))


def test_a_spectrum_by_hand():
    """Of diag(3, 4) rank 1 keeps 16 of 25, and misses three fifths of its length."""
    update = torch.diag(torch.tensor([3.0, 4.0]))
    assert kept(update).tolist() == pytest.approx([16 / 25, 1])
    assert [relative_error(update, rank) for rank in (0, 1, 2)] == pytest.approx([1, 3 / 5, 0])
    found = spectrum("x", update)
    assert found.singular_values == pytest.approx((4, 3)) and found.rank_90 == 2
    assert spectrum("x", torch.diag(torch.tensor([1.0, 4.0]))).rank_90 == 1  # 16 of 17
    assert relative_error(torch.zeros(2, 3), 1) == 0


def test_large_updates_weigh_more_in_the_mean():
    """Rank 1 keeps 16 of 25 of one update and 1 of 2 of the other: 17 of 27 together."""
    changed = {"a": torch.diag(torch.tensor([3.0, 4.0])), "b": torch.eye(2)}
    assert mean_kept(changed, (1, 2)) == pytest.approx({1: 17 / 27, 2: 1})
