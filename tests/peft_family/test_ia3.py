"""Factors on keys, values and the inside of the feed-forward part: by hand, and merged."""

import pytest
import torch
from tiny_family import FAMILIES, L, logits, shake, texts, tiny
from torch import nn
from transformers.pytorch_utils import Conv1D

from workbook.peft_family.ia3 import Scaled, attach_ia3, merge_ia3
from workbook.peft_family.methods import attach


@pytest.mark.parametrize(("is_input", "want"), [(True, [22.0, 46.0]), (False, [26.0, 135.0])])
def test_factors_on_inputs_and_on_outputs_by_hand(is_input, want):
    """W (1, 1) + b is (13, 27); the factors are 2 and 5, and an output's bias has them too."""
    layer = nn.Linear(2, 2)
    layer.weight.data = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
    layer.bias.data = torch.tensor([10.0, 20.0])
    scaled = Scaled(layer, is_input)
    scaled.factors.data = torch.tensor([2.0, 5.0])
    assert scaled(torch.ones(1, 2)).tolist() == [want]


@pytest.mark.parametrize("is_input", [True, False])
@pytest.mark.parametrize("kind", ["Linear", "Conv1D"])
def test_a_merged_layer_does_what_the_scaled_one_did(kind, is_input):
    layer = nn.Linear(3, 5) if kind == "Linear" else Conv1D(5, 3)
    nn.init.normal_(layer.weight)
    nn.init.normal_(layer.bias)
    scaled = Scaled(layer, is_input)
    assert scaled.factors.tolist() == [1.0] * (3 if is_input else 5)
    nn.init.normal_(scaled.factors)
    x = torch.randn(4, 3)
    want = scaled(x)
    assert scaled.merge() is layer
    torch.testing.assert_close(layer(x), want)


@pytest.mark.parametrize(
    ("family", "sizes"),
    [
        ("llama", {"k_proj": 16, "v_proj": 16, "down_proj": 48}),
        ("gpt2", {"c_attn": 3 * 32, "c_proj": 4 * 32}),
    ],
)
def test_keys_values_and_the_inside_have_factors(family, sizes):
    weights = attach_ia3(tiny(family)).weights
    assert {name.split(".")[-2]: len(factors) for name, factors in weights.items()} == sizes
    assert len(weights) == len(sizes) * L


@pytest.mark.parametrize("family", FAMILIES)
def test_factors_merge_into_the_weights(family):
    model = tiny(family)
    attachment = shake(attach(model, "ia3"))
    ids, mask = texts()
    before = logits(model, ids, mask)
    merged = merge_ia3(attachment)
    assert torch.allclose(logits(merged, ids, mask), before, atol=1e-5)
    assert merged.state_dict().keys() == tiny(family).state_dict().keys()


def test_another_method_is_not_merged_and_stays_in_the_model():
    attachment = attach(tiny("llama"), "prompt", length=2)
    with pytest.raises(ValueError, match=r"carries no factors of \(IA\)\^3 to merge"):
        merge_ia3(attachment)
    assert attachment.model.attachment is attachment
