"""Bottleneck adapters: the formula by hand, where they stand, and first values from a seed."""

import pytest
import torch
from tiny_family import C, L, tiny
from torch import nn

from workbook.peft_family.bottleneck import Bottleneck, attach_bottleneck
from workbook.peft_family.counts import bottleneck_weights

ENDS = {"llama": ("self_attn.o_proj", "mlp.down_proj"), "gpt2": ("attn.c_proj", "mlp.c_proj")}


@pytest.mark.parametrize(
    ("given", "bend"), [(None, nn.functional.gelu), (torch.relu, torch.relu)], ids=["gelu", "relu"]
)
def test_the_output_goes_past_a_narrow_network_and_through_it(given, bend):
    layer = nn.Linear(3, 5)
    module = Bottleneck(layer, 2, given)
    for weight in module.parameters():
        nn.init.normal_(weight)
    x = torch.randn(4, 3)
    h = x @ layer.weight.T + layer.bias
    inside = bend(h @ module.down.weight.T + module.down.bias)
    torch.testing.assert_close(module(x), h + inside @ module.up.weight.T + module.up.bias)


@pytest.mark.parametrize("family", ENDS)
def test_one_stands_behind_each_half_of_a_layer(family):
    """GPT-2's matrices lie the other way round: the width of the output counts, not of the rows."""
    attachment = attach_bottleneck(tiny(family), width=5)
    downs = {n: w for n, w in attachment.weights.items() if n.endswith(".down.weight")}
    assert len(downs) == 2 * L and {tuple(w.shape) for w in downs.values()} == {(5, C)}
    assert all(name.removesuffix(".down.weight").endswith(ENDS[family]) for name in downs)
    assert attachment.trained == bottleneck_weights(L, C, 5)


def test_the_places_may_be_named():
    attachment = attach_bottleneck(tiny("llama"), width=2, targets=["q_proj"])
    places = {name.rsplit(".", 2)[0] for name in attachment.weights}
    assert places == {f"model.layers.{layer}.self_attn.q_proj" for layer in range(L)}
    assert attachment.settings == {"width": 2, "targets": ["q_proj"]}


def test_first_values_follow_from_the_seed_and_no_other_number_is_drawn():
    models = [tiny("llama") for _ in range(3)]
    torch.manual_seed(11)
    want = torch.rand(3)
    torch.manual_seed(11)
    name = "model.layers.0.mlp.down_proj.down.weight"
    one, same, other = (
        attach_bottleneck(model, 3, seed=seed).weights[name]
        for model, seed in zip(models, (4, 4, 5), strict=True)
    )
    assert torch.equal(one, same) and not torch.equal(one, other)
    assert torch.equal(torch.rand(3), want)
