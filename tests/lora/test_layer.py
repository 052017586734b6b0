"""One LoRA layer: its product by hand, its first numbers, and merging into one weight."""

import copy

import pytest
import torch
from tiny_lora import attached, gpt2, ids, in_peft, llama, logits, moved
from torch import nn

from workbook.lora import attach, load_adapter
from workbook.lora.layer import LoraLinear, LowRank


def layer(variant="lora", alpha=6.0):
    """A layer of two outputs and three inputs around an adapter of rank 4 that does something."""
    torch.manual_seed(0)
    around = LoraLinear(nn.Linear(3, 2))
    around.adapters["x"] = LowRank(around.base, 4, alpha, variant=variant)
    around.active = "x"
    with torch.no_grad():
        around.adapter("x").B.normal_()
    return around


def test_first_numbers_are_drawn_as_in_peft():
    """A uniform up to 1 / sqrt(inputs), B zero; many numbers, so that the spread can be told."""
    wide = nn.Sequential(nn.Linear(400, 30))
    adapter = attach(copy.deepcopy(wide), 64, 64, ("0",))[0].adapters["default"]
    theirs = in_peft(wide, 64, 64, ("0",)).base_model.model[0].lora_A["default"].weight
    assert torch.count_nonzero(adapter.B) == 0
    for moment in (torch.amax, torch.std):
        assert float(moment(adapter.A.detach().abs(), (0, 1))) == pytest.approx(
            float(moment(theirs.detach().abs(), (0, 1))), rel=0.02
        )
    assert adapter.A.abs().max() <= 400**-0.5


def test_dropout_acts_in_training_only():
    model = moved(attached(dropout=0.5))
    assert torch.equal(logits(model, ids()), logits(model, ids()))
    model.train()
    assert not torch.equal(logits(model, ids()), logits(model, ids()))


def test_dora_with_dropout_is_that_of_peft(tmp_path):
    theirs = in_peft(llama(), 3, 6, ("q_proj",), use_dora=True, lora_dropout=0.5)
    theirs.save_pretrained(tmp_path)
    ours = load_adapter(llama(), tmp_path)
    out = []
    for model in (ours, theirs):
        torch.manual_seed(3)
        out.append(logits(model.train(), ids()))
    torch.testing.assert_close(*out, atol=1e-5, rtol=1e-5)


def test_under_autocast_the_adapter_works():
    model = moved(attached())
    exact = logits(model, ids())
    with torch.autocast("cpu", torch.bfloat16):
        out = logits(model, ids())
        out.float().square().mean().backward()
    torch.testing.assert_close(out.float(), exact, atol=0.02, rtol=0.05)


@pytest.mark.parametrize(("variant", "scale"), [("lora", 6 / 4), ("rslora", 6 / 2)])
def test_the_update_is_added_to_the_layers_output(variant, scale):
    around, x = layer(variant), torch.randn(5, 7, 3)
    adapter = around.adapter("x")
    product = torch.einsum("btr,or->bto", torch.einsum("bti,ri->btr", x, adapter.A), adapter.B)
    torch.testing.assert_close(around(x), around.base(x) + scale * product)
    torch.testing.assert_close(adapter.update(), scale * adapter.B @ adapter.A)


@pytest.mark.parametrize("how", ["enabled", "active"])
def test_a_layer_without_an_adapter_in_use_is_the_frozen_one(how):
    around, x = layer(), torch.randn(4, 3)
    assert not torch.equal(around(x), around.base(x))
    setattr(around, how, False if how == "enabled" else None)
    assert torch.equal(around(x), around.base(x))


def test_dora_begins_as_the_layer_and_gives_each_row_its_length():
    plain = nn.Linear(3, 2)
    around = LoraLinear(plain)
    around.adapters["x"] = LowRank(plain, 4, 6.0, variant="dora")
    around.active, x = "x", torch.randn(4, 3)
    torch.testing.assert_close(around(x), plain(x))
    adapter = around.adapter("x")
    torch.testing.assert_close(adapter.magnitude, plain.weight.norm(dim=1))
    with torch.no_grad():
        adapter.B.normal_()
        adapter.magnitude.copy_(torch.tensor([2.0, 3.0]))
    merged = adapter.merged(plain.weight)
    torch.testing.assert_close(merged.norm(dim=1), torch.tensor([2.0, 3.0]))
    torch.testing.assert_close(around(x), x @ merged.T + plain.bias)


@pytest.mark.parametrize("variant", ["lora", "dora"])
def test_a_merge_keeps_the_output_and_can_be_taken_back_and_put_again(variant):
    around, x = layer(variant), torch.randn(4, 3)
    before, weight = around(x), around.weight
    assert around.merge() < 1e-6 and around.is_merged
    merged = around.weight
    torch.testing.assert_close(around.base(x), before)
    assert around.merge() == 0.0 and around.weight is merged, "a second merge does nothing"
    around.unmerge()
    assert around.weight is weight and not around.is_merged
    around.remerge(merged)
    assert around.weight is merged and around.is_merged
    around.unmerge()
    assert around.weight is weight


def test_a_layer_that_keeps_its_weight_turned_has_its_sizes():
    base = gpt2().transformer.h[0].attn.c_attn
    around = LoraLinear(base)
    assert (around.out_features, around.in_features) == (48, 16)
    adapter = LowRank(base, 2, 4.0)
    assert adapter.A.shape == (2, 16) and adapter.B.shape == (48, 2)
    assert not adapter.B.any() and adapter.update().shape == (48, 16)
