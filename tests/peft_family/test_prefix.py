"""Prefixes: what they write into the cache, the network that makes them, a text they start as."""

import pytest
import torch
from tiny_family import L, logits, texts, tiny

from workbook.peft_family.methods import attach
from workbook.peft_family.prefix import Prefix, attach_prefix


def test_the_rows_are_keys_and_values_in_front_of_every_layers_own():
    """A row of a place holds layer 0's keys, layer 0's values, layer 1's keys, and so on."""
    attachment = attach_prefix(tiny("llama"), length=3)
    ids, _ = texts()
    cache = attachment.model(ids, use_cache=True).past_key_values
    rows = attachment.weights["prefix.rows"].detach().view(3, 2 * L, 2, 8)  # 2 heads of 8
    for number, layer in enumerate(cache.layers):
        assert layer.keys.shape == layer.values.shape == (3, 2, 3 + 9, 8)
        for row in range(3):
            keys, values = layer.keys[row, :, :3], layer.values[row, :, :3]
            assert torch.equal(keys, rows[:, 2 * number].transpose(0, 1))
            assert torch.equal(values, rows[:, 2 * number + 1].transpose(0, 1))


@pytest.mark.parametrize("family", ["llama", "gpt2"])
def test_started_as_a_text_both_kinds_are_that_text_in_front(family):
    """A prompt starts as its embeddings, a prefix as its cache: the model reads the same."""
    ids, _ = texts()
    text = torch.tensor([[11, 5, 60, 7]])
    front = logits(tiny(family), torch.cat([text.expand(len(ids), -1), ids], 1))[:, 4:]
    soft = attach(tiny(family), "prompt", length=4, start="text", ids=text[0].tolist())
    deep = attach(tiny(family), "prefix", start=text)
    assert torch.allclose(logits(soft.model, ids), front, atol=1e-5)
    assert torch.allclose(logits(deep.model, ids), front, atol=1e-5)


def test_a_prefix_made_by_a_network_needs_it_no_more():
    """What is kept is the table; as weights of its own it gives the same logits."""
    made = attach(tiny("llama"), "prefix", length=3, hidden=7)
    ids, mask = texts()
    plain = attach(tiny("llama"), "prefix", length=3)
    plain.weights["prefix.rows"].data.copy_(made.kept["prefix.rows"])
    assert torch.allclose(logits(plain.model, ids, mask), logits(made.model, ids, mask), atol=1e-5)
    assert made.trained > plain.trained == 3 * 2 * L * 16
    assert sum(weight.numel() for weight in made.kept.values()) == plain.trained


def test_a_network_reads_one_row_of_a_models_width_for_each_place():
    """Five places of 2 layers with 3 heads of 4: rows of 12, and a hidden layer of 7 between."""
    prefix = Prefix(5, (2, 3, 4), hidden=7, seed=0)
    rows = prefix.rows.detach()
    first, _, last = prefix.network
    want = torch.tanh(rows @ first.weight.T + first.bias) @ last.weight.T + last.bias
    assert rows.shape == (5, 12)
    torch.testing.assert_close(prefix.table(), want)
    assert prefix.table().shape == Prefix(5, (2, 3, 4), hidden=0, seed=0).table().shape == (5, 48)


def test_a_seed_gives_the_same_prefix_and_draws_nothing_else():
    torch.manual_seed(11)
    want = torch.rand(3)
    torch.manual_seed(11)
    one, same, other = (Prefix(5, (2, 3, 4), 7, seed).table() for seed in (1, 1, 2))
    assert torch.equal(one, same) and not torch.equal(one, other)
    assert torch.equal(torch.rand(3), want)


def test_the_length_of_a_text_is_the_prefixs():
    attachment = attach_prefix(tiny("llama"), length=9, start=torch.tensor([[11, 5, 60, 7]]))
    assert attachment.settings == {"length": 4}
    assert attachment.weights["prefix.rows"].shape == (4, 2 * L * 16)


@pytest.mark.parametrize(("family", "settings"), [("llama", {"hidden": 4}), ("t5", {})])
def test_a_text_needs_a_decoder_and_no_network(family, settings):
    model = tiny(family)
    with pytest.raises(ValueError, match="starts from a text without a network, in a decoder"):
        attach_prefix(model, start=torch.tensor([[11, 5]]), **settings)
    assert all(p.requires_grad for p in model.parameters())


def test_activation_checkpointing_is_refused_in_a_sentence():
    """Computed again, a layer would find the prefix in its cache twice."""
    model = tiny("llama").train()
    attach(model, "prefix", length=3)
    model.gradient_checkpointing_enable()
    ids, mask = texts()
    with pytest.raises(ValueError, match="gradient_checkpointing_disable"):
        logits(model, ids, mask)
    model.eval()
    logits(model, ids, mask)
