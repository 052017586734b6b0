"""Nearest tokens against a plain loop, and costs against the optimiser's own tensors."""

import pytest
import torch
from tiny_family import texts, tiny

from workbook.peft_family.cost import answer_cost, train_cost
from workbook.peft_family.methods import attach
from workbook.peft_family.nearest import nearest_drawn, nearest_tokens
from workbook.training.losses import causal_loss

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


@pytest.mark.parametrize("method", ["chosen", "prompt", "ia3", "bottleneck", "prefix"])
def test_only_trained_weights_have_moments_and_gradients(method):
    model = tiny("llama")
    attachment = attach(model, method)
    ids, _ = texts()
    before = {name: weight.detach().clone() for name, weight in attachment.weights.items()}
    cost = train_cost(model, {"ids": ids, "labels": ids}, causal_loss, steps=2)
    assert cost.trained == attachment.trained
    assert cost.optimiser_bytes == 8 * cost.trained and cost.gradient_bytes == 4 * cost.trained
    assert cost.optimiser_bytes + cost.gradient_bytes == attachment.training_bytes
    assert cost.step_seconds > 0 and answer_cost(model, ids, 1) > 0
    assert all(torch.equal(before[name], w) for name, w in attachment.weights.items())
    assert all(weight.grad is None for weight in attachment.weights.values())
