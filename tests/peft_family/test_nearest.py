"""Nearest tokens against a plain loop, and how near random vectors come."""

import pytest
import torch

from workbook.peft_family.nearest import nearest_drawn, nearest_tokens

SOURCE = torch.Generator().manual_seed(0)
TABLE = torch.randn(40, 8, generator=SOURCE)


def test_neighbours_are_those_of_a_plain_loop():
    prompt = torch.randn(3, 8, generator=SOURCE)
    ids, similarity = nearest_tokens(prompt, TABLE, 4)
    for row in range(3):
        cosines = [float(torch.cosine_similarity(prompt[row], token, dim=0)) for token in TABLE]
        order = sorted(range(40), key=lambda i: -cosines[i])[:4]
        assert ids[row].tolist() == order
        assert similarity[row].tolist() == pytest.approx([cosines[i] for i in order], abs=1e-5)


def test_a_token_is_its_own_neighbour_whatever_its_length():
    ids, similarity = nearest_tokens(TABLE[[5, 9]] * 7, TABLE, 1)
    assert ids.tolist() == [[5], [9]] and torch.allclose(similarity, torch.ones(2, 1))


def test_random_vectors_are_near_to_nothing():
    """In more dimensions they are farther; and always the same for one seed."""
    wide = torch.randn(40, 400, generator=SOURCE)
    assert 0 < nearest_drawn(wide) < nearest_drawn(TABLE) < 1
    assert nearest_drawn(TABLE) == nearest_drawn(TABLE) != nearest_drawn(TABLE, seed=1)


@pytest.mark.parametrize("count", [0, 41])
def test_more_neighbours_than_tokens_is_one_sentence(count):
    with pytest.raises(ValueError, match="1 to 40 nearest tokens"):
        nearest_tokens(TABLE, TABLE, count)
