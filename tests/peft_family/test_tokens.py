"""New tokens in front of every text: their rows, their ids, and a soft prompt seen so."""

import peft
import pytest
import torch
from tiny_family import V, logits, texts, tiny
from torch import nn

from workbook.peft_family.methods import attach
from workbook.peft_family.peers import trained_gradients
from workbook.peft_family.tokens import NewTokens, fixed_input


def test_new_rows_lie_below_the_table_and_learn_alone():
    table = nn.Embedding.from_pretrained(torch.arange(6.0).reshape(3, 2))
    new = NewTokens(table, torch.tensor([[10.0, 11.0], [12.0, 13.0]]))
    out = new(torch.tensor([[0, 3], [4, 2], [4, 4]]))
    assert out.tolist() == [[[0, 1], [10, 11]], [[12, 13], [4, 5]], [[12, 13], [12, 13]]]
    out.sum().backward()
    assert new.rows.grad.tolist() == [[1.0, 1.0], [3.0, 3.0]] and table.weight.grad is None


def test_every_row_begins_with_the_new_tokens_in_order():
    model = tiny("llama")
    table = model.get_input_embeddings()
    attachment = attach(model, "tokens", length=3)
    ids = torch.tensor([[5, 6], [7, 8]])
    want = [[V, V + 1, V + 2, 5, 6], [V, V + 1, V + 2, 7, 8]]
    assert fixed_input(attachment, ids).tolist() == want
    attachment.detach()
    assert model.get_input_embeddings() is table


def test_new_words_learn_as_pefts_trainable_tokens_do():
    """A fixed input of new tokens: the vocabulary grown by 4, of which only those rows learn."""
    ours = attach(tiny("llama"), "tokens", length=4)
    base = tiny("llama")
    base.resize_token_embeddings(V + 4, mean_resizing=False)
    with torch.no_grad():
        base.get_input_embeddings().weight[V:] = ours.weights["new_tokens.rows"]
    config = peft.TrainableTokensConfig(
        token_indices=list(range(V, V + 4)), target_modules=["embed_tokens"]
    )
    theirs = peft.get_peft_model(base, config).eval()
    ids = fixed_input(ours, texts()[0])
    own, other = logits(ours.model, ids), logits(theirs, ids)[..., :V]
    assert torch.allclose(own, other, atol=1e-5)
    own.square().mean().backward()
    other.square().mean().backward()
    (other_gradient,) = trained_gradients(theirs)
    assert torch.allclose(ours.weights["new_tokens.rows"].grad.flatten(), other_gradient, atol=1e-6)


@pytest.mark.parametrize("family", ["llama", "gpt2"])
def test_a_soft_prompt_is_a_fixed_input_with_trained_embeddings(family):
    soft = attach(tiny(family), "prompt", length=4, seed=7)
    hard = attach(tiny(family), "tokens", length=4, seed=7)
    ids, _ = texts()
    own, other = logits(soft.model, ids), logits(hard.model, fixed_input(hard, ids))[:, 4:]
    assert torch.equal(own, other)
    own.square().mean().backward()
    other.square().mean().backward()
    gradients = [next(iter(each.weights.values())).grad for each in (soft, hard)]
    assert torch.allclose(*gradients, atol=1e-6) and gradients[0].abs().sum() > 0
